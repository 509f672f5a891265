"""What a live chat is at a moment, computed from its times and never stored: a restart changes nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from chat.models import LiveChat

CHECK_IN_FROM = timedelta(minutes=30)  # before the start: host and cover may say that they are there
CHECK_IN_BY = timedelta(minutes=10)  # before the start: without a word of either, it does not take place
WIND_DOWN = timedelta(minutes=5)


class State(StrEnum):
    """Where a live chat stands."""

    PLANNED = "planned"
    OPEN = "open"
    WINDING_DOWN = "winding-down"
    ENDED = "ended"
    CANCELLED = "cancelled"
    NOT_TAKING_PLACE = "not-taking-place"  # nobody came to lead it; whoever comes late may still open it


ON = frozenset({State.OPEN, State.WINDING_DOWN})
OVER = frozenset({State.ENDED, State.CANCELLED})


def closes_at(chat: LiveChat) -> datetime:
    """When nobody can write any more: as planned, five minutes after the host's last word, or when it was closed."""
    ways = [chat.ends_at]
    if chat.ending_at:
        ways.append(chat.ending_at + WIND_DOWN)
    if chat.closed_at:
        ways.append(chat.closed_at)
    return min(ways)


def winds_down_at(chat: LiveChat) -> datetime:
    """When the last five minutes begin."""
    return closes_at(chat) - WIND_DOWN


def state_of(chat: LiveChat, at: datetime) -> State:
    """Where the chat stands at this moment. Closed is closed, whatever the clock of another machine says."""
    if chat.cancelled_at:
        return State.CANCELLED
    if chat.checked_in_at is None and at >= chat.starts_at - CHECK_IN_BY:
        return State.NOT_TAKING_PLACE
    if at < chat.starts_at:
        return State.PLANNED
    if chat.closed_at or at >= closes_at(chat):
        return State.ENDED
    return State.WINDING_DOWN if at >= winds_down_at(chat) else State.OPEN


def changes_at(chat: LiveChat, at: datetime) -> datetime | None:
    """The next moment after `at` when the clock alone changes what pages show; None when nothing is left to come."""
    if chat.cancelled_at:
        return None
    moments = [chat.starts_at - CHECK_IN_BY, chat.starts_at, winds_down_at(chat), closes_at(chat)]
    if chat.paused_until:
        moments.append(chat.paused_until)
    return min((one for one in moments if one > at), default=None)
