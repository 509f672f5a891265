"""Whether words that somebody looks for may be words of danger. Such a search shows help first; nothing else follows.

The list is `seed/danger.toml`. An app above may know more: it enters a sieve of its own, which can only add to it.
"""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from community import search_words
from community.topics import piece_of, plain_form

Sieve = Callable[[str], bool]
LONGEST = 400  # characters that are looked at
MISSPELT_FROM = 6  # letters
_WORDS = Path(__file__).with_name("seed") / "danger.toml"
_sieves: list[Sieve] = []
log = logging.getLogger(__name__)


def sieve(function: Sieve) -> Sieve:
    """Enters a function that is asked besides the list."""
    if function not in _sieves:
        _sieves.append(function)
    return function


def is_danger(text: str) -> bool:
    """True when the list or any sieve says so. A sieve that fails counts as one that says nothing."""
    cut = text[:LONGEST]
    return _is_listed(cut) or any(_asked(one, cut) for one in _sieves)


def _is_listed(text: str) -> bool:
    plain = plain_form(text)
    return any(piece in plain for piece in _pieces()) or any(_is_misspelt(word) for word in plain.split())


def _is_misspelt(word: str) -> bool:
    return len(word) >= MISSPELT_FROM and bool(search_words.nearest(word, _often_misspelt()))


def _asked(one: Sieve, text: str) -> bool:
    try:
        return one(text)
    except Exception as error:  # noqa: BLE001  (help must not depend on it; and its words must not reach the log)
        log.warning("A sieve for words of danger failed: %s", type(error).__name__)
        return False


@cache
def _pieces() -> tuple[str, ...]:
    languages = tomllib.loads(_WORDS.read_text(encoding="utf-8"))
    return tuple(_piece(one) for words in languages.values() for one in words)


@cache
def _often_misspelt() -> tuple[tuple[str, int], ...]:
    return tuple((word, 1) for word in tomllib.loads(_WORDS.read_text(encoding="utf-8"))["misspelt"])


def _piece(one: str) -> str:
    plain = piece_of(one.removesuffix("*"))
    return plain.rstrip(" ") if one.endswith("*") else plain
