"""Turning the key ring: everything sealed under an older key of `FIELD_KEYS` is sealed again under the first.

Row by row and only where nobody changed the row meanwhile, so it runs beside a live site and may be stopped at any
moment. Which rows there are is said by whoever owns them, by registering a function.
"""

from __future__ import annotations

from collections.abc import Callable

Turn = Callable[[], int]
_turns: dict[str, Turn] = {}


def turns(what: str) -> Callable[[Turn], Turn]:
    """Registers a function that seals its rows again and says how many it did; running it twice is harmless."""

    def register(function: Turn) -> Turn:
        _turns[what] = function
        return function

    return register


def turn_all() -> dict[str, int]:
    """How many rows of each kind were sealed again."""
    return {what: _turns[what]() for what in sorted(_turns)}
