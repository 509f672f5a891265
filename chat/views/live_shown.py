"""What pages show of a live chat."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chat.models import LiveChat, Room
from chat.services import leaving, live_chats, live_clock, live_gate, live_state, requests
from chat.services.live_clock import State
from community.access import may
from community.models import Member

SUMMARY_WITHIN = timedelta(days=1)  # after the end, the host writes a few lines
_ROLES = {"host": gettext_lazy("host"), "moderator": gettext_lazy("moderator")}
WAITS = (live_gate.NotBegun, live_gate.Resting)  # the box stays: what is written can be sent in a while


def page_of(member: Member, chat: LiveChat) -> dict[str, Any]:
    """The chat, where it stands, and what is the member's own of it."""
    now = timezone.now()
    return {
        "chat": chat,
        "now": live_state.stamp(now),
        "state": live_clock.state_of(chat, now).value,
        "closes_at": live_clock.closes_at(chat),
        "pinned": live_state.pinned_in([chat]).get(chat.pk),
        "leads": live_chats.leads(member, chat),
        "sign_up": chat.sign_ups.filter(member=member, left_at=None).first(),
        "carers": [(one, _ROLES[role]) for one, role in live_state.carers_of(chat)],
        "opener": opener_of(chat),
    }


def context_of(member: Member, room: Room) -> dict[str, Any]:
    """The same for the page of a live chat's room."""
    chat = LiveChat.objects.select_related("room", "series", "led_by", *live_chats.LED_BY).get(room=room)
    now, page = timezone.now(), page_of(member, chat)
    frame = live_state.standing_of([room.pk])[room.pk].frame
    no = live_gate.gates([room.pk], now)[room.pk].why_not(member)
    return {
        **page,
        **_time_left(chat, now),
        **ending_of(member, chat),
        "live_state": msgspec.to_builtins(frame),
        "slow_seconds": frame.slow_seconds,
        "can_post": may(member, "room.post", room) and (no is None or isinstance(no, WAITS)),
        "wait_words": str(no.detail) if isinstance(no, WAITS) else "",
        "may_try_again": isinstance(no, live_gate.Full | live_gate.Guarded),
    }


def ending_of(member: Member, chat: LiveChat) -> dict[str, Any]:
    """What stands at the end of a chat: the question how one is, and what comes next."""
    return {
        "leaving": leaving.said_by(member, chat),
        "is_asked": leaving.is_asked(member, chat),
        "next_chat": next_after(chat),
        "quiet_ask": chat.moderator if chat.moderator and requests.may_ask(member, chat.moderator) else None,
    }


def next_after(chat: LiveChat) -> LiveChat | None:
    """The next chat that is to come besides this one."""
    coming = LiveChat.objects.filter(starts_at__gt=timezone.now(), cancelled_at=None).exclude(pk=chat.pk)
    return coming.order_by("starts_at").first()


def opener_of(chat: LiveChat) -> Member | None:
    """Who leads it: the host, or whoever took over."""
    return chat.leader


def _time_left(chat: LiveChat, now: datetime) -> dict[str, Any]:
    # Rounded up: a chat that has thirty seconds left has a minute.
    whole = max(1, round((live_clock.closes_at(chat) - chat.starts_at).total_seconds() / 60))
    left = max(0, -int(-(live_clock.closes_at(chat) - now).total_seconds() // 60))
    left = min(left, whole)
    return {"minutes": whole, "minutes_left": left, "minutes_done": whole - left, "is_late": 5 < left <= 10}


def ended_page_of(member: Member, chat: LiveChat) -> dict[str, Any]:
    """The page of a chat that is over or does not take place."""
    closed = live_clock.closes_at(chat)
    summary_by = closed + SUMMARY_WITHIN
    state = live_clock.state_of(chat, timezone.now())
    is_summed_up = chat.summed_up_at is not None
    return {
        **page_of(member, chat),
        **ending_of(member, chat),
        "kept_until": closed + timedelta(days=chat.keep_days),
        "summary_by": summary_by if state == State.ENDED and timezone.now() < summary_by and not is_summed_up else None,
        "host_name": chat.host.name if chat.host else _("The host"),
    }
