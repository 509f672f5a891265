"""The queue, told to the sockets of moderators: that it moved, and how many wait. Never a word or a name.

Everything told comes from rows that are read anew, with the role and the session of each who is told.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from chat import protocol
from chat.parts import Part, part
from chat.protocol import Close
from chat.threads import reading, writing
from moderation.services import desk
from moderation.services.desk import Standing

if TYPE_CHECKING:
    from chat.hub import Hub

APART_SECONDS = 0.5  # between two looks, however much moves


@part
class Desk(Part):
    """Looks how the queue stands whenever it moved, and tells those to whom it stands otherwise than before."""

    name = "queue"

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self._at: dict[Any, str] = {}  # which case each moderator's socket shows
        self._told: dict[Any, Standing] = {}
        self._again = False
        self._looking: asyncio.Task[None] | None = None

    def sit(self, socket: Any, holding: str = "") -> None:
        """A moderator's socket is here, with this case open; it is told how the queue stands."""
        self._at[socket] = holding
        self._told.pop(socket, None)
        self.hub.spawn(writing.run(desk.seen, [(socket.member_id, holding)]))
        self.hinted([])

    def closed(self, socket: Any) -> None:
        """Forgets a socket. The case it showed is given back by a duty, unless its page comes back."""
        self._at.pop(socket, None)
        self._told.pop(socket, None)

    def hinted(self, ids: list[int]) -> None:
        """The queue moved: looks, soon after the last look."""
        self._again = True
        if self._at and (self._looking is None or self._looking.done()):
            self._looking = self.hub.spawn(self._look())

    def look_at_all(self) -> None:
        """Finds what a lost hint missed and what time alone changed, and says who is here."""
        if self._at:
            places = [(socket.member_id, holding) for socket, holding in self._at.items()]
            self.hub.spawn(writing.run(desk.seen, places))
            self.hinted([])

    async def _look(self) -> None:
        while self._again and self._at:
            self._again = False
            sockets = list(self._at)
            found = await reading.run(desk.standing_for, {one.session_key: one.member_id for one in sockets})
            for socket in sockets:
                self._tell(socket, found.get(socket.session_key))
            await asyncio.sleep(APART_SECONDS)

    def _tell(self, socket: Any, standing: Standing | None) -> None:
        if socket not in self._at:
            return
        if standing is None:
            socket.close(Close.NOT_ALLOWED)
        elif self._told.get(socket) != standing:
            self._told[socket] = standing
            socket.tell(protocol.encode(protocol.QueueChanged(standing.counts)))
