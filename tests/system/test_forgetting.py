"""What nobody needs any more is gone: withdrawn words, sent letters, sessions that ran out (promise D3)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone

from chat.models import EarlierText, Message
from chat.services import changes
from chat.services.changes import Act
from chat.services.erasing import erase_withdrawn
from community.models import Letter
from community.services import outbox, sessions
from tests.factories import join, make_member, make_room, post, session_of

pytestmark = pytest.mark.django_db


def in_days(days: float) -> time_machine.travel:
    """A moment so many days from now."""
    return time_machine.travel(timezone.now() + timedelta(days=days), tick=False)


def test_d3_withdrawn_words_are_erased_within_seven_days_and_edited_ones_stay_for_staff():
    ana, room = make_member("ana"), make_room("evenings")
    join(ana, room)
    taken, kept = post(ana, room, "planted: nightjar"), post(ana, room, "planted: heron")
    changes.do(Act(ana.pk, session_of(ana), room.slug, taken.seq, changes.withdraw))
    changes.do(Act(ana.pk, session_of(ana), room.slug, kept.seq, changes.editing("planted: crane", None)))
    with in_days(5.9):
        assert erase_withdrawn() == 0
    with in_days(6.1):
        assert erase_withdrawn() == 1
    assert not EarlierText.objects.filter(body__contains="nightjar").exists()
    assert not Message.objects.filter(body__contains="nightjar").exists()
    assert EarlierText.objects.filter(body__contains="heron").exists()


def test_d3_more_than_one_batch_is_erased_in_one_go(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("chat.services.erasing.AT_ONCE", 2)
    ana, room = make_member("ana"), make_room("evenings")
    join(ana, room)
    key = session_of(ana)
    for number in range(5):
        changes.do(Act(ana.pk, key, room.slug, post(ana, room, f"line {number}").seq, changes.withdraw))
    with in_days(7):
        assert erase_withdrawn() == 5


def test_addresses_of_sent_letters_are_forgotten_after_a_week_and_unsent_ones_after_a_month():
    outbox.write(to="sent@example.org", subject="Hello", body="Hello")
    assert outbox.send_waiting() == 1
    outbox.write(to="waiting@example.org", subject="Hello", body="Hello")
    with in_days(8):
        assert outbox.forget_sent() == 1
    assert Letter.objects.get().to == "waiting@example.org"
    with in_days(31):
        assert outbox.forget_sent() == 1


def test_sessions_that_ran_out_are_forgotten_with_their_devices():
    ana = make_member("ana")
    over, good = session_of(ana), session_of(ana)
    Session.objects.filter(session_key=over).update(expire_date=timezone.now() - timedelta(minutes=1))
    UserSession.objects.update(created_at=timezone.now() - timedelta(days=1))
    assert sessions.forget_ended() == 1
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [good]
