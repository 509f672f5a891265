"""How a live chat stands, as every reader of its room is told: the same frame for all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from chat import protocol
from chat.models import LiveChat, Prompt
from chat.services import live_clock


def frames_for(room_ids: Iterable[int]) -> dict[int, tuple[protocol.LiveState, datetime | None]]:
    """For each of these rooms that is a live chat: its frame, and when the clock changes it next. Two queries."""
    now = timezone.now()
    chats = list(LiveChat.objects.filter(room__in=list(room_ids)).select_related("room", "host"))
    pinned = pinned_in(chats)
    return {
        chat.room_id: (frame_of(chat, pinned.get(chat.pk), now), live_clock.changes_at(chat, now)) for chat in chats
    }


def pinned_in(chats: Iterable[LiveChat]) -> dict[int, Prompt]:
    """The newest released prompt of each of these chats that nobody took down, by the chat's id. One query."""
    rows = Prompt.objects.filter(chat__in=[one.pk for one in chats]).exclude(released_at=None)
    newest = {prompt.chat_id: prompt for prompt in rows.select_related("released_by").order_by("released_at", "pk")}
    return {chat_id: prompt for chat_id, prompt in newest.items() if prompt.unpinned_at is None}


def frame_of(chat: LiveChat, pinned: Prompt | None, at: datetime) -> protocol.LiveState:
    """What readers are told of this chat at this moment."""
    resting = chat.paused_until if chat.paused_until and chat.paused_until > at else None
    return protocol.LiveState(
        room=chat.room.slug,
        revision=chat.revision,
        state=live_clock.state_of(chat, at).value,
        starts_at=stamp(chat.starts_at),
        winds_down_at=stamp(live_clock.winds_down_at(chat)),
        closes_at=stamp(live_clock.closes_at(chat)),
        slow_seconds=chat.room.slow_seconds,
        prompt=_prompt(pinned) if pinned else None,
        so_far=chat.so_far,
        so_far_at=stamp(chat.so_far_at) if chat.so_far_at else "",
        resting_until=stamp(resting) if resting else "",
    )


def _prompt(pinned: Prompt) -> protocol.LivePrompt:
    by = pinned.released_by
    name, pebble = (by.name, by.pebble) if by else ("", 0)
    return protocol.LivePrompt(pinned.pk, pinned.text, name, pebble)


def stamp(at: datetime) -> str:
    """A moment as frames carry it: UTC, to the millisecond."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
