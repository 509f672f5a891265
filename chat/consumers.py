"""One socket per browser tab: every command is one service call, every answer one frame."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from functools import partial
from time import monotonic
from typing import Any, ClassVar

from channels.consumer import AsyncConsumer

from chat import door, hub, protocol, work
from chat.elsewhere import Elsewhere
from chat.feed import Reader
from chat.hub import Hub
from chat.outlet import Outlet
from chat.protocol import Close
from chat.services import changes
from chat.services.arrivals import Arrival
from chat.services.changes import Act
from chat.services.hiding import Held
from chat.services.messages import Draft, Stored
from chat.services.news import is_too_far
from chat.services.rooms import Entrance
from chat.window import Window
from community.refusals import Refusal, Unavailable

BEAT_SECONDS = 25
GONE_AFTER_SECONDS = 55.0  # without a heartbeat; promise R6
LIFE_SECONDS = 12 * 3600.0
ANSWER_SECONDS = 9.0  # promise R7: every command is answered within ten seconds
COMMANDS_WAITING = 64  # promise B8
UNREADABLE_FRAMES = 20  # then 4400
FRAMES_BURST, FRAMES_PER_SECOND = 100.0, 20.0
_BEAT_HEARD = protocol.encode(protocol.BeatHeard())


class MemberSocket(AsyncConsumer):
    """One open tab of one member."""

    handlers: ClassVar[dict[type, Callable[[Any, Any], None]]] = {}

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Speaks with one browser from handshake to close."""
        await receive()  # websocket.connect
        try:
            arrival = await self._admit(scope)
        except door.NotAdmitted as no:
            await door.turn_away(no.code, receive, send)
            return
        await send({"type": "websocket.accept"})
        self.address = door.address_of(scope)
        of_our_server = scope.get("extensions", {})
        self._begin(arrival, hub.current(), send, of_our_server.get("commonlight.frame"))
        del arrival  # with its list of rooms, for as long as the tab stays open
        try:
            await self._listen(receive, of_our_server.get("commonlight.hear"))
        finally:
            self._end()

    # --- from handshake to close ------------------------------------------------------------

    async def _admit(self, scope: dict[str, Any]) -> Arrival:
        return await door.admit(scope)

    def _begin(self, arrival: Arrival, of: Hub, send: Any, write: Any) -> None:
        now = monotonic()
        self.member_id, self.session_key = arrival.member_id, arrival.session_key
        self.hidden, self.room_ids = arrival.hidden, dict(arrival.room_ids)
        self.new_account, self.hub, self.notices = arrival.new_account, of, arrival.notices
        too_slow, gone = partial(self.close, Close.TOO_SLOW), partial(self.close, Close.GOING_AWAY)
        self.outlet = Outlet(send, too_slow, gone, write)
        self.readers: dict[str, Reader] = {}
        self.elsewhere = Elsewhere(arrival.member_id, arrival.rooms, arrival.new)
        self.born = self.beat_at = now
        self._frames, self._frames_at = FRAMES_BURST, now
        self._unreadable = 0
        self._pending: dict[int, tuple[int, float]] = {}
        self._serial = 0
        self._window = Window()
        of.add(self)
        for room in self.elsewhere.slugs():
            of.watch_quietly(self, self.room_ids[room], room)
        self._tell(protocol.Hello(protocol.VERSION, arrival.author, BEAT_SECONDS, arrival.told, arrival.notices))

    async def _listen(self, receive: Any, hear_with: Callable[[Callable[[str], None]], None] | None) -> None:
        # Nothing in here waits: the server's own queue of frames never grows behind a slow command.
        if hear_with is not None:
            hear_with(self._hear)
        while (message := await receive())["type"] != "websocket.disconnect":
            self._hear(message.get("text"))

    def _end(self) -> None:
        self.outlet.closed = True
        self.hub.drop(self)
        for reader in self.readers.values():
            self.hub.leave(self, reader.feed.room_id)
        for room in self.elsewhere.slugs():
            self.hub.stop_watching(self, self.room_ids[room])

    def close(self, code: Close, *, retry_after: float = 0) -> None:
        """Says why, closes, and stops hearing rooms at once."""
        if not self.outlet.closed:
            self._tell(protocol.SessionEnding(int(code), retry_after))
            self.outlet.close(code)
        self._end()

    def close_for_restart(self) -> None:
        """Waits for what is in hand, then asks the browser to come back at a moment of its own."""
        if self._pending and monotonic() - self.born < LIFE_SECONDS:
            self.hub.loop.call_later(0.05, self.close_for_restart)
            return
        self.close(Close.COME_BACK, retry_after=round(random.uniform(0.5, 5.0), 1))  # noqa: S311

    # --- hearing ------------------------------------------------------------------------------

    def _hear(self, text: str | None) -> None:
        if self.outlet.closed:
            return
        if not self._may_hear():
            self.close(Close.TOO_FAST, retry_after=5)
            return
        try:
            command = protocol.parse(text)
        except protocol.NotUnderstood as error:
            self._not_understood(error)
            return
        handle = self.handlers.get(type(command))
        if handle is None:  # known, but not at this address
            self._not_understood(protocol.NotUnderstood("unknown-type", getattr(command, "ref", None)))
            return
        try:
            handle(self, command)
        except Refusal as refusal:
            self._refuse(getattr(command, "ref", 0), refusal)

    def _may_hear(self) -> bool:
        now = monotonic()
        self._frames = min(FRAMES_BURST, self._frames + (now - self._frames_at) * FRAMES_PER_SECOND)
        self._frames_at = now
        self._frames -= 1
        return self._frames >= 0 and len(self._pending) < COMMANDS_WAITING

    def _not_understood(self, error: protocol.NotUnderstood) -> None:
        self._unreadable += 1
        self._tell(protocol.Failed(error.code, protocol.DETAILS[error.code], error.ref))
        if self._unreadable >= UNREADABLE_FRAMES:
            self.close(Close.NOT_UNDERSTOOD)

    # --- commands ------------------------------------------------------------------------------

    def _post(self, command: protocol.PostMessage) -> None:
        draft = Draft(
            member_id=self.member_id,
            session_key=self.session_key,
            room=command.room,
            client_id=command.id,
            body=command.body,
            reply_to=command.reply_to,
            heads_up=command.heads_up,
            new_account=self.new_account,
        )
        self._answer_when(work.posts.submit(draft), command.ref, self._stored)

    def _stored(self, ref: int, stored: Stored) -> protocol.Event:
        return protocol.Ack(
            ref, room=stored.room, id=str(stored.client_id), seq=stored.seq, revision=stored.revision, at=stored.at
        )

    def _edit(self, command: protocol.EditMessage) -> None:
        self._change(command, changes.editing(command.body, command.heads_up))

    def _withdraw(self, command: protocol.WithdrawMessage) -> None:
        self._change(command, changes.withdraw)

    def _react(self, command: protocol.React) -> None:
        self._change(command, changes.reacting(command.kind, on=command.on))

    def _change(self, command: Any, how: Any) -> None:
        act = Act(self.member_id, self.session_key, command.room, command.seq, how)
        self._answer_when(work.changes.submit(act), command.ref, self._changed)

    def _changed(self, ref: int, changed: changes.Changed) -> protocol.Event:
        return protocol.Ack(ref, room=changed.room, seq=changed.seq, revision=changed.revision)

    def _enter(self, command: protocol.EnterRoom) -> None:
        found = work.entrances.submit((self.member_id, command.room))
        self._answer_when(found, command.ref, partial(self._entered, command))

    def _entered(self, command: protocol.EnterRoom, ref: int, found: Entrance) -> protocol.Event:
        at = command.position or protocol.Position(found.top, found.revision)
        reader = self.hub.enter(self, command.room, found, at.seq, at.revision)
        self.room_ids[command.room] = found.room_id
        if self.elsewhere.entered(command.room):
            self.hub.stop_watching(self, found.room_id)
        self.readers[command.room] = reader
        self.hub.loop.call_soon(self._begin_reading, reader, found)
        missed = max(found.top - at.seq, 0)
        count = self.hub.presence.count(found.room_id)
        return protocol.Entered(ref, command.room, found.top, found.revision, missed, count, found.read)

    def _begin_reading(self, reader: Reader, found: Entrance) -> None:
        if self.readers.get(reader.feed.slug) is not reader or self.outlet.closed:
            return
        if is_too_far(reader.seq, reader.revision, found.top, found.revision):
            reader.feed.resync(reader, found.top, found.revision)
        self.hub.serve(reader)

    def _leave(self, command: protocol.LeaveRoom) -> None:
        reader = self.readers.pop(command.room, None)
        if reader is not None:
            self.hub.leave(self, reader.feed.room_id)
            self.elsewhere.left(command.room, reader.feed.top, reader.given)
            self.hub.watch_quietly(self, reader.feed.room_id, command.room)
        self._tell(protocol.Ack(command.ref, room=command.room))

    def _read(self, command: protocol.Read) -> None:
        work.reads.submit((self.member_id, command.room, command.seq)).add_done_callback(work.look_away)
        self.elsewhere.read(command.room, command.seq)

    def _beat(self, command: protocol.Beat) -> None:
        self.beat_at = monotonic()
        if self._window.confirm(command, self.readers):
            for reader in list(self.readers.values()):
                self.hub.serve(reader)
        self.outlet.text(_BEAT_HEARD)

    # --- answers -------------------------------------------------------------------------------

    def _answer_when(self, future: asyncio.Future[Any], ref: int, event_of: Callable[..., protocol.Event]) -> None:
        self._serial += 1
        serial = self._serial
        self._pending[serial] = (ref, monotonic())
        future.add_done_callback(partial(self._answer, serial, event_of))

    def _answer(self, serial: int, event_of: Callable[..., protocol.Event], done: asyncio.Future[Any]) -> None:
        work.look_away(done)
        waiting = self._pending.pop(serial, None)
        if waiting is None or self.outlet.closed:
            return  # answered already because it took too long, or nobody is left to hear it
        try:
            self._tell(event_of(waiting[0], done.result()))
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001  (every command is answered; promise R7)
            self._refuse(waiting[0], work.as_refusal(error))

    def _refuse(self, ref: int, refusal: Refusal) -> None:
        self._tell(protocol.Refused(ref, refusal.code, str(refusal.detail), round(refusal.retry_after, 1)))

    def _tell(self, event: protocol.Event) -> None:
        self.outlet.text(protocol.encode(event))

    # --- what the hub asks of a socket -----------------------------------------------------------

    def room_left(self) -> int:
        """How many more messages may go out before the client confirms some."""
        return self._window.left()

    def give(self, reader: Reader, frame: str, count: int) -> None:
        """Sends messages or changes, counted until the client confirms them."""
        self._window.add(reader, count, len(frame))
        self.outlet.text(frame)

    def tell(self, frame: str) -> None:
        """Sends a frame that needs no confirmation."""
        self.outlet.text(frame)

    def room_moved(self, slug: str, top: int, revision: int) -> None:
        """A room of this member moved that this tab is not in; told with the next round."""
        self.elsewhere.moved(slug, top, revision)

    def take_places(self, states: list[protocol.RoomState], room_ids: dict[str, int]) -> None:
        """The member's places as they are now; new ones are told with the next round."""
        self.room_ids |= room_ids
        for state in states:
            if state.room not in self.readers and state.room not in self.elsewhere and not self.outlet.closed:
                self.elsewhere.found(state)
                self.hub.watch_quietly(self, room_ids[state.room], state.room)

    def look_after(self, now: float) -> None:
        """Once a second: late answers, silence, a reader that does not read, a long life."""
        for serial, (ref, since) in list(self._pending.items()):
            if now - since < ANSWER_SECONDS:
                break
            del self._pending[serial]
            self._refuse(ref, Unavailable(retry_after=2))
        if now - self.beat_at > GONE_AFTER_SECONDS:
            self.close(Close.GOING_AWAY)
        elif self._window.is_stuck(now):
            self.close(Close.TOO_SLOW)
        elif now - self.born > LIFE_SECONDS:
            self.close(Close.COME_BACK, retry_after=1)

    def stirred(self) -> dict[str, int]:
        """The rooms this tab is not in that moved since the last round, with their keys."""
        return {slug: self.room_ids[slug] for slug in self.elsewhere.stirred()}

    def tell_unread(self, rooms: dict[str, int], held: dict[int, list[Held]]) -> None:
        """How much is new in these rooms, less what is held back."""
        for unread in self.elsewhere.news({slug: held.get(pk, []) for slug, pk in rooms.items()}):
            self._tell(unread)


MemberSocket.handlers = {
    protocol.PostMessage: MemberSocket._post,
    protocol.Beat: MemberSocket._beat,
    protocol.Read: MemberSocket._read,
    protocol.EnterRoom: MemberSocket._enter,
    protocol.LeaveRoom: MemberSocket._leave,
    protocol.EditMessage: MemberSocket._edit,
    protocol.WithdrawMessage: MemberSocket._withdraw,
    protocol.React: MemberSocket._react,
}
