"""What moderation knows of danger, lent to the search: it shows ways to talk first. Nobody is told, nothing is kept."""

from __future__ import annotations

from community import danger
from moderation.detector import screen


@danger.sieve
def may_be_danger(text: str) -> bool:
    """True for words that would be looked at if they were said in a room."""
    return screen(text).is_flag
