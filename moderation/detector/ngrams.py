"""A row of words as numbers: one to three in a row, three to five letters within one, things named together.

Rows are numbered once more with classes in place of words, so that what was learnt of "told my mom" is known of
"told my wife".
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import repeat
from typing import NamedTuple
from zlib import crc32

from moderation.detector.kin import Kin

BUCKETS = 1 << 18
_MASK = BUCKETS - 1
_SIZES = [(size, crc32(b"%d" % size)) for size in (3, 4, 5)]  # of rows of letters, with how their numbers begin
_LONGEST_WORD = 24  # letters; what follows says nothing new
_ROWS_REACH = 3  # words back, as far as rows of words go
TOGETHER = 12  # words back, as far as two things count as spoken of together
_SPREAD, _MIX = 4096, 2654435761


def bucket(ngram: str) -> int:
    """The number of an n-gram, 0 to BUCKETS - 1; two may share one."""
    return crc32(ngram.encode("utf-8", "replace")) & _MASK


def together(one: int, other: int) -> int:
    """The number of two things that are spoken of together, in either order; of one thing, when both are the same."""
    low, high = (one, other) if one < other else (other, one)
    return (((low * _SPREAD + high + 1) * _MIX & 0xFFFFFFFF) >> 14) & _MASK


@lru_cache(maxsize=4)
def pairs(kin: Kin) -> list[array[int]]:
    """The numbers of all things of a table with all others: `pairs(kin)[one][other]` is what `together` says."""
    things = range(len(kin.table))
    return [array("I", [together(one, other) for other in things]) for one in things]


class Word(NamedTuple):
    """What the numbers of rows that hold this word are made from: checksums can be continued.

    A word without a class stands for itself where others stand for their class.
    """

    numbers: tuple[int, ...]  # of the word, of the letters within it, of its class
    after: bytes  # the word after another
    alone: int  # checksums: of the word, and of the word with what stands for one or two others after it
    one_left_out: int
    two_left_out: int
    kind: bytes  # its class after another word
    kind_alone: int  # checksums: of the class, and with what stands for another word after it
    kind_left_out: int


@lru_cache(maxsize=4096)
def known(word: str, kin: Kin) -> Word:
    """The parts of this word's numbers."""
    written = word.encode("utf-8", "replace")
    number = kin.classes.number(written)
    kind = b"#%d" % number if number else written
    alone, kind_alone = crc32(written), crc32(kind)
    numbers = tuple({alone & _MASK, kind_alone & _MASK, *_within(f"<{word[:_LONGEST_WORD]}>")})
    return Word(
        numbers, b" " + written, alone, crc32(b" *", alone), crc32(b" **", alone),
        b" " + kind, kind_alone, crc32(b" *", kind_alone),
    )  # fmt: skip


def _within(shown: str) -> Iterator[int]:
    """The numbers of the letters within a word."""
    written = [one.encode("utf-8", "replace") for one in shown] if not shown.isascii() else None
    letters = shown.encode("utf-8", "replace")
    for size, begun in _SIZES:
        for start in range(len(shown) - size + 1):
            piece = b"".join(written[start : start + size]) if written else letters[start : start + size]
            yield crc32(piece, begun) & _MASK


def by_word(words: Sequence[str], kin: Kin) -> list[array[int]]:
    """For each word, the numbers of what ends with it beside itself: rows of two and three, pairs with a gap, the same
    with classes, and the things that it and the words before it stand for."""
    rows = _rows(map(known, words, repeat(kin)))
    return [array("I", {*one, *things}) for one, things in zip(rows, _things(words, kin), strict=True)]


def _rows(parts: Iterable[Word]) -> Iterator[tuple[int, ...]]:
    """For each word, the numbers of the rows that end with it; some may be there twice."""
    one = two = three = None
    plain = second = first = both = 0  # the last two words, with no class, that of the second, of the first, of both
    for own in parts:
        numbers: tuple[int, ...] = ()
        if one:
            after, kind = own.after, own.kind
            if two:
                numbers = (
                    crc32(after, plain) & _MASK, crc32(kind, plain) & _MASK, crc32(after, second) & _MASK,
                    crc32(after, first) & _MASK, crc32(kind, both) & _MASK,
                    crc32(after, two.one_left_out) & _MASK, crc32(kind, two.kind_left_out) & _MASK,
                )  # fmt: skip
                if three:
                    numbers = (*numbers, crc32(after, three.two_left_out) & _MASK)
            plain, second = crc32(after, one.alone), crc32(kind, one.alone)
            first, both = crc32(after, one.kind_alone), crc32(kind, one.kind_alone)
            numbers = (plain & _MASK, second & _MASK, first & _MASK, both & _MASK, *numbers)
        yield numbers
        one, two, three = own, one, two


def _things(words: Sequence[str], kin: Kin) -> Iterator[list[int]]:
    """For each word, the numbers of the things that it stands for, alone and with those of the words before it."""
    numbers, named = pairs(kin), list(map(kin.of, words))
    said: list[int] = []  # all things so far
    ends = [0] * (TOGETHER + 1)  # how many of them each word left behind
    for own in named:
        found: list[int] = []
        if own:
            near = said[ends[-TOGETHER - 1] :]
            for one in own:
                found.append(numbers[one][one])
                found.extend(map(numbers[one].__getitem__, near))
            said.extend(own)
        ends.append(len(said))
        yield found


def across(words: Sequence[str], begin: int, end: int, kin: Kin) -> Iterator[tuple[int, list[int]]]:
    """What words from `begin` to `end` have besides, because of the words before `begin`: for each, more numbers.

    `by_word` of them alone, and these, are what `by_word` says of them among the others; some may be there twice.
    """
    numbers = pairs(kin)
    said = [(at, thing) for at in range(max(0, begin - TOGETHER), begin) for thing in kin.of(words[at])]
    first = max(0, begin - _ROWS_REACH)
    rows = list(_rows([known(one, kin) for one in words[first : min(begin + _ROWS_REACH, end)]]))
    for at in range(begin, min(begin + TOGETHER, end)):
        found = list(rows[at - first]) if at < begin + _ROWS_REACH else []
        if said and (own := kin.of(words[at])):
            near = [thing for place, thing in said if place >= at - TOGETHER]
            for one in own:
                found.extend(map(numbers[one].__getitem__, near))
        if found:
            yield at, found


def of_words(words: Sequence[str], kin: Kin) -> list[int]:
    """The numbers of everything in a row of words: those of each different word, and everything else once."""
    alone = [number for word in dict.fromkeys(words) for number in known(word, kin).numbers]
    return alone + sorted(set[int]().union(*by_word(words, kin)))


def in_words(words: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Every n-gram of whole words, with its first and last word: what can be shown to a person."""
    for first in range(len(words)):
        for last in range(first, min(first + 3, len(words))):
            yield " ".join(words[first : last + 1]), first, last
