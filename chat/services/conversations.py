"""Conversations: rooms of two, begun by a yes or a moderator's check-in, ended by either, deleted for oneself."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from chat import signals
from chat.models import Conversation, Membership, Room
from chat.models.message import BODY_LIMIT
from chat.services import messages, rooms, sealing
from chat.services.checks import locked
from community import text
from community.access import require
from community.duties import duty
from community.models import Member
from community.refusals import NotYours
from community.services import apart

SLUG_BYTES = 12


def between(one: Member, other: Member) -> Conversation | None:
    """The conversation of two members, whatever became of it."""
    low, high = sorted((one.pk, other.pk))
    return Conversation.objects.filter(low=low, high=high).select_related("room").first()


def begin(opener: Member, other: Member, *, first_words: str = "", is_check_in: bool = False) -> Conversation:
    """The conversation of the two, made or opened again, with `first_words` said by `opener`.

    Call in a transaction that holds the pair. One per pair: what is there already goes on.
    """
    found = between(opener, other) or _make(*sorted((opener, other), key=lambda one: one.pk))
    room = locked(Room.objects.filter(pk=found.pk)).get()
    found.ended_at, found.ended_by, found.is_check_in = None, None, is_check_in
    found.save(update_fields=["ended_at", "ended_by", "is_check_in"])
    for member in (opener, other):
        Membership.objects.get_or_create(room=room, member=member, defaults=_PLACE)
        rooms.tell_moved(member.pk)
    if first_words:
        messages.place(room, opener, first_words)
    return found


_PLACE = {"level": Membership.Level.ALL}


def _make(low: Member, high: Member) -> Conversation:
    room = Room.objects.create(slug=f"c-{secrets.token_hex(SLUG_BYTES)}", kind=Room.Kind.CONVERSATION)
    return Conversation.objects.create(room=room, low=low, high=high, key=sealing.new_key(room.pk))


def check_in(moderator: Member, name: str, words: str) -> Conversation:
    """A moderator writes first, whatever the member's switches say. Who may, `may(…, "conversation.check-in")` says."""
    require(moderator, "conversation.check-in")
    other = apart.other_member(moderator, name)
    with transaction.atomic():
        apart.held_pair(moderator, other)
        return begin(moderator, other, first_words=text.tidy(words, limit=BODY_LIMIT), is_check_in=True)


def conversation_for(member: Member, slug: str) -> Conversation:
    """One's own conversation. Raises `NotYours`, the same for absent and somebody else's."""
    room = rooms.room_for(member, slug)
    found = Conversation.objects.filter(pk=room.pk).select_related("room", "low", "high").first()
    if found is None:
        raise NotYours
    return found


def is_over(room: Room) -> bool:
    """True when nobody can write in this room of two any more."""
    found = Conversation.objects.filter(pk=room.pk).first()
    return found is None or found.is_over


def other_of(conversation: Conversation, member: Member) -> Member | None:
    """The other one; None once their account is gone."""
    return conversation.high if conversation.low_id == member.pk else conversation.low


def end(member: Member, conversation: Conversation) -> None:
    """Nobody can write any more; both can still read. Ending twice is the same as once."""
    going_on = Conversation.objects.filter(pk=conversation.pk, ended_at=None)
    with transaction.atomic():
        # The room first, as writers do: what is being stored now is stored before the end.
        locked(Room.objects.filter(pk=conversation.pk)).get()
        going_on.update(ended_at=timezone.now(), ended_by=member)


def delete_for(member: Member, conversation: Conversation) -> None:
    """Ends it and takes it from one's own list for good. When both did, its key and its words are gone."""
    with transaction.atomic():
        rooms.remove(member, conversation.room)  # first, since writers too hold the place before the room
        end(member, conversation)
        _forget_left(Conversation.objects.filter(pk=conversation.pk))


@duty("left conversations", every_seconds=24 * 3600)
def forget_left() -> int:
    """Deletes conversations that nobody has a place in, with their keys; how many. Reported ones stay as evidence."""
    return _forget_left(Conversation.objects.all())


def _forget_left(among: QuerySet[Conversation]) -> int:
    left = set(among.filter(room__memberships=None).values_list("pk", flat=True))
    if not left:
        return 0
    kept: list[Any] = [answer for _, answer in signals.conversations_left.send(Conversation, room_ids=left)]
    return Room.objects.filter(pk__in=left.difference(*kept)).delete()[1].get("chat.Room", 0)
