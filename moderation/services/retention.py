"""How long a closed case is kept: as long as somebody may ask for another look, and what was decided is in force."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from community.duties import duty
from moderation.models import Flag, Report
from moderation.models.decision import APPEAL_FOR

KEPT_FOR = APPEAL_FOR  # after a case was closed; the same half a year in which its decision can be appealed
AT_ONCE = 200


@duty("closed cases", every_seconds=24 * 3600)
def forget_closed() -> int:
    """Erases cases closed half a year ago: reports with their copies, notes, history; how many.

    What was decided stays with its member, without the message it was about.
    """
    gone = 0
    while keys := list(_over().order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            Report.objects.filter(flag__in=keys).delete()
            Flag.objects.filter(pk__in=keys).delete()
        gone += len(keys)
    _forget_loose_reports()
    return gone


def _over() -> QuerySet[Flag]:
    now = timezone.now()
    waits = Q(decisions__appeal__isnull=False, decisions__appeal__answer=None)
    holds = Q(decisions__until__gt=now) & ~Q(decisions__answered_by__kind="lifted")
    needed = Flag.objects.filter(waits | holds).values("pk")
    return Flag.objects.filter(closed_at__lt=now - KEPT_FOR).exclude(pk__in=needed)


def _forget_loose_reports() -> None:
    """Reports that were answered and whose case is gone, such as with an account."""
    Report.objects.filter(flag=None, handled_at__lt=timezone.now() - KEPT_FOR).delete()
