"""How much is new, told to a member's own sockets: after a hint that names members only, or found by asking.

Every process tells its own sockets. A hint may be lost; the poll makes it good.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from chat import protocol
from chat.threads import reading
from community.services import notices

if TYPE_CHECKING:
    from chat.hub import Hub

CHUNK = 400  # members in one query, and in one hint


class Bell:
    """Looks how much is new for members with sockets here, and tells those whose number changed."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._wanted: set[int] = set()
        self._looking: asyncio.Task[None] | None = None

    def moved(self, member_ids: Iterable[int]) -> None:
        """Something came, or was seen, through this process: looks, and hints to the others."""
        ids = list(member_ids)
        self.hinted(ids)
        for start in range(0, len(ids), CHUNK):
            self._hub.backbone.noticed(ids[start : start + CHUNK])

    def hinted(self, member_ids: Iterable[int]) -> None:
        """Looks at those of these members who have a socket here."""
        self._wanted |= {pk for pk in member_ids if pk in self._hub.by_member}
        if self._wanted and (self._looking is None or self._looking.done()):
            self._looking = self._hub.spawn(self._look())

    def look_at_all(self) -> None:
        """The poll: hints may have been lost, and some processes have no line for them."""
        self.hinted(list(self._hub.by_member))

    async def _look(self) -> None:
        while self._wanted:
            ids = sorted(self._wanted)[:CHUNK]
            self._wanted.difference_update(ids)
            counts = await reading.run(notices.new_counts, ids)
            for socket in [one for one in self._hub.sockets if one.member_id in ids]:
                self._tell(socket, counts.get(socket.member_id, 0))

    @staticmethod
    def _tell(socket: Any, count: int) -> None:
        if socket.notices != count:
            socket.notices = count
            socket.tell(protocol.encode(protocol.Notices(count)))
