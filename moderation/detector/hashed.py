"""Which of many things has a checksum: numbers in an array of slots, since a dictionary takes ten times as much."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator

from moderation.detector.rows import narrow


def slots_of(sums: Iterable[tuple[int, int]], count: int) -> array[int]:
    """Slots for so many things at most, in which each (checksum, number) has its place. A third of them stay free."""
    slots = array("I", [0]) * (1 << (3 * count // 2).bit_length())
    mask = len(slots) - 1
    for wanted, number in sums:
        at = wanted & mask
        while slots[at]:
            at = (at + 1) & mask
        slots[at] = number + 1  # 0 where nothing is
    return narrow(slots)


def numbers_at(slots: array[int], wanted: int) -> Iterator[int]:
    """The numbers that may have this checksum."""
    mask = len(slots) - 1
    at = wanted & mask
    while number := slots[at]:
        yield number - 1
        at = (at + 1) & mask
