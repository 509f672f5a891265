"""Calling the person on call because nobody who is here can take more: once for each cause, at once, by every way."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.db.models import F

from community.duties import duty
from community.models import Member
from community.services import audit, notices, outbox
from moderation.models import CareCall, Flag
from moderation.services import care_load, holding, hooks
from moderation.services.care_load import HEAVY_FROM

CALL = "care-call"  # kind of the notice; it rings in quiet hours, too
AT_ONCE = 50
ROLES = ("moderators", "leads")


@transaction.atomic
def call(cause: str, *, here: Iterable[int]) -> bool:
    """Calls whoever is on call and not `here`; True for the first time of this cause, such as "case:17"."""
    _row, is_new = CareCall.objects.get_or_create(cause=cause)
    if not is_new:
        return False
    people = _whom(set(here))
    notices.notify([one.pk for one in people], kind=CALL, key=f"{CALL}:{cause}", subject="", path="/moderate/")
    body = f"Nobody who is here now can take more. You are needed at the queue.\n\n{settings.BASE_URL}/moderate/"
    for address in sorted({one.email for one in people if one.email}):
        outbox.write(to=address, subject="The queue needs you now", body=body)
    hooks.call({"event": "care-call", "why": cause.partition(":")[0], "address": f"{settings.BASE_URL}/moderate/"})
    audit.record(None, "care.called", reason=cause.partition(":")[0])
    return True


def _whom(here: set[int]) -> list[Member]:
    """The first on call who is not here; everyone else who moderates where there is none."""
    rows = Member.objects.filter(groups__name__in=ROLES, is_active=True).exclude(pk__in=here).distinct()
    rows = rows.select_related("on_call").order_by(F("on_call__place").asc(nulls_last=True), "name")
    everyone = [one for one in rows if one.may_sign_in()]
    on_call = [one for one in everyone if getattr(one, "on_call", None)]
    return on_call[:1] or everyone


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
