"""Who may write in a live chat at a moment: read afresh inside the transaction that stores."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.models import LiveChat, SignUp
from chat.services import live_chats
from chat.services.live_clock import ON, OVER, State, state_of
from community.models import Member
from community.refusals import NotOpen


class NotBegun(NotOpen):
    """It begins later."""

    code = "not-begun"

    def __init__(self, at: datetime) -> None:
        begins = timezone.localtime(at).strftime("%H:%M")
        super().__init__(_("This chat opens at %(time)s. Your words are kept here.") % {"time": begins})


class Over(NotOpen):
    """It ended, was cancelled, or nobody came to lead it."""

    code = "over"
    detail = _("This chat is over. Your words are kept here.")


class Resting(NotOpen):
    """The host asked everyone to rest for a minute."""

    code = "resting"
    detail = _("Let's take a minute. You can write again shortly.")


class Full(NotOpen):
    """Every seat is taken; reading along needs none."""

    code = "full"
    detail = _("It's full, so that everyone can be heard. You can read along.")


class Guarded(NotOpen):
    """Nobody is here to look after newcomers."""

    code = "guarded"
    detail = _("No moderator is here right now, so people who are new read along for now.")


Guard = Callable[[], bool]
_guards: list[Guard] = []  # moderation enters one: true while a moderator is at hand


def knows_who_is_on_shift(guard: Guard) -> Guard:
    """Enters a question: is a moderator at hand?"""
    if guard not in _guards:
        _guards.append(guard)
    return guard


def is_guarded() -> bool:
    """True while nobody is at hand to look after live chats; without anybody who knows, they are not guarded."""
    return bool(_guards) and not any(guard() for guard in _guards)


@dataclass(slots=True)
class Gate:
    """One live chat at the moment its row was held."""

    chat: LiveChat
    at: datetime
    is_guarded: bool = False
    seated: frozenset[int] | None = None  # ids of members with a seat; None when there is no limit
    _state: State = field(init=False)

    def __post_init__(self) -> None:
        self._state = state_of(self.chat, self.at)

    def why_not(self, member: Member) -> NotOpen | None:
        """What to tell the member who may not write now; None when they may. Who leads it may, until it is over."""
        if self._state in OVER:
            return Over()
        if live_chats.leads(member, self.chat):
            return None
        if self._state not in ON:
            return Over() if self._state == State.NOT_TAKING_PLACE else NotBegun(self.chat.starts_at)
        if self.chat.paused_until and self.at < self.chat.paused_until:
            return Resting(retry_after=(self.chat.paused_until - self.at).total_seconds())
        if self.seated is not None and member.pk not in self.seated:
            return Full()
        return Guarded() if self.is_guarded and member.is_new_account else None


def gates(room_ids: Iterable[int], at: datetime) -> dict[int, Gate]:
    """The gates of these rooms, by room id. A chat stays as it is while its room's row is held."""
    chats = list(LiveChat.objects.filter(room__in=list(room_ids)))
    guarded = bool(chats) and is_guarded()
    return {chat.room_id: Gate(chat, at, guarded, seated_in(chat)) for chat in chats}


def seated_in(chat: LiveChat) -> frozenset[int] | None:
    """The members who have a seat: the first to sign up, as many as there are seats. None without a limit."""
    if chat.seats is None:
        return None
    return frozenset(in_order(chat)[: chat.seats])


def in_order(chat: LiveChat) -> QuerySet[SignUp, int]:
    """The ids of those who want to come, in the order in which seats go."""
    waiting = SignUp.objects.filter(chat=chat, left_at=None).order_by("made_at", "pk")
    return waiting.values_list("member", flat=True)
