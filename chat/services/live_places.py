"""Coming to a live chat and leaving it: signing up, a seat, entering the room. Leaving is silent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from chat.models import LiveChat, Membership, Room, SignUp
from chat.services import live_chats, live_gate, rooms
from chat.services.live_clock import ON, OVER, State, state_of
from community.access import require
from community.models import Member
from community.refusals import NotOpen
from community.services import notices

SOON, SEAT = "live-soon", "live-seat"  # kinds of notices


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a member stands among those who want to come."""

    sign_up: SignUp | None
    free: int | None = None  # seats; None without a limit
    has_seat: bool = True
    ahead: int = 0  # people before them on the waiting list

    @property
    def is_waiting(self) -> bool:
        """True for whoever signed up and has no seat yet."""
        return self.sign_up is not None and not self.has_seat


def standing_of(member: Member, chat: LiveChat) -> Standing:
    """Whether the member signed up, whether a seat is theirs, and how many are before them. At most two queries."""
    mine = SignUp.objects.filter(chat=chat, member=member, left_at=None).first()
    if chat.seats is None:
        return Standing(mine)
    order = list(live_gate.in_order(chat))
    free = max(0, chat.seats - len(order))
    place = order.index(member.pk) if mine and member.pk in order else len(order)
    return Standing(mine, free, has_seat=mine is not None and place < chat.seats, ahead=max(0, place - chat.seats))


ASKED_AFTER = timedelta(hours=1)  # the end, its moderator can still be asked to talk


@transaction.atomic
def sign_up(member: Member, chat: LiveChat, *, wants_reminder: bool = False, by_mail: bool = False) -> SignUp:
    """Says that the member would like to come; again changes only what they want to be told. Seats go by order.

    Raises `NotOpen` for a chat that is over or cancelled.
    """
    require(member, "live.see", chat)
    if state_of(live_chats.held(chat), timezone.now()) in OVER:
        raise NotOpen
    at = _after_everyone(chat)
    said = {"wants_reminder": wants_reminder, "by_mail": by_mail}
    place, is_new = SignUp.objects.get_or_create(chat=chat, member=member, defaults={**said, "made_at": at})
    if not is_new:
        if place.left_at:
            place.made_at, place.left_at = at, None  # whoever comes back comes last
        place.wants_reminder, place.by_mail = wants_reminder, by_mail
        place.save()
    return place


@transaction.atomic
def enter(member: Member, chat: LiveChat) -> Membership:
    """A place in the room of a chat that is on, with a seat if one is free. Raises `NotOpen` before and after.

    Whoever leads it may enter early. Entering again is the same as once.
    """
    require(member, "live.see", chat)
    fresh = live_chats.held(chat)
    leads, now = live_chats.leads(member, fresh), timezone.now()
    if fresh.emptied_at or (state_of(fresh, now) not in ON and not leads):
        raise NotOpen
    if not leads:
        at = _after_everyone(fresh)
        said = {"made_at": at, "entered_at": now}
        taken, is_new = SignUp.objects.get_or_create(chat=fresh, member=member, defaults=said)
        if not is_new and (taken.left_at or not taken.entered_at):
            taken.made_at = at if taken.left_at else taken.made_at
            taken.left_at, taken.entered_at = None, taken.entered_at or now
            taken.save()
        notices.seen_each((member.pk, key) for key in (soon_key(fresh), seat_key(fresh)))
    # Who comes late reads what was said from the beginning; nothing of a live chat counts as unread elsewhere.
    return Membership.objects.get_or_create(room=fresh.room, member=member)[0]


def looks_after(moderator: Member, member: Member) -> bool:
    """True while `moderator` looks after a live chat that `member` is in, and for an hour after it."""
    ends = timezone.now() - ASKED_AFTER
    led = LiveChat.objects.filter(moderator=moderator, ends_at__gt=ends, cancelled_at=None)
    return led.filter(room__memberships__member=member).exists()


@transaction.atomic
def leave(member: Member, chat: LiveChat) -> None:
    """Gives up the seat; whoever waits first has it now and is told. Nobody else is told of anything.

    What was said stays readable to the member as long as the chat keeps it.
    """
    fresh = live_chats.held(chat)
    before = live_gate.seated_in(fresh)
    if SignUp.objects.filter(chat=fresh, member=member, left_at=None).update(left_at=timezone.now()):
        tell_seated(fresh, before)


def tell_seated(chat: LiveChat, before: frozenset[int] | None) -> None:
    """Tells those who have a seat now and were waiting for one before. The row of `chat` is held.

    `before` is what `live_gate.seated_in` said then: call this also when a chat gets more seats.
    """
    if before is None or state_of(chat, timezone.now()) not in (State.PLANNED, *ON):
        return
    now = live_gate.seated_in(chat)
    seated = frozenset(live_gate.in_order(chat)) if now is None else now
    tell(chat, seated - before, SEAT, seat_key(chat))


def tell(chat: LiveChat, member_ids: Iterable[int], kind: str, key: str) -> None:
    """A notice of this chat for these members, leading to its page."""
    path = reverse("live-chat", args=[chat.token])
    notices.notify(member_ids, kind=kind, key=key, subject=chat.topic, path=path)


def soon_key(chat: LiveChat) -> str:
    """The cause "this chat begins soon"."""
    return f"{SOON}:{chat.pk}"


def seat_key(chat: LiveChat) -> str:
    """The cause "a seat in this chat is yours"."""
    return f"{SEAT}:{chat.pk}"


def put_out(member: Member, room: Room, *, until: datetime, cause: str) -> None:
    """Ends a member's place in the room of a live chat, and their seat. Until then they may come back only to read.

    For moderation, which says why; `rooms.end_pause(cause)` takes it back.
    """
    rooms.remove(member, room)
    rooms.pause(member, room, until=until, cause=cause)
    leave(member, LiveChat.objects.get(room=room))


def _after_everyone(chat: LiveChat) -> datetime:
    """Now, or just after the last one in the queue: clocks of two machines never cost anybody the seat they have."""
    last = SignUp.objects.filter(chat=chat).aggregate(last=Max("made_at"))["last"]
    return max(timezone.now(), last + timedelta(microseconds=1)) if last else timezone.now()
