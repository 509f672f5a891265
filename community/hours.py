"""When a service answers: spans by weekday on the clock of a zone, with holidays and single days that differ.

A service is open when the clock on *its* wall says so: where clocks are turned back an hour counts twice, where they
are turned forward the hour that is skipped is never. Pure: no Django, and "now" is always an argument.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

import msgspec

DAY = 24 * 60
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
ALWAYS = "24/7"
CALLER = "caller"  # a zone: the line answers by the clock of whoever calls
LOOK_AHEAD_DAYS = 15
MOST_SPANS, MOST_SPECIAL = 6, 60
Spans = tuple[tuple[str, str], ...]
IsHoliday = Callable[[date], bool]
_TIME = re.compile(r"^([01]?\d|2[0-4]):([0-5]\d)$")
_SPAN = re.compile(r"(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})")
_DAY_WORD = re.compile(r"^(mon|tue|wed|thu|fri|sat|sun)[a-z]*$", re.IGNORECASE)


@cache
def zones() -> frozenset[str]:
    """The name of every time zone; read from the disk once."""
    return frozenset(available_timezones())


def zone_choices() -> list[tuple[str, str]]:
    """What people choose from: UTC, then each zone that is named after a place, with that name in words."""
    named = sorted(zone for zone in zones() if "/" in zone and not zone.startswith("Etc/"))
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in named)]


class BadHours(ValueError):  # noqa: N818
    """Not hours: the sentence says what is wrong, for the person who wrote them."""


class Hours(msgspec.Struct, frozen=True, omit_defaults=True):
    """Opening hours. Nothing filled in means that nobody told us, which is not the same as closed."""

    zone: str = ""
    always: bool = False
    week: tuple[Spans, ...] = ()  # seven, from Monday; ("22:00", "02:00") ends on the day after
    holidays: Literal["usual", "closed"] = "usual"
    special: dict[str, Spans] = {}  # "2026-12-25": () is closed on that day
    said: str = ""  # what the source says where it is more than these fields can hold

    @property
    def is_known(self) -> bool:
        """True when there is something to compute with."""
        return self.always or any(self.week)

    @property
    def is_local(self) -> bool:
        """True when the clock is that of whoever calls."""
        return self.zone in ("", CALLER)

    def is_open(self, at: datetime, *, caller_zone: str = "UTC", is_holiday: IsHoliday | None = None) -> bool | None:
        """Whether somebody answers at this moment; None when the hours are not known. `at` is aware.

        An empty `caller_zone` is an unknown one: lines that go by the caller's clock then have unknown hours, unless
        they answer day and night.
        """
        if not self.is_known or (self.is_local and not caller_zone and not self.always):
            return None
        local = at.astimezone(self._zone(caller_zone))
        minute = local.hour * 60 + local.minute
        today, before = local.date(), local.date() - timedelta(days=1)
        return any(start <= minute < end for start, end in self._on(today, is_holiday)) or any(
            start <= minute + DAY < end for start, end in self._on(before, is_holiday)
        )

    def opens_at(
        self, at: datetime, *, caller_zone: str = "UTC", is_holiday: IsHoliday | None = None
    ) -> datetime | None:
        """The next moment it opens (UTC), looking fifteen days ahead; None when open, unknown or not found."""
        return self._turns(at, caller_zone, is_holiday, to=True)

    def closes_at(
        self, at: datetime, *, caller_zone: str = "UTC", is_holiday: IsHoliday | None = None
    ) -> datetime | None:
        """The next moment it closes (UTC); None when closed, unknown, or open as far as we look."""
        return self._turns(at, caller_zone, is_holiday, to=False)

    def _turns(self, at: datetime, caller_zone: str, is_holiday: IsHoliday | None, *, to: bool) -> datetime | None:
        def answers(moment: datetime) -> bool | None:
            return self.is_open(moment, caller_zone=caller_zone, is_holiday=is_holiday)

        if answers(at) is not (not to) or (self.always and not self.special and self.holidays == "usual"):
            return None
        zone = self._zone(caller_zone)
        first = at.astimezone(zone).date() - timedelta(days=1)
        for ahead in range(LOOK_AHEAD_DAYS + 1):
            for moment in sorted(self._moments(first + timedelta(days=ahead), zone, is_holiday)):
                if moment > at and answers(moment) is to:
                    return moment
        return None

    def _moments(self, day: date, zone: ZoneInfo, is_holiday: IsHoliday | None) -> Iterator[datetime]:
        """Every moment at which something may change on this day: starts, ends, midnights, turned clocks."""
        minutes = {minute for span in self._on(day, is_holiday) for minute in span if minute < DAY} | {0}
        minutes |= {end - DAY for _, end in self._on(day - timedelta(days=1), is_holiday) if end > DAY}
        midnight = datetime.combine(day, datetime.min.time())
        if midnight.replace(tzinfo=zone).utcoffset() != (midnight + timedelta(days=1)).replace(tzinfo=zone).utcoffset():
            minutes |= set(range(0, DAY, 15))
        for minute in minutes:
            for fold in (0, 1):
                yield (midnight + timedelta(minutes=minute)).replace(tzinfo=zone, fold=fold).astimezone(UTC)

    def _on(self, day: date, is_holiday: IsHoliday | None) -> tuple[tuple[int, int], ...]:
        spans = self.special.get(day.isoformat())
        if spans is None and self.holidays == "closed" and is_holiday is not None and is_holiday(day):
            return ()
        if spans is None:
            if self.always:
                return ((0, DAY),)
            spans = self.week[day.weekday()]
        return tuple(_minutes(span) for span in spans)

    def _zone(self, caller_zone: str) -> ZoneInfo:
        return ZoneInfo((caller_zone or "UTC") if self.is_local else self.zone)

    def text(self) -> str:
        """The spans in one line, as `parse` reads them: "Mon-Fri 10:00-22:00; Sat 12:00-18:00"; empty if unknown."""
        if self.always:
            return ALWAYS
        parts: list[str] = []
        day = 0
        while day < len(self.week):
            last = day
            while last + 1 < len(self.week) and self.week[last + 1] == self.week[day]:
                last += 1
            if self.week[day]:
                days = "daily" if (day, last) == (0, 6) else DAYS[day] if day == last else f"{DAYS[day]}-{DAYS[last]}"
                parts.append(f"{days} " + ", ".join(f"{start}-{end}" for start, end in self.week[day]))
            day = last + 1
        return "; ".join(parts)


def _minutes(span: tuple[str, str]) -> tuple[int, int]:
    start, end = (int(text[:-3]) * 60 + int(text[-2:]) for text in span)
    return (start, end) if end > start else (start, end + DAY)


def check(hours: Hours) -> Hours:
    """The hours in their plain form, times as HH:MM. Raises `BadHours` with a sentence for people."""
    if hours.zone not in ("", CALLER) and hours.zone not in zones():
        raise BadHours(f"There is no time zone “{hours.zone}”.")
    if hours.week and len(hours.week) != len(DAYS):
        raise BadHours("The week has seven days.")
    if len(hours.special) > MOST_SPECIAL:
        raise BadHours(f"At most {MOST_SPECIAL} single days can differ.")
    week = tuple(_checked(spans, f"on {name}") for name, spans in zip(DAYS, hours.week or ((),) * 7, strict=True))
    _no_overlap_over_midnight(week)
    if any(week) and not hours.zone:
        raise BadHours("Say in which time zone these hours are.")
    special = {_a_day(day): _checked(spans, f"on {day}") for day, spans in hours.special.items()}
    return msgspec.structs.replace(hours, week=week if any(week) and not hours.always else (), special=special)


def _a_day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise BadHours(f"“{text}” is not a day. Write it as 2026-12-25.") from None


def _checked(spans: Spans, where: str) -> Spans:
    if len(spans) > MOST_SPANS:
        raise BadHours(f"More than {MOST_SPANS} spans {where}.")
    plain = tuple(sorted((_time(start, where), _time(end, where)) for start, end in spans))
    minutes = [_minutes(span) for span in plain]
    for (start, end), span in zip(minutes, plain, strict=True):
        if span[0] == "24:00" or (span[0] == span[1]):
            raise BadHours(f"“{span[0]}-{span[1]}” {where} is no span. All day is 00:00-24:00.")
        if any(other_start < end and start < other_end for other_start, other_end in minutes if other_start > start):
            raise BadHours(f"Two spans {where} overlap.")
    if len(set(plain)) < len(plain):
        raise BadHours(f"Two spans {where} are the same.")
    return plain


def _no_overlap_over_midnight(week: tuple[Spans, ...]) -> None:
    for day, spans in enumerate(week):
        over = max((end - DAY for _, end in map(_minutes, spans)), default=0)
        after = week[(day + 1) % len(week)]
        if any(start < over for start, _ in map(_minutes, after)):
            raise BadHours(f"The span that ends after midnight on {DAYS[day]} overlaps the next day.")


def _time(text: str, where: str) -> str:
    found = _TIME.match(text.strip())
    if not found or (found[1] == "24" and found[2] != "00"):
        raise BadHours(f"“{text}” {where} is not a time. Write it as 22:30.")
    return f"{int(found[1]):02d}:{found[2]}"


def parse(text: str, *, zone: str = "") -> Hours:
    """Hours from one line such as "24/7", "9:00-23:00 daily" or "Mon,Wed 9:00-20:00; Sat 10:00-14:00".

    Empty gives unknown hours. Raises `BadHours` for anything else.
    """
    text = text.strip()
    if not text:
        return Hours()
    if text == ALWAYS:
        return Hours(always=True, zone=zone)
    week: list[list[tuple[str, str]]] = [[] for _ in DAYS]
    for part in filter(None, (part.strip() for part in text.split(";"))):
        spans = [(found[1], found[2]) for found in _SPAN.finditer(part)]
        if not spans:
            raise BadHours(f"“{part}” holds no times. Write it as Mon-Fri 10:00-22:00.")
        for day in _days(_SPAN.sub(" ", part)):
            week[day] += spans
    if not any(week):
        raise BadHours("There are no times in it. Write it as Mon-Fri 10:00-22:00.")
    return check(Hours(zone=zone, week=tuple(tuple(spans) for spans in week)))


def spans_of(text: str, where: str) -> Spans:
    """The spans of one day, from "10:00-13:00, 20:00-02:00". Raises `BadHours`; `where` says which day: "on Mon"."""
    found: list[tuple[str, str]] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        span = _SPAN.fullmatch(part)
        if not span:
            raise BadHours(f"“{part[:40]}” {where} is no span. Write it as 10:00-22:00, several with a comma between.")
        found.append((span[1], span[2]))
    return _checked(tuple(found), where)


def special_of(text: str) -> dict[str, Spans]:
    """Single days that differ, one on a line: "2026-12-25 closed" or "2026-12-31 10:00-14:00". Raises `BadHours`."""
    found: dict[str, Spans] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        day, _, rest = line.partition(" ")
        rest = rest.strip()
        if not rest:
            raise BadHours(f"After “{day[:20]}” write closed, or times such as 10:00-14:00.")
        found[_a_day(day)] = () if rest.lower() == "closed" else spans_of(rest, f"on {day}")
    return found


def special_text(special: dict[str, Spans]) -> str:
    """Single days as `special_of` reads them."""
    days = ((day, ", ".join(f"{start}-{end}" for start, end in spans)) for day, spans in sorted(special.items()))
    return "\n".join(f"{day} {said or 'closed'}" for day, said in days)


def _days(words: str) -> list[int]:
    found: list[int] = []
    for word in filter(None, re.split(r"[,\s]+", words.strip())):
        if word.lower() in ("daily", "every", "day"):
            return list(range(7))
        first, _, last = word.partition("-")
        if not _DAY_WORD.match(first) or (last and not _DAY_WORD.match(last)):
            raise BadHours(f"“{word}” is not a weekday. Write Mon, Tue, Wed, Thu, Fri, Sat, Sun or daily.")
        start = _day(first)
        found += [(start + ahead) % 7 for ahead in range((_day(last or first) - start) % 7 + 1)]
    return found or list(range(7))


def _day(word: str) -> int:
    return DAYS.index(word[:3].capitalize())
