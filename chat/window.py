"""Flow control of one socket: how much may be on its way before the client confirms it (promise R-05)."""

from __future__ import annotations

from collections import deque
from time import monotonic

from chat.feed import Reader
from chat.protocol import Beat

MESSAGES = 50
BYTES = 64 * 1024
STUCK_SECONDS = 30.0


class Window:
    """Frames that were sent and not confirmed yet, oldest first."""

    __slots__ = ("_bytes", "_messages", "_sent", "progress_at")

    def __init__(self) -> None:
        # (reader, seq, revision, messages, bytes): what the client will confirm once it has shown it; fifty at most.
        self._sent: deque[tuple[Reader, int, int, int, int]] = deque()
        self._messages = self._bytes = 0
        self.progress_at = monotonic()

    def left(self) -> int:
        """How many more messages may go out now."""
        return 0 if self._bytes >= BYTES else MESSAGES - self._messages

    def add(self, reader: Reader, count: int, size: int) -> None:
        """Counts a frame with `count` messages or changes and `size` characters."""
        if not self._sent:
            self.progress_at = monotonic()
        self._sent.append((reader, reader.given, reader.revision, count, size))
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
        while self._sent:
            reader, seq, revision, count, size = self._sent[0]
            # Of a room that was left there is nothing to wait for.
            if readers.get(reader.feed.slug) is reader and (
                reader.confirmed < seq or reader.confirmed_revision < revision
            ):
                break
            self._sent.popleft()
            self._messages -= count
            self._bytes -= size
        if len(self._sent) == before:
            return False
        self.progress_at = monotonic()
        return True

    def is_stuck(self, now: float) -> bool:
        """True when nothing was confirmed for half a minute although nothing more may go out."""
        return bool(self._sent) and self.left() <= 0 and now - self.progress_at > STUCK_SECONDS
