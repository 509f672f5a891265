"""A row of words as numbers: one to three in a row, three to five letters within one, things named together."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain
from zlib import crc32

from moderation.detector.kin import Kin

BUCKETS = 1 << 18
_MASK = BUCKETS - 1
_LONGEST_WORD = 24  # letters; what follows says nothing new
TOGETHER = 12  # words back, as far as two things count as spoken of together
_SPREAD, _MIX = 4096, 2654435761


def bucket(ngram: str) -> int:
    """The number of an n-gram, 0 to BUCKETS - 1; two may share one."""
    return crc32(ngram.encode("utf-8", "replace")) & _MASK


def together(one: int, other: int) -> int:
    """The number of two things that are spoken of together, in either order; of one thing, when both are the same."""
    low, high = (one, other) if one < other else (other, one)
    return (((low * _SPREAD + high + 1) * _MIX & 0xFFFFFFFF) >> 14) & _MASK


@lru_cache(maxsize=4096)
def of_word(word: str) -> tuple[int, ...]:
    """The numbers of a word and of the letters within it."""
    return tuple({bucket(one) for one in _within(word)})


def _within(word: str) -> Iterator[str]:
    yield word
    shown = f"<{word[:_LONGEST_WORD]}>"
    for size in (3, 4, 5):
        for start in range(len(shown) - size + 1):
            yield f"{size}{shown[start : start + size]}"


def by_word(words: Sequence[str], kin: Kin) -> list[tuple[int, ...]]:
    """For each word, the numbers of what ends with it: itself, rows of two and three, pairs with a gap, and the things
    that it and the words before it stand for."""
    found: list[tuple[int, ...]] = []
    one = two = three = ""
    for word, things in zip(words, _things(words, kin), strict=True):
        own = of_word(word)
        if one:
            own = (*own, bucket(f"{one} {word}"))
        if two:
            own = (*own, bucket(f"{two} {one} {word}"), bucket(f"{two} * {word}"))
        if three:
            own = (*own, bucket(f"{three} ** {word}"))
        found.append((*own, *things))
        one, two, three = word, one, two
    return found


def _things(words: Sequence[str], kin: Kin) -> Iterator[list[int]]:
    """For each word, the numbers of the things that it stands for, alone and with those of the words before it."""
    before: deque[tuple[int, ...]] = deque(maxlen=TOGETHER)
    for word in words:
        own = kin.of(word)
        yield [together(one, other) for one in own for other in (one, *chain.from_iterable(before))]
        before.append(own)


def of_words(words: Sequence[str], kin: Kin) -> set[int]:
    """The numbers of everything in a row of words."""
    return set().union(*by_word(words, kin))


def in_words(words: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Every n-gram of whole words, with its first and last word: what can be shown to a person."""
    for first in range(len(words)):
        for last in range(first, min(first + 3, len(words))):
            yield " ".join(words[first : last + 1]), first, last
