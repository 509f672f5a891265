"""Hints between processes, over the channel layer: numbers only, allowed to fail, never awaited by a sender.

`{"rooms": {id: [top, revision]}}`, `{"recheck": true}`, `{"moved": member id}`, `{"noticed": [member id, …]}`,
`{"part": name, "ids": [number, …]}`, `{"present": …}` and the self-ping. If two pings in a row do not come back, the
layer is rebuilt; polling carries meanwhile (promise F3).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable, Coroutine
from typing import Any

from channels.layers import InMemoryChannelLayer, channel_layers, get_channel_layer

log = logging.getLogger("chat.backbone")
GROUP = "hints"
PING_SECONDS = 30.0
PUBLISH_SECONDS = 2.0  # always with asyncio.timeout: wait_for of Python 3.11 may swallow a cancellation
RETRY_SECONDS = 1.0
Rooms = dict[int, tuple[int, int]]


class Backbone:
    """This process's line to the others."""

    def __init__(
        self, hinted: Callable[[Rooms], None], recheck: Callable[[], None], moved: Callable[[int], None]
    ) -> None:
        self._hinted = hinted
        self._recheck = recheck
        self._moved = moved
        self.on_presence: Callable[[str, dict[str, int]], None] = lambda process, counts: None
        self.on_noticed: Callable[[list[int]], None] = lambda member_ids: None
        self.on_part: Callable[[str, list[int]], None] = lambda name, ids: None
        self.process = secrets.token_hex(8)
        self._waiting: Rooms = {}
        self._other: list[dict[str, Any]] = []
        self._publishing: asyncio.Task[Any] | None = None
        self._listening: asyncio.Task[Any] | None = None
        self._pings_out = 0
        self._spawn: Callable[[Coroutine[Any, Any, Any]], asyncio.Task[Any]] = asyncio.ensure_future
        self.failures = 0

    def start(self, spawn: Callable[[Coroutine[Any, Any, Any]], asyncio.Task[Any]]) -> None:
        """Begins to listen and to ping."""
        self._spawn = spawn
        self._listening = spawn(self._listen_for_ever())
        spawn(self._ping_for_ever())

    async def stop(self) -> None:
        """Lets go of the layer's connections."""
        with contextlib.suppress(Exception):
            async with asyncio.timeout(PUBLISH_SECONDS):
                await get_channel_layer().flush()

    # --- out ------------------------------------------------------------------------------------

    def hint(self, rooms: Rooms) -> None:
        """Says where rooms stand. Hints that gather while one is on its way leave together."""
        if self._is_alone():
            return
        self._waiting.update(rooms)
        self._publish_soon()

    def _is_alone(self) -> bool:
        # A layer in memory reaches nobody but ourselves. Several processes need Redis, or they find out by polling.
        return isinstance(get_channel_layer(), InMemoryChannelLayer)

    def noticed(self, member_ids: list[int]) -> None:
        """Says for whom something is new; numbers of members, and nothing of what it is."""
        if not self._is_alone():
            self.say({"noticed": member_ids})

    def part_moved(self, name: str, ids: list[int]) -> None:
        """Says that something of a part moved; numbers of what, and nothing else. One that waits already is enough."""
        message = {"part": name, "ids": ids}
        if not self._is_alone() and message not in self._other:
            self.say(message)

    def say(self, message: dict[str, Any]) -> None:
        """Says anything else; bounded, the oldest goes first."""
        self._other = [*self._other[-20:], message]
        self._publish_soon()

    def _publish_soon(self) -> None:
        if self._publishing is None or self._publishing.done():
            self._publishing = self._spawn(self._publish())

    async def _publish(self) -> None:
        while self._waiting or self._other:
            rooms, self._waiting = self._waiting, {}
            other, self._other = self._other, []
            messages = [{"rooms": {str(pk): list(at) for pk, at in rooms.items()}}] if rooms else []
            for message in (*messages, *other):
                await self._send({"type": "hint", "from": self.process, **message})

    async def _send(self, message: dict[str, Any]) -> None:
        try:
            layer = get_channel_layer()
            async with asyncio.timeout(PUBLISH_SECONDS):
                await layer.group_send(GROUP, message)
        except Exception as error:  # noqa: BLE001  (a hint may fail in any way; polling carries)
            self.failures += 1
            log.info("a hint was lost: %s", type(error).__name__)

    # --- in --------------------------------------------------------------------------------------

    async def _listen_for_ever(self) -> None:
        while True:
            try:
                await self._listen()
            except Exception as error:  # noqa: BLE001
                log.info("the line for hints broke: %s", type(error).__name__)
            await asyncio.sleep(RETRY_SECONDS)

    async def _listen(self) -> None:
        layer = get_channel_layer()
        name = await layer.new_channel()
        try:
            async with asyncio.timeout(PUBLISH_SECONDS):
                await layer.group_add(GROUP, name)
            while True:
                # At least our own pings come back; silence means that the line is dead.
                async with asyncio.timeout(3 * PING_SECONDS):
                    message = await layer.receive(name)
                self._heard(message)
        finally:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(PUBLISH_SECONDS):
                    await layer.group_discard(GROUP, name)

    def _heard(self, message: dict[str, Any]) -> None:
        if message.get("from") == self.process:
            self._pings_out = 0
            return
        if rooms := message.get("rooms"):
            self._hinted({int(pk): (int(top), int(revision)) for pk, (top, revision) in rooms.items()})
        if message.get("recheck"):
            self._recheck()
        if "moved" in message:
            self._moved(int(message["moved"]))
        if noticed := message.get("noticed"):
            self.on_noticed([int(pk) for pk in noticed])
        if "part" in message:
            self.on_part(str(message["part"]), [int(pk) for pk in message["ids"]])
        if "present" in message:
            self.on_presence(str(message["from"]), message["present"])

    async def _ping_for_ever(self) -> None:
        while True:
            await asyncio.sleep(PING_SECONDS)
            await self.ping()

    async def ping(self) -> None:
        """Sends a hint to itself; on two that did not come back, starts afresh with a new layer."""
        if self._pings_out >= 2:
            log.warning("hints do not come back; starting the channel layer afresh")
            self._start_afresh()
        self._pings_out += 1
        await self._send({"type": "hint", "from": self.process})

    def _start_afresh(self) -> None:
        channel_layers.backends.clear()
        self._pings_out = 0
        if self._listening is not None:
            self._listening.cancel()
        self._listening = self._spawn(self._listen_for_ever())
