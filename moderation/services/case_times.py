"""How long cases wait until somebody takes them, and how long they take then: medians of the last ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from django.utils import timezone

from moderation.models import FlagEvent

SINCE = timedelta(days=30)
LAST, FEWEST = 500, 10  # cases that are looked at; with fewer nothing is said
LONGEST = timedelta(hours=1)  # of work on one: a page that was left open is no work
Kind = FlagEvent.Kind


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds; None while too few cases were decided."""

    wait: float | None = None
    work: float | None = None


def usual() -> Times:
    """What is usual lately, of the team as a whole. Two queries."""
    done = FlagEvent.objects.filter(kind=Kind.DECIDED, at__gt=timezone.now() - SINCE)
    ends = dict(done.order_by("-pk").values_list("flag", "at")[:LAST])
    rows = FlagEvent.objects.filter(flag__in=ends, kind__in=(Kind.OPENED, Kind.TAKEN)).order_by("pk")
    opened: dict[int, datetime] = {}
    first: dict[int, datetime] = {}
    last: dict[int, datetime] = {}
    for flag, kind, at in rows.values_list("flag", "kind", "at"):
        if kind == Kind.OPENED:
            opened.setdefault(flag, at)
        elif at <= ends[flag]:
            first.setdefault(flag, at)
            last[flag] = at
    waits = [(first[one] - opened[one]).total_seconds() for one in first if one in opened]
    works = [min(LONGEST, ends[one] - at).total_seconds() for one, at in last.items()]
    return Times(_median(waits), _median(works))


def _median(seconds: list[float]) -> float | None:
    return median(seconds) if len(seconds) >= FEWEST else None
