"""When the chats of a series happen: wall-clock rule → moments in UTC. Pure.

A time that the clocks skip (spring) moves to the first moment that exists after the gap; one that comes twice (autumn)
is the first of the two. So "20:00 in Lisbon" is 20:00 in Lisbon on every day of the year.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import DAILY, rrule


@dataclass(frozen=True, slots=True)
class Rule:
    """Which days, at what time of which clock."""

    weekdays: frozenset[int]  # 0 is Monday
    at: time
    zone: str
    first_day: date
    until: date | None = None
    is_left_out: Callable[[date], bool] = lambda day: False


@dataclass(frozen=True, slots=True)
class Planned:
    """One chat of a rule: its day there, its number among the days of the rule, and when it begins."""

    day: date
    number: int  # counts left-out days too, so that a gap moves no topic
    starts_at: datetime  # UTC


def planned(rule: Rule, begins: date, ends: date) -> Iterator[Planned]:
    """The chats of `rule` on the days from `begins` to `ends`, both included, in order."""
    last = min(ends, rule.until) if rule.until else ends
    if not rule.weekdays or last < rule.first_day:
        return
    days = rrule(DAILY, dtstart=_noon(rule.first_day), until=_noon(last), byweekday=sorted(rule.weekdays))
    for number, noon in enumerate(days):
        day = noon.date()
        if day >= begins and not rule.is_left_out(day):
            yield Planned(day, number, moment(day, rule.at, rule.zone))


def moment(day: date, at: time, zone: str) -> datetime:
    """The moment in UTC when the clock of `zone` shows `at` on `day`, or the first one after a gap."""
    wall = datetime.combine(day, at, ZoneInfo(zone))
    there = wall.astimezone(UTC)
    if there.astimezone(wall.tzinfo).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return there
    # Skipped: `fold=0` reads it with the offset before the gap, so it lands as far after the gap as it lay within it.
    return _end_of_gap(wall)


def _end_of_gap(wall: datetime) -> datetime:
    before, after = wall.utcoffset(), wall.replace(fold=1).utcoffset()
    assert before is not None
    assert after is not None
    low, high = (wall - timedelta(days=1)).astimezone(UTC), (wall + timedelta(days=1)).astimezone(UTC)
    while high - low > timedelta(seconds=1):  # the offset changes once within these two days
        middle = low + (high - low) / 2
        low, high = (low, middle) if middle.astimezone(wall.tzinfo).utcoffset() != before else (middle, high)
    return high.replace(microsecond=0)


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12))
