"""A row of words as numbered n-grams: one to three words in a row, and three to five letters within a word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

BUCKETS = 1 << 17
_MASK = BUCKETS - 1
_SIZES = [(size, crc32(b"%d" % size)) for size in (3, 4, 5)]  # of rows of letters, with how their numbers begin
_LONGEST_WORD = 24  # letters; what follows says nothing new


def bucket(ngram: str) -> int:
    """The number of an n-gram, 0 to BUCKETS - 1; two may share one."""
    return crc32(ngram.encode("utf-8", "replace")) & _MASK


class Word(NamedTuple):
    """What the numbers of rows that hold this word are made from: checksums can be continued."""

    numbers: tuple[int, ...]  # of the word and of the letters within it
    after: bytes  # the word after another
    alone: int  # checksums: of the word, and of the word with what stands for one or two others after it
    one_left_out: int
    two_left_out: int


@lru_cache(maxsize=4096)
def known(word: str) -> Word:
    """The parts of this word's numbers."""
    written = word.encode("utf-8", "replace")
    alone = crc32(written)
    numbers = tuple({alone & _MASK, *_within(f"<{word[:_LONGEST_WORD]}>")})
    return Word(numbers, b" " + written, alone, crc32(b" *", alone), crc32(b" **", alone))


def _within(shown: str) -> Iterator[int]:
    """The numbers of the letters within a word."""
    written = [one.encode("utf-8", "replace") for one in shown] if not shown.isascii() else None
    letters = shown.encode("utf-8", "replace")
    for size, begun in _SIZES:
        for start in range(len(shown) - size + 1):
            piece = b"".join(written[start : start + size]) if written else letters[start : start + size]
            yield crc32(piece, begun) & _MASK


def by_word(words: Sequence[str]) -> list[tuple[int, ...]]:
    """For each word, the numbers of the n-grams that end with it: itself, rows of two and three, pairs with a gap."""
    found: list[tuple[int, ...]] = []
    one = two = three = None
    pair = 0
    for own in map(known, words):
        numbers, after = own.numbers, own.after
        if one:
            before, pair = pair, crc32(after, one.alone)
            numbers = (*numbers, pair & _MASK)
            if two:
                numbers = (*numbers, crc32(after, before) & _MASK, crc32(after, two.one_left_out) & _MASK)
                if three:
                    numbers = (*numbers, crc32(after, three.two_left_out) & _MASK)
        found.append(numbers)
        one, two, three = own, one, two
    return found


def of_words(words: Sequence[str]) -> set[int]:
    """The numbers of all n-grams of a row of words."""
    return set().union(*by_word(words))


def in_words(words: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Every n-gram of whole words, with its first and last word: what can be shown to a person."""
    for first in range(len(words)):
        for last in range(first, min(first + 3, len(words))):
            yield " ".join(words[first : last + 1]), first, last
