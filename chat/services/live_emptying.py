"""What was said in a live chat is gone some days after its end (promise D3). The host's summary stays.

What a moderator may still have to read stays as evidence, with nobody having a place where it lies, until moderation
forgets it; then it goes with the next round.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from chat import signals
from chat.models import Change, LiveChat, Membership, Mention, Message, Reaction
from chat.services import live_chats
from chat.services.checks import locked
from chat.services.live_clock import closes_at
from community.duties import duty

AT_ONCE = 500


@duty("words of live chats", every_seconds=3600)
def empty_over() -> int:
    """Empties the chats whose days are over; how many messages went."""
    now = timezone.now()
    ended = LiveChat.objects.filter(emptied_at=None, ends_at__lt=now).select_related("room").order_by("pk")
    for chat in [one for one in ended if is_due(one, now)]:
        _empty(chat)
    left = LiveChat.objects.exclude(emptied_at=None).filter(Exists(Message.objects.filter(room=OuterRef("room"))))
    return sum(erase_words(room) for room in left.order_by("pk").values_list("room", flat=True))


def is_due(chat: LiveChat, at: datetime) -> bool:
    """True once the chat's messages were kept for as long as it says."""
    return at >= closes_at(chat) + timedelta(days=chat.keep_days)


@transaction.atomic
def _empty(chat: LiveChat) -> None:
    """Ends every place in the room and forgets who came, what they asked and how they left.

    Pages are told after commit: each process ends its readers there and lets go of what it remembers.
    """
    list(locked(Membership.objects.filter(room=chat.room_id)))  # first, since writers too hold places before the room
    row = live_chats.held(chat)
    if row.emptied_at:
        return
    for theirs in (row.sign_ups, row.questions, row.leavings, row.leads_seen, row.room.memberships):
        theirs.all().delete()
    # Numbered changes tell who reacted and who was put out; nobody is left who could resume from one.
    Change.objects.filter(room=row.room_id).delete()
    row.so_far, row.so_far_at, row.emptied_at = "", None, timezone.now()
    live_chats.changed(row, "so_far", "so_far_at", "emptied_at")


def erase_words(room_id: int) -> int:
    """Erases the messages of an emptied room, but for evidence; how many. A few hundred in each transaction."""
    for asides in (Reaction, Mention):
        asides.objects.filter(message__room=room_id).delete()
    keys = list(Message.objects.filter(room=room_id).order_by("pk").values_list("pk", flat=True))
    return sum(_erase(room_id, keys[start : start + AT_ONCE]) for start in range(0, len(keys), AT_ONCE))


@transaction.atomic
def _erase(room_id: int, keys: list[int]) -> int:
    """Erases those of these that are no evidence at this moment."""
    held = {one.pk for one in locked(Message.objects.filter(pk__in=keys))}
    answers: list[Any] = [answer for _, answer in signals.words_going.send(LiveChat, room_id=room_id)]
    going = held.difference(*answers)
    Message.objects.filter(pk__in=going).delete()
    return len(going)
