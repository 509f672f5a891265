"""The live chats of the week and of a month, in the reader's time. Visitors see topics and times."""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from chat.views.live_rows import WEEK, LiveRow, between, day_start, day_words, rows_of
from community.models import Member

MONTHS_AWAY = 12  # no farther into the past or the future


@dataclass(frozen=True, slots=True)
class Day:
    """A day with its live chats."""

    date: date
    rows: list[LiveRow] = field(default_factory=list)
    is_outside: bool = False  # of the month that is shown

    @property
    def words(self) -> str:
        """The day as its heading says it."""
        return day_words(self.date)

    @property
    def is_today(self) -> bool:
        """True for the day that it is where the reader lives."""
        return self.date == timezone.localdate()


@require_safe
def week(request: HttpRequest) -> HttpResponse:
    """Today and the six days after it, by day."""
    today = timezone.localdate()
    rows = _rows(request, day_start(today), day_start(today + WEEK))
    return render(request, "chat/live_week.html", {"days": _by_day(rows), **_common(request)})


@require_safe
def month(request: HttpRequest) -> HttpResponse:
    """A month as a table of weeks; on a phone, and for whoever prefers it, as the list of its days."""
    first = _asked(request.GET.get("month", ""))
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    rows = _rows(request, day_start(weeks[0][0]), day_start(weeks[-1][-1] + timedelta(days=1)))
    found = {day.date: day.rows for day in _by_day(rows)}
    table = [[Day(one, found.get(one, []), one.month != first.month) for one in days] for days in weeks]
    context = {
        "month": first,
        "weeks": table,
        "weekdays": [(date_format(day, "l"), date_format(day, "D")) for day in weeks[0]],
        "days": [day for days in table for day in days if day.rows and not day.is_outside],
        "before": _shift(first, -1),
        "after": _shift(first, 1),
    }
    return render(request, "chat/live_calendar.html", {**context, **_common(request)})


def _rows(request: HttpRequest, begins: datetime, ends: datetime) -> list[LiveRow]:
    return rows_of(between(begins, ends), request.user if isinstance(request.user, Member) else None, timezone.now())


def _by_day(rows: Iterable[LiveRow]) -> list[Day]:
    days = groupby(rows, key=lambda row: timezone.localtime(row.chat.starts_at).date())
    return [Day(day, list(theirs)) for day, theirs in days]


def _common(request: HttpRequest) -> dict[str, str]:
    is_member = isinstance(request.user, Member)
    zone = timezone.get_current_timezone_name() if is_member else settings.TIME_ZONE
    return {"zone": zone.rpartition("/")[2].replace("_", " ")}


def _asked(words: str) -> date:
    """The first day of the month asked for; of this month where that is none, or too far away."""
    this = timezone.localdate().replace(day=1)
    try:
        asked = datetime.strptime(words, "%Y-%m").date()  # noqa: DTZ007  (a month has no zone)
    except ValueError:
        return this
    away = (asked.year - this.year) * 12 + asked.month - this.month
    return asked if abs(away) <= MONTHS_AWAY else this


def _shift(first: date, by: int) -> str:
    """The month before or after, as the address has it; empty where that is too far away."""
    there = (first.replace(day=15) + timedelta(days=30 * by)).replace(day=1)
    return there.strftime("%Y-%m") if _asked(there.strftime("%Y-%m")) == there else ""
