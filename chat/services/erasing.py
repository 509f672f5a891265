"""What was taken back is gone from storage within seven days (promise D3). A report keeps its own copy."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from chat.models import EarlierText, Pause
from community.duties import duty

KEPT_FOR = timedelta(days=6)
AT_ONCE = 500


@duty("ended pauses", every_seconds=24 * 3600)
def forget_pauses() -> int:
    """Forgets pauses whose time is over; how many."""
    return Pause.objects.filter(until__lt=timezone.now()).delete()[0]


@duty("withdrawn words", every_seconds=3600)
def erase_withdrawn() -> int:
    """Erases the words of messages that were taken back six days ago or earlier; how many texts went."""
    old = EarlierText.objects.filter(message__withdrawn_at__lt=timezone.now() - KEPT_FOR).order_by("pk")
    erased = 0
    while keys := list(old.values_list("pk", flat=True)[:AT_ONCE]):
        erased += EarlierText.objects.filter(pk__in=keys).delete()[0]
    return erased
