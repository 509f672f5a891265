"""What moderation tells chat of who is on shift: whether anybody is at hand, and when somebody is expected."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from chat.services import live_gate, room_guard
from moderation.models import AtDesk, Shift
from moderation.services import desk, roster


@live_gate.knows_who_is_on_shift
def is_anyone_here() -> bool:
    """True while a moderator is on shift, or has the console open. One small question: storing messages asks it.

    A shift counts until its end, for whoever still has the role and may sign in. An open console counts for a minute
    after its socket was last seen; a socket is closed with its session, role or second factor (`desk.who_may`).
    """
    now = timezone.now()
    on_shift = Shift.objects.on(now).of_the_able(now).order_by().values_list("member")
    at_desk = AtDesk.objects.filter(seen_at__gt=now - desk.GRACE).order_by().values_list("member")
    return at_desk.union(on_shift).exists()


@room_guard.knows_who_comes_next
def expected_at() -> datetime | None:
    """When the next time on the roster begins; None when nobody wrote one down."""
    slot = roster.next_slot(timezone.now())
    return slot.starts_at if slot else None
