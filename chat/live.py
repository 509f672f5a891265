"""How live chats stand, told to every reader of their rooms: after a hint, on entering, at the poll, by the clock."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from chat import protocol
from chat.parts import CHUNK, Part, part
from chat.services import live_state
from chat.threads import reading

if TYPE_CHECKING:
    from chat.feed import Feed
    from chat.hub import Hub

SOON = 0.05  # after the clock's moment, so that it has come when rows are read


@part
class Live(Part):
    """Tells each reader of a live chat once of the chat as it stands."""

    name = "live"

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self._frames: dict[int, str] = {}  # by room id: the newest frame
        self._told: dict[tuple[Any, int], str] = {}
        self._wanted: set[int] = set()
        self._looking: asyncio.Task[None] | None = None
        self._alarm: asyncio.TimerHandle | None = None

    def entered(self, socket: Any, feed: Feed) -> None:
        """Whoever enters is told how the chat stands."""
        if feed.is_live:
            self._told.pop((socket, feed.room_id), None)
            self.hinted([feed.room_id])

    def closed(self, socket: Any) -> None:
        """Forgets what the socket was told."""
        for key in [key for key in self._told if key[0] is socket]:
            del self._told[key]

    def hinted(self, ids: Iterable[int]) -> None:
        """Looks at those of these rooms that somebody reads here."""
        self._wanted |= {pk for pk in ids if pk in self.hub.feeds and self.hub.feeds[pk].readers}
        if self._wanted and (self._looking is None or self._looking.done()):
            self._looking = self.hub.spawn(self._look())

    def look_at_all(self) -> None:
        """Finds what a lost hint missed."""
        self.hinted([pk for pk, feed in self.hub.feeds.items() if feed.is_live])

    async def _look(self) -> None:
        while self._wanted:
            ids = sorted(self._wanted)[:CHUNK]
            self._wanted.difference_update(ids)
            found = await reading.run(live_state.frames_for, ids)
            for room_id, (frame, _) in found.items():
                self._frames[room_id] = protocol.encode(frame)
                self._tell(room_id)
            self._wake_at(min((at for _, at in found.values() if at), default=None))

    def _tell(self, room_id: int) -> None:
        feed, frame = self.hub.feeds.get(room_id), self._frames[room_id]
        for socket in list(feed.readers) if feed else ():
            if self._told.get((socket, room_id)) != frame:
                self._told[socket, room_id] = frame
                socket.tell(frame)

    def _wake_at(self, at: datetime | None) -> None:
        if at is None:
            return
        wait = max(0.0, (at - datetime.now(UTC)).total_seconds()) + SOON
        if self._alarm is None or self._alarm.cancelled() or self._alarm.when() > self.hub.loop.time() + wait:
            if self._alarm is not None:
                self._alarm.cancel()
            self._alarm = self.hub.loop.call_later(wait, self._rung)

    def _rung(self) -> None:
        self._alarm = None
        self.look_at_all()
