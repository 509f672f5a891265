"""The words of many phrases as one text and a table of places in it, a tenth of what a dictionary of them takes."""

from __future__ import annotations

from array import array
from collections.abc import Collection, Iterable, Iterator
from itertools import accumulate
from zlib import crc32

from moderation.detector.hashed import numbers_at, slots_of
from moderation.detector.rows import dumped, framed, loaded, narrow


class Vocabulary(Collection[str]):
    """Words, each with its number: the place in the row in which they were given. None of them holds a line break."""

    def __init__(self, text: bytes, ends: array[int], slots: array[int]) -> None:
        self._text, self._ends, self._slots = text, ends, slots

    @classmethod
    def of(cls, words: Iterable[str]) -> Vocabulary:
        """These words, numbered from 0."""
        written = [one.encode() for one in words]
        ends = array("I", accumulate((len(one) + 1 for one in written), initial=0))
        slots = slots_of(((crc32(one), number) for number, one in enumerate(written)), len(written))
        return cls(b"".join(one + b"\n" for one in written), narrow(ends), slots)

    def dump(self) -> Iterator[bytes]:
        """Three pieces of a file."""
        yield from framed(self._text)
        yield from dumped(self._ends)
        yield from dumped(self._slots)

    @classmethod
    def load(cls, text: memoryview, ends: memoryview, slots: memoryview) -> Vocabulary:
        """What `dump` wrote."""
        return cls(bytes(text), loaded(ends), loaded(slots))

    def find(self, word: str) -> int | None:
        """The number of a word, if it has one."""
        written, text, ends = word.encode("utf-8", "surrogatepass"), self._text, self._ends
        same = (at for at in numbers_at(self._slots, crc32(written)) if text[ends[at] : ends[at + 1] - 1] == written)
        return next(same, None)

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self.find(word) is not None

    def __iter__(self) -> Iterator[str]:
        return (str(one, "utf-8") for one in self._text.split(b"\n")[:-1])

    def __len__(self) -> int:
        return len(self._ends) - 1
