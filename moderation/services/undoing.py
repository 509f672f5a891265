"""Undo, for a moment, of what nobody has seen: the decision is answered by another one, and the case is as it was.

Not for words that were sent, nor for what shows people something, since that can't be unseen; nor for what took two.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from community.access import require
from community.models import Member, Notice
from community.refusals import Refusal
from community.services import audit
from moderation.models import Appeal, Decision, Flag, FlagEvent, Report
from moderation.services import care, effects, flags, locks, reports, telling
from moderation.services.holding import LEASE, flag_for

Kind = Decision.Kind
OFFERED_FOR = timedelta(seconds=10)
POSSIBLE_FOR = telling.LETTERS_WAIT  # the line stays for as long as somebody has it under the pointer or in focus
UNDOABLE = {Kind.NO_CONCERN, Kind.ESCALATE, Kind.HIDE_FOR_NOW, Kind.HIDE, Kind.VEIL}
BY_THE_CLOCK = (FlagEvent.Kind.AMBER, FlagEvent.Kind.PAGED)


class Seen(Refusal):
    """Its moment is over, or somebody has seen it or gone on from it; nothing was undone."""

    code = "seen"
    detail = _("That can't be undone any more. You can decide anew: it is answered, not erased.")
    status = 409


def before(flag: Flag, kind: str) -> dict[str, Any] | None:
    """How the case stands now, for undoing a decision of this kind; None where it can't be undone."""
    if kind not in UNDOABLE or not _covers_only(flag, kind):
        return None
    return {
        "severity": flag.severity,
        "due_at": flag.due_at.isoformat(),
        "returns_at": flag.returns_at.isoformat() if flag.returns_at else None,
        "is_for_leads": flag.is_for_leads,
        "second_wanted": flag.second_wanted,
    }


def _covers_only(flag: Flag, kind: str) -> bool:
    """False where it shows what was out of sight, or writes over a heads-up of its author's."""
    message = flag.message
    if message is None or kind == Kind.ESCALATE:
        return True
    if kind == Kind.NO_CONCERN:
        return not (message.veiled or message.is_hidden)
    return not message.is_hidden and not (kind == Kind.VEIL and message.heads_up)


def offered(by: Member) -> Decision | None:
    """What `by` decided last, while Undo is offered for it."""
    rows = Decision.objects.filter(by=by, at__gt=timezone.now() - OFFERED_FOR).select_related("flag")
    last = rows.order_by("-pk").first()
    return last if last and last.flag and last.before and last.kind in UNDOABLE else None


def undo(by: Member, case: str, token: str) -> Flag:
    """Takes one's own last decision back; the case is `by`'s again. Raises `NotYours`, and `Seen` when it can't be."""
    require(by, "flags.work")
    first = Decision.objects.filter(token=token, by=by, second=None, flag__token=case).select_related("flag").first()
    if first is None or first.before is None:
        flag_for(by, case)
        raise Seen
    try:
        return _undone(first, case, by)
    except IntegrityError:  # another case about the same message was opened at this very moment
        raise Seen from None


@transaction.atomic
def _undone(first: Decision, case: str, by: Member) -> Flag:
    locks.before_case(case, first.kind)
    flag = Flag.objects.select_for_update(no_key=True, of=("self",)).get(token=case)
    if not _is_unseen(first, flag):
        raise Seen
    Decision.objects.create(flag=flag, member=first.member, by=by, kind=Kind.UNDONE, reason=first.reason, answers=first)
    effects.take_back(first, by=by)
    _put_back(flag, first.before or {}, by)
    care.taken_back(flag, by)
    flags.note(flag, FlagEvent.Kind.UNDONE, by=by, says=first.kind)
    reports.unsettle(_settled_with(first))
    telling.take_back(first)
    audit.record(by, "flag.undone", flag, about=flag.member, reason=first.reason)
    return flag


def _is_unseen(first: Decision, flag: Flag) -> bool:
    if timezone.now() - first.at > POSSIBLE_FOR or first.answered_by.exists():
        return False
    last = flag.events.exclude(kind__in=BY_THE_CLOCK).order_by("-pk").first()
    if last is None or (last.kind, last.by_id, last.version) != (FlagEvent.Kind.DECIDED, first.by_id, flag.version):
        return False
    keys = [telling.key_of(first), *(reports.outcome_key(one) for one in _settled_with(first))]
    is_read = Notice.objects.filter(key__in=keys, seen_at__isnull=False).exists()
    return not is_read and not Appeal.objects.filter(decision=first).exists()


def _settled_with(first: Decision) -> list[Report]:
    return list(Report.objects.filter(flag=first.flag_id, handled_at__gte=first.at))


def _put_back(flag: Flag, stood: dict[str, Any], by: Member) -> None:
    flag.severity, flag.is_for_leads = stood["severity"], stood["is_for_leads"]
    flag.second_wanted = stood["second_wanted"]
    flag.due_at = parse_datetime(stood["due_at"]) or flag.due_at
    flag.returns_at = parse_datetime(stood["returns_at"]) if stood["returns_at"] else None
    flag.closed_at, flag.holder, flag.held_until = None, by, timezone.now() + LEASE
    flag.version += 1
    flag.save()
