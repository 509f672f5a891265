"""Staff who look at a member's words because of a concern: written down first, and shown to whose words they were."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from community.models import Member, StaffLook

# Why a look was taken, as a code. Of two in a conversation, "reported" would tell the one who told (promise M2), so
# no page says which it was. A reason in words, of a request that two people agreed on, is shown as it is.
REPORTED, WORDS, ROOM = "reported", "words", "room"
LISTED = 100


@dataclass(slots=True)
class Seen:
    """What the staff saw on one day in one role: how often, and at most how many messages at once."""

    at: datetime
    role: str
    in_room: bool
    messages: int
    reason: str
    times: int = 1


def record(members: Iterable[Member], *, role: str, reason: str, messages: int) -> None:
    """Notes that somebody in this role is about to be shown so many messages. Call before showing them."""
    StaffLook.objects.bulk_create(
        StaffLook(member=member, role=role, reason=reason, messages=messages) for member in members
    )


def at_words_of(member: Member) -> list[StaffLook]:
    """Every look at this member's words, newest first."""
    return list(StaffLook.objects.filter(member=member).order_by("-at"))


def by_day(member: Member) -> list[Seen]:
    """The same as its page shows them: a case that is open is read again and again, which is one line a day."""
    found: dict[tuple[date, str, bool, str], Seen] = {}
    for one in at_words_of(member):
        in_room = one.reason == ROOM
        reason = "" if one.reason in (REPORTED, WORDS, ROOM) else one.reason
        key = (timezone.localdate(one.at), one.role, in_room, reason)
        if key in found:
            found[key].times += 1
            found[key].messages = max(found[key].messages, one.messages)
        else:
            found[key] = Seen(one.at, one.role, in_room, one.messages, reason)
    return list(found.values())[:LISTED]
