"""A text cut where something was found in it, so that a page can mark those places exactly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text. `ends`: numbers of the findings that end with it."""

    text: str
    is_marked: bool = False
    ends: tuple[int, ...] = ()


def pieces(words: str, places: Iterable[tuple[int, int, int]]) -> list[Piece]:
    """The text in pieces. `places` are (number, start, end); what lies outside the text is left out."""
    held = [one for one in places if 0 <= one[1] < one[2] <= len(words)]
    cuts = sorted({0, len(words), *(start for _, start, _ in held), *(end for _, _, end in held)})
    return [_piece(words, start, end, held) for start, end in pairwise(cuts)]


def _piece(words: str, start: int, end: int, held: list[tuple[int, int, int]]) -> Piece:
    covered = any(first <= start and end <= last for _, first, last in held)
    ends = sorted({number for number, _, last in held if last == end})
    return Piece(words[start:end], covered, tuple(ends))
