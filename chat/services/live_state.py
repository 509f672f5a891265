"""How a live chat stands, as every reader of its room is told: the same frame for all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from chat import protocol
from chat.models import LiveChat, Prompt
from chat.services import live_chats, live_clock
from community.models import Member


def frames_for(room_ids: Iterable[int]) -> dict[int, tuple[protocol.LiveState, datetime | None]]:
    """For each of these rooms that is a live chat: its frame, and when the clock changes it next. Two queries."""
    now = timezone.now()
    chats = list(LiveChat.objects.filter(room__in=list(room_ids)).select_related("room", *live_chats.LED_BY))
    pinned = pinned_in(chats)
    return {
        chat.room_id: (frame_of(chat, pinned.get(chat.pk), now), live_clock.changes_at(chat, now)) for chat in chats
    }


def pinned_in(chats: Iterable[LiveChat]) -> dict[int, Prompt]:
    """The newest released prompt of each of these chats, by the chat's id. One query."""
    rows = Prompt.objects.filter(chat__in=[one.pk for one in chats]).exclude(released_at=None)
    return {prompt.chat_id: prompt for prompt in rows.select_related("released_by").order_by("released_at", "pk")}


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
        led_by=[protocol.LiveCarer(one.name, one.pebble, role) for one, role in carers_of(chat)],
    )


def carers_of(chat: LiveChat) -> list[tuple[Member, str]]:
    """Who looks after the chat, and as what: its host, or the cover who came instead, and the moderator."""
    came = chat.cover if chat.cover_id and chat.checked_in_by_id == chat.cover_id else chat.host
    return [(one, role) for one, role in ((came, "host"), (chat.moderator, "moderator")) if one is not None]


def _prompt(pinned: Prompt) -> protocol.LivePrompt:
    by = pinned.released_by
    name, pebble = (by.name, by.pebble) if by else ("", 0)
    return protocol.LivePrompt(pinned.pk, pinned.text, name, pebble)


def stamp(at: datetime) -> str:
    """A moment as frames carry it: UTC, to the millisecond."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
