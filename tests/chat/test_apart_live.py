"""Conversations and keeping apart on open sockets: live, resumed, in every order, in other processes (A1, A2, A7)."""

from __future__ import annotations

import contextlib

import pytest
from django.db import connection

from chat import hub
from chat.hub import Hub
from chat.models import Conversation
from chat.services import changes, conversations, news, requests, rooms
from chat.services.changes import Act
from community.services import apart
from tests import factories
from tests.chat.conftest import in_db
from tests.chat.test_races import racing

pytestmark = [pytest.mark.delivery, pytest.mark.django_db(transaction=True)]


async def cleo_in(room):
    """A third member with a place in the room."""

    def make():
        member = factories.make_member("cleo")
        factories.join(member, room)
        return member

    return await in_db(make)


def seqs(messages):
    return [message["seq"] for message in messages]


async def test_two_talk_live_and_a_third_is_not_let_in(tabs, ana, ben, room):
    cleo = await cleo_in(room)
    talk = await in_db(factories.talk, ana, ben)
    at_ana, at_ben, at_cleo = await tabs(ana), await tabs(ben), await tabs(cleo)
    assert (await at_ana.enter(talk.slug))["top"] == 1
    await at_ben.enter(talk.slug)
    assert (await at_cleo.enter(talk.slug))["code"] == "not-here"
    assert (await at_cleo.post(talk.slug, "let me in"))["code"] == "not-here"
    assert (await at_ana.post(talk.slug, "only you"))["type"] == "ack"
    assert [message["body"] for message in await at_ben.given(1)] == ["only you"]
    assert [frame["type"] for frame in await at_cleo.silence() if "room" in frame] == []


async def test_one_to_one_nobody_learns_whether_the_other_is_here(tabs, ana, ben, room):
    talk = await in_db(factories.talk, ana, ben)
    at_ana, at_ben = await tabs(ana), await tabs(ben)
    assert (await at_ana.enter(talk.slug))["count"] == 0
    assert (await at_ben.enter(talk.slug))["count"] == 0
    hub.current().presence.show()
    assert [frame["type"] for frame in await at_ana.silence()] == []


async def test_a_yes_reaches_the_tabs_that_are_open_already(tabs, ana, ben, room):
    at_ana = await tabs(ana)
    token = await in_db(factories.ask, ana, ben)
    begun = await in_db(requests.accept, ben, token)
    await hub.current().watch.look_at_member(ana.pk)
    await hub.current().watch.tell_unread()
    told = await at_ana.expect("unread", room=begun.room.slug)
    assert told == {"type": "unread", "room": begun.room.slug, "count": 1, "kind": "conversation"}


async def test_a_place_is_found_by_polling_when_no_signal_came(tabs, ana, ben, room, monkeypatch):
    monkeypatch.setattr(Hub, "member_moved", lambda self, member_id: None)
    at_ana = await tabs(ana)
    await hub.current().poll()  # from here on it knows which places are new
    talk = await in_db(factories.talk, ana, ben)
    await hub.current().poll()
    await hub.current().watch.tell_unread()
    assert (await at_ana.expect("unread", room=talk.slug))["kind"] == "conversation"


async def test_a7_after_a_block_nothing_reaches_either_in_the_rooms_they_share(tabs, ana, ben, room):
    cleo = await cleo_in(room)
    at_ana, at_ben, at_cleo = await tabs(ana), await tabs(ben), await tabs(cleo)
    for tab in (at_ana, at_ben, at_cleo):
        await tab.enter("evenings")
    await at_ana.post("evenings", "before")
    for tab in (at_ben, at_cleo):
        await tab.given(1)
    await in_db(apart.block, ben, ana)
    for tab, body in ((at_ana, "from ana"), (at_ben, "from ben"), (at_cleo, "from cleo")):
        await tab.post("evenings", body)
    assert seqs(await at_cleo.given(3)) == [2, 3, 4]
    assert seqs(await at_ben.given(2)) == [3, 4]
    assert seqs(await at_ana.given(3)) == [1, 2, 4]
    await in_db(apart.unblock, ben, ana)
    await at_ana.post("evenings", "again")
    assert seqs(await at_ben.given(1)) == [5]


async def test_a7_a_block_during_entering_is_not_missed(tabs, ana, ben, room):
    at_ana, at_ben = await tabs(ana), await tabs(ben)
    await at_ana.enter("evenings")
    looked_at = (await in_db(rooms.enter_each, [(ben.pk, "evenings")]))[0]
    await in_db(apart.block, ben, ana)
    await at_ana.post("evenings", "after the block")
    await at_ana.given(1)
    late = next(socket for socket in hub.current().sockets if socket.member_id == ben.pk)
    reader = hub.current().enter(late, "evenings", looked_at, 0, 0)
    late.readers["evenings"] = reader
    hub.current().serve(reader)
    assert [frame for frame in await at_ben.silence() if frame["type"] == "messages"] == []


async def test_a7_another_process_learns_of_the_block_before_anything_newer(tabs, ana, ben, room):
    await in_db(factories.post, ana, room, "before")
    await in_db(apart.block, ben, ana)
    await in_db(factories.post, ana, room, "after")
    found = await in_db(news.since, room.pk, 1, 0)
    assert {pk: hidden for pk, (_, hidden) in found.parted.items()} == {
        ben.pk: frozenset({ana.pk}), ana.pk: frozenset({ben.pk})
    }  # fmt: skip


async def test_a7_whoever_resumes_is_given_nothing_of_the_one_they_blocked(tabs, ana, ben, room):
    at_ana = await tabs(ana)
    await at_ana.enter("evenings")
    await in_db(apart.block, ben, ana)
    await at_ana.post("evenings", "while ben was away")
    at_ben = await tabs(ben)
    await at_ben.enter("evenings", 0, 0)
    assert [frame for frame in await at_ben.silence() if frame["type"] == "messages"] == []


async def test_a7_a_quotation_by_somebody_else_carries_no_words_of_the_blocked_one(tabs, ana, ben, room):
    cleo = await cleo_in(room)
    await in_db(factories.post, ana, room, "the nightjar sings")
    await in_db(apart.block, ben, ana)
    at_ben, at_cleo = await tabs(ben), await tabs(cleo)
    await at_ben.enter("evenings")
    await at_cleo.enter("evenings")
    await at_cleo.post("evenings", "so it does", reply_to=1)
    [heard] = await at_ben.given(1)
    assert heard["reply_to"] == {"seq": 1}
    [same] = await at_cleo.given(1)
    assert same["reply_to"]["text"] == "the nightjar sings"
    await in_db(_edit, cleo, 2)
    assert (await at_ben.expect("changes", revision=3))["changes"][0]["reply_to"] == {"seq": 1}


def _edit(member, seq):
    changes.do(Act(member.pk, factories.session_of(member), "evenings", seq, changes.editing("so it did")))


async def test_a_mute_is_one_way(tabs, ana, ben, room):
    at_ana, at_ben = await tabs(ana), await tabs(ben)
    await at_ana.enter("evenings")
    await at_ben.enter("evenings")
    await in_db(apart.mute, ana, ben)
    await at_ben.post("evenings", "hello?")
    await at_ana.post("evenings", "hello all")
    assert seqs(await at_ben.given(2)) == [1, 2]
    assert seqs(await at_ana.given(1)) == [2]


async def test_writing_into_what_ended_is_answered_alike_whoever_ended_it(tabs, ana, ben, room):
    talk = await in_db(factories.talk, ana, ben)
    at_ana = await tabs(ana)
    await at_ana.enter(talk.slug)
    await in_db(lambda: conversations.end(ben, Conversation.objects.get()))
    ended = await at_ana.post(talk.slug, "one more thing")
    await in_db(lambda: Conversation.objects.update(ended_at=None))
    await in_db(apart.block, ben, ana)
    blocked = await at_ana.post(talk.slug, "one more thing")
    assert (ended["code"], ended["detail"]) == (blocked["code"], blocked["detail"])
    assert ended["code"] == "ended"


# --- races ------------------------------------------------------------------------------------


@pytest.fixture
def couple():
    """Two members who share a room."""
    room = factories.make_room("evenings")
    pair = factories.make_member("ana"), factories.make_member("ben")
    for member in pair:
        factories.join(member, room)
    return pair


def test_yes_from_eight_devices_at_once_makes_one_conversation_and_one_message(couple):
    ana, ben = couple
    token = factories.ask(ana, ben)
    begun = racing(lambda _: requests.accept(ben, token).pk, range(8))
    assert len(set(begun)) == 1
    assert Conversation.objects.get().room.top == 1


def test_both_asking_each_other_at_once_end_in_at_most_one_conversation(couple):
    ana, ben = couple
    asked = racing(lambda who: requests.ask(*who, "hello").conversation, [(ana, "ben"), (ben, "ana")] * 4)
    assert Conversation.objects.count() == 1
    assert {one.pk for one in asked if one} == {Conversation.objects.get().pk}


def test_a7_a_yes_and_a_block_at_once_leave_no_open_conversation_beside_a_block(couple):
    ana, ben = couple
    for _ in range(6):
        token = factories.ask(ana, ben)
        racing(
            lambda what: _try(what), [lambda token=token: requests.accept(ben, token), lambda: apart.block(ana, ben)]
        )
        assert not Conversation.objects.filter(ended_at=None).exists()
        Conversation.objects.all().delete()
        apart.unblock(ana, ben)
        connection.close()


def _try(what):
    from community.refusals import Refusal

    with contextlib.suppress(Refusal):
        what()
