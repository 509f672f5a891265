"""Rooms while no moderator is on shift: slow for everyone, for reading to people who are new, and nobody new is asked.

One look serves every post of this process for two seconds, so that posting asks nothing more. Live chats have their own
guard (`live_gate`). Without the setting `GUARDED_ROOMS`, or anybody who knows who is on shift, nothing is guarded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from chat.models import Room
from chat.services import live_gate
from chat.services.live_gate import GUARDED_SLOW_SECONDS, Guarded
from community.models import Member
from community.refusals import NotOpen

LOOK_HOLDS = 2.0  # seconds
SPARED = ("hosts", "moderators", "leads", "admins")  # those who look after rooms
KINDS = (Room.Kind.GROUP, Room.Kind.STORY)


class NobodyHere(NotOpen):
    """No moderator is here, so nobody new is asked to talk one to one."""

    code = "guarded"
    detail = _("No moderator is here right now, so nobody new can be asked to talk one to one. Your note is kept here.")


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether rooms are guarded at this moment, and when a moderator is expected; None when nobody knows."""

    is_on: bool = False
    back_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Look:
    at: float
    is_on: bool
    spared: frozenset[int] = frozenset()


When = Callable[[], datetime | None]
_whens: list[When] = []  # moderation enters one: when the next moderator is expected
_last: list[_Look] = []  # of this process; at most one


def knows_who_comes_next(when: When) -> When:
    """Enters a question: when is the next moderator expected?"""
    if when not in _whens:
        _whens.append(when)
    return when


def is_on() -> bool:
    """True while rooms are guarded. At most two small queries in two seconds, whoever asks how often."""
    return settings.GUARDED_ROOMS and _looked().is_on


def is_spared(member: Member) -> bool:
    """True for those who look after rooms: the guard is never for them."""
    return member.pk in _looked().spared


def forget() -> None:
    """The next one who asks looks anew: somebody came or went."""
    _last.clear()


def standing() -> Standing:
    """How it stands now, looked at afresh."""
    forget()
    if not is_on():
        return Standing()
    return Standing(True, min((at for when in _whens if (at := when())), default=None))


def pace(room: Room, member: Member, at: datetime) -> int:
    """The least time between two messages of this member here, where no live chat is; 0 for none. Raises `Guarded`."""
    if not _holds_for(room, member):
        return room.pace(at)
    if member.is_new_account:
        raise Guarded
    return max(room.pace(at), GUARDED_SLOW_SECONDS) if room.kind == Room.Kind.GROUP else room.pace(at)


def mind_words(room: Room, member: Member) -> None:
    """Raises what to tell a member who may not change their words in this room now."""
    if room.kind == Room.Kind.LIVE:
        live_gate.mind_words(room, member)
    elif _holds_for(room, member) and member.is_new_account:
        raise Guarded


def mind_asking(asker: Member, other: Member) -> None:
    """Raises `NobodyHere` where nobody new may be asked to talk. Those who look after rooms may ask, and be asked."""
    if is_on() and not is_spared(asker) and not is_spared(other):
        raise NobodyHere


def _holds_for(room: Room, member: Member) -> bool:
    return room.kind in KINDS and is_on() and not is_spared(member)


def _looked() -> _Look:
    last = next(iter(_last), None)  # in one step: another thread may forget it at any moment
    if last is None or not 0 <= monotonic() - last.at < LOOK_HOLDS:
        last = _look()
        _last[:] = [last]
    return last


def _look() -> _Look:
    at = monotonic()
    if live_gate.is_somebody_at_hand():
        return _Look(at, is_on=False)
    rows = Member.objects.filter(groups__name__in=SPARED).values_list("pk", flat=True)
    return _Look(at, is_on=True, spared=frozenset(rows))
