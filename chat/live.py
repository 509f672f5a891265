"""How live chats stand, told to every reader of their rooms: after a hint, on entering, at the poll, by the clock.

Rows say everything, so what was missed for whatever reason is found at the next poll.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any

from chat import protocol
from chat.parts import CHUNK, Part, part
from chat.services import live_leads, live_state
from chat.services.live_clock import OVER
from chat.services.live_state import Standing
from chat.threads import reading, writing

if TYPE_CHECKING:
    from chat.feed import Feed
    from chat.hub import Hub

SOON = 0.05  # after the clock's moment, so that it has come when rows are read
APART_SECONDS = 0.05  # between two looks, however many enter at once
NOTE_SECONDS = 4.0  # between two rows that say that somebody who leads is here


@part
class Live(Part):
    """Tells each reader of a live chat once of the chat as it stands, and notes that those who lead it are here."""

    name = "live"

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self._told: dict[Any, dict[int, str]] = {}  # by socket and room id
        self._noted: dict[tuple[int, int], float] = {}  # by room and member id
        self._wanted: set[int] = set()
        self._looking: asyncio.Task[None] | None = None
        self._alarm: asyncio.TimerHandle | None = None

    def entered(self, socket: Any, feed: Feed) -> None:
        """Whoever enters is told how the chat stands."""
        if feed.is_live:
            self._told.get(socket, {}).pop(feed.room_id, None)
            self.hinted([feed.room_id])

    def closed(self, socket: Any) -> None:
        """Forgets what the socket was told."""
        self._told.pop(socket, None)

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
            found = await reading.run(live_state.standing_of, ids)
            for room_id, standing in found.items():
                self._tell(room_id, protocol.encode(standing.frame))
                if standing.is_emptied:
                    self._end(room_id)
            self._wake_at(min((one.changes_at for one in found.values() if one.changes_at), default=None))
            self._note(found)
            await asyncio.sleep(APART_SECONDS)

    def _tell(self, room_id: int, frame: str) -> None:
        feed = self.hub.feeds.get(room_id)
        for socket in list(feed.readers) if feed else ():
            told = self._told.setdefault(socket, {})
            if told.get(room_id) != frame:
                told[room_id] = frame
                socket.tell(frame)

    def _end(self, room_id: int) -> None:
        """The room's words are gone: from this process, too."""
        if (feed := self.hub.feeds.pop(room_id, None)) is not None:
            for socket in feed.readers:
                socket.tell(protocol.encode(protocol.Removed(feed.slug)))
            feed.readers.clear()

    # --- the clock ------------------------------------------------------------------------------

    def _wake_at(self, at: datetime | None) -> None:
        if at is None:
            return
        wait = max(0.0, (at - datetime.now(UTC)).total_seconds()) + SOON
        if self._alarm is None or self._alarm.when() > self.hub.loop.time() + wait:
            if self._alarm is not None:
                self._alarm.cancel()
            self._alarm = self.hub.loop.call_later(wait, self._rung)

    def _rung(self) -> None:
        self._alarm = None
        self.look_at_all()

    # --- who leads ------------------------------------------------------------------------------

    def _note(self, found: dict[int, Standing]) -> None:
        """Writes who of those who lead these chats has a socket here, unless that was written a moment ago."""
        now = monotonic()
        self._noted = {one: at for one, at in self._noted.items() if now - at < NOTE_SECONDS}
        going_on = {pk: one.leads for pk, one in found.items() if one.frame.state not in OVER}
        here = {(pk, member) for pk, leads in going_on.items() for member in leads & self._members_in(pk)}
        if fresh := here - self._noted.keys():
            self._noted |= dict.fromkeys(fresh, now)
            self.hub.spawn(self._write(fresh))

    def _members_in(self, room_id: int) -> frozenset[int]:
        feed = self.hub.feeds.get(room_id)
        return frozenset(socket.member_id for socket in feed.readers) if feed else frozenset()

    async def _write(self, places: set[tuple[int, int]]) -> None:
        if back := await writing.run(live_leads.seen, places):
            self.hub.part_moved(self.name, sorted(back))
