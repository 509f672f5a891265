"""Joining by plain forms."""

import hashlib

import pytest
from django.test import Client
from django.urls import reverse

from community import consents
from community.models import Consent, Letter, Member
from tests.factories import make_member

pytestmark = pytest.mark.django_db
GOOD = {"name": "quiet-heron", "pebble": "3", "email": "heron@example.org", "password": "seven lamps by the river",
        "adult": "yes", "country": "GB", "language": "en", "time_zone": "Europe/London", "agree_rules": "on",
        "agree_health": "on", "agree_retention": "on"}  # fmt: skip


def join(client, **changed):
    answers = {key: value for key, value in {**GOOD, **changed}.items() if value is not None}
    return client.post(reverse("join"), answers)


def test_the_whole_way_in_by_plain_forms(client):
    assert client.get(reverse("join")).status_code == 200
    answer = join(client)
    assert (answer.status_code, answer.url) == (302, reverse("rules"))
    assert client.get(reverse("rules")).status_code == 200
    assert "quiet-heron" in client.get(reverse("today")).content.decode()
    member = Member.objects.get()
    assert (member.country, member.time_zone, member.pebble) == ("GB", "Europe/London", 3)
    assert member.password.startswith(("argon2$", "md5$"))


def test_consents_are_recorded_with_version_hash_and_time_and_none_was_ticked_before(client):
    page = client.get(reverse("join")).content.decode()
    assert "checked" not in page.split("Things to agree to")[1]
    join(client)
    for line in consents.REQUIRED:
        kept = Consent.objects.get(kind=line.kind)
        words = f"{line.title}\n{line.text}".encode()
        assert (kept.version, kept.text_hash) == (line.version, hashlib.sha256(words).hexdigest())
        assert kept.given_at
    assert not Consent.objects.filter(kind="research").exists()


@pytest.mark.parametrize(
    "missing", ["agree_rules", "agree_health", "agree_retention", "adult", "country", "name", "password"]
)
def test_what_is_missing_is_said_and_nothing_typed_is_lost(client, missing):
    answer = join(client, **{missing: None})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert 'role="alert"' in page
    assert "heron@example.org" in page
    assert GOOD["password"] not in page
    assert not Member.objects.exists()


def test_rather_not_say_is_remembered_as_unknown(client):
    join(client, country="none")
    assert Member.objects.get().country == ""


def test_not_yet_eighteen_leads_elsewhere_makes_no_account_and_back_is_no_trick(client):
    answer = join(client, adult="no")
    assert answer.url == reverse("under-18")
    assert "Childline" in client.get(reverse("under-18"), {"country": "GB"}).content.decode()
    assert join(client, adult="yes").url == reverse("under-18")
    assert not Member.objects.exists()


@pytest.mark.parametrize("password", ["short", "password1234", "quiet-heron-1", "123456789012"])
def test_weak_passwords_are_refused(client, password):
    assert join(client, password=password).status_code == 400


@pytest.mark.parametrize("name", ["Admin", "ana@example.org", "Quiet-Herоn", "ab"])
def test_a8_names_nobody_may_have_are_refused_with_a_suggestion(client, name):
    answer = join(client, name=name)
    assert answer.status_code == 400
    assert "data-suggest=" in answer.content.decode()


def test_a8_a_look_alike_of_a_member_is_refused(client):
    make_member("quiet-heron")
    assert join(client, name="Quiet_Her0n").status_code == 400


def test_the_name_check_answers_free_taken_and_refused(client):
    make_member("linden")
    ask = lambda name: client.get(reverse("join-name-free"), {"name": name}).json()  # noqa: E731
    assert ask("quiet-heron") == {"free": True, "words": ""}
    assert ask("L1nden")["free"] is False
    assert "find you" in ask("a@b.org")["words"]


def test_s7_a_known_address_and_an_unknown_one_get_the_same_answer(client):
    make_member("linden", email="heron@example.org")
    known, unknown = join(Client()), join(Client(), name="early-otter", email="new@example.org")
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert (
        Letter.objects.filter(to="heron@example.org").count()
        == Letter.objects.filter(to="new@example.org").count()
        == 1
    )


def test_b7_attempts_to_join_are_limited_by_address(client):
    answers = [join(Client(), name=f"otter-{n}", password="x").status_code for n in range(12)]
    assert answers == [400] * 10 + [429] * 2


def test_s4_a_suspended_member_does_not_come_back_under_the_same_address(client):
    from datetime import timedelta

    from django.utils import timezone

    from community.services import members

    gone = make_member("linden", email="heron@example.org")
    members.suspend(gone, until=timezone.now() + timedelta(days=1))
    join(client, email="Heron@example.org")
    assert client.get(reverse("today")).status_code == 302
