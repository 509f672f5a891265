"""Verdicts as counts, to calibrate by: rules, level, score, what a moderator said of them. Never a word of anybody.

Members who agreed to research agreed to "counts without names". So only theirs are in it, as it stands now, and each
line is a count about at least ten of them: what is rarer is made coarser, or left out. No name, no key, no day.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import Any

from django.utils import timezone

from community import consents
from community.access import require
from community.models import Consent, Member
from community.services import audit
from moderation.models import Decision, Flag, Screening
from moderation.services import scorecards, tallying
from moderation.services.choices import CASE
from moderation.services.figures import FEW

DAYS = 365
RESEARCH = "research"
OTHER, ANY = "other", "any"
AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Row:
    """Verdicts about one rule that are alike; before they are counted, one of them."""

    rule: str  # without version; a list, or "other", where few were judged
    rule_version: str
    lists: str  # version of phrase lists and model; empty where few have it
    severity: int | None  # the detector's own; None where the reading is gone, or few have it
    score: float | None  # to one place
    category: str
    verdict: str
    language: str
    week: str  # "2026-W48", or "any"
    times: int = 1

    def stored(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Export:
    """The lines, in an order that says nothing, and how many verdicts were left out because few were like them."""

    rows: list[Row]
    left_out: int


def export(days: int = DAYS) -> Export:
    """The verdicts of these days of members who agreed to research, counted."""
    rows = list(_rows(days))
    counted = Counter(row for row, _ in _coarse(rows))
    lines = [replace(row, times=times) for row, times in counted.items()]
    return Export(sorted(lines, key=lambda one: tuple(map(str, one.stored().values()))), len(rows) - counted.total())


def taken_out(by: Member) -> Export:
    """The same for an admin, written down before anything is given. Raises `NotYours`."""
    require(by, "numbers.take-out")
    audit.record(by, "verdicts.exported", reason=f"{DAYS} days")
    return export()


def _rows(days: int) -> Iterator[tuple[Row, int]]:
    """Each verdict, with the key of the member it is about."""
    judged = list(scorecards.judgements(timezone.now() - timedelta(days=days)))
    for start in range(0, len(judged), AT_ONCE):
        yield from _portion(judged[start : start + AT_ONCE])


def _portion(judged: Sequence[scorecards.Judged]) -> Iterator[tuple[Row, int]]:
    whose = dict(Decision.objects.filter(pk__in=[one.decision_id for one in judged]).values_list("pk", "member"))
    agreed = _agreed(one for one in whose.values() if one)
    wanted = [one for one in judged if whose.get(one.decision_id) in agreed]
    flags = Flag.objects.in_bulk([one.flag_id for one in wanted if one.flag_id])
    readings = _readings(one.message_id for one in flags.values() if one.message_id)
    for one in wanted:
        flag = flags.get(one.flag_id or 0)
        reading = readings.get(flag.message_id or 0) if flag else None
        for rule, verdict in one.verdicts.items():
            yield _row(one, rule, verdict, flag, reading), whose[one.decision_id] or 0


def _agreed(members: Iterable[int]) -> set[int]:
    """Those who agreed to research, in its present words, and did not take it back."""
    version = next(one.version for one in consents.LINES if one.kind == RESEARCH)
    rows = Consent.objects.filter(member__in=set(members), kind=RESEARCH, version=version, withdrawn_at=None)
    return set(rows.values_list("member", flat=True))


def _readings(messages: Iterable[int]) -> dict[int, Screening]:
    """The gravest reading of each message."""
    worst: dict[int, Screening] = {}
    for row in Screening.objects.filter(message__in=set(messages)):
        known = worst.get(row.message_id)
        if known is None or (row.severity, row.score) > (known.severity, known.score):
            worst[row.message_id] = row
    return worst


def _row(judged: scorecards.Judged, rule: str, verdict: str, flag: Flag | None, reading: Screening | None) -> Row:
    year, week, _day = judged.at.isocalendar()
    name, _, version = rule.partition("@")
    category = (reading.category if reading else "") or (flag.category if flag else "")
    return Row(
        rule=name,
        rule_version=version,
        lists=reading.version if reading else "",
        severity=tallying.detected_level(reading) if reading else None,
        score=round(reading.score, 1) if reading else None,
        category=category or OTHER,
        verdict=verdict,
        language=name.partition(".")[0] if name not in (CASE,) and not name.startswith("model") else ANY,
        week=f"{year}-W{week:02}",
    )


STEPS: tuple[Callable[[Row], Row], ...] = (
    lambda one: replace(one, week=ANY),
    lambda one: replace(one, lists=""),
    lambda one: replace(one, score=None),
    lambda one: replace(one, category=OTHER),
    lambda one: replace(one, rule=scorecards.list_of(one.rule), rule_version=""),
    lambda one: replace(one, severity=None),
    lambda one: replace(one, language=ANY, rule=OTHER, rule_version=""),  # a rule's name begins with its language
)


def _coarse(rows: list[tuple[Row, int]]) -> list[tuple[Row, int]]:
    """Those that are alike for at least ten members, each made only as coarse as that takes."""
    for step in STEPS:
        rare = _rare(rows)
        rows = [(step(row), member) if row in rare else (row, member) for row, member in rows]
    rare = _rare(rows)
    return [one for one in rows if one[0] not in rare]


def _rare(rows: Iterable[tuple[Row, int]]) -> set[Row]:
    people: dict[Row, set[int]] = defaultdict(set)
    for row, member in rows:
        people[row].add(member)
    return {row for row, members in people.items() if len(members) < FEW}
