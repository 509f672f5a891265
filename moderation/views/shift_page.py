"""What the pages of a shift show."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from community.models import Member
from moderation.models import Flag, Shift
from moderation.services import calling, closing, handover, holding, passing_on, queue, shift_news, shifts, watching
from moderation.services.handover import Handover
from moderation.views.queue import held_row, line, list_of

RECENT = timedelta(hours=12)  # for which one sees who read what one handed over


def context_of(member: Member) -> dict[str, Any]:
    """The page before a shift and during it. A fixed number of queries."""
    shift, now = shifts.running(member), timezone.now()
    yours, not_yours = shifts.scope()
    waiting = queue.listed(member, most=1)
    oldest = holding.for_whom(Flag.objects.waiting(now), member).order_by("due_at").values_list("due_at", flat=True)
    return {
        "shift": shift,
        "is_past_end": shift is not None and shift.ends_at <= now,
        "usual_end": shifts.usual_end(member),
        "yours": yours,
        "not_yours": not_yours,
        "handovers": [_handover(one) for one in handover.waiting_for(member)],
        "open": list_of(waiting),
        "oldest_due": oldest.first(),
        "watched": watching.listed(member),
        "live": shift_news.live_now(),
        "lit": shift_news.lit_rooms(),
        "rules": shift_news.rules_since_last(member),
        "others": shifts.on_now(besides=member),
        "on_call": calling.on_call(),
        "gaps": shift_news.gaps_ahead(),
        "offers": passing_on.offered_to(member),
        "last": _last(member),
    }


def _handover(one: Handover) -> dict[str, Any]:
    rows = [line(item) for item in one.open]
    return {"one": one, "rows": rows, "name": one.shift.member.name}


def _last(member: Member) -> dict[str, Any] | None:
    """What one handed over a few hours ago, and who said that they read it."""
    since = timezone.now() - RECENT
    shift = Shift.objects.filter(member=member, ended_at__gt=since).order_by("-ended_at").first()
    return {"shift": shift, "read_by": handover.read_by(shift)} if shift else None


def end_of(
    member: Member,
    *,
    notes: Mapping[str, str] | None = None,
    lines: Sequence[str] = (),
    bare: Collection[str] = (),
) -> dict[str, Any]:
    """The page at the end: what one holds, what else is open, and who comes next. With what was typed."""
    notes = notes or {}
    waiting = queue.listed(member, most=handover.DRAFTED)
    held = [
        {**held_row(one), "note": notes.get(one.token, ""), "is_bare": one.token in bare}
        for one in queue.held_by(member)
    ]
    mine = {row["one"].token for row in held}
    comes = closing.who_comes(member)
    return {
        "shift": shifts.running(member),
        "held": held,
        "drafted": [line(one) for one in waiting.items if one.token not in mine],
        "more": waiting.total - len(waiting.items),
        "typed_lines": [*lines, "", ""][: handover.LINES],
        "line_limit": handover.LINE_LIMIT,
        "comes": comes,
        "called": [] if comes.member else calling.first_called(besides={member.pk}),
        "is_empty": not held and not waiting.total,
    }


def said_at_end(closed: closing.Closed) -> str:
    """What somebody reads when their shift is over."""
    if not closed.is_open:
        return _("Nothing open. Sleep well.")
    return " ".join((_("Your shift is over, and what is open is handed over."), _who_reads(closed)))


def _who_reads(closed: closing.Closed) -> str:
    comes = closed.comes
    if comes.member and comes.at:
        said = {"name": comes.member.name, "time": timezone.localtime(comes.at).strftime("%H:%M")}
        return _("%(name)s comes at %(time)s and reads your handover. Sleep well.") % said
    if comes.member:
        return _("%(name)s is on shift and has your handover. Sleep well.") % {"name": comes.member.name}
    if closed.told:
        names = ", ".join(one.name for one in closed.told)
        return _("Nobody comes next, so %(names)s was told. Sleep well.") % {"names": names}
    return _("Nobody comes next, and nobody is on call.")
