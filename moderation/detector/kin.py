"""Words that stand for the same thing, in whatever language: "pills" and "pastillas", "roof" and "puente".

Beside them classes: words that stand in the same surroundings, such as "mom" and "wife".
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

_SHORTEST = 3  # letters of a beginning
_KNOWN = 4096  # words whose answer is kept


@dataclass(frozen=True, slots=True)
class Classes:
    """Which class a word is of, by its checksum: 15,000 words in 90 KB."""

    sums: array[int]  # of words, in order
    numbers: array[int]  # of the class of each, from 1

    @classmethod
    def of(cls, rows: Iterable[Iterable[str]]) -> Classes:
        """These classes, each a row of words; of the classes that name a word, the first has it."""
        found: dict[int, int] = {}
        for number, words in enumerate(rows, 1):
            for word in words:
                found.setdefault(crc32(word.encode()), number)
        known = sorted(found)
        return cls(array("I", known), array("H", [found[one] for one in known]))

    def number(self, written: bytes) -> int:
        """The class of this word, in UTF-8; 0 when it is of none."""
        wanted = crc32(written)
        at = bisect_left(self.sums, wanted)
        return self.numbers[at] if at < len(self.sums) and self.sums[at] == wanted else 0


UNCLASSED = Classes.of(())


class Kin:
    """A table of things: each has a name and the words that stand for it, where `*` ends the beginning of a word.

    Beside it, the classes of words.
    """

    def __init__(self, table: Mapping[str, str], classes: Classes = UNCLASSED) -> None:
        self.table = dict(table)
        self.classes = classes
        self._whole: dict[str, tuple[int, ...]] = {}
        self._beginning: dict[str, tuple[int, ...]] = {}
        for number, words in enumerate(self.table.values()):
            for word in words.split():
                known, key = (self._beginning, word[:-1]) if word.endswith("*") else (self._whole, word)
                known[key] = (*known.get(key, ()), number)
        self._longest = max(map(len, self._beginning), default=0)
        self.of = lru_cache(maxsize=_KNOWN)(self._of)

    def _of(self, word: str) -> tuple[int, ...]:
        """The numbers of the things that a word stands for, in order."""
        found = set(self._whole.get(word, ()))
        for size in range(_SHORTEST, min(len(word), self._longest) + 1):
            found.update(self._beginning.get(word[:size], ()))
        return tuple(sorted(found))


NONE = Kin({})
