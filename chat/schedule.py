"""When the chats of a series happen: wall-clock rule → moments in UTC. Pure.

A time that the clocks skip (spring) moves to the first moment that exists after the gap; one that comes twice (autumn)
is the first of the two; a day that a place leaves out altogether has no chat. So "20:00 in Lisbon" is 20:00 in Lisbon
on every day of the year.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import DAILY, rrule

from community.hours import zones

A_DAY, STEP, A_SECOND = timedelta(days=1), timedelta(minutes=15), timedelta(seconds=1)


class UnknownZone(ValueError):  # noqa: N818
    """No zone is called so here."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Which days, at what time of which clock. Raises `UnknownZone`, and `ValueError` for a day that no week has."""

    weekdays: frozenset[int]  # 0 is Monday
    at: time
    zone: str
    first_day: date
    until: date | None = None
    is_left_out: Callable[[date], bool] = lambda day: False

    def __post_init__(self) -> None:
        if not is_zone(self.zone):
            raise UnknownZone(self.zone)
        if not self.weekdays <= set(range(7)):
            raise ValueError("a week has seven days")
        if self.at.tzinfo is not None:
            raise ValueError("the zone is said beside the time")


@dataclass(frozen=True, slots=True)
class Planned:
    """One chat of a rule: its day there, its number among the days of the rule, and when it begins."""

    day: date
    number: int  # counts left-out days too, so that a gap moves no topic
    starts_at: datetime  # UTC


def is_zone(name: str) -> bool:
    """True when clocks of this name are known here."""
    return name in zones()


def planned(rule: Rule, begins: date, ends: date) -> Iterator[Planned]:
    """The chats of `rule` on the days from `begins` to `ends`, both included, in order."""
    last = min(ends, rule.until) if rule.until else ends
    if not rule.weekdays or last < rule.first_day:
        return
    days = rrule(DAILY, dtstart=_noon(rule.first_day), until=_noon(last), byweekday=sorted(rule.weekdays))
    for number, noon in enumerate(days):
        day = noon.date()
        if day >= begins and not rule.is_left_out(day) and exists(day, rule.zone):
            yield Planned(day, number, moment(day, rule.at, rule.zone))


def moment(day: date, at: time, zone: str) -> datetime:
    """The first moment in UTC when the clock of `zone` shows `at` on `day`, or the first one after a gap."""
    wall, clock = datetime.combine(day, at), ZoneInfo(zone)
    there = wall.replace(tzinfo=clock).astimezone(UTC)  # `fold=0`: the first of two
    return there if _shown(there, clock) == wall else _first_not_before(wall, clock)


def exists(day: date, zone: str) -> bool:
    """False for a day that the clocks of `zone` leave out, as Samoa did with 30 December 2011."""
    return moment(day, time(), zone) < moment(day + A_DAY, time(), zone)


def _first_not_before(wall: datetime, clock: ZoneInfo) -> datetime:
    """The first moment at which the clock shows `wall` or later. No clock is a whole day away from UTC."""
    high = wall.replace(tzinfo=UTC) - A_DAY
    # In small steps, so that clocks may be changed more than once within these two days.
    while _shown(high, clock) < wall:
        high += STEP
    low = high - STEP
    while high - low > A_SECOND:
        middle = low + (high - low) / 2
        low, high = (middle, high) if _shown(middle, clock) < wall else (low, middle)
    return high if high.microsecond == 0 else high.replace(microsecond=0)


def _shown(at: datetime, clock: ZoneInfo) -> datetime:
    return at.astimezone(clock).replace(tzinfo=None, fold=0)


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12))
