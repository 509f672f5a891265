"""The server refuses to start with settings that would break a promise."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from django.conf import settings
from django.db import connection
from packaging.requirements import Requirement
from packaging.version import Version

from community import checks, help_checks, helplines
from tests.factories import make_member
from tests.system import source

LONG = "kf83hS-d92jLq_0plXw7Rz5nVb4mTy6uGc1oEaHi-Jx8Q"
OTHER = "1:pB7mXw2cLq9sVt4nRz6yHk1jGd8fUe3oTa5iWx0vQb="


def ids(found: list[Any]) -> set[str]:
    """The codes of these complaints."""
    return {one.id for one in found}


def test_the_installed_libraries_are_at_their_floors():
    assert checks.libraries_are_new_enough() == []


def test_a_library_below_its_floor_is_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(checks.FLOORS, "Django", "99.1")
    monkeypatch.setitem(checks.FLOORS, "no-such-library", "1.0")
    assert [one.id for one in checks.libraries_are_new_enough()] == ["community.E001"] * 2


def test_the_lock_file_is_nowhere_below_a_floor():
    asked = [line.split("#")[0] for line in (source.ROOT / "requirements.txt").read_text().splitlines() if "==" in line]
    locked = {one.name.lower(): next(iter(one.specifier)).version for one in map(_requirement, asked)}
    below = [name for name, floor in checks.FLOORS.items() if Version(locked[name.lower()]) < Version(floor)]
    assert below == []


def _requirement(line: str) -> Requirement:
    return Requirement(line.rstrip(" \\"))


def test_good_keys_are_accepted(settings: Any):
    settings.SECRET_KEY, settings.FIELD_KEYS = LONG, OTHER
    assert checks.keys_are_secret() == []


@pytest.mark.parametrize("name", ["SECRET_KEY", "FIELD_KEYS"])
@pytest.mark.parametrize(
    "value", ["", "short", "please-change-me-please-change-me-please", "development-" + LONG[::-1]]
)
def test_a_missing_short_or_example_key_is_refused(settings: Any, name: str, value: str):
    settings.SECRET_KEY, settings.FIELD_KEYS = LONG, OTHER
    setattr(settings, name, value)
    assert ids(checks.keys_are_secret()) == {"community.E002"}


def test_every_key_of_the_ring_has_to_be_long(settings: Any):
    settings.SECRET_KEY, settings.FIELD_KEYS = LONG, f"{OTHER},0:short"
    assert ids(checks.keys_are_secret()) == {"community.E002"}


def test_one_key_for_two_purposes_is_refused(settings: Any):
    settings.SECRET_KEY, settings.FIELD_KEYS = LONG, f"1:{LONG}"
    assert ids(checks.keys_are_secret()) == {"community.E003"}


@pytest.mark.parametrize(("key", "expected"), [("", set()), (LONG[:43], set()), ("short", {"community.E011"}),
                                               (LONG, {"community.E011"}), ("development-" + LONG, {"community.E011"})])  # fmt: skip
def test_a_key_for_waking_devices_is_missing_or_a_good_one(settings: Any, key: str, expected: set[str]):
    settings.VAPID_PRIVATE_KEY, settings.SECURITY_CONTACT = key, "safety@example.org"
    assert ids(checks.push_key_is_a_key()) == expected


def test_waking_devices_without_a_contact_is_warned_of(settings: Any):
    settings.VAPID_PRIVATE_KEY, settings.SECURITY_CONTACT = LONG[:43], "security@localhost"
    assert ids(checks.push_key_is_a_key()) == {"community.W012"}


def test_debug_and_the_demo_make_their_own_keys(settings: Any):
    settings.PLAYGROUND, settings.SECRET_KEY = True, "short"
    assert checks.keys_are_secret() == []


@pytest.mark.parametrize(
    ("url", "debug", "demo", "expected"),
    [
        ("http://127.0.0.1:8000", True, False, set()),
        ("http://localhost:8000", True, True, set()),
        ("http://[::1]:8000", True, False, set()),
        ("https://commonlight.example", False, False, set()),
        ("http://commonlight.example", False, False, {"community.E005"}),
        ("https://commonlight.example", True, False, {"community.E004"}),
        ("http://commonlight.example", True, True, {"community.E004", "community.E005", "community.E010"}),
        ("https://commonlight.example", False, True, {"community.E010"}),
        ("http://192.168.7.2:8000", True, True, {"community.W004"}),
        ("http://192.168.7.2:8000", True, False, {"community.E004", "community.E005"}),
        ("http://8.8.8.8", True, True, {"community.E004", "community.E005", "community.E010"}),
    ],
)
def test_debug_and_plain_http_stay_on_this_machine(
    settings: Any, url: str, debug: bool, demo: bool, expected: set[str]
):
    settings.BASE_URL, settings.DEBUG, settings.DEMO = url, debug, demo
    assert ids(checks.address_is_safe()) == expected


def test_limits_for_load_tests_are_noticed(settings: Any):
    assert checks.limits_are_as_promised() == []
    settings.LIMITS_SCALE = 100.0
    assert ids(checks.limits_are_as_promised()) == {"community.W009"}


def test_the_core_redis_layer_is_refused(settings: Any):
    assert checks.hints_go_by_publishing() == []
    settings.CHANNEL_LAYERS = {"default": {"BACKEND": "channels_redis.core.RedisChannelLayer"}}
    assert ids(checks.hints_go_by_publishing()) == {"community.E006"}


SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
}


@pytest.mark.parametrize(
    ("option", "value"),
    [
        (None, None),
        ("transaction_mode", "DEFERRED"),
        ("timeout", 1),
        ("init_command", "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"),
        ("init_command", "PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL;"),
    ],
)
def test_sqlite_that_could_lose_or_refuse_writes_is_refused(settings: Any, option: str | None, value: Any):
    options = {**SQLITE, option: value} if option else SQLITE
    assert ids(checks.sqlite_troubles(options)) == ({"community.E007"} if option else set())


def test_the_settings_as_shipped_are_durable():
    assert checks.sqlite_is_durable() == []
    if connection.vendor == "sqlite":
        assert settings.DATABASES["default"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


@pytest.mark.delivery
@pytest.mark.django_db
def test_the_running_database_is_durable():
    assert checks.database_is_durable(databases=["default"]) == []


@pytest.mark.delivery
@pytest.mark.django_db(transaction=True)
def test_a_database_that_forgets_is_refused():
    careless = {"sqlite": "PRAGMA synchronous=OFF", "postgresql": "SET synchronous_commit=off"}[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(careless)
    try:
        assert ids(checks.database_is_durable(databases=["default"])) == {"community.E008"}
    finally:
        connection.close()


def test_an_empty_fallback_of_the_help_page_is_refused(settings: Any, tmp_path: Any):
    assert help_checks.somebody_is_there_for_people_anywhere() == []
    settings.HELP_FILE = tmp_path / "help.json"
    held = [one for one in helplines.held() if one.content.country != "INT"]
    settings.HELP_FILE.write_bytes(msgspec.json.encode(held))
    assert ids(help_checks.somebody_is_there_for_people_anywhere()) == {"community.E013"}


@pytest.mark.django_db
def test_a_country_where_members_live_without_a_line_is_warned_of():
    make_member("ana", country="GB")
    assert help_checks.every_country_in_use_has_a_line(databases=["default"]) == []
    make_member("ben", country="KI")
    [found] = help_checks.every_country_in_use_has_a_line(databases=["default"])
    assert (found.id, "Kiribati" in found.msg) == ("community.W014", True)
