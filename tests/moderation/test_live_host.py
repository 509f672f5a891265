"""What moderation tells whoever leads a live chat, and how a call of theirs reaches a moderator."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from chat import host_side
from chat.models import LiveChat, Message
from chat.services import changes, hosting, live_places
from chat.services.changes import Act
from community.models import AuditEntry, Letter, Member, Notice
from community.refusals import NotYours
from community.services import boundaries
from moderation import audit_words
from moderation.models import AtDesk, HookCall, OnCall
from moderation.services import flags, queue, screening
from tests import factories
from tests.moderation.console import at_console

pytestmark = pytest.mark.django_db


@pytest.fixture
def chat() -> LiveChat:
    """A live chat with a host and no moderator of its own."""
    return factories.make_live_chat(host=factories.make_member("Marisol", roles=("hosts",)))


def say(chat: LiveChat, name: str, words: str, **more: int) -> Message:
    """What a member says in the chat, after coming in."""
    member = Member.objects.filter(name=name).first() or factories.make_member(name)
    live_places.enter(member, chat)
    return Message.objects.get(room=chat.room, seq=factories.post(member, chat.room, words, **more).seq)


def page(chat: LiveChat, member: Member) -> str:
    answer = at_console(member).get(reverse("live-host", args=[chat.token]))
    assert answer.status_code == 200
    return str(answer.content.decode())


def in_minutes(minutes: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(minutes=minutes), tick=False)


# --- a moderator looks ------------------------------------------------------------------------------


def test_a_host_is_told_that_somebody_looks_and_never_at_what(chat: LiveChat):
    assert host_side.looking(chat.room_id) == ""
    message = say(chat, "ana", "planted: nightjar")
    flag = flags.raise_about(message, flags.Cause(3, "danger"))
    said = page(chat, chat.host)
    assert "waits for a moderator" in said
    live_places.enter(chat.host, chat)
    assert not {"danger", "nightjar", flag.token} & set(said.replace('"', " ").split())
    amara = factories.make_member("Amara", roles=("moderators",))
    queue.take(amara, flag.token)
    assert host_side.looking(chat.room_id) == "looking"
    assert "The queue" in page(chat, amara)
    assert "The queue" not in page(chat, chat.host)
    assert host_side.looking(factories.make_live_chat().room_id) == ""


# --- needs a reply ----------------------------------------------------------------------------------


def test_a_first_message_that_nobody_answers_waits_for_the_host_after_three_minutes(chat: LiveChat):
    answered = say(chat, "ben", "Hello, I'm new to this")
    say(chat, "cleo", "Hello, Ben", reply_to=answered.seq)
    hello = say(chat, "ana", "Me too")
    assert host_side.waiting(chat.room_id, chat.host) == []
    with in_minutes(4):
        assert dict(host_side.waiting(chat.room_id, chat.host)).get(hello.seq) == 4
        assert answered.seq not in dict(host_side.waiting(chat.room_id, chat.host))
        host_side.answered(chat.room_id, hello.seq, chat.host)
        host_side.answered(chat.room_id, hello.seq, chat.host)
        assert hello.seq not in dict(host_side.waiting(chat.room_id, chat.host))


def test_what_is_answered_has_to_be_there(chat: LiveChat):
    room = factories.make_room("evenings")
    ana = factories.make_member("ana")
    factories.join(ana, room)
    factories.post(ana, room)
    for room_id, seq in ((chat.room_id, 1), (room.pk, 1), (10**9, 1)):
        with pytest.raises(NotYours):
            host_side.answered(room_id, seq, chat.host)


# --- hard messages ----------------------------------------------------------------------------------


def test_hard_is_what_the_detector_or_a_moderator_says_and_a_light_word_is_not(chat: LiveChat):
    say(chat, "ana", "It rained all day")
    worried = say(chat, "ben", "I'm going to kill myself tonight, I have the pills")
    screening.screen([worried])
    hidden = say(chat, "cleo", "Something unkind")
    Message.objects.filter(pk=hidden.pk).update(hidden_at=timezone.now())
    found = {one.member_id: one.seq for one in host_side.hard(chat.room_id)}
    assert found == {worried.author_id: worried.seq, hidden.author_id: hidden.seq}
    changes.do(
        Act(worried.author_id, factories.session_of(worried.author), chat.room.slug, worried.seq, changes.withdraw)
    )
    assert worried.author_id in {one.member_id for one in host_side.hard(chat.room_id)}


def test_who_left_after_it_is_on_the_list_of_the_host_without_their_words(chat: LiveChat):
    screening.screen([say(chat, "ben", "I'm going to kill myself tonight, I have the pills")])
    assert "Left after" not in page(chat, chat.host)
    live_places.leave(Member.objects.get(name="ben"), chat)
    said = page(chat, chat.host)
    assert "<bdi>ben</bdi>" in said.split("Left after a hard moment")[1]
    assert "pills" not in said
    client = at_console(chat.host)
    answer = client.post(reverse("live-host-act", args=[chat.token, "note"]), {"name": "ben", "start": "welcome"})
    assert answer.status_code == 302
    assert Notice.objects.filter(member__name="ben", kind="live-note").count() == 1


def test_a_note_wakes_nobody_at_night_and_waits(chat: LiveChat):
    screening.screen([say(chat, "ben", "I'm going to kill myself tonight, I have the pills")])
    ben = Member.objects.get(name="ben")
    boundaries.save(ben, {"quiet_on": True, "break_until": timezone.now() + timedelta(days=1)})
    live_places.leave(ben, chat)
    at_console(chat.host).post(reverse("live-host-act", args=[chat.token, "note"]), {"name": "ben", "start": "thanks"})
    assert not boundaries.rings(ben)
    assert Notice.objects.get(member=ben).seen_at is None


# --- calling ----------------------------------------------------------------------------------------


def test_a_call_reaches_those_who_are_near_by_every_way(chat: LiveChat, settings):
    settings.PAGING_WEBHOOK = "https://team.example/hook"
    people = {name: factories.make_member(name, roles=("moderators",), email=f"{name}@example.org") for name in "abcd"}
    LiveChat.objects.filter(pk=chat.pk).update(moderator=people["a"])
    AtDesk.objects.create(member=people["b"])
    OnCall.objects.create(member=people["c"], place=0)
    assert hosting.call_moderator(chat.host, chat)
    assert not hosting.call_moderator(chat.host, chat)
    called = Notice.objects.filter(kind="live-call")
    assert {one.member.name for one in called} == {"a", "b", "c"}
    assert {(one.subject, one.path, one.count) for one in called} == {(chat.topic, f"/host/{chat.token}/", 1)}
    assert Letter.objects.count() == 3
    assert HookCall.objects.count() == 1
    with in_minutes(6):
        assert hosting.call_moderator(chat.host, chat)
    hosting.call_off(chat.host, chat)
    assert not called.filter(seen_at=None).exists()


def test_where_nobody_is_near_everyone_who_moderates_is_called_and_never_whoever_calls(chat: LiveChat):
    one, other = (factories.make_member(roles=(role,)) for role in ("moderators", "leads"))
    hosting.call_moderator(chat.host, chat)
    assert {notice.member for notice in Notice.objects.filter(kind="live-call")} == {one, other}
    another = factories.make_live_chat(host=one)
    hosting.call_moderator(one, another)
    assert not Notice.objects.filter(member=one, key=f"live-call:{another.token}").exists()


def test_a_call_is_possible_for_a_day_after_the_end(chat: LiveChat):
    with in_minutes(120):
        assert hosting.call_moderator(chat.host, chat)
    with in_minutes(26 * 60), pytest.raises(hosting.Finished):
        hosting.call_moderator(chat.host, chat)


# --- the trail --------------------------------------------------------------------------------------


def test_what_limits_people_stands_in_the_trail_in_words(chat: LiveChat):
    hosting.pause(chat.host, chat)
    hosting.close(chat.host, chat, "Enough for tonight")
    hosting.reopen(chat.host, chat)
    hosting.take_over(factories.make_member(roles=("moderators",)), chat)
    actions = list(AuditEntry.objects.order_by("number").values_list("action", flat=True))
    assert actions == ["live.paused", "live.closed", "live.reopened", "live.handed-over"]
    assert all(audit_words.done(action) != action for action in actions)
    assert not AuditEntry.objects.exclude(reason="").exists()
