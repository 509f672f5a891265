"""Whom to reach now, kept for the minute: choosing among thousands of lines takes longer than showing three.

Kept under the very list it was chosen from, so that a line that is withdrawn is gone with the next page.
"""

from __future__ import annotations

import threading
from datetime import datetime

from community import helplines
from community.choosing import Choice
from community.helplines import Held
from community.models import Member
from community.services.helplines import helplines_for, person_of

MOST_KEPT = 256
Key = tuple[str, tuple[str, ...], str, datetime]


class _Minute:
    """Choices made from one list of lines."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: tuple[Held, ...] = ()
        self._kept: dict[Key, Choice] = {}

    def find(self, held: tuple[Held, ...], key: Key) -> Choice | None:
        with self._lock:
            return self._kept.get(key) if held is self._held else None

    def keep(self, held: tuple[Held, ...], key: Key, choice: Choice) -> None:
        with self._lock:
            if held is not self._held or len(self._kept) >= MOST_KEPT:
                self._held, self._kept = held, {}
            self._kept[key] = choice


_minute = _Minute()


def lines_now(member: Member | None, at: datetime, country: str) -> Choice:
    """What `helplines_for` answers for this minute."""
    minute, person, held = at.replace(second=0, microsecond=0), person_of(member, country), helplines.held()
    key = (person.country, person.languages, person.zone, minute)
    found = _minute.find(held, key)
    if found is None:
        found = helplines_for(member, minute, country=country)
        if helplines.held() is held:
            _minute.keep(held, key, found)
    return found
