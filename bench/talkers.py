"""One member's tab as the generator plays it: how to open a socket, post and listen, for each kind of server."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from time import monotonic_ns
from typing import Any
from uuid import uuid4

from bench.ledger import Ledger
from bench.wire import Wire, upgrade

CONFIRM_AFTER = 20  # messages; the protocol allows fifty to be unconfirmed
AT_ONCE = 40  # handshakes under way, so that a short listen queue is not what is measured
PADDING = " Some days are slower than others, and that is all right. We will be here in the evening."


class Talker:
    """Talks to a server that sends every message as one frame: the bare one and the tutorial's."""

    def __init__(self, number: int, room: str, ledger: Ledger, person: dict[str, str], server: dict[str, Any]) -> None:
        self.number, self.room, self.ledger, self.person, self.server = number, room, ledger, person, server
        self.last: dict[bytes, int] = {}
        self.posted = 0
        self.ready = asyncio.get_running_loop().create_future()
        self.on_ack: Callable[[Talker], None] | None = None
        self.closed_with: int | None = None
        self._posted_ns = 0

    # --- opening --------------------------------------------------------------------------------

    async def open(self) -> None:
        """Returns once the talker hears its room."""
        loop = asyncio.get_running_loop()
        self.ready = loop.create_future()
        host, port = "127.0.0.1", self.server["port"]
        request = upgrade(f"{host}:{port}", self.path(), self.headers())
        # Known before connecting: a quick server is heard before `create_connection` returns.
        self.wire = Wire(request, lambda: None, self.heard, self.gone)
        await loop.create_connection(lambda: self.wire, host, port)
        await self.ready

    def path(self) -> str:
        """Where the socket is."""
        return f"/ws/chat/{self.room}"

    def headers(self) -> dict[str, str]:
        """Who asks."""
        return {"Origin": self.server["origin"]}

    def gone(self, code: int) -> None:
        """The connection ended."""
        self.closed_with = code
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(f"closed with {code}"))

    def is_ready(self) -> None:
        """The room is heard from here on."""
        if not self.ready.done():
            self.ready.set_result(None)

    # --- talking ---------------------------------------------------------------------------------

    def post(self, listeners: int, words: str = PADDING) -> None:
        """Posts one message that `listeners` sockets have to hear."""
        self.posted += 1
        self.ledger.sent += 1
        self.ledger.expected += listeners
        self._posted_ns = monotonic_ns()
        self.say(f"~{self.number}-{self.posted}-{self._posted_ns}~{words}")

    def say(self, body: str) -> None:
        """Puts words on the wire."""
        self.wire.send(f'{{"name":"{self.person["name"]}","body":"{body}"}}'.encode())

    def heard(self, payload: bytes) -> None:
        """Takes one frame."""
        if payload.startswith(b'{"type":"hello"'):
            self.is_ready()
            return
        self.ledger.frames += 1
        mine = self.last.get(str(self.number).encode(), 0)
        self.ledger.take(payload, 0, self.last)
        if self.last.get(str(self.number).encode(), 0) > mine:
            self.acked()  # hearing oneself is the only answer there is

    def acked(self) -> None:
        """The server has the message."""
        self.ledger.acked += 1
        self.ledger.acks_ns.append(monotonic_ns() - self._posted_ns)
        if self.on_ack is not None:
            self.on_ack(self)


class MemberTalker(Talker):
    """Talks to Commonlight by its protocol."""

    position: tuple[int, int] | None = None  # (seq, revision) to resume from
    seq = 0
    revision = 0
    unconfirmed = 0
    goal = 0
    on_goal: Callable[[Talker], None] | None = None

    def path(self) -> str:
        """Where the socket is."""
        return "/ws/"

    def headers(self) -> dict[str, str]:
        """Who asks."""
        return {"Origin": self.server["origin"], "Cookie": f"session={self.person['session']}"}

    def say(self, body: str) -> None:
        """Posts as the protocol has it."""
        words = f'"room":"{self.room}","id":"{uuid4()}","body":"{body}"'
        self.wire.send(f'{{"type":"message.post","ref":{self.posted},{words}}}'.encode())

    def heard(self, payload: bytes) -> None:
        """Takes one frame."""
        if payload.startswith(b'{"type":"messages"'):
            self._messages(payload)
        elif payload.startswith(b'{"type":"ack"'):
            self.acked()
        elif payload.startswith(b'{"type":"hello"'):
            self._enter()
        elif payload.startswith(b'{"type":"room.entered"'):
            self._entered(json.loads(payload))
        elif payload.startswith((b'{"type":"refused"', b'{"type":"error"', b'{"type":"session.ending"')):
            self.ledger.refused.append(payload.decode())

    def _enter(self) -> None:
        at = f',"position":{{"seq":{self.position[0]},"revision":{self.position[1]}}}' if self.position else ""
        self.wire.send(f'{{"type":"room.enter","ref":0,"room":"{self.room}"{at}}}'.encode())

    def _entered(self, told: dict[str, Any]) -> None:
        self.seq = self.position[0] if self.position else told["top"]
        self.revision = told["revision"]
        self.is_ready()

    def _messages(self, payload: bytes) -> None:
        self.ledger.frames += 1
        at = payload.find(b'"prev":') + 7
        self.ledger.lost += int(payload[at : payload.find(b",", at)]) != self.seq
        at = payload.find(b'{"seq":', at)
        while at >= 0:
            seq = int(payload[at + 7 : payload.find(b",", at)])
            self.ledger.again += seq != self.seq + 1
            self.seq = seq
            self.ledger.take(payload, at, self.last)
            self.unconfirmed += 1
            at = payload.find(b'{"seq":', at + 7)
        if self.unconfirmed >= CONFIRM_AFTER:
            self._confirm()
        if self.goal and self.seq >= self.goal and self.on_goal is not None:
            self.on_goal(self)

    def _confirm(self) -> None:
        self.unconfirmed = 0
        self.wire.send(f'{{"type":"beat","positions":{{"{self.room}":{self.seq}}}}}'.encode())


async def open_all(talkers: list[Talker], *, at_once: int = AT_ONCE) -> None:
    """Opens every socket, so many handshakes at a time."""
    gate = asyncio.Semaphore(at_once)

    async def one(talker: Talker) -> None:
        async with gate:
            await talker.open()

    await asyncio.gather(*(one(talker) for talker in talkers))


async def until(holds: Callable[[], bool], seconds: float) -> bool:
    """Waits until `holds()`, at most so long. Tells whether it came to be."""
    end = monotonic_ns() + seconds * 1e9
    while not holds():
        if monotonic_ns() > end:
            return False
        await asyncio.sleep(0.01)
    return True
