"""Breaks: offered, put off twice at most, taken. A break pauses taking; reading rooms goes on."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.access import require
from community.models import Member
from community.refusals import Refusal
from moderation.models import Break
from moderation.services import care, care_calls, care_load, flags, queue
from moderation.services.care_load import LATERS

LATER = timedelta(minutes=10)


class StillHeld(Refusal):
    """They hold cases: each is finished or given back before a break."""

    code = "still-held"
    detail = _("You still hold something. Finish it, or give it back, and the break is yours.")
    status = 409


class OthersAreHere(Refusal):
    """It was put off as often as it can be, or it is not over yet, and somebody else has the queue."""

    code = "others-are-here"
    detail = _("Others are here. The queue is looked after.")
    status = 409


def put_off(by: Member) -> None:
    """Not now: offered again in ten minutes. Does nothing where none is due. Raises `OthersAreHere` after two."""
    require(by, "flags.work")
    with transaction.atomic():
        care.hold(by)
        team = care_load.team([by])
        load = team.loads[by.pk]
        if not load.is_break_offered:
            return
        laters = load.put_off.laters if load.put_off else 0
        if laters >= LATERS and team.others(by):
            raise OthersAreHere
        until = team.now + LATER
        if load.put_off:
            Break.objects.filter(pk=load.put_off.pk).update(laters=min(laters + 1, LATERS), later_until=until)
        else:
            Break.objects.filter(member=by, began_at=None).delete()  # of an earlier shift
            Break.objects.create(member=by, laters=1, later_until=until)


def begin(by: Member, *, give_back: bool = False) -> Break:
    """The break begins, whether or not one is due; one that runs goes on. Raises `StillHeld` unless `give_back`.

    With nobody else here the person on call is called at once.
    """
    require(by, "flags.work")
    with transaction.atomic():
        care.hold(by)
        team = care_load.team([by])
        load = team.loads[by.pk]
        if load.resting:
            return load.resting
        if give_back:
            queue.release_all(by)
        elif queue.held_by(by):
            raise StillHeld
        until = team.now + timedelta(minutes=load.limits.break_minutes)
        Break.objects.filter(member=by, began_at=None).delete()
        made = Break.objects.create(member=by, began_at=team.now, until=until)
        if not team.others(by):
            care_calls.call(f"rest:{made.pk}", here=[by.pk, *team.on])
        transaction.on_commit(flags.moved)  # what others are offered may differ now
    return made


def come_back(by: Member) -> None:
    """Ends a break early. Raises `OthersAreHere` while somebody else has the queue; twice is the same as once."""
    require(by, "flags.work")
    with transaction.atomic():
        care.hold(by)
        team = care_load.team([by])
        load = team.loads[by.pk]
        if load.resting and team.others(by):
            raise OthersAreHere
        if load.resting:
            Break.objects.filter(pk=load.resting.pk).update(until=timezone.now())
            transaction.on_commit(flags.moved)
