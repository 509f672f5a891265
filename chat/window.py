"""Flow control of one socket: how much may be on its way before the client confirms it (promise R-05)."""

from __future__ import annotations

from time import monotonic
from typing import NamedTuple

from chat.feed import Reader
from chat.protocol import Beat

MESSAGES = 50
BYTES = 64 * 1024
STUCK_SECONDS = 30.0


class _Sent(NamedTuple):
    """A frame on its way: what the client will confirm once it has shown it."""

    reader: Reader
    seq: int
    revision: int
    amount: int
    size: int

    def is_confirmed(self, readers: dict[str, Reader]) -> bool:
        if readers.get(self.reader.feed.slug) is not self.reader:
            return True  # the room was left; nothing to wait for
        return self.reader.confirmed >= self.seq and self.reader.confirmed_revision >= self.revision


class Window:
    """Frames that were sent and not confirmed yet, oldest first."""

    __slots__ = ("_bytes", "_messages", "_sent", "progress_at")

    def __init__(self) -> None:
        self._sent: list[_Sent] = []  # fifty at most
        self._messages = self._bytes = 0
        self.progress_at = monotonic()

    def left(self) -> int:
        """How many more messages may go out now."""
        return 0 if self._bytes >= BYTES else MESSAGES - self._messages

    def add(self, reader: Reader, count: int, size: int) -> None:
        """Counts a frame with `count` messages or changes and `size` characters."""
        if not self._sent:
            self.progress_at = monotonic()
        self._sent.append(_Sent(reader, reader.given, reader.revision, count, size))
        self._messages += count
        self._bytes += size

    def confirm(self, beat: Beat, readers: dict[str, Reader]) -> bool:
        """Takes what the client says it has shown. True when something may go out again."""
        for room, seq in beat.positions.items():
            if reader := readers.get(room):
                reader.confirmed = max(reader.confirmed, min(seq, reader.seq))
        for room, revision in beat.revisions.items():
            if reader := readers.get(room):
                reader.confirmed_revision = max(reader.confirmed_revision, min(revision, reader.revision))
        return self._let_go(readers)

    def _let_go(self, readers: dict[str, Reader]) -> bool:
        before = len(self._sent)
        while self._sent and self._sent[0].is_confirmed(readers):
            sent = self._sent.pop(0)
            self._messages -= sent.amount
            self._bytes -= sent.size
        if len(self._sent) == before:
            return False
        self.progress_at = monotonic()
        return True

    def is_stuck(self, now: float) -> bool:
        """True when nothing was confirmed for half a minute although nothing more may go out."""
        return bool(self._sent) and self.left() <= 0 and now - self.progress_at > STUCK_SECONDS
