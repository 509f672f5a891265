"""What pages show of a live chat."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from chat.models import LiveChat, Room
from chat.services import live_chats, live_clock, live_state
from community.models import Member


def page_of(member: Member, chat: LiveChat) -> dict[str, Any]:
    """The chat, where it stands, and what is the member's own of it."""
    now = timezone.now()
    return {
        "chat": chat,
        "state": live_clock.state_of(chat, now).value,
        "closes_at": live_clock.closes_at(chat),
        "pinned": live_state.pinned_in([chat]).get(chat.pk),
        "leads": live_chats.leads(member, chat),
        "sign_up": chat.sign_ups.filter(member=member, left_at=None).first(),
    }


def context_of(member: Member, room: Room) -> dict[str, Any]:
    """The same for the page of a live chat's room."""
    chat = LiveChat.objects.select_related("room", "series", *live_chats.LED_BY).get(room=room)
    return page_of(member, chat)
