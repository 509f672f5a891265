"""Three months of figures for the demo community, so that the team's numbers have shapes.

Cases without words or members, closed long ago: none of it is in the queue.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache

from django.utils import timezone

from community.models import Member
from moderation.detector import Severity, lexicon
from moderation.models import Decision, Flag, FlagEvent, RuleDay, ScoreDay, Shift
from moderation.services import flags, numbers_public
from moderation.services.choices import CASE, Kind

DAYS, CASES = 100, 460
BUSY_HOURS = (20, 21, 22, 23, 0, 1)
SOURCES = (*(["words"] * 6), "worried", "worried", "not-okay", "unkind", "asked", "identity")
CATEGORIES = ("suicide", "suicide", "distress", "distress", "self_harm", "third_party", "goodbye", "abuse")
VERDICTS = ("real-risk", "distress-but-safe", "distress-but-safe", "idiom", "wrong", "not-about-self")
USUAL = {Severity.IMMINENT: 100, Severity.HIGH: 380, Severity.MODERATE: 3400}  # seconds until somebody looks
LOG_ODDS = {"0": (-30, 12, 0.955), "1": (-22, 8, 0.04), "2": (-6, 8, 0.0036), "3": (2, 6, 0.0012), "4": (14, 5, 0.0002)}


def load(team: Sequence[Member]) -> None:
    """Makes the figures: cases that are closed, what was said of their rules, counts of readings, shifts."""
    dice, now = random.Random(8), timezone.now()  # noqa: S311  (figures of a demo)
    made = Flag.objects.bulk_create(_case(dice, now) for _ in range(CASES))
    FlagEvent.objects.bulk_create(event for flag in made for event in _events(dice, flag))
    Decision.objects.bulk_create(_decision(dice, flag, team) for flag in made)
    _counts(dice, now)
    Shift.objects.bulk_create(_shifts(now, team))
    numbers_public.make()


def _case(dice: random.Random, now: datetime) -> Flag:
    severity = dice.choice((Severity.IMMINENT, Severity.HIGH, Severity.HIGH, *[Severity.MODERATE] * 5))
    hour = dice.choice(BUSY_HOURS) if dice.random() < 0.6 else dice.randrange(24)
    day = (now - timedelta(days=dice.randrange(2, DAYS))).replace(hour=hour)
    opened = day.replace(minute=dice.randrange(60), second=dice.randrange(60))
    return Flag(
        severity=severity,
        category=dice.choice(CATEGORIES),
        from_words=True,
        opened_at=opened,
        due_at=opened + flags.due_in(severity),
        closed_at=opened + timedelta(hours=6),
    )


def _events(dice: random.Random, flag: Flag) -> list[FlagEvent]:
    looked = flag.opened_at + timedelta(seconds=USUAL[Severity(flag.severity)] * dice.lognormvariate(0, 0.7))
    kinds = FlagEvent.Kind
    return [
        FlagEvent(flag=flag, kind=kinds.OPENED, at=flag.opened_at, says=dice.choice(SOURCES)),
        FlagEvent(flag=flag, kind=kinds.TAKEN, at=looked),
        FlagEvent(flag=flag, kind=kinds.DECIDED, at=looked + timedelta(minutes=dice.randrange(2, 14)), says="support"),
    ]


@cache
def _rules() -> list[str]:
    """One rule of each of some lists, as readings name them."""
    first = {one.group: one.id for one in lexicon.shipped().rules if not one.effect and one.severity >= 2}
    return list(first.values())[:9]


def _decision(dice: random.Random, flag: Flag, team: Sequence[Member]) -> Decision:
    rule, lean = _leaning(dice)
    verdict = dice.choice(VERDICTS[: 2 + lean]) if rule != CASE else "distress-but-safe"
    left = verdict in ("idiom", "wrong")
    kind = Kind.NO_CONCERN if left or dice.random() < 0.15 else Kind.SUPPORT
    at = (flag.closed_at or flag.opened_at) - timedelta(hours=3)
    return Decision(flag=flag, by=dice.choice(team), kind=kind, at=at, verdicts={rule: verdict})


def _leaning(dice: random.Random) -> tuple[str, int]:
    """A rule, and how far it leans towards being wrong."""
    rules = _rules()
    number = min(dice.randrange(len(rules)), dice.randrange(len(rules)))
    return (rules[number], number % 5) if dice.random() < 0.85 else (CASE, 0)


def _counts(dice: random.Random, now: datetime) -> None:
    days = [now.astimezone(UTC).date() - timedelta(days=back) for back in range(1, 31)]
    rules = _rules()
    if ScoreDay.objects.filter(day__in=days).exists():
        return  # they were counted before
    RuleDay.objects.bulk_create(
        RuleDay(rule=rule, day=day, hits=hits, flags=hits // 2)
        for day in days
        for place, rule in enumerate(rules)
        if (hits := dice.randrange(12 - place))
    )
    ScoreDay.objects.bulk_create(_scores(dice, day) for day in days)


def _scores(dice: random.Random, day: date) -> ScoreDay:
    whole = 580 + dice.randrange(60)
    counts: dict[str, dict[str, int]] = {}
    for level, (first, spread, part) in LOG_ODDS.items():
        bins: dict[str, int] = {}
        for _ in range(int(whole * part + dice.random())):
            place = str(first + int(spread * dice.random()))
            bins[place] = bins.get(place, 0) + 1
        counts[level] = bins
    return ScoreDay(day=day, readings=sum(sum(one.values()) for one in counts.values()), counts=counts)


def _shifts(now: datetime, team: Sequence[Member]) -> list[Shift]:
    """Evenings, in turns."""
    evenings = [(now - timedelta(days=back)).replace(hour=18, minute=0) for back in range(2, DAYS)]
    return [
        Shift(
            member=team[place % len(team)],
            began_at=at,
            ends_at=at + timedelta(hours=5),
            ended_at=at + timedelta(hours=5),
        )
        for place, at in enumerate(evenings)
    ]
