"""A live chat whose server is killed, and one that two processes carry (promises R1, R3, F1, F3)."""

from __future__ import annotations

import asyncio
import urllib.parse
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests import factories
from tests.browser.staff import session_with_code

pytestmark = pytest.mark.servers
FORM = "a" * 32  # the secret of a form, in its field and in its cookie


def going_on(*, ends_in: float = 3600.0) -> dict[str, str]:
    """A chat that began ten minutes ago, with Ana, Ben and its host Marisol in it: session cookies, and its room."""
    from django.utils import timezone

    from chat.services import live_places

    host = factories.make_member("Marisol", roles=("hosts",))
    chat = factories.make_live_chat(host=host, ends_at=timezone.now() + timedelta(seconds=ends_in))
    members = [host, *(factories.make_member(name) for name in ("ana", "ben"))]
    for member in members:
        live_places.enter(member, chat)
    chat.prompts.create(text="What does four in the morning sound like?")
    return {
        "room": chat.room.slug,
        "desk": session_with_code(host),
        **{member.name: factories.session_of(member) for member in members},
    }


def release(web: Any, chat: dict[str, str]) -> None:
    """The host presses the button that pins their prompt for everyone."""
    said = urllib.parse.urlencode({"csrfmiddlewaretoken": FORM, "id": 1}).encode()
    cookies = f"session={chat['desk']}; csrf={FORM}"
    address = f"{web.url}/host/{chat['room'].removeprefix('live-')}/release/"
    pressed = urllib.request.Request(address, said, {"Cookie": cookies, "Origin": web.url})
    with urllib.request.urlopen(pressed) as answer:
        assert answer.status == 200


def say_so_far() -> None:
    """Another process writes the host's lines for latecomers, and nobody hints."""
    from django.db import transaction

    from chat.models import LiveChat
    from chat.services import live_chats

    with transaction.atomic():
        row = live_chats.held(LiveChat.objects.get())
        row.so_far = "We talk about the radio"
        live_chats.changed(row, "so_far")


def stored() -> list[str]:
    """What was said, in order."""
    from chat.models import Message

    return list(Message.objects.order_by("seq").values_list("body", flat=True))


async def test_f1_a_killed_server_goes_on_where_the_clock_says_and_no_word_is_lost_or_doubled(
    start_web: Callable[..., Any], open_socket: Callable[..., Any]
):
    site = start_web()
    chat = await asyncio.to_thread(site.do, going_on)
    ana = await open_socket(site.socket_url, chat["ana"])
    await ana.command("room.enter", room=chat["room"])
    assert (await ana.expect("live.state"))["state"] == "open"
    sent = {f"Number {number}": str(uuid4()) for number in range(8)}
    bodies = list(sent)
    for body in bodies[:4]:
        assert (await ana.post(chat["room"], body, sent[body]))["type"] == "ack"
    for body in bodies[4:]:
        await ana.send("message.post", room=chat["room"], id=sent[body], body=body)
    site.kill9()
    await asyncio.to_thread(site.do, _to_the_last_minutes)  # the clock goes on while nobody serves
    await asyncio.to_thread(site.start)
    ana, ben = [await open_socket(site.socket_url, chat[name]) for name in ("ana", "ben")]
    for body in bodies:  # the browser's outbox sends again what was not answered
        answer = await ana.post_until_acknowledged(chat["room"], body, sent[body])
        assert answer["type"] == "ack"
    await ben.command("room.enter", room=chat["room"], position={"seq": 0, "revision": 0})
    given: list[str] = []
    while len(given) < len(bodies):
        given += [one["body"] for one in (await ben.expect("messages"))["messages"]]
    assert sorted(given) == sorted(bodies)
    assert given == await asyncio.to_thread(site.do, stored)
    assert (await ben.expect("live.state"))["state"] == "winding-down"


def _to_the_last_minutes() -> None:
    from django.utils import timezone

    from chat.models import LiveChat

    LiveChat.objects.update(ends_at=timezone.now() + timedelta(seconds=200))


async def test_f3_two_processes_tell_the_same_of_a_chat_with_valkey_gone_and_then_one_of_them(
    web_pair: Any, open_socket: Callable[..., Any]
):
    chat = await asyncio.to_thread(web_pair.do, going_on)
    host = await open_socket(web_pair.webs[0].socket_url, chat["Marisol"])
    ben = await open_socket(web_pair.webs[1].socket_url, chat["ben"])
    for tab in (host, ben):
        await tab.command("room.enter", room=chat["room"])
        assert "prompt" not in await tab.expect("live.state")
    await asyncio.to_thread(release, web_pair.webs[0], chat)
    for tab in (host, ben):
        assert (await tab.expect("live.state"))["prompt"]["by"] == "Marisol"
    await asyncio.to_thread(web_pair.valkey.kill9)
    await asyncio.to_thread(web_pair.do, say_so_far)
    for tab in (host, ben):  # without Valkey somebody may seem to be away for a moment, which is told, too
        while not (await tab.expect("live.state")).get("so_far"):
            pass
    await asyncio.to_thread(web_pair.do, _wait_until_the_host_was_seen)
    await asyncio.to_thread(web_pair.webs[0].kill9)
    await asyncio.to_thread(web_pair.do, _a_minute_passes)
    assert (await ben.expect("live.state"))["away"] == "Marisol"
    host = await open_socket(web_pair.webs[1].socket_url, chat["Marisol"])
    await host.command("room.enter", room=chat["room"])
    assert "away" not in await ben.expect("live.state")


def _wait_until_the_host_was_seen() -> None:
    from chat.models import LeadSeen
    from tests.servers import until

    until(LeadSeen.objects.exists, "the host was not seen")


def _a_minute_passes() -> None:
    from django.utils import timezone

    from chat.models import LeadSeen

    LeadSeen.objects.update(seen_at=timezone.now() - timedelta(seconds=61))
