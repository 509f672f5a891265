"""One room as one process knows it: a ring of encoded messages, and who listens from where."""

from __future__ import annotations

import asyncio
from collections import deque
from operator import itemgetter
from typing import TYPE_CHECKING, Protocol

from chat import protocol
from chat.services.entries import Encoded
from chat.services.news import News

if TYPE_CHECKING:
    from chat.services.messages import Stored

RING = 100  # messages kept encoded per room, for live delivery and for resuming
CHANGES_KEPT = 200
REMOVALS_KEPT = 1000  # far more than can happen between reading a member's place and adding their reader
Frames = dict[tuple[int, int, int], tuple[str, int]]  # by (given, seq, upto): a frame and the seq it ends with
FRAME_BYTES = 64 * 1024  # of messages in one frame; a single one may be larger


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

    __slots__ = (
        "admitted", "confirmed", "confirmed_revision", "feed", "given", "listener", "loading", "revision", "seq",
    )  # fmt: skip

    def __init__(self, listener: Listener, feed: Feed, seq: int, revision: int, admitted: int = 0) -> None:
        self.listener = listener
        self.feed = feed
        self.seq = seq  # everything up to here was given or lawfully skipped
        self.given = seq  # the last message given; what the client has
        self.revision = revision
        self.admitted = admitted  # the room's revision when this member's place was looked at
        self.confirmed = seq
        self.confirmed_revision = revision
        self.loading = False


class Feed:
    """The newest messages of a room, in order and without holes up to `top`, and its readers."""

    def __init__(self, room_id: int, slug: str, top: int, revision: int) -> None:
        self.room_id = room_id
        self.tells_presence = True  # one to one, nobody is told whether the other is here
        self.is_live = False  # the room of a live chat
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
        self._own: set[int] = set()  # authors who are given other frames than everyone for some of these
        self._changes: deque[tuple[int, Encoded]] = deque(maxlen=CHANGES_KEPT)
        self._changes_from = revision  # every change after this revision is in `_changes`
        self._removals: dict[int, int] = {}  # member id → revision of their newest removal
        self._parted: dict[int, tuple[int, frozenset[int]]] = {}  # member id → since which revision they miss whom

    @property
    def is_behind(self) -> bool:
        """True when the room is known to stand further than what is here."""
        return self.wanted[0] > self.top or self.wanted[1] > self.revision

    def was_removed(self, member_id: int, *, since: int) -> bool:
        """True when the member is known to have lost their place after revision `since`."""
        return self._removals.get(member_id, 0) > since

    def tell_apart(self, listener: Listener, *, since: int) -> None:
        """Gives a new listener what changed after revision `since` about whose words they are not given."""
        at, hidden = self._parted.get(listener.member_id, (0, frozenset()))
        if at > since:
            listener.hidden = hidden

    def hear(self, top: int, revision: int) -> bool:
        """Notes where the room stands elsewhere. True when there is something to read."""
        self.wanted = (max(top, self.wanted[0]), max(revision, self.wanted[1]))
        return self.is_behind

    def take(self, stored: Stored) -> bool:
        """Adds a message this process just stored. False when something before it is missing here."""
        if stored.entry is None or stored.seq != self.top + 1 or stored.revision != self.revision or self.is_behind:
            return False
        self._ring.append(stored.entry)
        self._note_own([stored.entry])
        self.top = stored.seq
        self.wanted = (max(self.top, self.wanted[0]), self.wanted[1])
        return True

    def take_news(self, news: News) -> None:
        """Moves on to where `news` ends. Members who lost their place are gone before anything else is given."""
        self._drop(news.removed)
        self._part(news.parted)
        if news.too_far:
            self._ring.clear()
            self._changes.clear()
            self._changes_from = news.revision
        self._replace(news.changed)
        self._note_changes(news.changed)
        self._note_own([*news.fresh, *(entry for _, entry in news.changed)])
        self._ring.extend(entry for entry in news.fresh if entry.seq > self.top)
        self.top, self.revision = max(self.top, news.top), max(self.revision, news.revision)
        self.wanted = (max(self.top, self.wanted[0]), max(self.revision, self.wanted[1]))

    def _note_own(self, entries: list[Encoded]) -> None:
        self._own.update(entry.author_id for entry in entries if entry.own and entry.author_id)

    def _note_changes(self, changed: list[tuple[int, Encoded]]) -> None:
        for change in changed:
            if len(self._changes) == CHANGES_KEPT:
                self._changes_from = self._changes[0][0]
            self._changes.append(change)

    def _drop(self, removed: dict[int, int]) -> None:
        if not removed:
            return
        for member_id, revision in removed.items():
            self._removals[member_id] = max(revision, self._removals.pop(member_id, 0))
        for member_id in list(self._removals)[:-REMOVALS_KEPT]:
            del self._removals[member_id]
        # Whoever came back afterwards was admitted at a later revision and stays.
        gone = [one for one in self.readers.values() if removed.get(one.listener.member_id, 0) > one.admitted]
        for reader in gone:
            del self.readers[reader.listener]
            reader.listener.tell(protocol.encode(protocol.Removed(self.slug)))

    def _part(self, parted: dict[int, tuple[int, frozenset[int]]]) -> None:
        for member_id, (revision, hidden) in parted.items():
            if revision >= self._parted.get(member_id, (0, hidden))[0]:
                self._parted[member_id] = (revision, hidden)
        for member_id in list(self._parted)[:-REMOVALS_KEPT]:
            del self._parted[member_id]
        for reader in self.readers.values():
            if reader.listener.member_id in parted:
                reader.listener.hidden = self._parted[reader.listener.member_id][1]

    def _replace(self, changed: list[tuple[int, Encoded]]) -> None:
        now = {entry.seq: entry for _, entry in changed}
        if any(entry.seq in now for entry in self._ring):
            self._ring = deque((now.get(entry.seq, entry) for entry in self._ring), maxlen=RING)

    # --- giving ---------------------------------------------------------------------------

    def serve(self) -> list[Reader]:
        """Gives every reader what is new. Returns those who need rows that are not kept here."""
        frames: Frames = {}
        return [reader for reader in list(self.readers.values()) if not self.serve_one(reader, frames)]

    def serve_one(self, reader: Reader, frames: Frames | None = None) -> bool:
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
        latest = {entry.seq: (at, entry) for at, entry in self._changes if at > reader.revision}
        self.give_changes(reader, sorted(latest.values(), key=itemgetter(0)), self.revision)
        return True

    def give_changes(self, reader: Reader, changed: list[tuple[int, Encoded]], revision: int) -> None:
        """Gives changed messages that this reader already has, as far as the socket takes them.

        `changed` is ordered by the revision of each message's last change. The reader's revision rises to
        `revision`, or to just before the first change that did not go out.
        """
        hidden = reader.listener.hidden
        mine = [(at, e) for at, e in changed if e.seq <= reader.seq and e.author_id not in hidden]
        while reader.revision < revision and (room := reader.listener.room_left()) > 0:
            count = _fitting([entry for _, entry in mine[:room]])
            while 0 < count < len(mine) and mine[count][0] == mine[count - 1][0]:
                count += 1  # one change, with the answers that quote it, stays together
            now, mine = mine[:count], mine[count:]
            reader.revision = mine[0][0] - 1 if mine else revision
            bodies = [entry.for_reader(reader.listener.member_id, hidden) for _, entry in now]
            frame = protocol.changes_frame(self.slug, reader.revision, bodies)
            reader.listener.give(reader, frame, len(now))

    def _give_messages(self, reader: Reader, frames: Frames) -> None:
        while reader.seq < self.top and (room := reader.listener.room_left()) > 0:
            upto = min(self.top, reader.seq + room)
            if reader.listener.hidden or reader.listener.member_id in self._own:
                entries = self._between(reader.seq, upto)
                self._give_portion(reader, entries[: _fitting(entries)])
                continue
            # Readers who have the same and take the same are given the same frame, made once.
            key = (reader.given, reader.seq, upto)
            if key not in frames:
                frames[key] = self._frame(*key)
            frame, last = frames[key]
            count, reader.seq, reader.given = last - reader.seq, last, last
            reader.listener.give(reader, frame, count)

    def _frame(self, given: int, seq: int, upto: int) -> tuple[str, int]:
        """A frame of the messages after `seq`, at most to `upto`, and the seq of its last one."""
        entries = self._between(seq, upto)
        entries = entries[: _fitting(entries)]
        return protocol.messages_frame(self.slug, given, [entry.body for entry in entries]), entries[-1].seq

    def give_messages(self, reader: Reader, entries: list[Encoded]) -> None:
        """Gives these messages, less those this reader is not given, as far as the socket takes them."""
        while entries and (room := reader.listener.room_left()) > 0:
            count = _fitting(entries[:room])
            now, entries = entries[:count], entries[count:]
            self._give_portion(reader, now)

    def _give_portion(self, reader: Reader, entries: list[Encoded]) -> None:
        hidden = reader.listener.hidden
        mine = [entry for entry in entries if entry.author_id not in hidden]
        reader.seq = entries[-1].seq
        if mine:
            prev, reader.given = reader.given, mine[-1].seq
            bodies = [entry.for_reader(reader.listener.member_id, hidden) for entry in mine]
            reader.listener.give(reader, protocol.messages_frame(self.slug, prev, bodies), len(mine))

    def _between(self, seq: int, upto: int) -> list[Encoded]:
        first = self.top - len(self._ring) + 1
        return [self._ring[place] for place in range(seq + 1 - first, upto + 1 - first)]

    def give_news(self, reader: Reader, news: News) -> None:
        """Gives one reader rows that were read for it alone, at most as many as the socket takes."""
        self._drop(news.removed)
        self._part(news.parted)
        if reader.listener not in self.readers:
            return
        if news.too_far:
            self.resync(reader, news.top, news.revision)
            return
        if news.revision > reader.revision:
            self.give_changes(reader, news.changed, news.revision)
        self.give_messages(reader, [entry for entry in news.fresh if entry.seq > reader.seq])

    def resync(self, reader: Reader, top: int, revision: int) -> None:
        """Tells a reader that is more than 500 behind to page the history, and goes on from the top."""
        reader.seq = reader.given = reader.confirmed = top
        reader.revision = reader.confirmed_revision = revision
        reader.listener.tell(protocol.encode(protocol.Resync(self.slug, top, revision)))


def _fitting(entries: list[Encoded]) -> int:
    """How many of these fit into one frame: at least one, if there is any."""
    size = 0
    for count, entry in enumerate(entries):
        size += len(entry.body)
        if size > FRAME_BYTES and count:
            return count
    return len(entries)
