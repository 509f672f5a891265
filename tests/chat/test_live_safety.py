"""Live chats when something is not as planned: nobody leads, a line is lost, nobody watches, it is over, it is full."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from chat import hub, protocol
from chat.models import LeadSeen, LiveChat, Membership, Message, SignUp
from chat.presence import rounded
from chat.services import changes, live_chats, live_duties, live_gate, live_leads, live_places, live_state, messages
from chat.services.changes import Act
from chat.services.checks import PausedHere
from chat.services.live_clock import State, state_of
from community.models import Letter, Notice
from moderation.models import AtDesk
from tests import factories
from tests.chat.conftest import in_db

pytestmark = pytest.mark.django_db


def at(chat, minutes):
    """A moment by the clock of this chat: so many minutes after its start."""
    return time_machine.travel(chat.starts_at + timedelta(minutes=minutes), tick=False)


@transaction.atomic
def set_(chat, **fields):
    row = live_chats.held(chat)
    for name, value in fields.items():
        setattr(row, name, value)
    live_chats.changed(row, *fields)


def told(member):
    return list(Notice.objects.filter(member=member).order_by("pk").values_list("kind", "count"))


# --- nobody came to lead it ------------------------------------------------------------------------


@pytest.fixture
def unled():
    """A chat in half an hour that nobody has checked in for, with a cover, and Ana and Ben who signed up."""
    cover, ana, ben = (factories.make_member(name) for name in ("theo", "ana", "ben"))
    chat = factories.make_live_chat(begins_in=1800, is_led=False, cover=cover)
    for member in (ana, ben):
        live_places.sign_up(member, chat)
    return chat, cover, ana, ben


def test_host_and_cover_are_called_twice_and_who_signed_up_is_told_once_each_way(unled):
    chat, cover, ana, ben = unled
    SignUp.objects.filter(member=ben).update(left_at=timezone.now())
    taken = []
    for minutes in (-21, -20, -19, -10, -9, 5):
        with at(chat, minutes):
            taken.append(live_duties.look_after())
    assert taken == [0, 1, 0, 2, 0, 0]
    assert (told(cover), told(chat.host)) == ([("live-unled", 1)] * 2, [("live-unled", 1)] * 2)
    assert (told(ana), told(ben)) == ([("live-off", 1)], [])
    set_(chat, checked_in_at=timezone.now(), checked_in_by=cover)
    with at(chat, 6):
        assert state_of(LiveChat.objects.get(), timezone.now()) == State.OPEN
        assert [live_duties.look_after() for _ in range(2)] == [1, 0]
    assert told(ana) == [("live-on", 2)]


def test_a_chat_that_is_led_cancelled_closed_or_over_calls_nobody(unled):
    chat = unled[0]
    for fields in ({"checked_in_at": timezone.now()}, {"cancelled_at": timezone.now()}, {"closed_at": timezone.now()}):
        for name in ("checked_in_at", "cancelled_at", "closed_at"):
            setattr(chat, name, fields.get(name))
        assert live_duties.steps_due(chat, chat.starts_at) == []
    chat.closed_at = None
    assert live_duties.steps_due(chat, chat.ends_at) == []
    assert live_duties.steps_due(chat, chat.starts_at) == ["call-again", "off"]


def test_a_chat_that_was_moved_begins_anew_and_a_check_in_that_was_taken_back_is_told(unled):
    chat, _, ana, _ = unled
    with at(chat, -5):
        live_duties.look_after()
    set_(chat, starts_at=chat.starts_at + timedelta(days=1), ends_at=chat.ends_at + timedelta(days=1))
    chat.refresh_from_db()
    with at(chat, -5):
        assert live_duties.look_after() == 2
        for checked_in_at, kind in ((timezone.now(), "live-on"), (None, "live-off")):
            set_(chat, checked_in_at=checked_in_at)
            live_duties.look_after()
            assert told(ana)[-1][0] == kind


def test_whoever_wanted_mail_gets_a_neutral_letter_and_whoever_leads_is_not_told_as_a_guest(unled):
    from allauth.account.models import EmailAddress

    chat, cover, ana, _ = unled
    EmailAddress.objects.create(user=ana, email="ana@example.org", verified=True, primary=True)
    live_places.sign_up(ana, chat, by_mail=True)
    live_places.sign_up(cover, chat, by_mail=True)
    with at(chat, -10):
        live_duties.look_after()
    letter = Letter.objects.get()
    assert letter.to == "ana@example.org"
    assert chat.topic not in letter.subject + letter.body
    assert [kind for kind, _ in told(cover)] == ["live-unled"]


def test_a_host_who_said_that_they_cannot_come_is_not_called_and_without_both_the_moderator_is():
    amara = factories.make_member("amara")
    chat = factories.make_live_chat(begins_in=300, is_led=False, moderator=amara, cover_asked_at=timezone.now())
    live_duties.look_after()
    assert (told(chat.host), told(amara)) == ([], [("live-unled", 1)])


# --- a line is lost ---------------------------------------------------------------------------------


def frame(chat):
    return live_state.standing_of([chat.room_id])[chat.room_id].frame


def test_a_lead_without_a_socket_for_a_minute_is_away_and_whoever_is_here_is_named():
    amara = factories.make_member("Amara")
    chat = factories.make_live_chat(moderator=amara, host=factories.make_member("Marisol"))
    assert frame(chat).away == "", "whoever never came with a socket is not called away"
    places = [(chat.room_id, chat.host_id), (chat.room_id, amara.pk)]
    assert live_leads.seen(places) == {chat.room_id}
    assert live_leads.seen(places) == set(), "they were here"
    assert frame(chat).away == ""
    LeadSeen.objects.filter(member=chat.host).update(seen_at=timezone.now() - timedelta(seconds=61))
    assert (frame(chat).away, frame(chat).here) == ("Marisol", "Amara")
    LeadSeen.objects.update(seen_at=timezone.now() - timedelta(seconds=61))
    assert (frame(chat).away, frame(chat).here) == ("Marisol", "")
    assert live_leads.seen(places[:1]) == {chat.room_id}, "back: pages are told at once"
    assert frame(chat).away == ""
    set_(chat, led_by=amara)
    assert (frame(chat).away, frame(chat).here) == ("Amara", chat.host.name), "whoever took over is awaited"
    with at(chat, 61):
        assert frame(chat).away == "", "after the end nobody is awaited"


@pytest.mark.asyncio
async def test_readers_are_told_that_the_host_lost_their_line_and_is_back(tabs, ana):
    chat = await in_db(factories.make_live_chat)
    for member in (ana, chat.host):
        await in_db(live_places.enter, member, chat)
    at_ana = await tabs(ana)
    await at_ana.enter(chat.room.slug)
    await at_ana.expect("live.state")
    await in_db(live_leads.seen, [(chat.room_id, chat.host_id)])
    await in_db(LeadSeen.objects.update, seen_at=timezone.now() - timedelta(minutes=2))
    hub.current().parts["live"].look_at_all()
    assert (await at_ana.expect("live.state", away=chat.host.name))["state"] == "open"
    at_host = await tabs(chat.host)
    await at_host.enter(chat.room.slug)
    while "away" in await at_ana.expect("live.state"):
        pass
    assert await in_db(LeadSeen.objects.filter(seen_at__gt=timezone.now() - timedelta(minutes=1)).count) == 1


# --- what every reader is told ----------------------------------------------------------------------


@pytest.mark.asyncio
@pytest.mark.logs_errors("the database is away on purpose")
async def test_after_a_failure_of_the_database_the_next_poll_tells_it(tabs, ana, monkeypatch):
    chat = await in_db(factories.make_live_chat)
    await in_db(live_places.enter, ana, chat)
    tab = await tabs(ana)
    await tab.enter(chat.room.slug)
    await tab.expect("live.state")
    part, real = hub.current().parts["live"], live_state.standing_of
    with monkeypatch.context() as away:
        away.setattr(live_state, "standing_of", lambda ids: 1 / 0)
        await in_db(set_, chat, so_far="Lost on the way")
        part.look_at_all()
        await asyncio.wait([part._looking])
    assert live_state.standing_of is real
    part.look_at_all()
    assert (await tab.expect("live.state"))["so_far"] == "Lost on the way"


@pytest.mark.asyncio
async def test_whoever_left_the_room_is_told_nothing_and_nothing_is_remembered_of_who_closed(tabs, ana, ben):
    chat = await in_db(factories.make_live_chat)
    for member in (ana, ben):
        await in_db(live_places.enter, member, chat)
    here, gone = await tabs(ana), await tabs(ben)
    for tab in (here, gone):
        await tab.enter(chat.room.slug)
        await tab.expect("live.state")
    await gone.ask("room.leave", room=chat.room.slug)
    await in_db(set_, chat, so_far="For those who are here")
    assert await here.expect("live.state", so_far="For those who are here")
    assert not [one for one in await gone.silence() if one["type"] == "live.state"]
    await gone.enter(chat.room.slug)
    assert await gone.expect("live.state", so_far="For those who are here")
    part = hub.current().parts["live"]
    assert len(part._told) == 2
    for tab in (here, gone):
        await tab.end()
    assert not part._told


@pytest.mark.asyncio
async def test_a_change_is_encoded_once_for_all_who_read(tabs, ana, ben, monkeypatch):
    chat = await in_db(factories.make_live_chat)
    for member in (ana, ben):
        await in_db(live_places.enter, member, chat)
    all_tabs = [await tabs(ana), await tabs(ben)]
    for tab in all_tabs:
        await tab.enter(chat.room.slug)
        await tab.expect("live.state")
    real, encoded = protocol.encode, []

    def counted(event):
        encoded.extend([event] if isinstance(event, protocol.LiveState) and event.so_far else [])
        return real(event)

    monkeypatch.setattr(protocol, "encode", counted)
    await in_db(set_, chat, so_far="For everyone")
    for tab in all_tabs:
        assert await tab.expect("live.state", so_far="For everyone")
    assert len(encoded) == 1


@pytest.mark.asyncio
async def test_the_clock_alone_opens_and_closes_a_chat_for_whoever_reads(tabs, ana):
    now = timezone.now()
    chat = await in_db(
        factories.make_live_chat, starts_at=now + timedelta(seconds=1), ends_at=now + timedelta(seconds=302)
    )
    await in_db(live_places.enter, chat.host, chat)
    tab = await tabs(chat.host)
    await tab.enter(chat.room.slug)
    assert (await tab.expect("live.state"))["state"] == "planned"
    assert [(await tab.expect("live.state"))["state"] for _ in range(2)] == ["open", "winding-down"]


@pytest.mark.asyncio
async def test_presence_in_a_live_chat_is_told_at_most_every_ten_seconds_and_above_twenty_in_tens(tabs, ana, ben):
    assert [rounded(n) for n in (0, 3, 20, 21, 24, 25, 38, 994)] == [0, 3, 20, 20, 20, 30, 40, 990]
    chat = await in_db(factories.make_live_chat)
    for member in (ana, ben):
        await in_db(live_places.enter, member, chat)
    at_ana = await tabs(ana)
    await at_ana.enter(chat.room.slug)
    presence = hub.current().presence
    presence.show()
    assert (await at_ana.expect("presence"))["count"] == 1
    at_ben = await tabs(ben)
    await at_ben.enter(chat.room.slug)
    presence.show()
    assert not [one for one in await at_ana.silence() if one["type"] == "presence"], "a moment ago it was told"
    presence._shown_at.clear()
    presence.show()
    assert (await at_ana.expect("presence"))["count"] == 2
    presence.heard("another process", {str(chat.room_id): 36})
    presence._shown_at.clear()
    presence.show()
    assert (await at_ana.expect("presence"))["count"] == 40


# --- nobody watches ---------------------------------------------------------------------------------


def test_without_a_moderator_at_hand_newcomers_read_along_and_everybody_writes_slowly():
    chat = factories.make_live_chat(is_watched=False, moderator=factories.make_member("amara"))
    ana, new = factories.make_member("ana"), factories.make_member("new", joined_at=timezone.now())
    for member in (ana, new):
        live_places.enter(member, chat)
    with pytest.raises(live_gate.Guarded):
        factories.post(new, chat.room)
    factories.post(ana, chat.room)
    with pytest.raises(messages.SlowMode) as slow:
        factories.post(ana, chat.room)
    assert 29 < slow.value.retry_after <= 30
    assert (frame(chat).guarded, frame(chat).slow_seconds) == (True, 30)
    live_places.enter(chat.host, chat)
    for _ in range(2):
        factories.post(chat.host, chat.room, "Whoever leads may always answer")


def test_an_open_console_or_the_chats_own_moderator_lifts_the_guard():
    chat = factories.make_live_chat(is_watched=False, moderator=factories.make_member("amara"))
    new = factories.make_member("new", joined_at=timezone.now())
    live_places.enter(new, chat)
    row = AtDesk.objects.create(member=chat.moderator, token="", seen_at=timezone.now())
    factories.post(new, chat.room, "They have the console open")
    AtDesk.objects.filter(pk=row.pk).update(seen_at=timezone.now() - timedelta(seconds=61))
    with pytest.raises(live_gate.Guarded):
        factories.post(new, chat.room)
    live_leads.seen([(chat.room_id, chat.moderator_id)])
    factories.post(new, chat.room, "They are in the room")
    assert not frame(chat).guarded


def test_the_guard_costs_one_query_while_somebody_is_there(django_assert_num_queries):
    chat = factories.make_live_chat()
    with django_assert_num_queries(1):
        assert live_gate.guarded_among([chat], timezone.now()) == set()
    with django_assert_num_queries(2):
        gate = live_gate.gates([chat.room_id], timezone.now())[chat.room_id]
        assert gate.why_not(chat.host) is None
    with at(chat, 61), django_assert_num_queries(0):
        live_gate.guarded_among([chat], timezone.now())


# --- over, full, put out ------------------------------------------------------------------------------


def test_after_the_end_words_can_only_be_taken_back():
    chat, ana, ben = factories.make_live_chat(), factories.make_member("ana"), factories.make_member("ben")
    for member in (ana, ben):
        live_places.enter(member, chat)
    factories.post(ana, chat.room, "Good evening")
    factories.react(ben, chat.room, 1, "with-you")
    key = factories.session_of(ana)
    with at(chat, 15):
        set_(chat, closed_at=timezone.now())
    for how in (changes.editing("Other words"), changes.reacting("same-here", on=True), changes.heads_up_on("sleep")):
        act = Act(ana.pk, key, chat.room.slug, 1, how)
        if "put" in how.__name__:
            assert changes.do(act).revision == 2, "a heads-up protects who reads it later"
            continue
        with pytest.raises(live_gate.Over):
            changes.do(act)
    changes.do(Act(ana.pk, key, chat.room.slug, 1, changes.withdraw))
    assert Message.objects.get().withdrawn_at


def test_closed_is_closed_for_a_process_whose_clock_is_behind():
    chat = factories.make_live_chat()
    chat.closed_at = timezone.now() + timedelta(seconds=2)
    assert state_of(chat, timezone.now()) == State.ENDED


def test_while_everybody_rests_words_wait_and_support_does_not():
    chat, ana = factories.make_live_chat(), factories.make_member("ana")
    live_places.enter(ana, chat)
    factories.post(ana, chat.room, "Good evening")
    set_(chat, paused_until=timezone.now() + timedelta(seconds=60))
    factories.react(ana, chat.room, 1, "with-you")
    with pytest.raises(live_gate.Resting):
        changes.do(Act(ana.pk, factories.session_of(ana), chat.room.slug, 1, changes.editing("Around it")))


def test_a_moderator_who_was_called_may_speak_where_it_is_full():
    chat, amara = factories.make_live_chat(seats=1), factories.make_member("amara", roles=("moderators",))
    first = factories.make_member()
    for member in (first, amara):
        live_places.enter(member, chat)
    factories.post(first, chat.room)
    factories.post(amara, chat.room, "I'm here")


def test_a2_who_was_put_out_reads_nothing_newer_and_comes_back_only_to_read():
    chat, ana = factories.make_live_chat(seats=1), factories.make_member("ana")
    live_places.enter(ana, chat)
    live_places.put_out(ana, chat.room, until=timezone.now() + timedelta(days=1), cause="a decision")
    assert not Membership.objects.filter(member=ana, room=chat.room).exists()
    assert live_gate.seated_in(chat) == frozenset()
    live_places.enter(ana, chat)
    with pytest.raises(PausedHere):
        factories.post(ana, chat.room)


@pytest.mark.asyncio
async def test_a7_a_blocked_members_words_never_reach_the_one_who_blocked_in_a_live_chat(tabs, ana, ben):
    from community.services import apart

    chat = await in_db(factories.make_live_chat)
    for member in (ana, ben):
        await in_db(live_places.enter, member, chat)
    tab = await tabs(ana)
    await tab.enter(chat.room.slug)
    await in_db(apart.block, ana, ben)
    await in_db(factories.post, ben, chat.room, "Not for Ana")
    await in_db(live_places.enter, chat.host, chat)
    await in_db(factories.post, chat.host, chat.room, "For everyone")
    assert [one["body"] for one in (await tab.expect("messages"))["messages"]] == ["For everyone"]


def test_a_room_whose_chat_is_gone_is_over():
    chat, ana = factories.make_live_chat(), factories.make_member("ana")
    live_places.enter(ana, chat)
    room = chat.room
    LiveChat.objects.filter(pk=chat.pk).delete()
    with pytest.raises(live_gate.Over):
        factories.post(ana, room)
