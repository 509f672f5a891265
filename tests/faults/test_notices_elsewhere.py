"""The number of what is new reaches every tab of a member, whichever process noticed it and whatever the hints do (F3)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests import factories

pytestmark = pytest.mark.servers


@pytest.mark.parametrize("valkey_lives", [True, False])
async def test_f3_both_processes_tell_their_own_sockets(
    web_pair: Any, open_socket: Callable[..., Any], valkey_lives: bool
):
    def rows() -> dict[str, str]:
        room = factories.make_room("evenings")
        members = [factories.make_member(name) for name in ("ana", "ben")]
        for member in members:
            factories.join(member, room)
        return {member.name: factories.session_of(member) for member in members}

    keys = await asyncio.to_thread(web_pair.do, rows)
    anas = [await open_socket(web.socket_url, keys["ana"]) for web in web_pair.webs]
    ben = await open_socket(web_pair.webs[0].socket_url, keys["ben"])
    if not valkey_lives:
        await asyncio.to_thread(web_pair.valkey.kill9)
    posted = await ben.command("message.post", room="evenings", id=str(uuid4()), body="@ana planted: heron")
    assert posted["type"] == "ack"
    for tab in anas:
        told = await asyncio.wait_for(tab.expect("notices"), 30)
        assert told == {"type": "notices", "count": 1}
