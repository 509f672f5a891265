"""Handing a whole shift to a colleague who is on: they are asked, no reason is, and a no is an answer like a yes."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.access import require
from community.models import Member
from community.refusals import NotYours, Refusal
from community.services import audit, notices
from moderation.models import Flag, FlagEvent, HandoverRead, Shift
from moderation.services import closing, flags, holding, queue, shifts
from moderation.services.shifts import NoShift

OFFERED, ANSWERED = "shift-offer", "shift-answer"  # kinds of notices


class NotHere(Refusal):
    """Whoever was meant is not on shift now."""

    code = "not-here-now"
    detail = _("They aren't on shift any more. You can ask somebody else.")
    status = 409


def offer(by: Member, name: str) -> Shift:
    """Asks the colleague called `name` to take the shift over; asking another one ends the first asking.

    Raises `NoShift`, and `NotHere` for whoever is not on shift.
    """
    require(by, "flags.work")
    with transaction.atomic():
        shift = shifts.held(by)
        other = next((one.member for one in shifts.on_now(besides=by) if one.member.name == name), None)
        if other is None:
            raise NotHere
        notices.take_back(_key(shift))
        shift.offered_to = other
        shift.save(update_fields=["offered_to"])
        path = reverse("moderation:shift")
        notices.notify([other.pk], kind=OFFERED, key=_key(shift), subject=by.name, path=path)
    return shift


def take_back(by: Member) -> None:
    """They go on themselves. Raises `NoShift`."""
    with transaction.atomic():
        shift = shifts.held(by)
        shift.offered_to = None
        shift.save(update_fields=["offered_to"])
        notices.take_back(_key(shift))


def offered_to(member: Member) -> list[Shift]:
    """Shifts that colleagues would like to hand to this member now."""
    rows = Shift.objects.filter(offered_to=member, ended_at=None).exclude(member=member)
    return list(rows.select_related("member").order_by("pk"))


def decline(by: Member, token: str) -> None:
    """Not now. Whoever asked is told, and goes on. Raises `NotYours` for what is not offered any more."""
    with transaction.atomic():
        rows = Shift.objects.filter(token=token, offered_to=by, ended_at=None)
        shift = rows.select_related("member").select_for_update(no_key=True, of=("self",)).first()
        if shift is None:
            raise NotYours
        shift.offered_to = None
        shift.save(update_fields=["offered_to"])
        _answered(shift, by)


def accept(by: Member, token: str) -> Shift:
    """Takes it over: its cases, and its time where that is longer than one's own. Returns one's own shift.

    Cases that `by` may not work on go back to the queue. Raises `NotYours` for what is not offered any more, `NoShift`.
    """
    require(by, "flags.work")
    with transaction.atomic():
        theirs, mine = _both(by, token)
        rows = Flag.objects.open().filter(holder=theirs.member).order_by("pk").select_related("member")
        passed = [flag for flag in rows.select_for_update(no_key=True, of=("self",)) if _pass(flag, theirs.member, by)]
        mine.ends_at = min(max(mine.ends_at, theirs.ends_at), mine.began_at + shifts.LONGEST)
        mine.save(update_fields=["ends_at"])
        HandoverRead.objects.get_or_create(shift=theirs, member=by)
        _answered(theirs, by)
        closing.hand_over(theirs, by=theirs.member)
        for flag in passed:
            audit.record(by, "flag.taken", flag, about=flag.member)
    return mine


def _both(by: Member, token: str) -> tuple[Shift, Shift]:
    """Theirs and mine, held in the order of their keys: two who hand to each other never wait for each other."""
    both = Q(token=token, offered_to=by) | Q(member=by)
    rows = Shift.objects.filter(both, ended_at=None).select_related("member").order_by("pk")
    found = {one.member_id: one for one in rows.select_for_update(no_key=True, of=("self",))}
    mine = found.pop(by.pk, None)
    if not found:
        raise NotYours
    if mine is None:
        raise NoShift
    return next(iter(found.values())), mine


def _pass(flag: Flag, giver: Member, taker: Member) -> bool:
    was_held = flag.is_held()
    queue.given_back(flag, giver)
    if not was_held or not holding.for_whom(Flag.objects.filter(pk=flag.pk), taker).exists():
        return False
    flag.holder, flag.held_until = taker, timezone.now() + holding.LEASE
    flag.version += 1
    flag.save(update_fields=["holder", "held_until", "version"])
    flags.note(flag, FlagEvent.Kind.TAKEN, by=taker)
    return True


def _answered(shift: Shift, by: Member) -> None:
    notices.seen(by, _key(shift))
    key, path = f"{ANSWERED}:{shift.token}", reverse("moderation:shift")
    notices.notify([shift.member_id], kind=ANSWERED, key=key, subject=by.name, path=path)


def _key(shift: Shift) -> str:
    return f"{OFFERED}:{shift.token}"
