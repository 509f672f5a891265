"""What nobody needs any more is gone: withdrawn words, sent letters, sessions that ran out (promise D3)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone

from chat.models import (
    CalendarAddress,
    Change,
    EarlierText,
    LeadSeen,
    Leaving,
    LiveChat,
    Membership,
    Mention,
    Message,
    Question,
    Reaction,
    SignUp,
    Wish,
)
from chat.services import changes, live_emptying, live_leads, live_places
from chat.services.changes import Act
from chat.services.erasing import erase_withdrawn
from community.models import Letter
from community.services import outbox, sessions
from tests.factories import join, make_live_chat, make_member, make_room, post, react, session_of

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


@pytest.fixture
def over():
    """A live chat that ended a moment ago, with everything that belongs to it, and a host's summary."""
    chat, ana, ben = make_live_chat(-3599), make_member("ana"), make_member("ben")
    for member in (ana, ben):
        live_places.enter(member, chat)
    post(ana, chat.room, "planted: nightjar, @ben")
    react(ben, chat.room, 1, "with-you")
    edited = Act(ana.pk, session_of(ana), chat.room.slug, 1, changes.editing("planted: heron, @ben"))
    changes.do(edited)
    Question.objects.create(chat=chat, member=ana, text="planted: crane")
    Leaving.objects.create(chat=chat, member=ben, felt="better")
    live_leads.seen([(chat.room_id, chat.host_id)])
    said = {"so_far": "planted: owl", "talked_about": ["The radio"], "summed_up_at": timezone.now()}
    LiveChat.objects.filter(pk=chat.pk).update(**said)
    return chat


OF_A_CHAT = (SignUp, Question, Leaving, LeadSeen, Membership, Message, EarlierText, Reaction, Mention, Change)


def test_d3_a_live_chat_is_emptied_when_its_days_are_over_and_the_summary_stays(over):
    with in_days(6.9):
        assert live_emptying.empty_over() == 0
    assert all(model.objects.exists() for model in OF_A_CHAT)
    with in_days(7.1):
        assert [live_emptying.empty_over() for _ in range(2)] == [1, 0]
    assert [model.__name__ for model in OF_A_CHAT if model.objects.exists()] == []
    chat = LiveChat.objects.get()
    assert (chat.so_far, chat.talked_about, bool(chat.emptied_at)) == ("", ["The radio"], True)
    with in_days(7.2), pytest.raises(live_places.NotOpen):
        live_places.enter(chat.host, chat)


def test_d3_a_chat_that_was_called_off_or_closed_early_forgets_who_wanted_to_come(over):
    LiveChat.objects.update(keep_days=1, closed_at=timezone.now() - timedelta(minutes=30))
    with in_days(0.999):
        assert live_emptying.empty_over() == 1
    gone = make_live_chat(3600, keep_days=1, cancelled_at=timezone.now())
    SignUp.objects.create(chat=gone, member=make_member("theo"))
    with in_days(1.2):
        live_emptying.empty_over()
    assert not SignUp.objects.exists()


def test_when_an_account_goes_so_does_what_it_left_in_live_chats_and_the_chat_stays(over):
    ana, wish = Message.objects.get().author, Wish.objects.create(topic="Sleep", key="sleep")
    wish.members.add(ana)
    CalendarAddress.objects.create(member=ana, digest="a digest", secret="sealed")
    over.host.delete()
    ana.delete()
    for model in (SignUp, Question, Leaving, LeadSeen, CalendarAddress):
        assert not model.objects.filter(member=ana.pk).exists()
    assert not wish.members.exists()
    assert (LiveChat.objects.get().host, Message.objects.get().author) == (None, None)
