"""Two web processes over PostgreSQL and a Valkey that is killed, emptied, frozen (promises F1, F3, R1, R2)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests import factories
from tests.sockets import SocketClient

pytestmark = pytest.mark.servers
ROOM = "evening"


@pytest.fixture
def people(web_pair: Any) -> dict[str, str]:
    """Two members in one room: their session cookies by name."""

    def rows() -> dict[str, str]:
        room = factories.make_room(ROOM)
        members = [factories.make_member(name) for name in ("ana", "ben")]
        for member in members:
            factories.join(member, room)
        return {member.name: factories.session_of(member) for member in members}

    return web_pair.do(rows)


@pytest.fixture
async def pair(
    web_pair: Any, people: dict[str, str], open_socket: Callable[..., Any]
) -> tuple[SocketClient, SocketClient]:
    """Ana on the first process and Ben on the second, both in the room."""
    ana = await open_socket(web_pair.webs[0].socket_url, people["ana"])
    ben = await open_socket(web_pair.webs[1].socket_url, people["ben"])
    for tab in (ana, ben):
        assert (await tab.command("room.enter", room=ROOM))["type"] == "room.entered"
    return ana, ben


@pytest.fixture
def private(web_pair: Any, people: dict[str, str]) -> str:
    """The slug of a conversation of the two."""

    def rows() -> str:
        from community.models import Member

        ana, ben = (Member.objects.get(name=name) for name in ("ana", "ben"))
        return str(factories.talk(ana, ben, "planted nightjar").slug)

    return web_pair.do(rows)


async def hears(tab: SocketClient, *bodies: str) -> list[int]:
    """The numbers under which the tab is given exactly these messages, in this order."""
    given: list[dict[str, Any]] = []
    while len(given) < len(bodies):
        given += (await tab.expect("messages"))["messages"]
    assert [one["body"] for one in given] == list(bodies)
    return [one["seq"] for one in given]


async def test_r1_a_message_stored_by_one_process_reaches_readers_of_the_other(pair: Any):
    ana, ben = pair
    await ana.post(ROOM, "From the first")
    await ben.post(ROOM, "From the second")
    assert await hears(ben, "From the first", "From the second") == [1, 2]
    assert await hears(ana, "From the first", "From the second") == [1, 2]


async def test_f3_with_valkey_killed_people_go_on_talking_and_when_it_is_back_too(web_pair: Any, pair: Any):
    ana, ben = pair
    web_pair.valkey.kill9()
    assert (await ana.post(ROOM, "Without hints"))["type"] == "ack"
    assert await hears(ben, "Without hints") == [1]
    web_pair.valkey.start()
    assert (await ben.post(ROOM, "With hints again"))["type"] == "ack"
    assert await hears(ana, "Without hints", "With hints again") == [1, 2]


async def test_f3_with_valkey_emptied_nobody_is_left_deaf(web_pair: Any, pair: Any):
    import redis

    ana, ben = pair
    with redis.Redis.from_url(web_pair.valkey.url) as line:
        line.flushall()
    await ana.post(ROOM, "After the flood")
    assert await hears(ben, "After the flood") == [1]


async def test_f3_with_valkey_frozen_posts_are_answered_and_arrive(web_pair: Any, pair: Any):
    ana, ben = pair
    web_pair.valkey.freeze()
    try:
        assert (await ana.post(ROOM, "Into the cold"))["type"] == "ack"
        assert await hears(ben, "Into the cold") == [1]
    finally:
        web_pair.valkey.thaw()
    await ben.post(ROOM, "Warm again")
    assert await hears(ana, "Into the cold", "Warm again") == [1, 2]


async def test_f1_when_one_process_is_killed_nothing_acknowledged_is_lost_or_doubled(
    web_pair: Any, people: dict[str, str], pair: Any, open_socket: Callable[..., Any]
):
    ana, ben = pair
    sent = [f"Number {number}" for number in range(20)]
    identities = [str(uuid4()) for _ in sent]
    answered = {}
    for identity, body in zip(identities[:8], sent[:8], strict=True):
        answered[identity] = (await ana.post(ROOM, body, identity))["seq"]
    await asyncio.gather(*(ana.send("message.post", room=ROOM, id=i, body=b) for i, b in _later(identities, sent)))
    web_pair.webs[0].kill9()
    elsewhere = await open_socket(web_pair.webs[1].socket_url, people["ana"])
    for identity, body in zip(identities, sent, strict=True):  # the client's outbox sends again until answered
        answer = await elsewhere.post_until_acknowledged(ROOM, body, identity)
        assert answer["seq"] == answered.get(identity, answer["seq"])
    assert await hears(ben, *sent) == list(range(1, 21))


def _later(identities: list[str], sent: list[str]) -> list[tuple[str, str]]:
    return list(zip(identities[8:], sent[8:], strict=True))


async def test_d4_words_are_in_no_log_and_nowhere_in_valkey(
    web_pair: Any, private: str, pair: Any, people: dict[str, str]
):
    import redis

    client = redis.Redis.from_url(web_pair.valkey.url)
    overheard = client.pubsub()
    overheard.psubscribe("*")
    ana, ben = pair
    words = "planted nightjar"
    await ana.post(ROOM, words)
    assert await hears(ben, words) == [1]
    assert (await ana.command("message.edit", room=ROOM, seq=1, body=f"{words} again"))["type"] == "ack"
    for tab in (ana, ben):
        assert (await tab.command("room.enter", room=private))["top"] == 1
    await ana.post(private, f"{words}, only for you")
    assert await hears(ben, f"{words}, only for you") == [2]
    await ana.send_raw("not json: planted nightjar")
    assert (await ana.expect("error"))["code"]
    kept = [client.dump(key) or b"" for key in client.scan_iter()]
    heard = [str(message["data"]).encode() for message in iter(lambda: overheard.get_message(timeout=0.5), None)]
    assert any(b"rooms" in one for one in heard), "hints were overheard, so there was something to look at"
    everything = b"\n".join([*kept, *heard, *(web.log.encode() for web in web_pair.webs)])
    assert b"nightjar" not in everything
    assert people["ana"].encode() not in everything
