"""The team's numbers: how soon somebody looks, what comes, what is made of it, what is carried. Of the team as a whole.

Nothing here is about one person, and no count below ten is given out (`figures.shown`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q
from django.utils import timezone

from community.models import Resource
from moderation.detector import Severity
from moderation.models import Break, Decision, Flag, FlagEvent, Lifted, Shift, SupportOffer
from moderation.services import scorecards, sweeping
from moderation.services.choices import Kind
from moderation.services.figures import FEW, Counts, Share, quantile, share, shown, tens

PERIODS = (7, 30, 90)
MOST = 20_000  # cases that are looked through, the newest
BANDS = (Severity.IMMINENT, Severity.HIGH, Severity.MODERATE)
HOURS = 3  # of a cell of the week
DAY = timedelta(days=1)
Slot = tuple[int, int]  # weekday, Monday 0; number of the three hours


@dataclass(frozen=True, slots=True)
class Looks:
    """How soon somebody looked at the cases of a band. Seconds are None where fewer than ten were looked at."""

    median: float | None
    p90: float | None
    is_few: bool  # some, fewer than ten


@dataclass(frozen=True, slots=True)
class Opened:
    """One case as it is counted here: when it came, how urgent it is, after how many seconds somebody first looked."""

    at: datetime
    band: int
    category: str
    seconds: float | None


@dataclass(slots=True)
class Came:
    """The cases of some days."""

    opened: list[Opened]
    looks: dict[int, Looks]
    unseen: Counts  # by band: nobody has looked yet
    categories: Counts
    sources: Counts
    raw_sources: dict[str, int]  # exact: not to be shown
    week: dict[int, dict[Slot, float]] = field(default_factory=dict)  # by band, 0 for all: seconds, of ten and more


def came(days: int, *, until: datetime | None = None) -> Came:
    """What came to the queue in these days, without appeals. Two queries."""
    end = until or timezone.now()
    return came_between(end - timedelta(days=days), end)


def came_between(since: datetime, until: datetime) -> Came:
    """What came to the queue from one moment up to another."""
    rows = Flag.objects.filter(opened_at__gte=since, opened_at__lt=until, kind=Flag.Kind.CONCERN)
    first = Min("events__at", filter=Q(events__kind=FlagEvent.Kind.TAKEN))
    fields = rows.annotate(first=first).order_by("-opened_at").values_list("opened_at", "severity", "category", "first")
    opened = [
        Opened(at, band_of(severity), category, _seconds(at, look)) for at, severity, category, look in fields[:MOST]
    ]
    says = FlagEvent.objects.filter(kind=FlagEvent.Kind.OPENED, flag__in=rows).order_by().values_list("says")
    sources = dict(says.annotate(n=Count("pk")))
    return Came(
        opened=opened,
        looks={band: looks_of(one.seconds for one in opened if one.band == band) for band in BANDS},
        unseen=shown({str(int(band)): sum(_is_unseen(one, band) for one in opened) for band in BANDS}),
        categories=shown(Counter(one.category for one in opened if one.category)),
        sources=shown(sources),
        raw_sources=sources,
        week={band: _week(opened, band) for band in (0, *map(int, BANDS))},
    )


def band_of(severity: int) -> int:
    """The band of the queue that a severity stands in."""
    return int(severity) if severity in BANDS else int(Severity.MODERATE)


def _seconds(opened: datetime, look: datetime | None) -> float | None:
    """How long it waited; a clock that was put back meanwhile makes it no shorter than nothing."""
    return max(0.0, (look - opened).total_seconds()) if look else None


def _is_unseen(one: Opened, band: int) -> bool:
    return one.band == band and one.seconds is None


def looks_of(seconds: Iterable[float | None]) -> Looks:
    """Median and 90th percentile of these waits; those that nobody has looked at are not among them."""
    waits = [one for one in seconds if one is not None]
    if len(waits) < FEW:
        return Looks(None, None, bool(waits))
    return Looks(quantile(waits, 0.5), quantile(waits, 0.9), False)


def _week(opened: Iterable[Opened], band: int) -> dict[Slot, float]:
    """The median wait by three hours of the week, on the clock of whoever reads; only of ten cases and more."""
    waits: dict[Slot, list[float]] = defaultdict(list)
    for one in opened:
        if one.seconds is not None and band in (0, one.band):
            at = timezone.localtime(one.at)
            waits[at.weekday(), at.hour // HOURS].append(one.seconds)
    return {slot: quantile(some, 0.5) or 0.0 for slot, some in waits.items() if len(some) >= FEW}


# --- what waits, and what became of it -------------------------------------------------------------


def waiting_now() -> tuple[Counts, bool]:
    """How many wait now, by band, appeals among them; and whether any of them is late."""
    now = timezone.now()
    rows = list(Flag.objects.waiting(now).free(now).values_list("severity", "due_at")[:MOST])
    counted = Counter(str(band_of(severity)) for severity, _ in rows)
    return shown({str(int(band)): counted[str(int(band))] for band in BANDS}), any(due < now for _, due in rows)


def overturned(since: datetime, until: datetime | None = None, *, step: int = 1) -> Share | None:
    """The share of appeals that took a decision back; None where fewer than ten were answered."""
    rows = Decision.objects.filter(at__gte=since, at__lt=until or timezone.now(), kind__in=(Kind.UPHELD, Kind.LIFTED))
    counted = dict(rows.order_by().values_list("kind").annotate(n=Count("pk")))
    return share(counted.get(Kind.LIFTED, 0), sum(counted.values()), step=step)


def offers(days: int) -> Counts:
    """What members did with the help that was offered to them, by answer."""
    rows = SupportOffer.objects.filter(at__gte=timezone.now() - timedelta(days=days))
    counted = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    return shown({state: counted.get(state, 0) for state in SupportOffer.State.values})


def told_only(since: datetime) -> int | None:
    """How many cases were called a real risk that members told us of and no word list found; None is few."""
    judged = scorecards.judgements(since)
    flags = {one.flag_id for one in judged if one.flag_id and "real-risk" in one.verdicts.values()}
    found = Flag.objects.filter(pk__in=flags, from_words=False).count()
    return None if 0 < found < FEW else found


# --- what the team carries -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Workload:
    """What the team did and carried, as a whole."""

    by_days: Counts  # cases that came, by the first day of each stretch, in tens
    stretch: int  # days
    decided: int | None  # None is few
    sums: Counts  # breaks that were taken, put off, limits that were lifted
    staffed: int  # percent of the hours with a shift running


def workload(days: int, opened: Iterable[Opened]) -> Workload:
    """Of these days; `opened` as `came` gave them."""
    now = timezone.now()
    since = now - timedelta(days=days)
    stretch = 1 if days <= 7 else 7
    decided = Decision.objects.filter(at__gte=since).exclude(kind=Kind.UNDONE).count()
    breaks = Break.objects.filter(at__gte=since)
    sums = {
        "breaks": breaks.filter(began_at__isnull=False).count(),
        "put-off": breaks.filter(laters__gt=0).count(),
        "lifted": Lifted.objects.filter(at__gte=since).count(),
    }
    return Workload(
        by_days=tens(_stretches(opened, now, days, stretch)),
        stretch=stretch,
        decided=None if 0 < decided < FEW else decided,
        sums=shown(sums),
        staffed=round(100 * staffed(since, now)),
    )


def _stretches(opened: Iterable[Opened], until: datetime, days: int, stretch: int) -> dict[str, int]:
    """How many cases came in each stretch of days up to now. The first one may be shorter."""
    number = -(-days // stretch)
    start = until - number * stretch * DAY
    counted = Counter(min(number - 1, max(0, int((one.at - start) / (stretch * DAY)))) for one in opened)
    first = timezone.localdate(start)
    return {(first + place * stretch * DAY).isoformat(): counted[place] for place in range(number)}


def staffed(since: datetime, until: datetime) -> float:
    """The share of this time during which at least one shift ran, 0 to 1."""
    rows = Shift.objects.filter(began_at__lt=until).filter(Q(ended_at__gt=since) | Q(ended_at=None, ends_at__gt=since))
    times = (
        (began, min(ended or ends, until)) for began, ended, ends in rows.values_list("began_at", "ended_at", "ends_at")
    )
    covered, reached = timedelta(), since
    for began, ended in sorted(times):
        first = max(began, reached)
        if ended > first:
            covered, reached = covered + (ended - first), ended
    return covered / (until - since) if until > since else 0.0


def overdue_resources() -> tuple[int, int]:
    """How many published entries are past their next check or were never verified, and how many there are."""
    return Resource.objects.overdue(timezone.localdate()).count(), Resource.objects.published().count()


def lag_seconds() -> int:
    """How long the oldest message that nobody has read for danger has waited."""
    return int(sweeping.lag().total_seconds())


def sources_by_kind(counts: Mapping[str, int]) -> dict[str, int]:
    """Sources of cases in three kinds: found by words, told by members, asked for."""
    kinds = {"words": "words", "asked": "asked"}
    found: Counter[str] = Counter()
    for code, count in counts.items():
        found[kinds.get(code, "told")] += count
    return dict(found)
