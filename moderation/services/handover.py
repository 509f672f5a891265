"""Handovers: what a shift left open, and two lines of its moderator. Sealed; each is read, and said to be read.

The server drafts it from what is open, as tokens of cases and no word of a member. Readers are shown those of them that
they may work on, as they stand when they read; so nobody learns from a handover of a case about themselves.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from community import fieldcrypt, text
from community.access import require
from community.models import Member
from community.refusals import NotYours
from community.services import audit, keyring, notices
from moderation.models import Flag, HandoverRead, Shift
from moderation.services import holding, queue
from moderation.services.queue import Item

LINES, LINE_LIMIT = 2, 500
DRAFTED = 50  # cases in one handover, the most urgent first
LISTED = 20
LOOK_BACK = timedelta(days=7)  # for whoever had no shift before
FURTHEST = timedelta(days=21)


@dataclass(frozen=True, slots=True)
class Handover:
    """What one shift handed over, for one reader."""

    shift: Shift
    lines: list[str]
    open: list[Item] = field(default_factory=list)
    settled: int = 0  # how many of what was open then is not any more, as far as this reader may know of it


def drafted() -> list[str]:
    """The tokens of what is open, the most urgent first."""
    rows = Flag.objects.waiting(timezone.now()).by_urgency()
    return list(rows.values_list("token", flat=True)[:DRAFTED])


def sealed(shift: Shift, lines: Sequence[str]) -> str:
    """What is stored with a shift that ends now: tidy lines, and what is open."""
    tidy = [text.tidy(line, limit=LINE_LIMIT) for line in lines[:LINES] if line.strip()]
    return fieldcrypt.seal(json.dumps({"lines": tidy, "open": drafted()}), purpose=_purpose(shift))


def waiting_for(by: Member) -> list[Handover]:
    """Handovers that `by` has not read yet, oldest first. A fixed number of queries."""
    require(by, "flags.work")
    return _opened(list(_unread(by).select_related("member")[:LISTED]), by)


def count_for(by: Member) -> int:
    """How many wait for them."""
    return _unread(by).count()


def _unread(by: Member) -> QuerySet[Shift]:
    """Shifts of others that ended since one's own before this one began."""
    now = timezone.now()
    before = Shift.objects.filter(member=by).exclude(ended_at=None).order_by("-ended_at").first()
    since = max(before.began_at, now - FURTHEST) if before else now - LOOK_BACK
    rows = Shift.objects.filter(ended_at__gt=since).exclude(member=by).exclude(read_by__member=by)
    return rows.order_by("ended_at", "pk")


def _opened(shifts: list[Shift], by: Member) -> list[Handover]:
    said = [_unsealed(one) for one in shifts]
    tokens = {token for _lines, ones in said for token in ones}
    now_open = queue.lines_of(by, tokens)
    known = set(holding.for_whom(Flag.objects.filter(token__in=tokens), by).values_list("token", flat=True))
    found = []
    for shift, (lines, ones) in zip(shifts, said, strict=True):
        still = [now_open[token] for token in ones if token in now_open]
        found.append(Handover(shift, lines, still, len(known.intersection(ones)) - len(still)))
    return found


def _unsealed(shift: Shift) -> tuple[list[str], list[str]]:
    try:
        said = json.loads(fieldcrypt.unseal(shift.handover, purpose=_purpose(shift))) if shift.handover else {}
    except fieldcrypt.NotReadable:
        said = {}
    return said.get("lines", []), said.get("open", [])


def acknowledge(by: Member, token: str) -> None:
    """They have read it; twice is once. Raises `NotYours` for one's own, and for what was not handed over."""
    require(by, "flags.work")
    with transaction.atomic():
        shift = Shift.objects.filter(token=token).exclude(ended_at=None).exclude(member=by).first()
        if shift is None:
            raise NotYours
        notices.seen(by, f"handover:{shift.token}")
        if HandoverRead.objects.get_or_create(shift=shift, member=by)[1]:
            audit.record(by, "handover.read", shift)


def read_by(shift: Shift) -> list[str]:
    """The names of those who said that they have read it."""
    return list(HandoverRead.objects.filter(shift=shift).order_by("at").values_list("member__name", flat=True))


def _purpose(shift: Shift) -> str:
    return f"handover:{shift.token}"


@keyring.turns("handovers")
def _reseal() -> int:
    return fieldcrypt.rewrap(Shift.objects.all(), "handover", purpose=_purpose)
