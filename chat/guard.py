"""The guard of group rooms, told to their readers: on entering, and when somebody came on shift or went.

Rows say everything, so what was missed for whatever reason is found at the next poll.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.conf import settings

from chat import protocol
from chat.parts import Part, part
from chat.services import live_state, room_guard
from chat.services.live_gate import GUARDED_SLOW_SECONDS
from chat.threads import reading

if TYPE_CHECKING:
    from chat.feed import Feed
    from chat.hub import Hub

APART_SECONDS = 0.5  # between two looks, however many enter or come on shift


@part
class Guard(Part):
    """Tells each reader of a group room once of the guard as it stands."""

    name = "guard"

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self._told: dict[Any, dict[int, room_guard.Standing]] = {}  # by socket and room id
        self._again = False
        self._looking: asyncio.Task[None] | None = None

    def entered(self, socket: Any, feed: Feed) -> None:
        """Whoever enters is told how it stands."""
        if settings.GUARDED_ROOMS and _is_of_a_group(feed):
            self._told.get(socket, {}).pop(feed.room_id, None)
            self.hinted([])

    def closed(self, socket: Any) -> None:
        """Forgets what the socket was told."""
        self._told.pop(socket, None)

    def hinted(self, ids: Iterable[int]) -> None:
        """Somebody came on shift, or went: looks, soon after the last look."""
        room_guard.forget()
        self._again = True
        if settings.GUARDED_ROOMS and (self._looking is None or self._looking.done()):
            self._looking = self.hub.spawn(self._look())

    def look_at_all(self) -> None:
        """Finds what a lost hint missed and what time alone changed."""
        if any(feed.readers and _is_of_a_group(feed) for feed in self.hub.feeds.values()):
            self.hinted([])

    async def _look(self) -> None:
        while self._again:
            self._again = False
            found = await reading.run(room_guard.standing)
            for feed in list(self.hub.feeds.values()):
                if feed.readers and _is_of_a_group(feed):
                    self._tell(feed, found)
            await asyncio.sleep(APART_SECONDS)

    def _tell(self, feed: Feed, found: room_guard.Standing) -> None:
        frame = protocol.encode(_frame(feed.slug, found))
        for socket in list(feed.readers):
            told = self._told.setdefault(socket, {})
            if told.get(feed.room_id) != found:
                told[feed.room_id] = found
                socket.tell(frame)


def _is_of_a_group(feed: Feed) -> bool:
    return feed.tells_presence and not feed.is_live


def _frame(slug: str, found: room_guard.Standing) -> protocol.RoomGuard:
    if not found.is_on:
        return protocol.RoomGuard(slug)
    back_at = live_state.stamp(found.back_at) if found.back_at else ""
    return protocol.RoomGuard(slug, guarded=True, slow_seconds=GUARDED_SLOW_SECONDS, back_at=back_at)
