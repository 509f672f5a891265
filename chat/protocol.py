"""The frames between browser and server. Pure: text in, commands out; events in, text out.

`docs/protocol.md` is the contract; a test keeps the document, this module and the JavaScript equal.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Any, get_args
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

VERSION = 1
FRAME_LIMIT = 16 * 1024  # bytes of one frame; promise B2
BODY_LIMIT, HEADS_UP_LIMIT = 4000, 80  # characters of one message; promise B2
ROOMS_PER_BEAT, RESYNC_AFTER = 50, 500  # messages or changes behind; more than that, the client pages the history

Ref = Annotated[int, Meta(ge=0, le=2**31 - 1)]
RoomName = Annotated[str, Meta(min_length=1, max_length=60)]
Seq = Annotated[int, Meta(ge=1, le=2**53 - 1)]
Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Body = Annotated[str, Meta(min_length=1, max_length=FRAME_LIMIT)]  # the exact limit is counted after tidying
HeadsUp = Annotated[str, Meta(max_length=HEADS_UP_LIMIT * 4)]
CaseToken = Annotated[str, Meta(max_length=22)]
ReactionKind = Annotated[str, Meta(min_length=1, max_length=16)]


class Close(IntEnum):
    """Close codes, each with what the client must do (promise R-07)."""

    DONE = 1000  # nothing
    GOING_AWAY = 1001  # come back after a short wait
    TOO_BIG = 1009  # never send that frame again; come back
    COME_BACK = 1012  # the server restarts: come back after `retry_after` of `session.ending`, or a short wait
    NOT_UNDERSTOOD = 4400  # too many frames nobody can read: come back, do not send the same again
    SIGN_IN_AGAIN = 4401  # the session is over: show the sign-in page
    NOT_ALLOWED = 4403  # do not come back
    TOO_SLOW = 4408  # come back and resume
    TOO_MANY_SOCKETS = 4409  # close another tab first
    TOO_FAST = 4429  # come back after a wait


# What to do about a frame that could not be read, by the code of its `error`.
DETAILS = {
    "text-only": "Send frames as JSON text.",
    "too-big": "A frame may have 16 KiB.",
    "not-text": "The frame holds characters that are not text.",
    "not-json": "The frame is not a JSON object.",
    "bad-fields": "A field is missing or has the wrong form. See the protocol document.",
    "unknown-type": "There is no frame of this type. See the protocol document.",
}


class Position(Struct, frozen=True, gc=False):
    """What one reader already has of a room."""

    seq: Count
    revision: Count


class Command(Struct, frozen=True, tag_field="type"):
    """What a browser orders. Each is answered by exactly one frame with the same `ref`."""

    ref: Ref


class EnterRoom(Command, tag="room.enter"):
    """Hear a room live, from `position` on; without one, from now on."""

    room: RoomName
    position: Position | None = None


class LeaveRoom(Command, tag="room.leave"):
    """Stop hearing a room on this socket. The membership stays."""

    room: RoomName


class PostMessage(Command, tag="message.post"):
    """Store a message. `id` is made by the client; sending it again stores nothing new."""

    room: RoomName
    id: UUID
    body: Body
    reply_to: Seq | None = None
    heads_up: HeadsUp = ""


class EditMessage(Command, tag="message.edit"):
    """Change one's own message within 15 minutes."""

    room: RoomName
    seq: Seq
    body: Body
    heads_up: HeadsUp | None = None


class WithdrawMessage(Command, tag="message.withdraw"):
    """Take one's own message back, at any time."""

    room: RoomName
    seq: Seq


class React(Command, tag="message.react"):
    """Give a word of support, or take it back."""

    room: RoomName
    seq: Seq
    kind: ReactionKind
    on: bool


class Read(Struct, frozen=True, tag_field="type", tag="read"):
    """The member has seen the room up to here. Not answered."""

    room: RoomName
    seq: Count


class WatchQueue(Command, tag="queue.watch"):
    """At a moderator's socket: which case this page shows, so that it goes back to the queue once nobody is there."""

    holding: CaseToken = ""


class Beat(Struct, frozen=True, tag_field="type", tag="beat"):
    """A heartbeat, and what this socket has shown of each room it entered. Answered by `beat`."""

    positions: Annotated[dict[RoomName, Count], Meta(max_length=ROOMS_PER_BEAT)] = {}
    revisions: Annotated[dict[RoomName, Count], Meta(max_length=ROOMS_PER_BEAT)] = {}


AnyCommand = EnterRoom | LeaveRoom | PostMessage | EditMessage | WithdrawMessage | React | WatchQueue | Read | Beat
COMMANDS: tuple[type, ...] = get_args(AnyCommand)


class NotUnderstood(ValueError):  # noqa: N818
    """A frame that is no command of this protocol. `ref` is its reference where one could be read."""

    def __init__(self, code: str, ref: int | None = None) -> None:
        super().__init__(code)
        self.code, self.ref = code, ref


class _Envelope(Struct):
    type: Any = None
    ref: Any = None


_decode_command = msgspec.json.Decoder(AnyCommand).decode
_decode_envelope = msgspec.json.Decoder(_Envelope).decode
_encode = msgspec.json.Encoder().encode


def parse(text: str | None) -> AnyCommand:
    """The command that `text` carries. Raises `NotUnderstood` for anything else, whatever it is."""
    if text is None:
        raise NotUnderstood("text-only")
    if len(text) > FRAME_LIMIT:
        raise NotUnderstood("too-big")
    try:
        frame = text.encode("utf-8")
    except UnicodeEncodeError:
        raise NotUnderstood("not-text") from None
    if len(frame) > FRAME_LIMIT:
        raise NotUnderstood("too-big")
    try:
        return _decode_command(frame)
    except (msgspec.DecodeError, RecursionError, ValueError):
        raise _why_not(text) from None


def _why_not(text: str) -> NotUnderstood:
    try:
        envelope = _decode_envelope(text.encode("utf-8"))
    except (msgspec.DecodeError, RecursionError, ValueError):
        return NotUnderstood("not-json")
    ref = envelope.ref if type(envelope.ref) is int and 0 <= envelope.ref < 2**31 else None
    known = {tag_of(command) for command in COMMANDS}
    return NotUnderstood("bad-fields" if envelope.type in known else "unknown-type", ref)


# --- What the server tells ------------------------------------------------------------------


class Author(Struct, frozen=True, omit_defaults=True):
    """Who wrote a message, as others may see it."""

    name: str
    pebble: int
    label: str = ""  # "moderator", "host" or nothing
    new: bool = False  # in their first week


class Quote(Struct, frozen=True, omit_defaults=True):
    """The message that another one answers, as it stands now."""

    seq: int
    name: str = ""
    text: str = ""


class Entry(Struct, frozen=True, omit_defaults=True):
    """One message as it stands now. `state` is empty, "withdrawn", "hidden", "held" or "unreadable".

    `aside` is in its author's own frames only: "veiled" when others do not see some of it, "held" when they do not
    see it before a moderator has looked, "taken-down" beside the state "hidden". `caution` is set early in a
    conversation, when the message leads somewhere else; shown to the one who got it.
    """

    seq: int
    revision: int
    at: str
    id: str = ""
    author: Author | None = None
    body: str = ""
    parts: list[list[str]] = []
    heads_up: str = ""
    reply_to: Quote | None = None
    edited: bool = False
    state: str = ""
    reactions: dict[str, int] = {}
    caution: bool = False
    aside: str = ""


class Event(Struct, frozen=True, tag_field="type", omit_defaults=True):
    """What the server tells a browser."""


class Hello(Event, tag="hello"):
    """The first frame. `rooms` lists the member's places with their unread counts; `notices` counts what is new."""

    protocol: int
    member: Author
    beat_seconds: int
    rooms: list[RoomState] = []
    notices: int = 0


class RoomState(Struct, frozen=True):
    """One of the member's rooms: where it stands and how far this member has read.

    `kind` is "group" or "conversation"; a conversation is named after the other one.
    """

    room: str
    name: str
    top: int
    read: int
    mentions: int = 0
    kind: str = "group"


class Ack(Event, tag="ack"):
    """Done. For a post: stored, with its place. For a change: the revision it made."""

    ref: int
    room: str = ""
    id: str = ""
    seq: int = 0
    revision: int = 0
    at: str = ""


class Refused(Event, tag="refused"):
    """Not done, and why. `retry_after` is in seconds, where waiting helps."""

    ref: int
    code: str
    detail: str
    retry_after: float = 0


class Failed(Event, tag="error"):
    """A frame that could not be read. Nothing was done."""

    code: str
    detail: str
    ref: int | None = None


class Entered(Event, tag="room.entered"):
    """The answer to `room.enter`. `missed` messages follow in `messages` frames."""

    ref: int
    room: str
    top: int
    revision: int
    missed: int
    count: int
    read: int


class Messages(Event, tag="messages"):
    """New messages in order. `prev` is the seq this reader was given before."""

    room: str
    prev: int
    messages: list[msgspec.Raw]


class Changes(Event, tag="changes"):
    """Messages as they stand after a change; `revision` is what this reader has now."""

    room: str
    revision: int
    changes: list[msgspec.Raw]


class Resync(Event, tag="resync"):
    """Too far behind: read the history over HTTP, then go on from here."""

    room: str
    top: int
    revision: int


class Removed(Event, tag="room.removed"):
    """This member has no place in the room any more."""

    room: str


class Unread(Event, tag="unread"):
    """News of a room this socket has not entered; also of one the member has a place in since a moment ago."""

    room: str
    count: int
    kind: str = ""  # "conversation", or nothing for a group room


class Presence(Event, tag="presence"):
    """About how many members are in the room now. A number, never names."""

    room: str
    count: int


class Notices(Event, tag="notices"):
    """How much is new for this member, in their one place for it. A number, nothing else."""

    count: int


class SupportOffered(Event, tag="support.offered"):
    """Beside a message of this member's own there are ways to get help. Told to their own sockets and nobody else's.

    `panel` tells the panel from a folded line; `at` is when it was offered or last answered.
    """

    room: str
    seq: int
    token: str
    panel: bool
    at: str


class LivePrompt(Struct, frozen=True):
    """The question that is pinned, and who asks it."""

    id: int
    text: str
    by: str
    pebble: int


class LiveCarer(Struct, frozen=True):
    """Somebody who looks after a live chat; `role` is "host" or "moderator"."""

    name: str
    pebble: int
    role: str


class LiveState(Event, tag="live.state"):
    """How a live chat stands, the same for everyone in its room. Times are UTC.

    `state` is "planned", "open", "winding-down", "ended", "cancelled" or "not-taking-place"; `resting_until` is set
    while the host has asked everyone to rest, `away` and `here` are names while who leads has lost their line.
    """

    room: str
    revision: int
    state: str
    starts_at: str
    winds_down_at: str
    closes_at: str
    slow_seconds: int = 0
    prompt: LivePrompt | None = None
    so_far: str = ""
    so_far_at: str = ""
    resting_until: str = ""
    away: str = ""
    here: str = ""
    guarded: bool = False
    led_by: list[LiveCarer] = []


class RoomGuard(Event, tag="room.guard"):
    """Whether a group room is guarded, because no moderator is on shift; the same for everyone in it.

    `back_at` is when one is expected, in UTC; empty when nobody knows.
    """

    room: str
    guarded: bool = False
    slow_seconds: int = 0
    back_at: str = ""


class QueueChanged(Event, tag="queue.changed"):
    """Something in the queue moved; how many wait for this moderator, by severity. No words, no names."""

    counts: dict[str, int]


class SessionEnding(Event, tag="session.ending"):
    """The socket is about to be closed; come back after `retry_after` seconds, unless the code says not to."""

    code: int
    retry_after: float = 0


class BeatHeard(Event, tag="beat"):
    """The answer to a heartbeat."""


EVENTS: tuple[type[Event], ...] = (
    Hello, Ack, Refused, Failed, Entered, Messages, Changes, Resync, Removed, Unread, Presence, Notices,
    SupportOffered, LiveState, RoomGuard, QueueChanged, SessionEnding, BeatHeard,
)  # fmt: skip


def encode(event: Event) -> str:
    """The frame that tells `event`."""
    return _encode(event).decode("utf-8")


def encode_entry(entry: Entry) -> bytes:
    """One message, encoded once for all its readers."""
    return _encode(entry)


def messages_frame(room: str, prev: int, entries: list[bytes]) -> str:
    """A `messages` frame from entries that are encoded already."""
    return encode(Messages(room, prev, [msgspec.Raw(entry) for entry in entries]))


def changes_frame(room: str, revision: int, entries: list[bytes]) -> str:
    """A `changes` frame from entries that are encoded already."""
    return encode(Changes(room, revision, [msgspec.Raw(entry) for entry in entries]))


def tag_of(frame: type) -> str:
    """The `type` that frames of this class carry."""
    return str(frame.__struct_config__.tag)  # type: ignore[attr-defined]
