"""Offers of help and the queue reach their sockets in every process, whatever the hints do (F3)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests import factories, servers
from tests.browser.staff import session_with_code

pytestmark = pytest.mark.servers
DANGER = "I don't want to be here tonight"


@pytest.fixture(autouse=True)
def _reads_what_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = servers.web_environment
    monkeypatch.setattr(servers, "web_environment", lambda *of: {**usual(*of), "READER_PROCESS": "1"})


@pytest.mark.parametrize("valkey_lives", [True, False])
async def test_f3_both_processes_tell_the_author_and_the_moderator_and_nobody_else(
    web_pair: Any, open_socket: Callable[..., Any], valkey_lives: bool
):
    def rows() -> dict[str, str]:
        room = factories.make_room("evenings")
        members = [factories.make_member(name) for name in ("ana", "ben")]
        for member in members:
            factories.join(member, room)
        amara = factories.make_member("amara", roles=("moderators",))
        return {"amara": session_with_code(amara), **{one.name: factories.session_of(one) for one in members}}

    keys = await asyncio.to_thread(web_pair.do, rows)
    here, there = web_pair.webs
    anas = [await open_socket(web.socket_url, keys["ana"]) for web in (here, there)]
    ben = await open_socket(there.socket_url, keys["ben"])
    consoles = [await open_socket(f"{web.socket_url}moderate/", keys["amara"]) for web in (here, there)]
    for console in consoles:
        assert await console.expect("queue.changed", counts={})
    if not valkey_lives:
        await asyncio.to_thread(web_pair.valkey.kill9)
    posted = await anas[0].command("message.post", room="evenings", id=str(uuid4()), body=DANGER)
    assert posted["type"] == "ack"
    told = [await tab.expect("support.offered", within=30) for tab in anas]
    assert told[0] == told[1]
    for console in consoles:
        assert await console.expect("queue.changed", within=30, counts={"moderate": 1})
    await ben.send_raw('{"type": "beat"}')
    await ben.expect("beat")
    assert "support.offered" not in [frame["type"] for frame in ben.heard]
