"""How a live chat stands, as every reader of its room is told: the same frame for all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from chat import protocol
from chat.models import LiveChat, Prompt
from chat.services import live_chats, live_clock, live_gate, live_leads, live_told
from community.models import Member


@dataclass(frozen=True, slots=True)
class Standing:
    """One live chat at this moment: its frame, when the clock changes that next, and who leads it."""

    frame: protocol.LiveState
    changes_at: datetime | None
    leads: frozenset[int] = frozenset()
    is_emptied: bool = False  # its words are gone, and nobody has a place there


def standing_of(room_ids: Iterable[int]) -> dict[int, Standing]:
    """How those of these rooms stand that are live chats, by room id. A fixed number of queries."""
    now = timezone.now()
    rows = LiveChat.objects.filter(room__in=list(room_ids))
    chats = list(rows.select_related("room", "led_by", *live_chats.LED_BY))
    pinned, seen = pinned_in(chats), live_leads.seen_in(chats)
    guarded = live_gate.guarded_among(chats, now)
    return {
        chat.room_id: Standing(
            frame=frame_of(chat, pinned.get(chat.pk), now, seen=seen.get(chat.pk, {}), is_guarded=chat.pk in guarded),
            changes_at=live_clock.changes_at(chat, now),
            leads=frozenset(live_told.led_by(chat)),
            is_emptied=chat.emptied_at is not None,
        )
        for chat in chats
    }


def pinned_in(chats: Iterable[LiveChat]) -> dict[int, Prompt]:
    """The newest released prompt of each of these chats that nobody took down, by the chat's id. One query."""
    rows = Prompt.objects.filter(chat__in=[one.pk for one in chats]).exclude(released_at=None)
    newest = {prompt.chat_id: prompt for prompt in rows.select_related("released_by").order_by("released_at", "pk")}
    return {chat_id: prompt for chat_id, prompt in newest.items() if prompt.unpinned_at is None}


def frame_of(
    chat: LiveChat,
    pinned: Prompt | None,
    at: datetime,
    *,
    seen: live_leads.Seen | None = None,
    is_guarded: bool = False,
) -> protocol.LiveState:
    """What readers are told of this chat at this moment. `seen` says when those who lead it were last in its room."""
    resting = chat.paused_until if chat.paused_until and chat.paused_until > at else None
    state = live_clock.state_of(chat, at)
    away, here = live_leads.away(chat, seen or {}, at) if state in live_clock.ON else ("", "")
    return protocol.LiveState(
        room=chat.room.slug,
        revision=chat.revision,
        state=state.value,
        starts_at=stamp(chat.starts_at),
        winds_down_at=stamp(live_clock.winds_down_at(chat)),
        closes_at=stamp(live_clock.closes_at(chat)),
        slow_seconds=live_gate.slow_seconds(chat.room, is_guarded=is_guarded),
        prompt=_prompt(pinned) if pinned else None,
        so_far=chat.so_far,
        so_far_at=stamp(chat.so_far_at) if chat.so_far_at else "",
        resting_until=stamp(resting) if resting else "",
        away=away,
        here=here,
        guarded=is_guarded,
        led_by=[protocol.LiveCarer(one.name, one.pebble, role) for one, role in carers_of(chat)],
    )


def carers_of(chat: LiveChat) -> list[tuple[Member, str]]:
    """Who looks after the chat, and as what: its host, or whoever took over, and the moderator."""
    others = chat.moderator if chat.moderator != chat.leader else None
    return [(one, role) for one, role in ((chat.leader, "host"), (others, "moderator")) if one is not None]


def _prompt(pinned: Prompt) -> protocol.LivePrompt:
    by = pinned.released_by
    name, pebble = (by.name, by.pebble) if by else ("", 0)
    return protocol.LivePrompt(pinned.pk, pinned.text, name, pebble)


def stamp(at: datetime) -> str:
    """A moment as frames carry it: UTC, to the millisecond."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
