"""A moderator's socket: a member's, with everything that protects it, that hears of the queue and of nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

from django.db import Error as DatabaseError

from chat import door, protocol
from chat.consumers import MemberSocket
from chat.hub import Hub
from chat.protocol import Close
from chat.services.arrivals import Arrival
from chat.threads import reading
from moderation.desk import Desk
from moderation.services import desk


class ModeratorSocket(MemberSocket):
    """One open page of the console. Role and second factor are asked for at the door and at every look."""

    async def _admit(self, scope: dict[str, Any]) -> Arrival:
        arrival = await super()._admit(scope)
        try:
            able = await reading.run(desk.who_may, {arrival.session_key: arrival.member_id})
            if not able and not await reading.run(desk.is_moderator, arrival.member_id):
                raise door.NotAdmitted(None)  # as at any address that is not there
        except (DatabaseError, OSError, TimeoutError):
            raise door.NotAdmitted(Close.COME_BACK) from None
        if not able:
            raise door.NotAdmitted(Close.NOT_ALLOWED)
        return replace(arrival, rooms=[])

    def _begin(self, arrival: Arrival, of: Hub, send: Any, write: Any) -> None:
        super()._begin(arrival, of, send, write)
        self._desk.sit(self)

    @property
    def _desk(self) -> Desk:
        return cast(Desk, self.hub.parts[Desk.name])

    def _watch(self, command: protocol.WatchQueue) -> None:
        self._tell(protocol.Ack(command.ref))
        self._desk.sit(self, command.holding)

    def take_places(self, states: list[protocol.RoomState], room_ids: dict[str, int]) -> None:
        """Rooms are for the member's other tabs."""
        self.room_ids |= room_ids


ModeratorSocket.handlers = {protocol.WatchQueue: ModeratorSocket._watch, protocol.Beat: MemberSocket._beat}
