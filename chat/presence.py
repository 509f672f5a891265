"""About how many members are in each room: numbers by lease, never names, best effort.

Each process counts its own sockets and tells the others every fifteen seconds; what was not renewed
for 45 seconds no longer counts, so nobody stays present because a process died (promise R6).
"""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING

from chat import protocol

if TYPE_CHECKING:
    from chat.hub import Hub

TELL_SECONDS = 15.0
LEASE_SECONDS = 45.0
SHOW_SECONDS = 3.0
LIVE_SHOW_SECONDS = 10.0  # between two numbers of one live chat
EXACT_UP_TO = 20  # in a live chat; above, nobody is counted


def rounded(count: int) -> int:
    """The number that a live chat shows."""
    return count if count <= EXACT_UP_TO else (count + 5) // 10 * 10


class Presence:
    """Counts of this process, and what the others last said."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._others: dict[str, tuple[float, dict[int, int]]] = {}
        self._shown: dict[int, int] = {}
        self._shown_at: dict[int, float] = {}  # by the ids of live chats
        self._told_at = 0.0
        hub.backbone.on_presence = self.heard

    def count(self, room_id: int) -> int:
        """Members in the room, here and elsewhere; of a live chat as it is shown."""
        now = monotonic()
        elsewhere = (counts.get(room_id, 0) for at, counts in self._others.values() if now - at < LEASE_SECONDS)
        feed, count = self._hub.feeds.get(room_id), self._here(room_id) + sum(elsewhere)
        return rounded(count) if feed and feed.is_live else count

    def heard(self, process: str, counts: dict[str, int]) -> None:
        """Another process said how many members it serves."""
        self._others[process] = (monotonic(), {int(pk): int(count) for pk, count in counts.items()})
        self._others = {p: one for p, one in self._others.items() if monotonic() - one[0] < LEASE_SECONDS}

    def _here(self, room_id: int) -> int:
        feed = self._hub.feeds.get(room_id)
        return len({listener.member_id for listener in feed.readers}) if feed and feed.tells_presence else 0

    async def for_ever(self) -> None:
        """Shows changed numbers to readers and tells the other processes, until cancelled."""
        while True:
            await asyncio.sleep(SHOW_SECONDS)
            self.show()
            if monotonic() - self._told_at >= TELL_SECONDS:
                self._told_at = monotonic()
                counts = {str(pk): self._here(pk) for pk, feed in self._hub.feeds.items() if self._here(pk)}
                self._hub.backbone.say({"present": counts})

    def show(self) -> None:
        """Tells readers of rooms whose number changed."""
        for room_id, feed in self._hub.feeds.items():
            if not feed.readers or not feed.tells_presence:
                self._shown.pop(room_id, None)
                self._shown_at.pop(room_id, None)
                continue
            if feed.is_live and monotonic() - self._shown_at.get(room_id, -LIVE_SHOW_SECONDS) < LIVE_SHOW_SECONDS:
                continue
            count = self.count(room_id)
            if self._shown.get(room_id) != count:
                self._shown[room_id] = count
                self._shown_at |= {room_id: monotonic()} if feed.is_live else {}
                frame = protocol.encode(protocol.Presence(feed.slug, count))
                for listener in feed.readers:
                    listener.tell(frame)
