"""Ends sockets whose session, standing or place is gone (promises S3, S4), and looks after each of them."""

from __future__ import annotations

import asyncio
import logging
from time import monotonic
from typing import TYPE_CHECKING

from chat.protocol import Close
from chat.services.arrivals import newest_places, places_of
from chat.services.hiding import held_in
from chat.threads import reading
from community.services import sessions

if TYPE_CHECKING:
    from chat.hub import Hub

log = logging.getLogger("chat.watch")
TICK_SECONDS = 1.0
LOOK_SECONDS = 2.0


class Watch:
    """Once a second each socket is looked after; every two seconds all their sessions are asked for at once."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._looked_at = 0.0
        self._newest_place = 0

    async def for_ever(self) -> None:
        """Ticks until cancelled. A database that is away is asked again at the next tick."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            try:
                await self._tick(monotonic())
            except Exception as error:  # noqa: BLE001
                log.warning("the session watch could not look: %s", type(error).__name__)

    async def _tick(self, now: float) -> None:
        for socket in list(self._hub.sockets):
            socket.look_after(now)
        if now - self._looked_at >= LOOK_SECONDS:
            self._looked_at = now
            await self.look()
            await self.tell_unread()

    async def tell_unread(self) -> None:
        """Tells each socket how much is new in rooms it is not in. One query for all of them, if anything moved."""
        moved = [(socket, socket.stirred()) for socket in self._hub.sockets]
        ids = {pk for _, rooms in moved for pk in rooms.values()}
        held = await reading.run(held_in, ids) if ids else {}
        for socket, rooms in moved:
            socket.tell_unread(rooms, held)

    async def look(self) -> None:
        """Closes every socket whose session is over. One query for all sessions of this process."""
        sockets = list(self._hub.sockets)
        if not sockets:
            return
        holds = await reading.run(sessions.alive, {socket.session_key for socket in sockets})
        for socket in sockets:
            if holds.get(socket.session_key) != socket.member_id:
                socket.close(Close.SIGN_IN_AGAIN)

    async def look_at_member(self, member_id: int) -> None:
        """Reads afresh which places a member has, and tells their sockets of new ones."""
        mine = [socket for socket in self._hub.sockets if socket.member_id == member_id]
        if mine:
            states, room_ids = await reading.run(places_of, member_id)
            for socket in mine:
                socket.take_places(states, room_ids)

    async def look_for_places(self) -> None:
        """Finds places that other processes gave to members of this one, when their hint was lost."""
        if not self._hub.sockets:
            return
        self._newest_place, found = await reading.run(newest_places, self._newest_place)
        known = {(socket.member_id, room) for socket in self._hub.sockets for room in socket.room_ids.values()}
        here = self._hub.by_member.keys()
        for member_id in {member for member, room in found if member in here and (member, room) not in known}:
            await self.look_at_member(member_id)
