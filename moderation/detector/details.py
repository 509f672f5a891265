"""Where a message says how, how much or where: what others must not read of it, whatever else stays.

One pass over the words that were read, so respellings are seen through. An amount is a number or "all my" and the like
before what can be counted or measured; a name of a substance or a means stands for itself; of a place, the words
between it and what leads to it belong to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from moderation.detector.finding import Category

# What a message has to be about, for its details to be of harm to readers.
ABOUT = frozenset({
    Category.SUICIDE, Category.SELF_HARM, Category.METHOD_SEEKING, Category.GOODBYE, Category.THIRD_PARTY,
    Category.ENCOURAGEMENT,
})  # fmt: skip
_NUMBER = re.compile(r"[0-9]{1,5}x?")
_WITH_UNIT = re.compile(r"[0-9]{1,5}(?:mg|mcg|g|gr|ml|cl|l|iu)")
_AMOUNT_REACH, _PLACE_REACH = 4, 3  # words


@dataclass(frozen=True)
class Names:
    """Words of all languages by what they name. `leads` stand before a place and are no part of its name."""

    numbers: frozenset[str] = frozenset()
    counted: frozenset[str] = frozenset()
    joins: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    leads: frozenset[str] = frozenset()
    belongs: frozenset[str] = frozenset()


def names_of(sources: Iterable[Mapping[str, Any]]) -> Names:
    """The words under `[details]` in these lexicons."""
    tables = [one.get("details", {}) for one in sources]
    return Names(*(frozenset(word for one in tables for word in one.get(f.name, "").split()) for f in fields(Names)))


def found(words: Sequence[str], names: Names) -> list[tuple[int, int]]:
    """First and last word of each detail, in order; they may overlap."""
    places = []
    for at, word in enumerate(words):
        if word in names.named or _WITH_UNIT.fullmatch(word):
            places.append((_amount_before(words, at, names), at))
        elif word in names.counted and (first := _amount_before(words, at, names)) < at:
            places.append((first, at))
        elif word in names.places:
            places.append((_place_from(words, at, names), _place_to(words, at, names)))
    return places


def _is_number(word: str, names: Names) -> bool:
    return word in names.numbers or bool(_NUMBER.fullmatch(word) or _WITH_UNIT.fullmatch(word))


def _amount_before(words: Sequence[str], at: int, names: Names) -> int:
    """The first word of the amount that ends at word `at`; `at` itself when none stands before it."""
    first = at
    for back in range(at - 1, max(-1, at - 1 - _AMOUNT_REACH), -1):
        if _is_number(words[back], names):
            first = back
        elif words[back] not in names.joins and words[back] not in names.counted:
            break
    return first


def _place_from(words: Sequence[str], at: int, names: Names) -> int:
    for back in range(at - 1, max(-1, at - 1 - _PLACE_REACH), -1):
        if words[back] in names.leads:
            return back + 1
    return at


def _place_to(words: Sequence[str], at: int, names: Names) -> int:
    """The last word of a place: what follows an "of" is part of its name."""
    after = at + 1
    while after < min(len(words), at + 4) and words[after] in names.belongs:
        after += 1
    return after if at + 1 < after < len(words) else at
