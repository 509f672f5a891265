"""The words of many phrases as one text and a table of places in it, a tenth of what a dictionary of them takes."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping
from zlib import crc32

from moderation.detector.rows import dumped, framed, loaded, narrow


def roomy(count: int) -> int:
    """How many slots so many things are kept in: a power of two, a third of them free at least."""
    return 1 << (3 * count // 2).bit_length()


class Vocabulary(Mapping[str, int]):
    """Words, each with its number: the place in the row in which they were given. None of them holds a line break."""

    def __init__(self, text: bytes, ends: array[int], slots: array[int]) -> None:
        self._text, self._ends, self._slots = text, ends, slots  # slots: a number and one more; 0 where nothing is
        self._mask = len(slots) - 1

    @classmethod
    def of(cls, words: Iterable[str]) -> Vocabulary:
        """These words, numbered from 0."""
        written = [one.encode() for one in words]
        ends, slots = array("I", [0]), array("I", [0]) * roomy(len(written))
        for number, one in enumerate(written):
            ends.append(ends[-1] + len(one) + 1)
            at = crc32(one) & len(slots) - 1
            while slots[at]:
                at = (at + 1) & len(slots) - 1
            slots[at] = number + 1
        return cls(b"".join(one + b"\n" for one in written), narrow(ends), narrow(slots))

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
        written, text, ends, slots = word.encode("utf-8", "surrogatepass"), self._text, self._ends, self._slots
        at = crc32(written) & self._mask
        while number := slots[at]:
            if text[ends[number - 1] : ends[number] - 1] == written:
                return number - 1
            at = (at + 1) & self._mask
        return None

    def __getitem__(self, word: str) -> int:
        number = self.find(word)
        if number is None:
            raise KeyError(word)
        return number

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and self.find(word) is not None

    def __iter__(self) -> Iterator[str]:
        return (str(one, "utf-8") for one in self._text.split(b"\n")[:-1])

    def __len__(self) -> int:
        return len(self._ends) - 1
