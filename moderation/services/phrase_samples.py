"""Messages that a draft would read otherwise, one at a time. Looking is an act: written down before a word is shown.

Never the words of a conversation. What was a concern already is shown to whoever works on cases; anything else after
a reason, which is a code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from chat.models import Message, Room
from chat.services import entries, sealing
from community.access import has_role, may, require
from community.models import Member
from community.refusals import NotYours, Refusal
from community.services import audit, looks
from moderation.detector import Severity
from moderation.models import DryRun, DryRunChange, Flag
from moderation.phrase_words import LOOKING
from moderation.services import holding

MISSED, NEW = "missed", "new"
WAYS = (MISSED, NEW)
CONCERN = "was-a-concern"  # the reason in the trail where none is asked


class ReasonNeeded(Refusal):
    """Nobody worried about this message before: a reason is written down first."""

    code = "reason-needed"
    detail = _("Choose why you look. It is written down.")


class NotToRead(Refusal):
    """Words that nobody reads here, or not this person."""

    code = "not-to-read"
    status = 403
    detail = _("You can't read this one here.")


@dataclass(frozen=True, slots=True)
class Sample:
    """One message whose reading would differ, without its words."""

    change: DryRunChange
    number: int
    of: int
    place: str  # a room's name; empty for a conversation
    at: datetime
    was_concern: bool
    hinders: str = ""  # why its words are not shown to this person: "private", "role", "own"

    @property
    def needs_reason(self) -> bool:
        """Whether somebody has to say why they look."""
        return not (self.was_concern or self.hinders)


@dataclass(frozen=True, slots=True)
class Shown:
    """The same with its words."""

    sample: Sample
    words: str
    author: str
    state: str  # as `chat.services.entries.state_of` says


def run_for(by: Member, token: str) -> DryRun:
    """The dry run of this token. Raises `NotYours`."""
    require(by, "phrases.see")
    found = DryRun.objects.select_related("version", "version__by", "by").defer("version__compiled").filter(token=token)
    run = found.first()
    if run is None:
        raise NotYours
    return run


def counts(run: DryRun) -> dict[str, int]:
    """How many of them can be looked at, each way."""
    return {way: _changes(run, way).count() for way in WAYS}


def sample(by: Member, run: DryRun, way: str, number: int) -> Sample:
    """The message of this number, counted from 1; those that mattered first. Raises `NotYours` where there is none."""
    rows = _changes(run, way) if way in WAYS else DryRunChange.objects.none()
    total = rows.count()
    if not 1 <= number <= total:
        raise NotYours
    change = rows.select_related("message__room", "message__author")[number - 1 : number].get()
    message = change.message
    is_private = message.room.kind == Room.Kind.CONVERSATION
    return Sample(
        change=change,
        number=number,
        of=total,
        place="" if is_private else message.room.name,
        at=message.stored_at,
        was_concern=Flag.objects.filter(message=message, kind=Flag.Kind.CONCERN).exists(),
        hinders=_hinders(by, message),
    )


def look(by: Member, run: DryRun, way: str, number: int, *, reason: str = "") -> Shown:
    """The message with its words. The entry in the trail and the look that its author sees are committed before.

    Raises `NotYours`, `NotToRead`, and `ReasonNeeded` where it was no concern and no reason of `LOOKING` is given.
    """
    found = sample(by, run, way, number)
    if found.hinders:
        raise NotToRead
    if found.needs_reason and reason not in LOOKING:
        raise ReasonNeeded
    message = found.change.message
    role = "leads" if has_role(by, "leads") else "moderators"
    with transaction.atomic(durable=True):
        if message.author:
            looks.record([message.author], role=role, reason=looks.ROOM, messages=1)
        why = CONCERN if found.was_concern else reason
        audit.record(by, "phrases.sample-read", message, about=message.author, reason=why)
    sealing.open_all([message])
    author = message.author.name if message.author else ""
    return Shown(found, message.body, author, entries.state_of(message))


def _changes(run: DryRun, way: str) -> QuerySet[DryRunChange]:
    flagged = Severity.MODERATE
    missed, new = Q(was__gte=flagged, becomes__lt=flagged), Q(was__lt=flagged, becomes__gte=flagged)
    rows = DryRunChange.objects.filter(missed if way == MISSED else new, run=run)
    return rows.order_by(F("mattered").desc(), "pk")


def _hinders(by: Member, message: Message) -> str:
    if message.room.kind == Room.Kind.CONVERSATION:
        return "private"
    if not may(by, "flags.work"):
        return "role"
    return "own" if message.author_id in (by.pk, *holding.kept_from(by)) else ""
