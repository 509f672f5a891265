"""One room as one process knows it: a ring of encoded messages, and who listens from where."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from chat import protocol
from chat.services.entries import Encoded
from chat.services.news import News

if TYPE_CHECKING:
    from chat.services.messages import Stored

RING = 100  # messages kept encoded per room, for live delivery and for resuming
CHANGES_KEPT = 200


class Listener(Protocol):
    """What a feed needs of a socket."""

    member_id: int
    hidden: frozenset[int]

    def room_left(self) -> int:
        """How many more messages the socket takes before the client confirms some."""

    def give(self, reader: Reader, frame: str, count: int) -> None:
        """Sends a frame with `count` messages or changes."""

    def tell(self, frame: str) -> None:
        """Sends a frame that is not counted."""


class Reader:
    """One socket's place in one room."""

    __slots__ = ("confirmed", "confirmed_revision", "feed", "given", "listener", "loading", "revision", "seq")

    def __init__(self, listener: Listener, feed: Feed, seq: int, revision: int) -> None:
        self.listener = listener
        self.feed = feed
        self.seq = seq  # everything up to here was given or lawfully skipped
        self.given = seq  # the last message given; what the client has
        self.revision = revision
        self.confirmed = seq
        self.confirmed_revision = revision
        self.loading = False


class Feed:
    """The newest messages of a room, in order and without holes up to `top`, and its readers."""

    def __init__(self, room_id: int, slug: str, top: int, revision: int) -> None:
        self.room_id = room_id
        self.slug = slug
        # Begins a ring's length below the top; the first refresh fills the ring for everyone who resumes.
        self.top = max(top - RING, 0)
        self.revision = revision
        self.readers: dict[Listener, Reader] = {}
        self.refreshing: asyncio.Task[None] | None = None
        self.wanted = (top, revision)
        self.flushed_at = 0.0
        self.flush_due = False
        self._ring: deque[Encoded] = deque(maxlen=RING)
        self._changes: deque[tuple[int, Encoded]] = deque(maxlen=CHANGES_KEPT)
        self._changes_from = revision  # every change after this revision is in `_changes`

    @property
    def is_behind(self) -> bool:
        """True when the room is known to stand further than what is here."""
        return self.wanted[0] > self.top or self.wanted[1] > self.revision

    def hear(self, top: int, revision: int) -> bool:
        """Notes where the room stands elsewhere. True when there is something to read."""
        self.wanted = (max(top, self.wanted[0]), max(revision, self.wanted[1]))
        return self.is_behind

    def take(self, stored: Stored) -> bool:
        """Adds a message this process just stored. False when something before it is missing here."""
        if stored.entry is None or stored.seq != self.top + 1 or stored.revision != self.revision or self.is_behind:
            return False
        self._ring.append(stored.entry)
        self.top = stored.seq
        self.wanted = (max(self.top, self.wanted[0]), self.wanted[1])
        return True

    def take_news(self, news: News) -> None:
        """Moves on to where `news` ends. Members who lost their place are gone before anything else is given."""
        self._drop(news.removed)
        if news.too_far:
            self._ring.clear()
            self._changes.clear()
            self._changes_from = news.revision
        self._replace(news.changed)
        self._note_changes(news.changed)
        self._ring.extend(entry for entry in news.fresh if entry.seq > self.top)
        self.top, self.revision = max(self.top, news.top), max(self.revision, news.revision)
        self.wanted = (max(self.top, self.wanted[0]), max(self.revision, self.wanted[1]))

    def _note_changes(self, changed: list[tuple[int, Encoded]]) -> None:
        for change in changed:
            if len(self._changes) == CHANGES_KEPT:
                self._changes_from = self._changes[0][0]
            self._changes.append(change)

    def _drop(self, member_ids: Iterable[int]) -> None:
        gone = set(member_ids)
        for listener in [one for one in self.readers if one.member_id in gone]:
            del self.readers[listener]
            listener.tell(protocol.encode(protocol.Removed(self.slug)))

    def _replace(self, changed: list[tuple[int, Encoded]]) -> None:
        now = {entry.seq: entry for _, entry in changed}
        if any(entry.seq in now for entry in self._ring):
            self._ring = deque((now.get(entry.seq, entry) for entry in self._ring), maxlen=RING)

    # --- giving ---------------------------------------------------------------------------

    def serve(self) -> list[Reader]:
        """Gives every reader what is new. Returns those who need rows that are not kept here."""
        frames: dict[tuple[int, int, int], str] = {}
        return [reader for reader in list(self.readers.values()) if not self.serve_one(reader, frames)]

    def serve_one(self, reader: Reader, frames: dict[tuple[int, int, int], str] | None = None) -> bool:
        """Gives one reader what is new, as far as the socket takes it. False when older rows must be read.

        Gives nothing while a change is known of but not read: the ring may hold words that were taken back.
        """
        if reader.loading or self.wanted[1] > self.revision:
            return True
        if reader.revision < self.revision and not self._give_changes(reader):
            return False
        if reader.seq >= self.top:
            return True
        if self.top - reader.seq > len(self._ring):
            return reader.listener.room_left() <= 0
        self._give_messages(reader, {} if frames is None else frames)
        return True

    def _give_changes(self, reader: Reader) -> bool:
        if reader.revision < self._changes_from:
            return False
        if reader.listener.room_left() <= 0:
            return True
        latest = {entry.seq: entry for at, entry in self._changes if at > reader.revision}
        self.give_changes(reader, list(latest.values()), self.revision)
        return True

    def give_changes(self, reader: Reader, entries: list[Encoded], revision: int) -> None:
        """Gives changed messages that this reader already has, and raises its revision."""
        hidden = reader.listener.hidden
        mine = [e.body for e in entries if e.seq <= reader.seq and e.author_id not in hidden]
        reader.revision = revision
        reader.listener.give(reader, protocol.changes_frame(self.slug, revision, mine), len(mine))

    def _give_messages(self, reader: Reader, frames: dict[tuple[int, int, int], str]) -> None:
        upto = min(self.top, reader.seq + reader.listener.room_left())
        if upto <= reader.seq:
            return
        if reader.listener.hidden:
            self.give_messages(reader, self._between(reader.seq, upto), upto)
            return
        key = (reader.given, reader.seq, upto)
        frame = frames.get(key)
        if frame is None:
            entries = [entry.body for entry in self._between(reader.seq, upto)]
            frame = frames[key] = protocol.messages_frame(self.slug, reader.given, entries)
        count = upto - reader.seq
        reader.seq = reader.given = upto
        reader.listener.give(reader, frame, count)

    def give_messages(self, reader: Reader, entries: list[Encoded], upto: int) -> None:
        """Gives these messages, less those this reader is not given, and raises its position to `upto`."""
        hidden = reader.listener.hidden
        mine = [entry for entry in entries if entry.author_id not in hidden]
        reader.seq = upto
        if mine:
            prev, reader.given = reader.given, mine[-1].seq
            reader.listener.give(reader, protocol.messages_frame(self.slug, prev, [e.body for e in mine]), len(mine))

    def _between(self, seq: int, upto: int) -> list[Encoded]:
        first = self.top - len(self._ring) + 1
        return [self._ring[place] for place in range(seq + 1 - first, upto + 1 - first)]

    def give_news(self, reader: Reader, news: News) -> None:
        """Gives one reader rows that were read for it alone, at most as many as the socket takes."""
        self._drop(news.removed)
        if reader.listener not in self.readers:
            return
        if news.too_far:
            self.resync(reader, news.top, news.revision)
            return
        if news.revision > reader.revision:
            self.give_changes(reader, [entry for _, entry in news.changed], news.revision)
        room = max(reader.listener.room_left(), 0)
        entries = [entry for entry in news.fresh if entry.seq > reader.seq][:room]
        if entries:
            self.give_messages(reader, entries, entries[-1].seq)

    def resync(self, reader: Reader, top: int, revision: int) -> None:
        """Tells a reader that is more than 500 behind to page the history, and goes on from the top."""
        reader.seq = reader.given = reader.confirmed = top
        reader.revision = reader.confirmed_revision = revision
        reader.listener.tell(protocol.encode(protocol.Resync(self.slug, top, revision)))
