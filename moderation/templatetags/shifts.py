"""The strip on top of the console: one's shift, and who else is on."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from community.models import Member
from moderation.services import handover, shifts

register = template.Library()


@register.simple_tag
def my_shift(member: Member) -> dict[str, Any]:
    """Their shift if one runs, who else is on, and how many handovers wait. Four small queries."""
    shift, now = shifts.running(member), timezone.now()
    return {
        "shift": shift,
        "is_past_end": shift is not None and shift.ends_at <= now,
        "ends_soon": shift is not None and shift.ends_at <= now + shifts.SHORTEST,
        "others": shifts.on_now(besides=member),
        "unread": handover.count_for(member),
        "since": now - shift.began_at if shift else None,
    }
