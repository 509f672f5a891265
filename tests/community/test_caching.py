"""A cache that is away troubles nobody (F3), and a full one forgets no limit (S6)."""

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from community import caching
from tests.factories import PASSWORD, make_member


@pytest.fixture
def nobody_there(monkeypatch, unused_tcp_port):
    """A cache whose Redis does not exist."""
    monkeypatch.setattr(caching, "_away_until", 0.0)
    yield caching.ForgivingCache(f"redis://127.0.0.1:{unused_tcp_port}", {})
    caching.LocMemCache("while-redis-is-away", {}).clear()


def test_f3_without_redis_this_process_remembers_on_its_own(nobody_there):
    assert nobody_there.get("tries") is None
    nobody_there.set("tries", [1, 2])
    assert nobody_there.get("tries") == [1, 2]
    assert (nobody_there.add("lock", 1), nobody_there.add("lock", 1)) == (True, False)
    assert (nobody_there.incr("lock"), nobody_there.has_key("lock"), nobody_there.touch("lock")) == (2, True, True)
    nobody_there.set_many({"a": 1, "b": 2})
    assert nobody_there.get_many(["a", "b", "c"]) == {"a": 1, "b": 2}
    nobody_there.delete_many(["a"])
    nobody_there.delete("b")
    assert nobody_there.get_many(["a", "b"]) == {}


def test_f3_a_redis_that_is_away_is_not_asked_for_every_request(nobody_there, caplog):
    for _ in range(20):
        nobody_there.get("anything")
    assert len([line for line in caplog.messages if "The cache is away" in line]) == 1


@pytest.mark.servers
def test_f3_redis_is_used_while_it_is_there_and_again_when_it_is_back(valkey, monkeypatch):
    monkeypatch.setattr(caching, "_away_until", 0.0)
    one, other = (caching.ForgivingCache(valkey.url, {"KEY_PREFIX": "x"}) for _ in range(2))
    one.set("shared", "yes")
    assert other.get("shared") == "yes"
    valkey.kill9()
    assert other.get("shared") is None
    valkey.start()
    monkeypatch.setattr(caching, "_away_until", 0.0)  # the pause is over
    one.set("shared", "again")
    assert other.get("shared") == "again"


def test_s6_nobody_pushes_a_limit_out_by_asking_for_a_thousand_others():
    cache.set("mine", "ten tries")
    cache.set_many({f"another-{number}": number for number in range(1000)})
    assert cache.get("mine") == "ten tries"


@pytest.mark.django_db
def test_f3_s6_without_redis_people_get_in_and_limits_hold(settings, unused_tcp_port, monkeypatch):
    monkeypatch.setattr(caching, "_away_until", 0.0)
    location = f"redis://127.0.0.1:{unused_tcp_port}"
    settings.CACHES = {"default": {"BACKEND": "community.caching.ForgivingCache", "LOCATION": location}}
    cache.clear()
    make_member("ana")
    sign_in = lambda password: Client().post(reverse("account_login"), {"login": "ana", "password": password})  # noqa: E731
    assert sign_in(PASSWORD).status_code == 302
    for _ in range(10):
        assert sign_in("wrong").status_code == 200
    assert sign_in(PASSWORD).status_code == 200, "no more tries for now"
    cache.clear()
