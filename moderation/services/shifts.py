"""Shifts: begun, and put off. One for each moderator; done twice, in two tabs or processes, is done once.

`closing.py` ends them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.access import require
from community.models import Member
from community.refusals import Refusal
from community.services import audit, notices
from moderation import signals
from moderation.models import RosterSlot, Shift

USUAL = timedelta(hours=2)
LONGEST = timedelta(hours=12)
SHORTEST = timedelta(minutes=15)
EARLY = timedelta(minutes=30)  # before one's time on the roster, one may begin and stays until its end
ASKED = "shift-asked"  # kind of the notice


class NoShift(Refusal):
    """There is none that runs: it was closed in another tab, by a duty, or never begun."""

    code = "no-shift"
    detail = gettext_lazy("You're not on shift any more.")
    status = 409


class BadEnd(Refusal):
    """An end that has passed, or is too far away."""

    code = "bad-end"
    detail = gettext_lazy("Choose an end within the twelve hours from its beginning.")


@dataclass(frozen=True, slots=True)
class OnShift:
    """Somebody who is on shift, and until when."""

    member: Member
    until: datetime


def running(member: Member) -> Shift | None:
    """The member's shift that nobody closed; it may be past its end."""
    return Shift.objects.filter(member=member, ended_at=None).select_related("offered_to").first()


def held(member: Member) -> Shift:
    """The same, its row held. Call in a transaction. Raises `NoShift`."""
    shift = Shift.objects.select_for_update(no_key=True, of=("self",)).filter(member=member, ended_at=None).first()
    if shift is None:
        raise NoShift
    return shift


def on_now(*, besides: Member | None = None) -> list[OnShift]:
    """Who is on shift now, the one who stays longest first. One query."""
    now = timezone.now()
    rows = Shift.objects.on(now).of_the_able(now).select_related("member").order_by("-ends_at", "pk")
    return [OnShift(one.member, one.ends_at) for one in rows if besides is None or one.member_id != besides.pk]


def usual_end(member: Member) -> datetime:
    """When a shift that begins now is meant to end: with their time on the roster, else in two hours."""
    now = timezone.now()
    slot = RosterSlot.objects.filter(member=member, starts_at__lte=now + EARLY, ends_at__gt=now + SHORTEST)
    ends_at = slot.order_by("ends_at").values_list("ends_at", flat=True).first()
    return min(ends_at or now + USUAL, now + LONGEST)


def begin(by: Member, *, until: datetime | None = None) -> Shift:
    """They are fit, and on shift from now on. Where one runs already it goes on, to the new end.

    Raises `NotYours` and `BadEnd`.
    """
    require(by, "flags.work")
    now = timezone.now()
    ends_at = until or usual_end(by)
    _mind_end(ends_at, began_at=now)
    try:
        with transaction.atomic():
            shift = Shift.objects.create(member=by, began_at=now, ends_at=ends_at)
            audit.record(by, "shift.begun", shift)
            moved()
    except IntegrityError:  # it runs already: the other tab was quicker
        shift = running(by) or begin(by, until=until)
        return put_off(by, until=ends_at) if until or shift.ends_at <= now else shift
    return shift


def put_off(by: Member, *, until: datetime) -> Shift:
    """It ends then. Raises `NoShift` and `BadEnd`."""
    require(by, "flags.work")
    with transaction.atomic():
        shift = held(by)
        _mind_end(until, began_at=shift.began_at)
        shift.ends_at = until
        shift.save(update_fields=["ends_at"])
        notices.seen(by, f"{ASKED}:{shift.token}")
        moved()
    return shift


def _mind_end(until: datetime, *, began_at: datetime) -> None:
    now = timezone.now()
    # From whichever is earlier: a clock that was put back makes no shift longer.
    if not now < until <= min(now, began_at) + LONGEST + timedelta(minutes=1):
        raise BadEnd


def moved() -> None:
    """After commit, says that somebody came on shift or went."""
    transaction.on_commit(lambda: signals.shifts_moved.send(Shift))


def scope() -> tuple[list[str], list[str]]:
    """What a moderator on shift is responsible for, and what not, in sentences."""
    yours = [
        _("Look at what comes to the queue, the most urgent first."),
        _("Answer as one of us, kindly and briefly; offer company and numbers."),
        _("Hand on what is too much, at any time. No reason is asked."),
    ]
    not_yours = [
        _("To keep somebody alive. You offer help; you can't make it be taken."),
        _("To diagnose, to advise on medicine, or to be reachable after your shift."),
        _("To carry it alone: a colleague, a lead and the person on call are there."),
    ]
    return yours, not_yours
