"""What thresholds would have meant last month: from the calibration table, and from cases that were confirmed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, timedelta
from typing import Any

from django.utils import timezone

from moderation.detector import Severity
from moderation.models import Flag, Report, ScoreDay, Screening
from moderation.services import case_times, scorecards, screening, tallying, thresholds
from moderation.services.calibration import LEVELS, Cut, added, after, cut_for, level_after

DAYS = 30
LEAST_READINGS = 1000  # fewer say nothing about alarms per 1,000
USUAL_MINUTES = 6.0  # to decide a case, where nothing is known


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a set of changes would have meant, over the days that were counted."""

    rates: dict[str, float]  # alarms per 1,000 at this level or above
    a_day: float  # readings that came to the queue
    minutes_a_day: float
    confirmed: int  # cases found by words in which somebody said that it was a real risk
    missed: int  # of these, those that would not have come, and nobody had told
    later: int  # of these, those that would have come, with less hurry

    def stored(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)


class Foresight:
    """The last month, read once: how many readings, and which cases were confirmed."""

    def __init__(self) -> None:
        now = timezone.now()
        first = now.astimezone(UTC).date() - timedelta(days=DAYS)
        rows = list(ScoreDay.objects.filter(day__gt=first))
        self.table = added(one.counts for one in rows)
        self.readings = sum(one.readings for one in rows)
        self.days = max(1, len(rows))
        self._minutes = _minutes_of_a_case()
        self._confirmed = list(_confirmed())

    @property
    def is_enough(self) -> bool:
        """Whether enough was counted to say anything."""
        return self.readings >= LEAST_READINGS

    def cuts(self, wanted: Mapping[str, float]) -> dict[str, Cut]:
        """The changes that bring about these alarms per 1,000, each level as if the others were as shipped."""
        found = {name: cut_for(name, wanted[name], self.table) for name in LEVELS if name in wanted}
        return {name: cut for name, cut in found.items() if cut}

    def with_cuts(self, cuts: Mapping[str, Cut]) -> Outlook:
        """What these changes would have meant."""
        counted = after(self.table, cuts)
        above = {name: sum(count for level, count in counted.items() if level >= at) for name, at in LEVELS.items()}
        a_day = above["moderate"] / self.days
        levels = [(detected, _after(detected, score, kept, cuts)) for detected, score, kept in self._confirmed]
        return Outlook(
            rates={name: round(1000 * count / max(1, self.readings), 2) for name, count in above.items()},
            a_day=round(a_day, 1),
            minutes_a_day=round(a_day * self._minutes, 1),
            confirmed=len(levels),
            missed=sum(level < Severity.MODERATE <= detected for detected, level in levels),
            later=sum(Severity.MODERATE <= level < detected for detected, level in levels),
        )

    def shipped(self) -> Outlook:
        """What it was without any."""
        return self.with_cuts({})

    def now(self) -> Outlook:
        """What the thresholds in force mean."""
        return self.with_cuts(thresholds.in_force().cuts)


def _after(detected: int, score: float, is_kept: bool, cuts: Mapping[str, Cut]) -> int:
    level = int(level_after(detected, score, cuts))
    return max(level, detected) if is_kept else level


def _minutes_of_a_case() -> float:
    """How long a case is in somebody's hands."""
    work = case_times.usual().work
    return USUAL_MINUTES if work is None else work / 60


def _confirmed() -> Iterator[tuple[int, float, bool]]:
    """The detector's level and score of the gravest wording of each confirmed case, and whether it stays anyhow."""
    since = timezone.now() - timedelta(days=DAYS)
    judged = (one for one in scorecards.judgements(since) if "real-risk" in one.verdicts.values())
    flags = {one.flag_id for one in judged if one.flag_id is not None}
    told = set(Report.objects.filter(flag__in=flags).values_list("flag", flat=True))
    cases = Flag.objects.filter(pk__in=flags, from_words=True, message__isnull=False)
    by_message = dict(cases.values_list("message", "pk"))
    worst: dict[int, tuple[int, float, bool]] = {}
    for row in Screening.objects.filter(message__in=by_message):
        found = screening.unpacked(row)
        signs = [tuple(one["change"]) for one in found["reasons"] if one["kind"] == "sign"]
        is_kept = thresholds.is_kept(found["categories"], signs) or by_message[row.message_id] in told
        read = (tallying.detected_level(row), row.score, is_kept)
        worst[row.message_id] = max(read, worst.get(row.message_id, (0, 0.0, False)))
    yield from worst.values()
