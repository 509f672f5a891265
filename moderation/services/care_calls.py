"""Calling the person on call because nobody who is here can take more: once for each cause, at once, by every way."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from community.duties import duty
from community.services import audit
from moderation.models import CareCall, Flag
from moderation.services import calling, care_load, holding
from moderation.services.calling import Call
from moderation.services.care_load import HEAVY_FROM

CALL = "care-call"  # kind of the notice; it rings in quiet hours, too
AT_ONCE = 50


@transaction.atomic
def call(cause: str, *, here: Iterable[int]) -> bool:
    """Calls whoever is on call and not `here`; True for the first time of this cause, such as "case:17"."""
    _row, is_new = CareCall.objects.get_or_create(cause=cause)
    if not is_new:
        return False
    why = cause.partition(":")[0]
    sentence = "Nobody who is here now can take more. You are needed at the queue."
    told = Call(CALL, f"{CALL}:{cause}", "The queue needs you now", sentence, {"event": CALL, "why": why})
    calling.reach(calling.first_called(besides=set(here)), told)
    audit.record(None, "care.called", reason=why)
    return True


@duty("urgent cases that nobody here can take", every_seconds=10)
def call_for_waiting() -> int:
    """Calls for each urgent case that is free while those on shift rest or carry enough; how many were called for.

    With nobody on shift the clock of the queue calls, as it always does.
    """
    team = care_load.team()
    if not team.on:
        return 0
    waiting = Flag.objects.waiting(team.now).free(team.now).filter(severity__gte=HEAVY_FROM)
    for one in (load for load in team.loads.values() if not load.resting and not load.is_full):
        waiting = waiting.exclude(pk__in=holding.for_whom(Flag.objects.open(), one.member).order_by().values("pk"))
    return sum(call(f"case:{one.pk}", here=team.on) for one in waiting.by_urgency()[:AT_ONCE])
