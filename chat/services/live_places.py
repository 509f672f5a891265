"""Coming to a live chat and leaving it: signing up, a seat, entering the room. Leaving is silent."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from chat.models import LiveChat, Membership, Room, SignUp
from chat.services import live_chats, rooms
from chat.services.live_clock import ON, state_of
from community.access import require
from community.models import Member
from community.refusals import NotOpen

ASKED_AFTER = timedelta(hours=1)  # the end, its moderator can still be asked to talk


@transaction.atomic
def sign_up(member: Member, chat: LiveChat, *, wants_reminder: bool = False, by_mail: bool = False) -> SignUp:
    """Says that the member would like to come; again changes only what they want to be told. Seats go by order."""
    require(member, "live.see", chat)
    live_chats.held(chat)
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
    # Who comes late reads what was said from the beginning; nothing of a live chat counts as unread elsewhere.
    return Membership.objects.get_or_create(room=fresh.room, member=member)[0]


def looks_after(moderator: Member, member: Member) -> bool:
    """True while `moderator` looks after a live chat that `member` is in, and for an hour after it."""
    ends = timezone.now() - ASKED_AFTER
    led = LiveChat.objects.filter(moderator=moderator, ends_at__gt=ends, cancelled_at=None)
    return led.filter(room__memberships__member=member).exists()


@transaction.atomic
def leave(member: Member, chat: LiveChat) -> None:
    """Gives up the seat. What was said stays readable to the member as long as the chat keeps it; nobody is told."""
    live_chats.held(chat)
    SignUp.objects.filter(chat=chat, member=member, left_at=None).update(left_at=timezone.now())


def put_out(member: Member, room: Room, *, until: datetime, cause: str) -> None:
    """Ends a member's place in the room of a live chat, and their seat. Until then they may come back only to read.

    For moderation, which says why; `rooms.end_pause(cause)` takes it back.
    """
    rooms.remove(member, room)
    rooms.pause(member, room, until=until, cause=cause)
    SignUp.objects.filter(chat__room=room, member=member, left_at=None).update(left_at=timezone.now())


def _after_everyone(chat: LiveChat) -> datetime:
    """Now, or just after the last one in the queue: clocks of two machines never cost anybody the seat they have."""
    last = SignUp.objects.filter(chat=chat).aggregate(last=Max("made_at"))["last"]
    return max(timezone.now(), last + timedelta(microseconds=1)) if last else timezone.now()
