"""Offers of help, told to the sockets of the member they are for and to nobody else's. No words: where, and how loud.

What is told comes from rows: after a hint, when a socket opens, and whenever the hub polls.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from chat import protocol
from chat.parts import CHUNK, Part, part
from chat.threads import reading
from moderation.services import support

if TYPE_CHECKING:
    from chat.hub import Hub
    from moderation.models import SupportOffer


@part
class Offers(Part):
    """Tells each socket once of each offer of its member as it stands."""

    name = "offers"

    def __init__(self, hub: Hub) -> None:
        super().__init__(hub)
        self._told: dict[Any, dict[str, protocol.SupportOffered]] = {}
        self._wanted: set[int] = set()
        self._looking: asyncio.Task[None] | None = None

    def opened(self, socket: Any) -> None:
        """What was offered before this tab was open, or while its line was broken."""
        self._told[socket] = {}
        self.hinted([socket.member_id])

    def closed(self, socket: Any) -> None:
        """Forgets what the socket was told."""
        self._told.pop(socket, None)

    def hinted(self, ids: Iterable[int]) -> None:
        """Looks at those of these members who have a socket here."""
        self._wanted |= {pk for pk in ids if pk in self.hub.by_member}
        if self._wanted and (self._looking is None or self._looking.done()):
            self._looking = self.hub.spawn(self._look())

    def look_at_all(self) -> None:
        """Finds what a lost hint missed, and what was offered where no line for hints is."""
        self.hinted(list(self.hub.by_member))

    async def _look(self) -> None:
        while self._wanted:
            ids = sorted(self._wanted)[:CHUNK]
            self._wanted.difference_update(ids)
            theirs: dict[int, list[SupportOffer]] = {}
            for made in await reading.run(support.current, ids):
                theirs.setdefault(made.member_id, []).append(made)
            for socket in [one for one in self._told if one.member_id in theirs] if theirs else ():
                for made in theirs[socket.member_id]:
                    self._tell(socket, made)

    def _tell(self, socket: Any, made: SupportOffer) -> None:
        told, frame = self._told[socket], frame_of(made)
        if told.get(frame.token) != frame:
            told[frame.token] = frame
            socket.tell(protocol.encode(frame))


def frame_of(made: SupportOffer) -> protocol.SupportOffered:
    """The frame about an offer as it stands."""
    at = support.changed_at(made).isoformat(timespec="milliseconds")
    return protocol.SupportOffered(
        made.message.room.slug, made.message.seq, made.token, support.is_panel(made), at.replace("+00:00", "Z")
    )
