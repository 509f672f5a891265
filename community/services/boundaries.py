"""What a member wants to be left with: read here by everything that could reach them.

No row means the safe values of the model. Hours are wall-clock hours of the member's own zone, so that a night
stays a night when clocks change.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from community.models import Block, Boundaries, Member, Mute

CHOICES = (
    "who_may_write", "quiet_on", "quiet_from", "quiet_until", "shows_quiet", "break_until", "break_words",
    "push_previews", "digest", "shows_season", "shows_rooms",
)  # fmt: skip


def of(member: Member) -> Boundaries:
    """The member's boundaries; the safe values, not stored, where they chose nothing yet."""
    return Boundaries.objects.filter(member=member).first() or Boundaries(member=member)


def save(member: Member, choices: dict[str, Any]) -> Boundaries:
    """Stores these choices; the others stay as they are. Raises KeyError for what is no choice."""
    with transaction.atomic():
        row, _made = Boundaries.objects.select_for_update().get_or_create(member=member)
        for name, value in choices.items():
            setattr(row, CHOICES[CHOICES.index(name)], value)
        row.save(update_fields=list(choices) or None)
    return row


def is_quiet(member: Member, at: datetime | None = None) -> bool:
    """True in the member's quiet hours."""
    return _is_quiet(of(member), member, at or timezone.now())


def is_away(member: Member, at: datetime | None = None) -> bool:
    """True while the member takes a break."""
    return _is_away(of(member), at or timezone.now())


def rings(member: Member, at: datetime | None = None) -> bool:
    """True when something may reach the member's devices: neither quiet hours nor a break."""
    return member.pk in ringing([member.pk], at)


def ringing(member_ids: Iterable[int], at: datetime | None = None) -> set[int]:
    """Those of these members whose devices something may reach now. One query."""
    at = at or timezone.now()
    members = Member.objects.filter(pk__in=set(member_ids)).select_related("boundaries")
    rows = [(member, getattr(member, "boundaries", None) or Boundaries(member=member)) for member in members]
    return {member.pk for member, row in rows if not _is_away(row, at) and not _is_quiet(row, member, at)}


def quiet_words(member: Member, at: datetime | None = None) -> str:
    """What somebody who talks with the member is told of their quiet hours; empty unless the member shows them.

    No hours are named: they would tell which part of the world the member lives in.
    """
    row = of(member)
    if not row.shows_quiet or not _is_quiet(row, member, at or timezone.now()):
        return ""
    return _("It is quiet hours for them now. An answer may take until morning.")


def break_reply(member: Member, at: datetime | None = None) -> str:
    """What somebody who writes to the member during a break is shown; empty when there is no break, or no words."""
    row = of(member)
    return row.break_words if _is_away(row, at or timezone.now()) else ""


def start_of_day(day: date, member: Member) -> datetime:
    """The moment at which this day begins for the member."""
    return datetime.combine(day, time(), zone_of(member)).astimezone(UTC)


def zone_of(member: Member) -> zoneinfo.ZoneInfo:
    """The zone the member lives in; UTC when theirs is not known any more."""
    try:
        return zoneinfo.ZoneInfo(member.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return zoneinfo.ZoneInfo("UTC")


@dataclass(frozen=True, slots=True)
class Apart:
    """Whom a member keeps away: muted for a while or for good, and blocked."""

    muted: list[Mute]
    blocked: list[Block]


def apart(member: Member, at: datetime | None = None) -> Apart:
    """The member's mutes that still hold, and their blocks, newest first."""
    holds = Q(until=None) | Q(until__gt=at or timezone.now())
    muted = Mute.objects.filter(holds, member=member).select_related("muted").order_by("-at", "-pk")
    blocked = Block.objects.filter(blocker=member).select_related("blocked").order_by("-at", "-pk")
    return Apart(list(muted), list(blocked))


def _is_away(row: Boundaries, at: datetime) -> bool:
    return bool(row.break_until and at < row.break_until)


def _is_quiet(row: Boundaries, member: Member, at: datetime) -> bool:
    return row.quiet_on and _is_within(at.astimezone(zone_of(member)).time(), row.quiet_from, row.quiet_until)


def _is_within(now: time, start: time, end: time) -> bool:
    """Whether the clock shows a time from `start` up to `end`. The same time twice means all day."""
    if start < end:
        return start <= now < end
    return now >= start or now < end


def days_ahead(days: int, member: Member, at: datetime | None = None) -> date:
    """The member's date so many days from now."""
    return (at or timezone.now()).astimezone(zone_of(member)).date() + timedelta(days=days)
