"""Verdicts as data, to calibrate by: rules with versions, level, score, what a moderator said. Never a word of anybody.

Only of members who agreed to research, as it stands now. No name, no key of anything, no day; small groups are made
coarser until at least ten rows share them, or left out.
"""

from __future__ import annotations

from collections import Counter
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
    """One verdict about one rule in one case."""

    rule: str  # without version; a list, or "other", where few were judged
    rule_version: str
    lists: str  # version of phrase lists and model
    severity: int | None  # the detector's own; None where the reading is gone
    score: float | None  # to two places
    category: str
    verdict: str
    language: str
    week: str  # "2026-W48", or "any"

    def stored(self) -> dict[str, Any]:
        """As JSON holds it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Export:
    """The rows, in an order that says nothing, and how many were left out because few were like them."""

    rows: list[Row]
    left_out: int


def export(days: int = DAYS) -> Export:
    """The verdicts of these days of members who agreed to research."""
    rows = list(_rows(days))
    coarse = list(_coarse(rows))
    return Export(sorted(coarse, key=lambda one: tuple(map(str, one.stored().values()))), len(rows) - len(coarse))


def taken_out(by: Member) -> Export:
    """The same for an admin, written down before anything is given. Raises `NotYours`."""
    require(by, "numbers.take-out")
    audit.record(by, "verdicts.exported", reason=f"{DAYS} days")
    return export()


def _rows(days: int) -> Iterator[Row]:
    judged = list(scorecards.judgements(timezone.now() - timedelta(days=days)))
    for start in range(0, len(judged), AT_ONCE):
        yield from _portion(judged[start : start + AT_ONCE])


def _portion(judged: Sequence[scorecards.Judged]) -> Iterator[Row]:
    whose = dict(Decision.objects.filter(pk__in=[one.decision_id for one in judged]).values_list("pk", "member"))
    agreed = _agreed(one for one in whose.values() if one)
    wanted = [one for one in judged if whose.get(one.decision_id) in agreed]
    flags = Flag.objects.in_bulk([one.flag_id for one in wanted if one.flag_id])
    readings = _readings(one.message_id for one in flags.values() if one.message_id)
    for one in wanted:
        flag = flags.get(one.flag_id or 0)
        reading = readings.get(flag.message_id or 0) if flag else None
        for rule, verdict in one.verdicts.items():
            yield _row(one, rule, verdict, flag, reading)


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
        score=round(reading.score, 2) if reading else None,
        category=category or OTHER,
        verdict=verdict,
        language=name.partition(".")[0] if name not in (CASE,) and not name.startswith("model") else ANY,
        week=f"{year}-W{week:02}",
    )


def _coarse(rows: Sequence[Row]) -> Iterator[Row]:
    """Rows of which at least ten share week, category and language; and rules that at least ten rows name."""
    steps: tuple[Callable[[Row], Row], ...] = (
        lambda one: replace(one, week=ANY),
        lambda one: replace(one, category=OTHER),
        lambda one: replace(one, language=ANY, rule=OTHER, rule_version=""),  # a rule's name begins with its language
    )
    yield from _named(_grouped(list(rows), steps))


def _grouped(rows: list[Row], steps: Sequence[Callable[[Row], Row]]) -> list[Row]:
    for step in steps:
        small = _small(rows)
        rows = [step(one) if _group(one) in small else one for one in rows]
    small = _small(rows)
    return [one for one in rows if _group(one) not in small]


def _group(one: Row) -> tuple[str, str, str]:
    return one.week, one.category, one.language


def _small(rows: Iterable[Row]) -> set[tuple[str, str, str]]:
    return {key for key, count in Counter(map(_group, rows)).items() if count < FEW}


def _named(rows: list[Row]) -> list[Row]:
    """Each rule by its name where enough rows have it, else by its list, else not at all."""
    for step in (scorecards.list_of, lambda _: OTHER):
        count = Counter((one.rule, one.rule_version) for one in rows)
        rows = [
            one if count[one.rule, one.rule_version] >= FEW else replace(one, rule=step(one.rule), rule_version="")
            for one in rows
        ]
    return rows
