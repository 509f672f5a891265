"""Who may write in a live chat at a moment: read afresh in the transaction that stores, with the room's row held."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.models import LiveChat, Room, SignUp
from chat.services import checks, live_chats, live_leads, statements
from chat.services.live_clock import ON, OVER, State, state_of
from community.models import Member
from community.refusals import NotOpen

_OF_A_CHAT = (
    "id", "room_id", "host_id", "cover_id", "moderator_id", "led_by_id", "seats", "starts_at", "ends_at",
    "checked_in_at", "cancelled_at", "paused_until", "ending_at", "closed_at",
)  # fmt: skip
GUARDED_SLOW_SECONDS = 30  # at least, between two messages of one member while nobody is at hand


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


def is_somebody_at_hand() -> bool:
    """True while a moderator is at hand; also where nobody knows. One query."""
    return not _guards or any(guard() for guard in _guards)


def guarded_among(chats: Iterable[LiveChat], at: datetime) -> set[int]:
    """The ids of those of these chats that nobody is at hand to look after: no moderator anywhere, nor their own.

    Without anybody who knows, they are not guarded. One query, a second one only when the first found nobody.
    """
    on = [one for one in chats if state_of(one, at) in ON]
    if not on or is_somebody_at_hand():
        return set()
    return {one.pk for one in on} - live_leads.watched(on, at)


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
        """What to tell the member who may not write now; None when they may. Who leads it may, until it is over.

        So may any moderator while it is on: who is called has to be able to speak.
        """
        no = self.why_no_answer(member) or self._why_no_words(member)
        return None if no and self._state in ON and checks.may_write_in_closed(member) else no

    def why_no_answer(self, member: Member) -> NotOpen | None:
        """The same about a word of support, which needs no seat and disturbs nobody's rest: only the clock."""
        if self._state in OVER:
            return Over()
        if self._state in ON or live_chats.leads(member, self.chat):
            return None
        return Over() if self._state == State.NOT_TAKING_PLACE else NotBegun(self.chat.starts_at)

    def _why_no_words(self, member: Member) -> NotOpen | None:
        if live_chats.leads(member, self.chat):
            return None
        if self.chat.paused_until and self.at < self.chat.paused_until:
            return Resting(retry_after=(self.chat.paused_until - self.at).total_seconds())
        if self.seated is not None and member.pk not in self.seated:
            return Full()
        return Guarded() if self.is_guarded and member.is_new_account else None

    def slow_seconds(self, room: Room, member: Member) -> int:
        """The least time between two messages of this member; who leads may always answer."""
        return 0 if live_chats.leads(member, self.chat) else slow_seconds(room, is_guarded=self.is_guarded)


def slow_seconds(room: Room, *, is_guarded: bool) -> int:
    """The least time between two messages of one member of a live chat."""
    return max(room.slow_seconds, GUARDED_SLOW_SECONDS if is_guarded else 0)


def gates(room_ids: Iterable[int], at: datetime) -> dict[int, Gate]:
    """The gates of these rooms, by room id. A chat stays as it is while its room's row is held.

    `at` is read after the row was held: who waited for a host's last word comes after it.
    """
    chats = statements.held(LiveChat, "room_id", room_ids, _OF_A_CHAT)
    guarded = guarded_among(chats, at)
    return {chat.room_id: Gate(chat, at, chat.pk in guarded, seated_in(chat)) for chat in chats}


def gate_in(found: Mapping[int, Gate], room_id: int) -> Gate:
    """One of them. Raises `Over` for a room whose chat is gone."""
    if room_id not in found:
        raise Over
    return found[room_id]


def mind_answers(room: Room, member: Member) -> None:
    """Raises what to tell a member who may not give a word of support in this live chat now."""
    if no := gate_in(gates([room.pk], timezone.now()), room.pk).why_no_answer(member):
        raise no


def mind_words(room: Room, member: Member) -> None:
    """Raises what to tell a member who may not change their words in this live chat now."""
    if no := gate_in(gates([room.pk], timezone.now()), room.pk).why_not(member):
        raise no


def seated_in(chat: LiveChat) -> frozenset[int] | None:
    """The members who have a seat: the first to sign up, as many as there are seats. None without a limit."""
    if chat.seats is None:
        return None
    return frozenset(in_order(chat)[: chat.seats])


def in_order(chat: LiveChat) -> QuerySet[SignUp, int]:
    """The ids of those who want to come, in the order in which seats go."""
    waiting = SignUp.objects.filter(chat=chat, left_at=None).order_by("made_at", "pk")
    return waiting.values_list("member", flat=True)
