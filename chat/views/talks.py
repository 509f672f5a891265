"""Conversations as templates show them: one's list of them, and what their page has besides a room's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import F

from chat.models import Conversation, Membership, Message
from chat.services import conversations, entries, hiding, requests, sealing
from chat.views.shown import UNREAD_SHOWN
from community import text
from community.models import Member
from community.services import apart, boundaries, topics
from community.topics import Folding

PREVIEW = 60  # characters
TALKS_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Thread:
    """A conversation in one's list."""

    slug: str
    other: Member | None
    preview: str
    is_mine: bool
    unread: int


def threads(member: Member) -> list[Thread]:
    """One's conversations, the last one written in first; previews show neither hidden nor folded words."""
    places = Membership.objects.filter(member=member, room__conversation__isnull=False)
    away = apart.put_away_by(member)
    rows = list(places.select_related("room__conversation__low", "room__conversation__high"))
    rows = [p for p in rows if _other(p, member) is None or _other(p, member).pk not in away]  # type: ignore[union-attr]
    rows.sort(key=lambda p: p.room.last_message_at or p.joined_at, reverse=True)
    rows = rows[:TALKS_SHOWN]
    last, new = _last_words([p.room_id for p in rows]), hiding.new_each([(p, p.room.top) for p in rows])
    folding = topics.folding_for(member)
    return [_thread(p, member, last.get(p.room_id), folding, new[p.room_id]) for p in rows]


def _other(place: Membership, member: Member) -> Member | None:
    return conversations.other_of(place.room.conversation, member)


def _last_words(room_ids: list[int]) -> dict[int, Message]:
    last = list(Message.objects.filter(room__in=room_ids, seq=F("room__top")))
    sealing.open_all(last)
    return {message.room_id: message for message in last if not entries.state_of(message)}


def _thread(place: Membership, member: Member, last: Message | None, folding: Folding, new: int) -> Thread:
    room = place.room
    is_mine = last is not None and last.author_id == member.pk
    folded = "" if last is None or is_mine else folding.matches(last.body, last.heads_up)
    seen = hiding.words_for(last, member.pk) if last else ""
    words = text.quote(last.heads_up or folded or seen, PREVIEW) if last else ""
    return Thread(room.slug, _other(place, member), words, is_mine, min(new, UNREAD_SHOWN))


def beside(member: Member) -> dict[str, Any]:
    """What stands beside a conversation: one's list, and who would like to talk."""
    return {"threads": threads(member), "met": requests.met_by(member)}


def context_of(member: Member, found: Conversation) -> dict[str, Any]:
    """What a conversation's page shows besides what every room's page does."""
    other = conversations.other_of(found, member)
    return {
        **beside(member),
        "conversation": found,
        "other": other,
        "is_over": found.is_over,
        "quiet_words": boundaries.quiet_words(other) if other and not found.is_over else "",
        "break_reply": boundaries.break_reply(other) if other and not found.is_over else "",
    }
