"""Who of those who lead a live chat is in its room: rows, so every process says the same and a restart changes nothing.

The process that has the socket of a host, cover or moderator writes that they are here, at every poll. A minute without
that, and they are away; whoever never came with a socket is not called away.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import F
from django.utils import timezone

from chat.models import LeadSeen, LiveChat
from community.models import Member

GONE_AFTER = timedelta(seconds=60)  # a page that is opened next, a line that broke, a server that restarts
Seen = dict[int, datetime]  # by member id


def seen(places: Iterable[tuple[int, int]]) -> set[int]:
    """Writes that these (room id, member id) are here now. Returns the rooms in which one of them had not been."""
    now, wanted = timezone.now(), sorted(set(places))
    chats = dict(LiveChat.objects.filter(room__in={room for room, _ in wanted}).values_list("room", "pk"))
    pairs = [(room, chats[room], member) for room, member in wanted if room in chats]
    rows = LeadSeen.objects.filter(chat__in=chats.values(), seen_at__gt=now - GONE_AFTER)
    were_here = set(rows.values_list("chat", "member"))
    LeadSeen.objects.bulk_create(
        [LeadSeen(chat_id=chat, member_id=member, seen_at=now) for _, chat, member in pairs],
        update_conflicts=True,
        unique_fields=["chat", "member"],
        update_fields=["seen_at"],
    )
    return {room for room, chat, member in pairs if (chat, member) not in were_here}


def seen_in(chats: Iterable[LiveChat]) -> dict[int, Seen]:
    """When those who lead these chats were last seen in their rooms, by the chat's id. One query."""
    found: dict[int, Seen] = {}
    rows = LeadSeen.objects.filter(chat__in=[one.pk for one in chats])
    for chat, member, at in rows.values_list("chat", "member", "seen_at"):
        found.setdefault(chat, {})[member] = at
    return found


def watched(chats: Iterable[LiveChat], at: datetime) -> set[int]:
    """The ids of those of these chats whose own moderator is in the room. One query."""
    rows = LeadSeen.objects.filter(chat__in=[one.pk for one in chats], seen_at__gt=at - GONE_AFTER)
    return set(rows.filter(member=F("chat__moderator")).values_list("chat", flat=True))


def away(chat: LiveChat, seen: Seen, at: datetime) -> tuple[str, str]:
    """The names of who leads and lost their line, and of who is here for them; empty for nobody."""
    lead = chat.leader
    if lead is None or lead.pk not in seen or _is_here(lead, seen, at):
        return "", ""
    others = (one for one in (chat.cover, chat.moderator, chat.host) if one and one != lead)
    here = next((one for one in others if _is_here(one, seen, at)), None)
    return lead.name, here.name if here else ""


def _is_here(member: Member, seen: Seen, at: datetime) -> bool:
    return member.pk in seen and seen[member.pk] > at - GONE_AFTER
