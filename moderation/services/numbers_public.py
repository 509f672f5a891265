"""What everybody may read of how these rooms are looked after: months that are over, rounded, small numbers left out.

A month's figures are worked out once and kept as they are: what is forgotten or deleted later changes nothing, so that
nobody learns of it by comparing. There is no time of day and no day in them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Min
from django.utils import timezone

from community.duties import duty
from moderation.models import Flag, PublicMonth
from moderation.services import numbers
from moderation.services.figures import quantile, share, tens

LEAST = 20  # cases of a kind, before a median is told
STEP = 5  # percent
SHOWN = 3  # months
SETTLED = timedelta(days=3)  # after the month, so that what came in its last hours was looked at


@duty("public numbers", every_seconds=3600)
def make() -> int:
    """Works out the months that are over and have no figures yet; how many."""
    made = 0
    for month in _missing():
        _row, is_new = PublicMonth.objects.get_or_create(month=month, defaults={"figures": _figures(month)})
        made += is_new
    return made


def months() -> list[PublicMonth]:
    """The newest months, the newest first. One query."""
    return list(PublicMonth.objects.order_by("-month")[:SHOWN])


def _missing() -> Iterator[date]:
    """Months since the first case that are over, of the last three, without figures."""
    first = Flag.objects.aggregate(first=Min("opened_at"))["first"]
    if first is None:
        return
    last = before(month_of(timezone.localdate(timezone.now() - SETTLED)))
    known = set(PublicMonth.objects.values_list("month", flat=True))
    for _ in range(SHOWN):
        if last not in known and last >= month_of(timezone.localdate(first)):
            yield last
        last = before(last)


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def before(month: date) -> date:
    """The month before."""
    return month_of(month - timedelta(days=1))


def _bounds(month: date) -> tuple[datetime, datetime]:
    following = month_of(month + timedelta(days=32))
    first, last = (timezone.make_aware(datetime.combine(one, time.min)) for one in (month, following))
    return first, last


def _figures(month: date) -> dict[str, Any]:
    since, until = _bounds(month)
    came = numbers.came_between(since, until)
    back = numbers.overturned(since, until, step=STEP)
    overdue, public = numbers.overdue_resources()
    late = share(overdue, public, step=STEP)
    return {
        "minutes": {str(int(band)): _minutes(came, int(band)) for band in numbers.BANDS},
        "kinds": tens(numbers.sources_by_kind(came.raw_sources)).cells,
        "overturned": [back.low, back.high] if back else None,
        "staffed": STEP * round(100 * numbers.staffed(since, until) / STEP),
        "overdue": [late.low, late.high] if late else None,
    }


def _minutes(came: numbers.Came, band: int) -> float | None:
    """The median wait in minutes, rounded the more the longer it is; None where too few were looked at."""
    waits = [one.seconds / 60 for one in came.opened if one.band == band and one.seconds is not None]
    middle = quantile(waits, 0.5)
    if middle is None or len(waits) < LEAST:
        return None
    step = 1 if middle < 10 else 5 if middle < 60 else 30
    return max(1, step * round(middle / step))
