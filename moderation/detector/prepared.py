"""States of a table's automaton that ordinary sentences visit, worked out beforehand and kept in arrays."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zlib import crc32

from moderation.detector.hashed import numbers_at
from moderation.detector.rows import Rows, dumped_all, loaded_all

UNKNOWN, NOWHERE, FIRST = 0, 1, 2  # where something leads: that is not prepared; nowhere; the first state, ...
_ROWS = ("standings", "accepts", "at_end", "symbols")
_ARRAYS = ("said", "further", "broken", "moves", "by", "to", "awaits", "returns", "slots")


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
    slots: array[int]  # silent states by a checksum of their standings

    def move(self, state: int, by: int) -> int:
        """Where this class of words leads from a state."""
        begin, end = self.moves[state], self.moves[state + 1]
        at = bisect_left(self.by, by, begin, end)
        return self.to[at] if at < end and self.by[at] == by else UNKNOWN

    def find(self, standings: Sequence[int]) -> int | None:
        """The state with these standings, if it is prepared."""
        row = array(self.standings.items.typecode)
        try:
            row.extend(standings)
        except OverflowError:
            return None
        return next((one for one in numbers_at(self.slots, checksum(row)) if self.standings[one] == row), None)

    def dump(self) -> Iterator[bytes]:
        """Its pieces of a file."""
        return dumped_all(self, _ROWS, _ARRAYS)

    @classmethod
    def of(cls, found: Sequence[memoryview]) -> Prepared:
        """What `dump` wrote. Raises ValueError when there are not so many pieces."""
        return cls(**loaded_all(found, _ROWS, _ARRAYS))


def checksum(standings: Sequence[int]) -> int:
    """By which a state is found."""
    return crc32(b"%d " * len(standings) % tuple(standings))
