"""What pages show of the guard of rooms: that no moderator is here, what that means, and when one is expected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from chat.models import Room
from chat.services import room_guard
from chat.services.live_gate import GUARDED_SLOW_SECONDS
from community.models import Member


@dataclass(frozen=True, slots=True)
class Shown:
    """The guard of one room for one reader. Without words it is not on."""

    words: str
    is_for_new: bool  # whoever is new reads along while it is on
    rests: bool  # the box rests now


def context_of(member: Member, room: Room) -> dict[str, Any]:
    """The guard, and the pace that it makes; empty where this member is never guarded."""
    if not settings.GUARDED_ROOMS or room.kind not in room_guard.KINDS:
        return {}
    standing = room_guard.standing()
    if standing.is_on and room_guard.is_spared(member):
        return {}
    is_new, is_group = member.is_new_account, room.kind == Room.Kind.GROUP
    words = "" if not standing.is_on else _words(standing, is_new=is_new, is_group=is_group)
    context: dict[str, Any] = {"guard": Shown(words, is_new, standing.is_on and is_new)}
    if standing.is_on and is_group:
        context["guarded_slow_seconds"] = max(room.slow_seconds, GUARDED_SLOW_SECONDS)
    return context


def _words(standing: room_guard.Standing, *, is_new: bool, is_group: bool) -> str:
    back = back_words(standing.back_at)
    if is_new:
        kept = _("Your words are kept here.")
        return " ".join((_("No moderator is here right now, so people who are new read along for now."), back, kept))
    if not is_group:
        return ""
    slow = _("No moderator is here right now, so everyone takes it slowly: one message every %(n)s seconds.")
    return " ".join((slow % {"n": GUARDED_SLOW_SECONDS}, back))


def asking_words(member: Member, other: Member) -> str:
    """Why nobody new is asked to talk at this moment; empty while one may."""
    try:
        room_guard.mind_asking(member, other)
    except room_guard.NobodyHere:
        return " ".join(
            (_("No moderator is here right now, so nobody new can be asked to talk one to one."),
             back_words(room_guard.standing().back_at))
        )  # fmt: skip
    return ""


def back_words(at: datetime | None) -> str:
    """When a moderator is expected, on the reader's clock."""
    if at is None:
        return _("We don't know yet when one will be.")
    there = timezone.localtime(at)
    time = there.strftime("%H:%M")
    if there.date() == timezone.localdate():
        return _("One is expected at %(time)s.") % {"time": time}
    if at - timezone.now() < timedelta(days=6):
        return _("One is expected on %(day)s at %(time)s.") % {"day": date_format(there, "l"), "time": time}
    return _("One is expected on %(day)s at %(time)s.") % {"day": date_format(there, "j F"), "time": time}
