"""States of a table's automaton that ordinary sentences visit, worked out beforehand and kept in arrays."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from moderation.detector.rows import Rows, dumped, loaded

UNKNOWN, NOWHERE, FIRST = 0, 1, 2  # where something leads: that is not prepared; nowhere; the first state, ...
_ROWS = ("standings", "accepts", "at_end", "symbols")
_ARRAYS = ("said", "further", "broken", "moves", "by", "to", "awaits", "returns", "slots")
PIECES = 2 * len(_ROWS) + len(_ARRAYS)


@dataclass(frozen=True, slots=True)
class Prepared:
    """States by number. The first is where every phrase begins, the second where one does before a sentence."""

    standings: Rows  # of each state
    said: array[int]  # of each state, the row of the next two
    accepts: Rows
    at_end: Rows
    further: array[int]  # of each state, where words lead that no phrase awaits there
    broken: array[int]  # of each state, what the end of a sentence leaves
    moves: array[int]  # where those of each state begin in the next two, in order of their classes
    by: array[int]  # a class of words
    to: array[int]  # where it leads
    awaits: array[int]  # of each state, the row of the next
    symbols: Rows  # which lead on, besides where any word does
    returns: array[int]  # what the numbers of returns in standings stand for
    slots: array[int]  # states by a checksum of their standings: a number and one more; 0 where nothing is

    def move(self, state: int, by: int) -> int:
        """Where this class of words leads from a state."""
        begin, end = self.moves[state], self.moves[state + 1]
        at = bisect_left(self.by, by, begin, end)
        return self.to[at] if at < end and self.by[at] == by else UNKNOWN

    def find(self, standings: Sequence[int]) -> int | None:
        """The state with these standings, if it is prepared."""
        row, mask = array(self.standings.items.typecode), len(self.slots) - 1
        try:
            row.extend(standings)
        except OverflowError:
            return None
        at = place(row, mask)
        while number := self.slots[at]:
            if self.standings[number - 1] == row:
                return number - 1
            at = (at + 1) & mask
        return None

    def dump(self) -> Iterator[bytes]:
        """Its pieces of a file."""
        for rows in (getattr(self, one) for one in _ROWS):
            yield from dumped(rows.starts)
            yield from dumped(rows.items)
        for one in _ARRAYS:
            yield from dumped(getattr(self, one))

    @classmethod
    def of(cls, found: Sequence[memoryview]) -> Prepared:
        """What `dump` wrote. Raises ValueError when there are not so many pieces."""
        if len(found) != PIECES:
            raise ValueError("not the states of a graph")
        arrays = [loaded(one) for one in found]
        parts: dict[str, Any] = {one: Rows(arrays[2 * at], arrays[2 * at + 1]) for at, one in enumerate(_ROWS)}
        parts.update(zip(_ARRAYS, arrays[2 * len(_ROWS) :], strict=True))
        return cls(**parts)


def place(standings: Sequence[int], mask: int) -> int:
    """Where to look for these standings first."""
    return crc32(b"%d " * len(standings) % tuple(standings)) & mask
