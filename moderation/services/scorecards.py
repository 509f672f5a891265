"""How well each rule and each list does: how often it was found, and what moderators said of what it found.

Figures about rules, for staff, exact. A rule is named without its version ("en.passive-wish.4361"), a list is what its
rules have in common ("en.passive-wish"); what the model found alone is the list "model". Nothing of a member is in it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.db.models import Exists, OuterRef, Sum
from django.utils import timezone

from moderation.models import Decision, RuleDay
from moderation.services.choices import CASE, Kind
from moderation.services.figures import wilson

RIGHT = ("real-risk", "distress-but-safe")  # somebody had to look
LEFT_ALONE = (Kind.NO_CONCERN, Kind.RESTORE)
NO_VERDICT = (Kind.ESCALATE, Kind.RESTORE, Kind.HIDE_FOR_NOW, Kind.UPHELD, Kind.LIFTED, Kind.UNDONE)
RETIRE, REVIEW = "retire", "review"
ENOUGH = 20  # verdicts, before anybody is advised to take a rule out
NEARLY_ALWAYS_WRONG = 0.25  # the upper end of the interval lies below
LONG = timedelta(days=60)  # without a verdict
MOST_DECISIONS = 20_000


@dataclass(slots=True)
class Card:
    """One rule or list over some days. `kept` is the share of decided cases on which a moderator acted."""

    name: str
    hits: int = 0  # readings in which it was found
    flags: int = 0  # of these, those that came to the queue
    decided: int = 0  # cases with a verdict about it
    acted: int = 0  # of these, those that were not left alone
    verdicts: Counter[str] = field(default_factory=Counter)
    last_verdict: date | None = None  # of the last half year
    versions: set[str] = field(default_factory=set)
    is_seldom_judged: bool = False

    @property
    def kept(self) -> float | None:
        """The share of its cases that a moderator acted on, 0 to 1; None without any."""
        return self.acted / self.decided if self.decided else None

    @property
    def right(self) -> int:
        """Verdicts that somebody had to look."""
        return sum(self.verdicts[one] for one in RIGHT)

    @property
    def precision(self) -> float | None:
        """The share of verdicts that say that somebody had to look; None without any."""
        return self.right / self.decided if self.decided else None

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true precision lies, 95 times of 100 (Wilson)."""
        return wilson(self.right, self.decided)

    @property
    def advice(self) -> str:
        """RETIRE when nearly all of enough verdicts were wrong, REVIEW when nobody judged it for long; else empty."""
        if self.decided >= ENOUGH and self.interval[1] < NEARLY_ALWAYS_WRONG:
            return RETIRE
        return REVIEW if self.is_seldom_judged else ""


def by_rule(days: int = 30) -> list[Card]:
    """A card for each rule that was found or judged in these days, the one found most often first. Three queries."""
    return _cards(days, without_version)


def by_list(days: int = 30) -> list[Card]:
    """A card for each list, the one found most often first. A case counts once for a list, by its gravest verdict."""
    return _cards(days, list_of)


def without_version(rule: str) -> str:
    """The name of a rule whatever its version: "en.passive-wish.4361" of "en.passive-wish.4361@1"."""
    return rule.partition("@")[0]


def list_of(rule: str) -> str:
    """The list that a rule belongs to: "en.passive-wish" of "en.passive-wish.4361@1"; "model" of the model's."""
    name = without_version(rule)
    return "model" if name.startswith("model.") else name.rpartition(".")[0] or name


def _cards(days: int, name_of: Callable[[str], str]) -> list[Card]:
    now = timezone.now()
    since = now - timedelta(days=days)
    cards: dict[str, Card] = defaultdict(lambda: Card(""))
    _count(cards, since.astimezone(UTC).date(), name_of)
    for judged in judgements(now - max(timedelta(days=days), timedelta(days=183))):
        _judge(cards, judged, since, name_of)
    for name, card in cards.items():
        card.name = name
        last = card.last_verdict
        card.is_seldom_judged = bool(card.flags) and (last is None or last < (now - LONG).astimezone(UTC).date())
    used = [one for one in cards.values() if one.hits or one.decided]
    return sorted(used, key=lambda one: (-one.hits, -one.decided, one.name))


def _count(cards: dict[str, Card], since: date, name_of: Callable[[str], str]) -> None:
    rows = RuleDay.objects.filter(day__gt=since).order_by().values("rule")
    for row in rows.annotate(hit=Sum("hits"), flagged=Sum("flags")):
        card = cards[name_of(row["rule"])]
        card.hits += row["hit"]
        card.flags += row["flagged"]
        card.versions.add(row["rule"].partition("@")[2])


@dataclass(frozen=True, slots=True)
class Judged:
    """What a moderator said of the rules of one case, last."""

    verdicts: dict[str, str]  # by rule, with version
    at: datetime
    is_acted: bool
    flag_id: int | None
    decision_id: int


def judgements(since: datetime) -> Iterator[Judged]:
    """The last verdicts of each case since then, newest first. What was taken back at once, or on appeal, is none."""
    answers = Decision.objects.filter(answers=OuterRef("pk"), kind__in=(Kind.UNDONE, Kind.LIFTED))
    rows = Decision.objects.filter(at__gte=since).exclude(kind__in=NO_VERDICT).filter(~Exists(answers))
    seen: set[int] = set()
    fields = ("pk", "flag_id", "kind", "at", "verdicts")
    for pk, flag, kind, at, verdicts in rows.order_by("-at", "-pk").values_list(*fields)[:MOST_DECISIONS]:
        if not verdicts or flag in seen:
            continue
        if flag is not None:
            seen.add(flag)
        yield Judged(verdicts, at, kind not in LEFT_ALONE, flag, pk)


def _judge(cards: dict[str, Card], judged: Judged, since: datetime, name_of: Callable[[str], str]) -> None:
    said: dict[str, list[str]] = defaultdict(list)
    for rule, verdict in judged.verdicts.items():
        if rule != CASE:
            said[name_of(rule)].append(verdict)
    day = judged.at.astimezone(UTC).date()
    for name, verdicts in said.items():
        card = cards[name]
        card.last_verdict = max(card.last_verdict or day, day)
        if judged.at >= since:
            card.decided += 1
            card.acted += judged.is_acted
            card.verdicts[_gravest(verdicts)] += 1


def _gravest(verdicts: Iterable[str]) -> str:
    order = ("real-risk", "distress-but-safe", "not-about-self", "idiom", "wrong")
    return min(verdicts, key=lambda one: order.index(one) if one in order else len(order))
