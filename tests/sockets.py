"""A small client on a real socket, for tests that talk to a real server."""

from __future__ import annotations

import asyncio
import itertools
import json
from typing import Any, Self
from uuid import uuid4

import websockets
from websockets.asyncio.client import ClientConnection

LONG_ENOUGH = 20.0  # seconds; only a fault makes anybody wait that long


class Closed(Exception):
    """The server closed the socket with `code`."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class SocketClient:
    """One tab. Frames that nobody asked for yet wait in `heard`."""

    def __init__(self, line: ClientConnection) -> None:
        self.line = line
        self.heard: list[dict[str, Any]] = []
        self._refs = itertools.count(1)

    @classmethod
    async def connect(cls, url: str, cookie: str = "", origin: str | None = None, **how: Any) -> Self:
        """A socket with this session cookie (its value) and origin (by default the site's own)."""
        site = url.replace("ws", "http", 1).split("/ws/")[0]
        headers = {"Cookie": f"session={cookie}"} if cookie else {}
        line = await websockets.connect(
            url, origin=origin or site, additional_headers=headers, compression=None, ping_interval=None, **how
        )
        return cls(line)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.line.close()

    async def send(self, kind: str, **fields: Any) -> int:
        """Sends a command and returns its ref."""
        ref = next(self._refs)
        await self.send_raw(json.dumps({"type": kind, "ref": ref, **fields}))
        return ref

    async def send_raw(self, text: str | bytes) -> None:
        """Sends one frame as it is."""
        await self.line.send(text)

    async def next(self, within: float = LONG_ENOUGH) -> dict[str, Any]:
        """The next frame. Raises `Closed` when there will be none, TimeoutError when none came."""
        try:
            async with asyncio.timeout(within):
                return json.loads(await self.line.recv())
        except websockets.ConnectionClosed as end:
            raise Closed(end.rcvd.code if end.rcvd else 1006) from None

    async def expect(self, kind: str, within: float = LONG_ENOUGH, **fields: Any) -> dict[str, Any]:
        """The first frame of this type with these fields, now or within so many seconds; others wait in `heard`."""
        for frame in self.heard:
            if _fits(frame, kind, fields):
                self.heard.remove(frame)
                return frame
        async with asyncio.timeout(within):
            while not _fits(frame := await self.next(within), kind, fields):
                self.heard.append(frame)
        return frame

    async def expect_close(self, within: float = LONG_ENOUGH) -> int:
        """The code with which the server closes."""
        async with asyncio.timeout(within):
            while True:
                try:
                    self.heard.append(await self.next(within))
                except Closed as end:
                    return end.code

    async def command(self, kind: str, within: float = LONG_ENOUGH, **fields: Any) -> dict[str, Any]:
        """Sends a command and returns the one frame that answers it."""
        ref = await self.send(kind, **fields)
        async with asyncio.timeout(within):
            while (frame := await self.next(within)).get("ref") != ref:
                self.heard.append(frame)
        return frame

    async def post(self, room: str, body: str, client_id: str = "", **fields: Any) -> dict[str, Any]:
        """Posts a message and returns the answer."""
        return await self.command("message.post", room=room, id=client_id or str(uuid4()), body=body, **fields)

    async def post_until_acknowledged(self, room: str, body: str, client_id: str) -> dict[str, Any]:
        """Sends the same message again, after the pause the server asks for, until it is acknowledged."""
        while (answer := await self.post(room, body, client_id))["type"] != "ack":
            await asyncio.sleep(answer["retry_after"])
        return answer


def _fits(frame: dict[str, Any], kind: str, fields: dict[str, Any]) -> bool:
    return frame.get("type") == kind and all(frame.get(name) == value for name, value in fields.items())
