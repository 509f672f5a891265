"""What an author said just before, in the same place, and how heavy their last day was: context for a reading."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from chat.models import Message
from chat.services import sealing, statements
from moderation.beforehand import MOST_BEFORE
from moderation.detector import Severity
from moderation.detector.window import JOINED_SECONDS
from moderation.models import Screening
from moderation.services import lexicon_in_force

JUST_BEFORE = timedelta(seconds=JOINED_SECONDS)
DAY, HALF_LIFE = timedelta(hours=24), timedelta(hours=6)
HEAVY_DAY = 8.0  # so many low readings of the last minutes, or more of them longer ago
ROWS_READ = 2000
_forgotten_at = 0.0  # by the clock that never jumps


class Windows:
    """Context for a batch of messages: two queries, and one more where conversations are among them.

    `fresh`: these are all that their authors said there since the first of them.
    """

    def __init__(self, messages: Sequence[Message], *, fresh: bool = False) -> None:
        self._said: dict[tuple[int, int], list[tuple[datetime, int, str]]] = defaultdict(list)
        self._low: dict[int, list[datetime]] = defaultdict(list)
        authors = {m.author_id for m in messages if m.author_id}
        if authors:
            first = min(m.stored_at for m in messages)
            if fresh:
                self._read_last(messages, first - JUST_BEFORE)
            else:
                self._read_said(messages, authors, first - JUST_BEFORE)
            self._read_days(authors, first - DAY)

    def _read_last(self, messages: Sequence[Message], since: datetime) -> None:
        """The last few that each author said where they write now, before what they write now."""
        firsts: dict[tuple[int, int], int] = {}
        for m in messages:
            if m.author_id:
                key = (m.room_id, m.author_id)
                firsts[key] = min(m.seq, firsts.get(key, m.seq))
        rows = statements.said_before(firsts, since, MOST_BEFORE)
        if any(m.body.startswith(sealing.MARK) for m in rows):
            sealing.open_all(rows)
        for m in rows:
            if m.body:
                self._said[m.room_id, m.author_id or 0].append((m.stored_at, m.seq, m.body))

    def _read_said(self, messages: Sequence[Message], authors: set[int], since: datetime) -> None:
        rooms, own = {m.room_id for m in messages}, {m.pk for m in messages}
        rows = Message.objects.filter(author__in=authors, stored_at__gt=since, room__in=rooms, withdrawn_at=None)
        rows = rows.only("room_id", "author_id", "seq", "body", "heads_up", "client_id", "stored_at")
        earlier: dict[tuple[int, int], list[Message]] = defaultdict(list)
        for one in rows.order_by("-stored_at", "-seq")[:ROWS_READ]:
            if one.pk not in own:
                earlier[one.room_id, one.author_id or 0].append(one)
        if any(m.body.startswith(sealing.MARK) for some in earlier.values() for m in some):
            sealing.open_all(m for some in earlier.values() for m in some)
        for key, some in earlier.items():
            self._said[key] = [(m.stored_at, m.seq, m.body) for m in reversed(some) if m.body]

    def _read_days(self, authors: set[int], since: datetime) -> None:
        rows = Screening.objects.filter(author__in=authors, said_at__gt=since, severity__gte=Severity.LOW)
        for author, at, severity in rows.order_by("said_at").values_list("author_id", "said_at", "severity")[
            :ROWS_READ
        ]:
            self.add_reading(author, at, severity)

    def before(self, message: Message) -> list[tuple[int, str]]:
        """(seq, words) of the author's last few messages there within two minutes, oldest first."""
        said = self._said[message.room_id, message.author_id or 0]
        since = message.stored_at - JUST_BEFORE
        return [(seq, words) for at, seq, words in said if at > since and seq < message.seq][-MOST_BEFORE:]

    def add(self, message: Message) -> None:
        """`message` is now something said before the next one."""
        said = self._said[message.room_id, message.author_id or 0]
        said.append((message.stored_at, message.seq, message.body))

    def add_reading(self, author_id: int | None, at: datetime, severity: int) -> None:
        """A reading of the author's; what was flagged begins their sum anew."""
        if severity >= Severity.MODERATE:
            self._low[author_id or 0].clear()
        elif severity == Severity.LOW:
            self._low[author_id or 0].append(at)

    def is_heavy_day(self, message: Message) -> bool:
        """True when this low reading, with those of the last day, weighs as much as a moderate one."""
        ages = [message.stored_at - at for at in self._low[message.author_id or 0]]
        return 1 + sum(0.5 ** (max(age, timedelta()) / HALF_LIFE) for age in ages) >= HEAVY_DAY


def forget_in_time() -> None:
    """Lets the detector forget words that nobody is read along with any more; every two minutes is enough."""
    global _forgotten_at  # noqa: PLW0603
    now = time.monotonic()
    if now - _forgotten_at > JUST_BEFORE.total_seconds():
        _forgotten_at = now
        lexicon_in_force.forget_words()
