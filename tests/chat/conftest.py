"""Talking to the application in process: tabs on real sockets' ASGI, a hub that ends with each test."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import uuid4

import pytest
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings

from chat import hub, threads
from community.asgi import application
from tests import factories

WITHIN = 5.0


async def in_db(work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """What `work` returns, run where the ORM may be used."""
    return await database_sync_to_async(work)(*args, **kwargs)


class Tab:
    """One socket in process. Frames that nobody asked for yet wait in `heard`."""

    path = "/ws/"

    def __init__(self, key: str = "", **headers: str) -> None:
        cookie = f"{settings.SESSION_COOKIE_NAME}={key}"
        wanted = {"origin": settings.BASE_URL, "cookie": cookie, **headers}
        pairs = [(name.encode(), value.encode()) for name, value in wanted.items() if value]
        self.line = WebsocketCommunicator(application, self.path, headers=pairs)
        self.line.scope["client"] = ["127.0.0.1", 5000]
        self.heard: list[dict[str, Any]] = []
        self.refs = 0

    async def open(self) -> bool | int | None:
        accepted, code = await self.line.connect(timeout=WITHIN)
        return True if accepted else code

    async def next(self) -> dict[str, Any]:
        answer = await self.line.receive_output(timeout=WITHIN)
        if answer["type"] == "websocket.close":
            return {"type": "closed", "code": answer["code"]}
        return json.loads(answer["text"])

    async def expect(self, kind: str, /, **fields: Any) -> dict[str, Any]:
        """The first frame of this type with these fields."""

        def fits(frame: dict[str, Any]) -> bool:
            return frame["type"] == kind and all(frame.get(name) == value for name, value in fields.items())

        for frame in self.heard:
            if fits(frame):
                self.heard.remove(frame)
                return frame
        while not fits(frame := await self.next()):
            self.heard.append(frame)
        return frame

    async def say(self, kind: str, /, **fields: Any) -> int:
        self.refs += 1
        await self.line.send_to(text_data=json.dumps({"type": kind, "ref": self.refs, **fields}))
        return self.refs

    async def ask(self, kind: str, /, **fields: Any) -> dict[str, Any]:
        """Sends a command and returns the one frame that answers it."""
        ref = await self.say(kind, **fields)
        while (frame := await self.next()).get("ref") != ref:
            self.heard.append(frame)
        return frame

    async def post(self, room: str, body: str, client_id: str = "", **fields: Any) -> dict[str, Any]:
        return await self.ask("message.post", room=room, id=client_id or str(uuid4()), body=body, **fields)

    async def enter(self, room: str, seq: int | None = None, revision: int = 0) -> dict[str, Any]:
        at = {} if seq is None else {"position": {"seq": seq, "revision": revision}}
        return await self.ask("room.enter", room=room, **at)

    async def given(self, count: int) -> list[dict[str, Any]]:
        """The next `count` messages, checked to follow one another by `prev`."""
        messages: list[dict[str, Any]] = []
        prev = None
        while len(messages) < count:
            frame = await self.expect("messages")
            assert prev is None or frame["prev"] == prev
            messages += frame["messages"]
            prev = messages[-1]["seq"]
        return messages

    async def silence(self) -> list[dict[str, Any]]:
        """Every frame that is on its way now: a heartbeat is answered after all of them."""
        await self.line.send_to(text_data=json.dumps({"type": "beat"}))
        frames, self.heard = self.heard, []
        while (frame := await self.next())["type"] != "beat":
            frames.append(frame)
        return frames

    async def end(self) -> None:
        with contextlib.suppress(Exception, asyncio.CancelledError):
            await self.line.disconnect(timeout=WITHIN)


@pytest.fixture
async def tabs() -> AsyncIterator[Callable[..., Any]]:
    """Opens tabs for members: `await tabs(ana)`. Everything ends with the test."""
    opened: list[Tab] = []

    async def open_tab(member: Any = None, *, key: str = "", kind: type[Tab] = Tab, **headers: str) -> Tab:
        key = key or (await in_db(factories.session_of, member) if member else "")
        tab = kind(key, **headers)
        tab.key = key  # type: ignore[attr-defined]
        opened.append(tab)
        assert await tab.open() is True
        tab.hello = await tab.next()  # type: ignore[attr-defined]
        return tab

    yield open_tab
    for tab in opened:
        await tab.end()
    await hub.current().stop()
    await database_sync_to_async(threads.close_all)()


@pytest.fixture
async def room(transactional_db: Any) -> Any:
    """An empty room."""
    return await in_db(factories.make_room, "evenings")


@pytest.fixture
async def ana(room: Any) -> Any:
    """A member with a place in the room."""
    return await in_db(_member_in, "ana", room)


@pytest.fixture
async def ben(room: Any) -> Any:
    """Another member with a place in the room."""
    return await in_db(_member_in, "ben", room)


def _member_in(name: str, room: Any) -> Any:
    member = factories.make_member(name)
    factories.join(member, room)
    return member
