"""The author's last messages in the same room: which are read along, and what repeated distress adds up to.

There is no clock here: callers say how many seconds ago something was written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

JOINED_SECONDS = 120  # fragments of one thought come within two minutes
MOST_JOINED = 4  # earlier messages
DAY_SECONDS = 24 * 3600
HALF_LIFE_SECONDS = 6 * 3600  # after six hours a low message counts half
ENOUGH = 4.0  # low messages, the present one among them, that make a moderator look

Earlier = str | tuple[float, str]  # what was written, with the seconds since if they are known


def read_along(before: Sequence[Earlier]) -> tuple[int, tuple[str, ...]]:
    """How many of these messages are left out, and the rest, oldest first: those that belong to the present one."""
    texts: list[str] = []
    for one in reversed(before):
        seconds, text = (0.0, one) if isinstance(one, str) else one
        if seconds > JOINED_SECONDS or len(texts) == MOST_JOINED:
            break
        texts.append(text)
    return len(before) - len(texts), tuple(reversed(texts))


def adds_up(low_seconds_ago: Iterable[float]) -> float:
    """How many low messages the present one stands for, when earlier ones fade within a day."""
    return 1.0 + sum(0.5 ** (one / HALF_LIFE_SECONDS) for one in low_seconds_ago if 0 <= one <= DAY_SECONDS)
