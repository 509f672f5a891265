"""Reminders of live chats: once, at the right moment, in the ways that were chosen, and saying nothing to others."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.db import transaction

from chat.models import SignUp
from chat.services import live_chats, live_places, reminders
from community import notice_words
from community.models import Letter, Notice
from community.services import boundaries, outbox
from tests.chat.test_races import racing
from tests.factories import make_live_chat, make_member

pytestmark = pytest.mark.django_db
EIGHT = datetime(2026, 5, 1, 20, 0, tzinfo=UTC)


def at(minutes: float) -> time_machine.travel:
    """So many minutes after eight, standing still."""
    return time_machine.travel(EIGHT + timedelta(minutes=minutes), tick=False)


@pytest.fixture
def chat():
    """Planned long ago for eight o'clock, and its host is there."""
    with at(-24 * 60):
        return make_live_chat(starts_at=EIGHT, topic="planted: nightjar")


def coming(chat, name="ana", *, signed_up=-600, **choices):
    """A member with a confirmed address who wants to be reminded."""
    choices.setdefault("wants_reminder", True)
    with at(-24 * 60):
        member = make_member(name, email=f"{name}@example.org")
    EmailAddress.objects.create(user=member, email=member.email, verified=True, primary=True)
    with at(signed_up):
        live_places.sign_up(member, chat, **choices)
    return member


def reminded(minutes):
    """How many are reminded in the round at this minute."""
    with at(minutes):
        return reminders.remind_due()


def move(chat, minutes):
    """Moves the chat to so many minutes after eight, as curators do."""
    with transaction.atomic():
        row = live_chats.held(chat)
        row.moved_from, row.starts_at = row.starts_at, EIGHT + timedelta(minutes=minutes)
        row.ends_at = row.starts_at + timedelta(hours=1)
        live_chats.changed(row, "moved_from", "starts_at", "ends_at")


def test_it_comes_once_a_quarter_of_an_hour_before_to_those_who_asked(chat):
    ana = coming(chat)
    coming(chat, "ben", wants_reminder=False)
    assert [reminded(one) for one in (-15.1, -15, -14, 1)] == [0, 1, 0, 0]
    notice = Notice.objects.get()
    assert (notice.member, notice.kind, notice.path) == (ana, "live-soon", f"/live/{chat.token}/")
    assert "about to begin" in notice_words.of(notice.kind, notice.count, notice.subject)
    assert not Letter.objects.exists()


def test_the_letter_says_when_and_nothing_of_what_it_is_about(chat):
    ana = coming(chat, by_mail=True)
    ana.time_zone = "Europe/Berlin"
    ana.save()
    assert reminded(-15) == 1
    letter = Letter.objects.get()
    assert (letter.to, letter.subject) == ("ana@example.org", "Something new for you")
    assert "It begins at 22:00" in letter.body
    assert not {"nightjar", "depression", "chat", "ana"} & set(letter.body.lower().replace(".", " ").split())


@pytest.mark.parametrize(
    "chosen",
    [{"quiet_on": True, "quiet_from": "19:00", "quiet_until": "21:00"}, {"break_until": EIGHT + timedelta(days=1)}],
)
def test_quiet_hours_and_breaks_keep_the_letter_away_and_the_page_says_it(chat, chosen):
    ana = coming(chat, by_mail=True)
    boundaries.save(ana, chosen)
    assert reminded(-15) == 1
    assert (Notice.objects.count(), Letter.objects.count()) == (1, 0)


def test_an_address_that_was_not_confirmed_gets_none(chat):
    coming(chat, by_mail=True)
    EmailAddress.objects.update(verified=False)
    assert (reminded(-15), Letter.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    "field", ["cancelled_at", "closed_at", "checked_in_at"], ids=["cancelled", "closed", "nobody came to lead it"]
)
def test_what_does_not_take_place_reminds_nobody(chat, field):
    coming(chat)
    with transaction.atomic():
        row = live_chats.held(chat)
        setattr(row, field, None if field == "checked_in_at" else EIGHT - timedelta(minutes=20))
        live_chats.changed(row, field)
    assert reminded(-9 if field == "checked_in_at" else 0) == 0


@pytest.mark.parametrize(("to", "moments"), [(60, [45]), (10, [-5]), (-60, [])])
def test_who_was_reminded_is_reminded_again_of_a_later_time(chat, to, moments):
    coming(chat)
    assert reminded(-15) == 1
    move(chat, to)
    assert [one for one in range(-14, 75) if reminded(one)] == moments


def test_who_comes_or_goes_before_needs_none_and_who_signs_up_late_is_reminded_at_the_beginning(chat):
    gone = coming(chat)
    with at(-20):
        live_places.leave(gone, chat)
    coming(chat, "ben", signed_up=-5)
    there = coming(chat, "cleo", signed_up=-5)
    with at(0):
        live_places.enter(there, chat)
    assert [reminded(one) for one in (-15, -4, 0)] == [0, 0, 1]


def test_after_a_long_pause_nobody_is_reminded_of_what_began_long_ago(chat):
    coming(chat)
    assert reminded(11) == 0


def test_a_process_that_dies_while_reminding_loses_nothing(chat, monkeypatch):
    coming(chat, by_mail=True)
    coming(chat, "ben", by_mail=True)
    write, letters = outbox.write, []

    def write_one(**letter):
        letters.append(letter["to"])
        if len(letters) == 2:
            raise KeyboardInterrupt
        return write(**letter)

    monkeypatch.setattr(outbox, "write", write_one)
    with pytest.raises(KeyboardInterrupt):
        reminded(-15)
    assert [Notice.objects.count(), Letter.objects.count(), SignUp.objects.exclude(reminded_at=None).count()] == [
        0,
        0,
        0,
    ]
    assert reminded(-14) == 2
    assert (Notice.objects.count(), Letter.objects.count()) == (2, 2)


def test_a_full_house_is_reminded_in_pieces(chat, monkeypatch):
    monkeypatch.setattr(reminders, "AT_ONCE", 2)
    for number in range(5):
        coming(chat, f"member{number}")
    assert reminded(-15) == 5
    assert Notice.objects.filter(count=1).count() == 5


@pytest.mark.delivery
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_remind_each_of_them_once():
    with time_machine.travel(EIGHT - timedelta(minutes=10)):  # at night a letter waits
        chat = make_live_chat(begins_in=600)
        for number in range(6):
            coming(chat, f"friend{number}", by_mail=True)
        assert sum(racing(lambda _: reminders.remind_due(), range(4))) == 6
    assert (Notice.objects.filter(count=1).count(), Letter.objects.count()) == (6, 6)


def test_whoever_waits_first_is_told_of_a_seat_and_nobody_else(chat):
    with transaction.atomic():
        row = live_chats.held(chat)
        row.seats = 1
        live_chats.changed(row, "seats")
    first, second, third = coming(chat), coming(chat, "ben", signed_up=-500), coming(chat, "cleo", signed_up=-400)
    with at(-100):
        live_places.leave(third, chat)
        assert not Notice.objects.exists()
        live_places.leave(first, chat)
        live_places.leave(first, chat)
    assert [(one.member, one.kind, one.count) for one in Notice.objects.all()] == [(second, "live-seat", 1)]
    with at(60):
        live_places.leave(second, chat)
    assert Notice.objects.count() == 1
