"""The offer on the wire: to the author's own sockets, with no word in it, and not a byte to anybody else."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest

from chat import hub, protocol
from moderation.models import SupportOffer
from moderation.services import support
from tests.chat.conftest import in_db
from tests.factories import join, make_member, make_room, post, session_of, talk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.delivery]
DANGER, CALM = "I don't want to be here tonight", "The kettle is on, there's tea left"
FIELDS = {"type", "room", "seq", "token", "panel", "at"}


async def danger(member, room, words=DANGER):
    """A message that worries, stored as by another tab; the offer beside it."""
    await in_db(post, member, room, words)
    return await in_db(SupportOffer.objects.latest, "pk")


async def all_looked_at():
    """Returns once the hub has looked at the offers of everyone here."""
    offers = hub.current().parts["offers"]
    offers.look_at_all()
    await offers._looking


async def test_m4_every_tab_of_the_author_is_told_and_no_word_is_said(tabs, room, ana):
    one, two = await tabs(ana), await tabs(ana)
    await one.post(room.slug, DANGER)
    told = await one.expect("support.offered")
    assert told == await two.expect("support.offered")
    made = await in_db(SupportOffer.objects.get)
    assert set(told) == FIELDS
    assert (told["room"], told["seq"], told["token"], told["panel"]) == (room.slug, 1, made.token, True)


async def test_m4_nobody_else_in_the_room_is_told(tabs, room, ana, ben):
    at_ana, at_ben = await tabs(ana), await tabs(ben)
    await at_ben.enter(room.slug)
    await at_ana.post(room.slug, DANGER)
    await at_ana.expect("support.offered")
    await all_looked_at()
    assert "support.offered" not in [frame["type"] for frame in await at_ben.silence()]


async def test_a_lost_hint_is_made_good_by_asking(tabs, room, ana, monkeypatch):
    tab = await tabs(ana)
    with monkeypatch.context() as patched:
        patched.setattr("chat.hub.from_thread", lambda *_: None)  # as if it happened in a process without a line
        await danger(ana, room)
    hub.current().parts.look_at_all()
    assert (await tab.expect("support.offered"))["seq"] == 1


async def test_what_another_process_says_is_looked_up_here(tabs, room, ana, monkeypatch):
    tab = await tabs(ana)
    with monkeypatch.context() as patched:
        patched.setattr("chat.hub.from_thread", lambda *_: None)
        await danger(ana, room)
    hub.current().backbone._heard({"from": "another", "part": "offers", "ids": [ana.pk, 10**9]})
    hub.current().backbone._heard({"from": "another", "part": "something newer", "ids": [1]})
    assert await tab.expect("support.offered")


async def test_d4_the_hint_names_members_and_nothing_else(tabs, room, ana, monkeypatch):
    said = []
    tab = await tabs(ana)
    monkeypatch.setattr(hub.current().backbone, "say", said.append)
    monkeypatch.setattr(hub.current().backbone, "_is_alone", lambda: False)
    await danger(ana, room)
    await tab.expect("support.offered")
    assert [one for one in said if one.get("part") == "offers"] == [{"part": "offers", "ids": [ana.pk]}]


async def test_whoever_comes_back_finds_the_offer_of_the_last_day(tabs, room, ana):
    made = await danger(ana, room)
    tab = await tabs(ana)
    assert (await tab.expect("support.offered"))["token"] == made.token


async def test_an_answer_in_one_tab_folds_it_in_the_others_and_nothing_is_told_twice(tabs, room, ana):
    tab = await tabs(ana)
    made = await danger(ana, room)
    await tab.expect("support.offered", panel=True)
    await in_db(support.answer, ana, made.token, "not-now")
    assert (await tab.expect("support.offered", panel=False))["token"] == made.token
    await all_looked_at()
    assert "support.offered" not in [frame["type"] for frame in await tab.silence()]


async def test_what_was_taken_back_has_nothing_beside_it(tabs, room, ana):
    tab = await tabs(ana)
    await tab.post(room.slug, DANGER)
    await tab.expect("support.offered")
    assert (await tab.ask("message.withdraw", room=room.slug, seq=1))["type"] == "ack"
    again = await tabs(ana)
    await all_looked_at()
    assert "support.offered" not in [frame["type"] for frame in await again.silence()]


def rows_of_a_site(site):
    """Two members of a site who share a room and a conversation: (their sessions, the room, the conversation)."""

    def make():
        ana, ben, room = make_member("ana"), make_member("ben"), make_room("evenings")
        join(ana, room)
        join(ben, room)
        return session_of(ana), session_of(ben), room.slug, talk(ana, ben).slug

    return site.do(make)


def bare(line):
    """A raw frame without what differs between any two messages: its id, when it was stored, and its place."""
    line = re.sub(r'"(id|at)":"[^"]*"', "", line)
    return re.sub(r'"(seq|prev|top|revision|count)":\d+', "", line)


async def raw_until_beat(client, *, messages):
    """Every raw frame up to the answer to a heartbeat, once so many messages have come."""
    lines, seen = [], 0
    while seen < messages:
        lines.append(await client.line.recv())
        seen += lines[-1].startswith('{"type":"messages"')
    await client.send_raw('{"type":"beat"}')
    while (line := await client.line.recv()) != protocol.encode(protocol.BeatHeard()):
        lines.append(line)
    return lines


@pytest.mark.servers
async def test_m4_raw_frames_of_the_other_one_are_equal_with_and_without_an_offer(start_web, open_socket):
    site = start_web()
    ana, ben, *places = rows_of_a_site(site)
    for place in places:
        at_ana, at_ben = await open_socket(site.socket_url, ana), await open_socket(site.socket_url, ben)
        await at_ben.command("room.enter", room=place)
        heard = []
        for words in (CALM, DANGER):  # of the same length
            await at_ana.post(place, words, str(uuid4()))
            if words is DANGER:
                assert await at_ana.expect("support.offered")
            lines = await raw_until_beat(at_ben, messages=1)
            lines = [line for line in lines if '"type":"presence"' not in line and '"type":"notices"' not in line]
            heard.append([bare(line.replace(words, "")) for line in lines])
        assert heard[0] == heard[1]
        assert len(heard[1]) == 1, "the message, and nothing besides"
