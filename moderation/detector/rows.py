"""Rows of numbers in few arrays, and how they are written to a file."""

from __future__ import annotations

import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

_MANY = 64  # numbers of a row that are looked through one by one


@dataclass(frozen=True, slots=True)
class Rows:
    """Many short rows of numbers in two arrays: row `at` is `items[starts[at]:starts[at + 1]]`."""

    starts: array[int]
    items: array[int]

    def __getitem__(self, at: int) -> array[int]:
        return self.items[self.starts[at] : self.starts[at + 1]]

    def meets(self, at: int, numbers: frozenset[int]) -> bool:
        """Whether this row, whose numbers are in order, holds any of those."""
        items, begin, end = self.items, self.starts[at], self.starts[at + 1]
        if end - begin <= _MANY:
            return not numbers.isdisjoint(items[begin:end])
        return any((found := bisect_left(items, one, begin, end)) < end and items[found] == one for one in numbers)

    @classmethod
    def of(cls, rows: Iterable[Iterable[int]]) -> Rows:
        """These rows, laid out."""
        starts, items = array("I", [0]), array("I")
        for row in rows:
            items.extend(row)
            starts.append(len(items))
        return cls(narrow(starts), narrow(items))


def narrow(numbers: array[int]) -> array[int]:
    """The same numbers in a half or a quarter of the space, if they fit."""
    most = max(numbers, default=0)
    return array("B" if most < 1 << 8 else "H", numbers) if most < 1 << 16 else numbers


def framed(content: bytes) -> Iterator[bytes]:
    """A piece of a file, after its length."""
    yield len(content).to_bytes(4, "little")
    yield content


def dumped(numbers: array[int]) -> Iterator[bytes]:
    """Numbers as a piece of a file, the same on every machine."""
    yield from framed(numbers.typecode.encode() + little(numbers).tobytes())


def loaded(piece: memoryview) -> array[int]:
    """What `dumped` wrote."""
    numbers = array(chr(piece[0]))
    numbers.frombytes(piece[1:])
    return little(numbers)


def dumped_all(whole: object, rows: Sequence[str], arrays: Sequence[str]) -> Iterator[bytes]:
    """Those attributes of a thing that are rows, and those that are arrays, as pieces of a file."""
    for one in rows:
        found: Rows = getattr(whole, one)
        yield from dumped(found.starts)
        yield from dumped(found.items)
    for one in arrays:
        yield from dumped(getattr(whole, one))


def loaded_all(found: Sequence[memoryview], rows: Sequence[str], arrays: Sequence[str]) -> dict[str, Any]:
    """What `dumped_all` wrote, by name. Raises ValueError when there are not so many pieces."""
    numbers = [loaded(one) for one in found]
    if len(numbers) != count_of(rows, arrays):
        raise ValueError("not the pieces of this file")
    parts: dict[str, Any] = {one: Rows(numbers[2 * at], numbers[2 * at + 1]) for at, one in enumerate(rows)}
    return parts | dict(zip(arrays, numbers[2 * len(rows) :], strict=True))


def count_of(rows: Sequence[str], arrays: Sequence[str]) -> int:
    """How many pieces those are."""
    return 2 * len(rows) + len(arrays)


def pieces(content: bytes | memoryview) -> Iterator[memoryview]:
    """The pieces of a file. Raises ValueError when it is cut short."""
    view, at = memoryview(content), 0
    while at < len(content):
        end = at + 4 + int.from_bytes(view[at : at + 4], "little")
        if end > len(content):
            raise ValueError("the packed graph is cut short")
        yield view[at + 4 : end]
        at = end


def little(numbers: array[int]) -> array[int]:
    """Numbers of this machine in the order of bytes that files have, or the other way round."""
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers
