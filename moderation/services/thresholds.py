"""The site's own thresholds: alarms per 1,000 messages, applied to what the detector found, one step at most.

Without a row in force nothing differs from what is shipped. What is imminent, what tells others to hurt themselves and
what holds details that others must not read is never silenced. Each process reads the row at most every two seconds.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.access import require
from community.models import Member
from community.refusals import NotYours, Refusal
from community.services import audit
from moderation.detector import Category, Finding, Reason, Severity, Span
from moderation.models import Thresholds
from moderation.services.calibration import LEVELS, Cut, level_after

State = Thresholds.State
READ_EVERY_SECONDS = 2.0
RULE = "site.threshold"
KEPT_CATEGORY = Category.ENCOURAGEMENT


class Unreasoned(Refusal):
    """Something that mattered would have been missed, and nobody says why it should be so."""

    code = "why-needed"
    detail = _("Say why: something that mattered would have been missed.")


class Decided(Refusal):
    """A colleague confirmed, refused or replaced it meanwhile."""

    code = "decided"
    detail = _("That was decided meanwhile.")
    status = 409


@dataclass(frozen=True, slots=True)
class InForce:
    """The changes that hold now; `number` is 0 for those that are shipped."""

    number: int = 0
    cuts: Mapping[str, Cut] = field(default_factory=dict)


@dataclass(slots=True)
class _Known:
    read_at: float | None = None
    value: InForce = field(default_factory=InForce)


_known = _Known()


def in_force() -> InForce:
    """The changes that hold, as this process read them at most two seconds ago."""
    now = time.monotonic()
    if _known.read_at is None or not 0 <= now - _known.read_at < READ_EVERY_SECONDS:
        row = Thresholds.objects.filter(state=State.IN_FORCE).only("pk", "cuts").first()
        _known.value = InForce(row.pk, read(row.cuts)) if row else InForce()
        _known.read_at = now
    return _known.value


def forget() -> None:
    """The next question reads the row."""
    _known.read_at = None


def read(stored: Mapping[str, Mapping[str, Any]]) -> dict[str, Cut]:
    """Changes as the row holds them."""
    return {name: Cut(one["direction"], one["score"]) for name, one in stored.items() if name in LEVELS}


def applied(finding: Finding, *, number: int, length: int) -> Finding:
    """The finding as the site's thresholds leave it, with the reason where they changed it.

    `number` and `length` are those of the message itself among what was read.
    """
    now = in_force()
    if not now.cuts:
        return finding
    level = level_after(int(finding.severity), finding.score, now.cuts)
    signs = [(int(one.before), int(one.after)) for one in finding.reasons if one.kind == "sign"]
    if level == finding.severity or (level < finding.severity and is_kept(finding.categories, signs, finding.details)):
        return finding
    category = finding.category if finding.category is not Category.NONE else Category.DISTRESS
    why = Reason(
        kind="context",
        rule=f"{RULE}@{now.number}",
        says="the site's threshold",
        span=finding.spans[0] if finding.spans else Span(number, 0, length),
        category=category,
        before=finding.severity,
        after=level,
    )
    categories = finding.categories or (category,)
    return replace(finding, severity=level, category=category, categories=categories, reasons=(*finding.reasons, why))


def is_kept(categories: Iterable[str], signs: Iterable[tuple[int, int]], details: Iterable[object] = ()) -> bool:
    """Whether no threshold may lower it: a sign of something imminent, whatever context made of it; what others would
    read of how, how much or where; what tells somebody to hurt themselves. `signs` are levels before and after context.
    """
    imminent = any(before == Severity.IMMINENT and after >= Severity.MODERATE for before, after in signs)
    return imminent or bool(list(details)) or KEPT_CATEGORY in categories


# --- setting them --------------------------------------------------------------------------------


def now_set() -> Thresholds | None:
    """The row in force, with who set it; None where everything is as shipped."""
    return Thresholds.objects.filter(state=State.IN_FORCE).select_related("by", "signed_by").first()


def waiting() -> Thresholds | None:
    """What waits for a second person."""
    return Thresholds.objects.filter(state=State.WAITING).select_related("by").first()


def set_to(
    by: Member, wanted: Mapping[str, float], cuts: Mapping[str, Cut], *, meant: Mapping[str, Any], why: str = ""
) -> Thresholds:
    """Puts these in force; where `meant` says that something that mattered was missed or waited longer, a second
    person does. Raises `NotYours`, `Unreasoned` where that needs a word, `Decided` when somebody set others just now.
    """
    require(by, "thresholds.set")
    takes_two = bool(meant.get("missed") or meant.get("later"))
    if takes_two and not why.strip():
        raise Unreasoned
    with _alone():
        _end(State.WAITING, State.REPLACED)
        if not takes_two:
            _end(State.IN_FORCE, State.REPLACED)
        made = Thresholds.objects.create(
            state=State.WAITING if takes_two else State.IN_FORCE,
            wanted=dict(wanted),
            cuts={name: one.stored() for name, one in cuts.items()},
            meant=dict(meant),
            why=why.strip()[:300],
            by=by,
        )
        audit.record(by, "thresholds.proposed" if takes_two else "thresholds.set", made, reason=_code(wanted))
        transaction.on_commit(forget)
    return made


def as_shipped(by: Member) -> Thresholds:
    """Everything as it came with the software, at once. Raises `NotYours`."""
    return set_to(by, {}, {}, meant={})


def confirm(by: Member, token: str) -> Thresholds:
    """The second person's yes. Raises `NotYours` for whoever proposed it, too, and `Decided`."""
    with _alone():
        one = _waiting_for(by, token)
        _end(State.IN_FORCE, State.REPLACED)
        one.state, one.signed_by = State.IN_FORCE, by
        one.save(update_fields=["state", "signed_by"])
        audit.record(by, "thresholds.confirmed", one, reason=_code(one.wanted))
        transaction.on_commit(forget)
    return one


def refuse(by: Member, token: str) -> None:
    """The second person's no; whoever proposed it takes it back so, too. Raises `NotYours`, `Decided`."""
    with transaction.atomic():
        one = _waiting_for(by, token, may_be_own=True)
        Thresholds.objects.filter(pk=one.pk).update(state=State.REFUSED, ended_at=timezone.now())
        audit.record(by, "thresholds.refused", one, reason=_code(one.wanted))


@contextmanager
def _alone() -> Iterator[None]:
    """A transaction of which one wins: one set is in force, and one waits."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Decided from error


def _waiting_for(by: Member, token: str, *, may_be_own: bool = False) -> Thresholds:
    require(by, "thresholds.set")
    one = Thresholds.objects.select_for_update(of=("self",)).filter(token=token).first()
    if one is None or (one.by_id == by.pk and not may_be_own):
        raise NotYours
    if one.state != State.WAITING:
        raise Decided
    return one


def _end(state: str, becomes: str) -> None:
    Thresholds.objects.filter(state=state).update(state=becomes, ended_at=timezone.now())


def _code(wanted: Mapping[str, float]) -> str:
    return " ".join(f"{name}={wanted[name]:g}" for name in LEVELS if name in wanted) or "as-shipped"
