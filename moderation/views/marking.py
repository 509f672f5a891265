"""A text cut where something was found in it, or where others don't see it, so that a page can mark those places."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text. `ends`: numbers of the findings that end with it."""

    text: str
    is_marked: bool = False
    ends: tuple[int, ...] = ()
    is_covered: bool = False


def pieces(words: str, places: Iterable[tuple[int, int, int]], covered: Sequence[tuple[int, int]] = ()) -> list[Piece]:
    """The text in pieces. `places` are (number, start, end); what lies outside the text is left out."""
    held = [one for one in places if 0 <= one[1] < one[2] <= len(words)]
    veiled = [(0, start, end) for start, end in covered if 0 <= start < end <= len(words)]
    cuts = sorted({0, len(words), *(cut for _, *both in (*held, *veiled) for cut in both)})
    return [
        Piece(
            words[start:end],
            is_marked=_lies_in(start, end, held),
            ends=tuple(sorted({number for number, _, last in held if last == end})),
            is_covered=_lies_in(start, end, veiled),
        )
        for start, end in pairwise(cuts)
    ]


def _lies_in(start: int, end: int, places: Sequence[tuple[int, int, int]]) -> bool:
    return any(first <= start and end <= last for _, first, last in places)
