"""Counting readings as they come, so that pages need not look through them: by rule and by score, day by day.

Each reading is counted once: the place up to which everything was counted moves in the transaction that adds the
counts. A transaction may store a reading with a smaller key than one that is stored already, so that only what was
there at the look before is counted; none lasts from one look to the next. Days are UTC's.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, date, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from community.duties import duty
from moderation.detector import Severity
from moderation.models import RuleDay, ScoreDay, Screening, Tallied
from moderation.services import screening
from moderation.services.calibration import bin_of

SETTLED = timedelta(minutes=2)  # no transaction lasts longer
AT_ONCE = 1000
BATCHES = 20  # in one round; other duties wait meanwhile
KEPT_FOR = timedelta(days=400)


@duty("counting of readings", every_seconds=180)
def tally() -> int:
    """Counts what was stored since; how many readings."""
    _mind_the_clock()
    counted = 0
    for _ in range(BATCHES):
        more = _one_batch()
        counted += more
        if more < AT_ONCE:
            break
    _look()
    _forget()
    return counted


@transaction.atomic
def _mind_the_clock() -> None:
    """A look that seems to lie in the future was just now: the clock was put back."""
    if _held().seen_at > timezone.now():
        Tallied.objects.filter(pk=1).update(seen_at=timezone.now())


@transaction.atomic
def _look() -> None:
    """Notes the newest key, once everything up to the one of the last look was counted."""
    place = _held()
    if place.seen > place.done:
        return
    newest = Screening.objects.aggregate(newest=Max("pk"))["newest"] or 0
    if newest > place.seen:
        Tallied.objects.filter(pk=1).update(seen=newest, seen_at=timezone.now())


def _held() -> Tallied:
    Tallied.objects.get_or_create(pk=1)
    return Tallied.objects.select_for_update().get(pk=1)


@transaction.atomic
def _one_batch() -> int:
    place = _held()
    if place.seen <= place.done or timezone.now() - place.seen_at < SETTLED:
        return 0
    rows = Screening.objects.filter(pk__gt=place.done, pk__lte=place.seen).order_by("pk")
    batch = list(rows.only("pk", "message_id", "at", "severity", "detected", "score", "found", "sealed")[:AT_ONCE])
    _add_rules(batch)
    _add_scores(batch)
    done = batch[-1].pk if len(batch) == AT_ONCE else place.seen
    Tallied.objects.filter(pk=1).update(done=done)
    return len(batch)


def rules_in(row: Screening) -> tuple[set[str], bool]:
    """The rules that a reading holds, and whether a heavy day alone brought it up. Places and rules, no words."""
    found = screening.unpacked(row)["reasons"] if row.severity or row.found or row.sealed else []
    rules = {one["rule"] for one in found if one["kind"] != "context"}
    return rules, any(one["rule"] == screening.HEAVY for one in found)


def day_of(row: Screening) -> date:
    """The day that a reading is counted to."""
    return row.at.astimezone(UTC).date()


def _add_rules(batch: Sequence[Screening]) -> None:
    hits: Counter[tuple[date, str]] = Counter()
    flags: Counter[tuple[date, str]] = Counter()
    for row in batch:
        keys = {(day_of(row), rule[:80]) for rule in rules_in(row)[0]}
        hits.update(keys)
        flags.update(keys if row.severity >= Severity.MODERATE else ())
    days = {day for day, _ in hits}
    there = {(one.day, one.rule): one for one in RuleDay.objects.filter(day__in=days)}
    fresh = [RuleDay(day=day, rule=rule) for day, rule in hits if (day, rule) not in there]
    RuleDay.objects.bulk_create(fresh)
    there |= {(one.day, one.rule): one for one in fresh}
    changed = [there[key] for key in hits]
    for one in changed:
        one.hits += hits[one.day, one.rule]
        one.flags += flags[one.day, one.rule]
    RuleDay.objects.bulk_update(changed, ["hits", "flags"], batch_size=200)


def detected_level(row: Screening) -> int:
    """The level that the detector itself gave: before the site's thresholds, and before a heavy day raised it."""
    if row.detected is not None:
        return row.detected
    if row.severity == Severity.MODERATE and rules_in(row)[1]:
        return int(Severity.LOW)
    return row.severity


def _add_scores(batch: Sequence[Screening]) -> None:
    counted: dict[date, Counter[tuple[str, str]]] = defaultdict(Counter)
    for row in batch:
        counted[day_of(row)][str(detected_level(row)), str(bin_of(row.score))] += 1
    for day, more in counted.items():
        one, _made = ScoreDay.objects.get_or_create(day=day)
        for (level, number), count in more.items():
            bins = one.counts.setdefault(level, {})
            bins[number] = bins.get(number, 0) + count
        one.readings += sum(more.values())
        one.save(update_fields=["readings", "counts"])


def _forget() -> None:
    """Counts of long ago go, so that the tables stay small."""
    first = timezone.now().astimezone(UTC).date() - KEPT_FOR
    RuleDay.objects.filter(day__lt=first).delete()
    ScoreDay.objects.filter(day__lt=first).delete()
