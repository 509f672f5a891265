"""Words that stand for the same thing, in whatever language: "pills" and "pastillas", "roof" and "puente"."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

_SHORTEST = 3  # letters of a beginning
_KNOWN = 4096  # words whose answer is kept


class Kin:
    """A table of things: each has a name and the words that stand for it, where `*` ends the beginning of a word."""

    def __init__(self, table: Mapping[str, str]) -> None:
        self.table = dict(table)
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
