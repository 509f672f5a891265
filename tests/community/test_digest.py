"""The daily letter: off at first, once a day, counts only, to a confirmed address, and stopped with one press."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from community.models import Boundaries, Letter, Member
from community.services import boundaries, digest, notices, outbox
from tests.factories import make_member
from tests.receivers import MailServer

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


def at(moment: datetime) -> time_machine.travel:
    """That moment, standing still."""
    return time_machine.travel(moment, tick=False)


def news(member: Member, key: str = "room:1") -> None:
    """Something new for the member."""
    notices.notify([member.pk], kind="room", key=key, subject="Evenings", path="/rooms/evenings/")


@pytest.fixture
def ana():
    """A member who asked for the letter and confirmed their address."""
    with at(NOON - timedelta(days=1)):
        member = make_member("ana", email="ana@example.org")
    EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
    boundaries.save(member, {"digest": "daily"})
    return member


def test_nobody_gets_a_letter_who_did_not_ask():
    ben = make_member("ben", email="ben@example.org")
    EmailAddress.objects.create(user=ben, email=ben.email, verified=True, primary=True)
    with at(NOON):
        news(ben)
        assert digest.write_due() == 0


def test_d4_the_letter_says_how_much_is_new_and_nothing_else(ana):
    with at(NOON):
        news(ana)
        news(ana, "room:2")
        assert digest.write_due() == 1
    letter = Letter.objects.get()
    assert (letter.to, letter.subject) == ("ana@example.org", "Something new for you")
    assert "2 things are new for you" in letter.body
    assert "Evenings" not in letter.body
    assert "ana" not in letter.body.replace("ana@", "")
    assert "http://testserver/help-now/" in letter.body


def test_one_letter_a_day_however_often_one_looks(ana):
    written = []
    with at(NOON):
        for hours in range(60):
            with at(NOON + timedelta(hours=hours)):
                news(ana, f"room:{hours}")
                written.append(digest.write_due())
    assert sum(written) == 3, "at noon, and on the two mornings after"
    assert [hours for hours, n in enumerate(written) if n] == [0, 21, 45]


def test_two_processes_at_once_write_it_once(ana):
    with at(NOON):
        news(ana)
        first, second = (Boundaries.objects.select_related("member").get() for _ in range(2))
        assert digest._write(first, NOON)
        assert not digest._write(second, NOON)
    assert Letter.objects.count() == 1


def test_a_process_that_dies_while_writing_loses_nothing(ana, monkeypatch):
    with at(NOON):
        news(ana)
        with monkeypatch.context() as patched:
            patched.setattr(outbox, "write", _die)
            with pytest.raises(KeyboardInterrupt):
                digest.write_due()
        assert (Letter.objects.count(), boundaries.of(ana).digest_sent_at) == (0, None)
        assert digest.write_due() == 1


def _die(**_):
    raise KeyboardInterrupt


def test_nothing_new_since_the_last_letter_is_no_letter(ana):
    with at(NOON):
        news(ana)
        assert digest.write_due() == 1
    with at(NOON + timedelta(days=1)):
        assert digest.write_due() == 0
        news(ana, "room:2")
        assert digest.write_due() == 1
    assert "One thing is new" in Letter.objects.order_by("-pk")[0].body


def test_what_was_seen_needs_no_letter(ana):
    with at(NOON):
        news(ana)
        notices.seen_all(ana)
        assert digest.write_due() == 0


def test_only_a_confirmed_address_is_written_to(ana):
    EmailAddress.objects.update(verified=False)
    with at(NOON):
        news(ana)
        assert digest.write_due() == 0


@pytest.mark.parametrize("chosen", [{"break_until": NOON + timedelta(days=1)}, {"digest": "off"},
                                    {"quiet_from": "11:00", "quiet_until": "13:00"}])  # fmt: skip
def test_no_letter_in_a_break_in_quiet_hours_or_after_stopping(ana, chosen):
    boundaries.save(ana, chosen)
    with at(NOON):
        news(ana)
        assert digest.write_due() == 0


def test_the_day_is_the_members_own(ana):
    Member.objects.update(time_zone="Pacific/Auckland")  # noon in London is midnight there
    with at(NOON):
        news(ana)
        assert digest.write_due() == 0
    with at(NOON + timedelta(hours=9, minutes=30)):
        assert digest.write_due() == 1


def test_a_member_who_may_not_sign_in_gets_none(ana):
    Member.objects.update(suspended_until=NOON + timedelta(days=2))
    with at(NOON):
        news(ana)
        assert digest.write_due() == 0


def test_the_link_stops_the_letters_with_one_press_and_reading_it_does_not(ana):
    with at(NOON):
        news(ana)
        digest.write_due()
        link = re.search(r"http://testserver(/notifications/stop/\S+)", Letter.objects.get().body).group(1)
        client = Client()
        assert "Stop the letters" in client.get(link).content.decode()
        assert boundaries.of(ana).digest == "daily"
        assert "No more letters" in client.post(link).content.decode()
    assert boundaries.of(ana).digest == "off"


@pytest.mark.parametrize("token", ["nonsense", "1:abc:def"])
def test_a_link_that_is_none_stops_nobody(ana, token):
    answer = Client().post(reverse("digest-stop", args=[token]))
    assert "run out" in answer.content.decode()
    assert boundaries.of(ana).digest == "daily"


def test_it_is_sent_once_by_a_real_mail_server_that_was_away(ana, settings):
    with MailServer() as mail:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", mail.port, False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        mail.is_away = True
        with at(NOON):
            news(ana)
            digest.write_due()
            assert outbox.send_waiting() == 0
        mail.is_away = False
        with at(NOON + timedelta(minutes=5)):
            assert [outbox.send_waiting(), outbox.send_waiting()] == [1, 0]
            assert digest.write_due() == 0
    [(to, letter)] = mail.letters
    assert (to, letter["Subject"]) == (["ana@example.org"], "Something new for you")
    assert "One thing is new" in letter.get_payload(decode=True).decode()
