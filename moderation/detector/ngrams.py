"""A row of words as numbered n-grams: one to three words in a row, and three to five letters within a word."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from zlib import crc32

BUCKETS = 1 << 17
_MASK = BUCKETS - 1
_LONGEST_WORD = 24  # letters; what follows says nothing new


def bucket(ngram: str) -> int:
    """The number of an n-gram, 0 to BUCKETS - 1; two may share one."""
    return crc32(ngram.encode("utf-8", "replace")) & _MASK


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


def by_word(words: Sequence[str]) -> list[tuple[int, ...]]:
    """For each word, the numbers of the n-grams that end with it: itself, rows of two and three, pairs with a gap."""
    found: list[tuple[int, ...]] = []
    one = two = three = ""
    for word in words:
        own = of_word(word)
        if one:
            own = (*own, bucket(f"{one} {word}"))
        if two:
            own = (*own, bucket(f"{two} {one} {word}"), bucket(f"{two} * {word}"))
        if three:
            own = (*own, bucket(f"{three} ** {word}"))
        found.append(own)
        one, two, three = word, one, two
    return found


def of_words(words: Sequence[str]) -> set[int]:
    """The numbers of all n-grams of a row of words."""
    return set().union(*by_word(words))


def in_words(words: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Every n-gram of whole words, with its first and last word: what can be shown to a person."""
    for first in range(len(words)):
        for last in range(first, min(first + 3, len(words))):
            yield " ".join(words[first : last + 1]), first, last
