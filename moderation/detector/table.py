"""A graph that is ready to be walked, in arrays: what is shipped, and what the matcher goes by.

A stop is a place where a word leads, together with all that is here too. Words of which phrases speak in the same way
are of one class. Stops from where the same ways lead share a row of ways.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from moderation.detector.rows import Rows, count_of, dumped_all, loaded_all, pieces
from moderation.detector.vocabulary import Vocabulary

VOCABULARY = 3  # pieces of a file
# What there is at a stop.
ENDS, ACCEPTS, RETURNS = 1, 2, 4
_ROWS = ("meanings", "leads", "anything", "ending", "accepts", "pushes")
_ARRAYS = (
    "classes", "kinds", "broken", "rows", "led_by", "ways", "names", "to", "within", "onward", "enders", "accepters",
)  # fmt: skip
PIECES = VOCABULARY + count_of(_ROWS, _ARRAYS)


@dataclass(frozen=True, slots=True)
class Table:
    """Stops and the ways between them; the last two are where every phrase begins, within and before a sentence."""

    vocabulary: Vocabulary  # words, and stems with their star
    classes: array[int]  # the class of each
    meanings: Rows  # the symbols that words of a class stand for; of class 0, which no phrase speaks of, none
    kinds: array[int]  # what there is at a stop
    broken: array[int]  # the stop that is left of each after the end of a sentence
    rows: array[int]  # the row of ways from a stop
    led_by: array[int]  # for a row of ways, the row of `leads` that holds the symbols of all of them
    leads: Rows
    ways: array[int]  # where each row of ways begins in the next three, in order of their symbols
    names: array[int]
    to: array[int]  # the stop a way leads to
    within: array[int]  # the slots it enters, a row of `pushes`
    onward: array[int]  # the stop where any word leads; beyond the last stop, a row of `anything` instead
    anything: Rows  # a stop, a row of `pushes`, ...
    enders: array[int]  # stops that have a row of `ending`, in order
    ending: Rows  # stops that are here too at the end of a sentence: a stop, a row of `pushes`, ...
    accepters: array[int]  # stops that have a row of `accepts`, in order
    accepts: Rows
    pushes: Rows  # where to go on after slots, outermost first

    def ending_at(self, stop: int) -> array[int]:
        """The row of `ending` of a stop that has one."""
        return self.ending[bisect_left(self.enders, stop)]

    def accepted_at(self, stop: int) -> array[int]:
        """The row of `accepts` of a stop that has one."""
        return self.accepts[bisect_left(self.accepters, stop)]

    def dump(self) -> Iterator[bytes]:
        """Its pieces of a file."""
        yield from self.vocabulary.dump()
        yield from dumped_all(self, _ROWS, _ARRAYS)

    @classmethod
    def load(cls, content: bytes | memoryview) -> Table:
        """What `dump` wrote. Raises ValueError when it is cut short."""
        return cls.of(list(pieces(content)))

    @classmethod
    def of(cls, found: Sequence[memoryview]) -> Table:
        """A table from its pieces. Raises ValueError when there are not so many."""
        if len(found) != PIECES:
            raise ValueError("not the table of a graph")
        return cls(Vocabulary.load(*found[:VOCABULARY]), **loaded_all(found[VOCABULARY:], _ROWS, _ARRAYS))
