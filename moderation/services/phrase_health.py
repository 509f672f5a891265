"""How well software looks at the moment: what waits, what failed, and what people found that no phrase did."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from chat.models import Room
from community.access import may, require
from community.models import Member
from moderation.detector import Severity
from moderation.models import Alarm, Flag
from moderation.services import readers, screening, sweeping
from moderation.services.choices import Kind
from moderation.services.holding import for_whom

WEEK = timedelta(days=7)
LISTED = 10
# What shows that a moderator took it as serious, whatever severity a report has at first.
ACTED = (Kind.SUPPORT, Kind.IMMINENT)


@dataclass(frozen=True, slots=True)
class Health:
    """Whether messages are read, how far behind, and what went wrong in this process since it began."""

    is_on: bool
    lag: timedelta
    failed: int
    late: int
    is_aside: bool  # a reader stands beside this process
    lost: int  # readers that ended or were stuck
    alarms: tuple[tuple[str, datetime], ...]  # of the last week, newest first

    @property
    def is_behind(self) -> bool:
        """Whether somebody waits longer than the sweep usually needs."""
        return self.lag >= sweeping.LAG


@dataclass(frozen=True, slots=True)
class Overlooked:
    """A case that people brought in and no phrase; without a word of it."""

    token: str
    severity: int
    place: str  # empty for a conversation
    opened_at: datetime


def health(by: Member) -> Health:
    """How reading goes. Raises `NotYours`. Four queries at most."""
    require(by, "phrases.see")
    since = timezone.now() - WEEK
    alarms = Alarm.objects.filter(at__gte=since).order_by("-at").values_list("kind", "at")
    lag = sweeping.lag() if settings.SCREENING else timedelta()
    tally, lost = screening.tally, sum(readers.tally[why] for why in readers.ENDS)
    aside = readers.pid() is not None
    return Health(bool(settings.SCREENING), lag, tally["raised"], tally["late"], aside, lost, tuple(alarms[:LISTED]))


def overlooked(by: Member) -> tuple[int, list[Overlooked]]:
    """Severe cases of the last week that people told of and no phrase found: how many, and for those who work on
    cases the newest that they may open. Raises `NotYours`.
    """
    require(by, "phrases.see")
    rows = _overlooked()
    if not may(by, "flags.work"):
        return rows.count(), []
    shown = for_whom(Flag.objects.filter(pk__in=rows.values("pk")), by).select_related("message__room")
    return rows.count(), [_one(flag) for flag in shown.order_by("-opened_at")[:LISTED]]


def _overlooked() -> QuerySet[Flag]:
    severe = Q(severity__gte=Severity.HIGH) | Q(decisions__kind__in=ACTED)
    rows = Flag.objects.filter(severe, kind=Flag.Kind.CONCERN, from_words=False, message__isnull=False)
    return rows.filter(reports__isnull=False, opened_at__gte=timezone.now() - WEEK).distinct()


def _one(flag: Flag) -> Overlooked:
    room = flag.message.room if flag.message else None
    place = room.name if room and room.kind != Room.Kind.CONVERSATION else ""
    return Overlooked(flag.token, flag.severity, place, flag.opened_at)
