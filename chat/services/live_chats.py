"""Live chats: the one door to each, making one with its room, and telling pages that something of it changed."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import F

from chat import signals
from chat.models import LiveChat, Room
from chat.models.live_chat import new_token
from chat.services.checks import locked
from community.access import require
from community.models import Member
from community.refusals import NotYours

NAME_LIMIT = 60
LED_BY = ("host", "cover", "moderator")  # the parts that are planned
_PEOPLE = (*LED_BY, "led_by")


def live_chat_for(member: Member, token: str, action: str = "live.see") -> LiveChat:
    """The live chat, if `member` may do `action` with it. Raises `NotYours`, the same for absent and forbidden (A4)."""
    found = LiveChat.objects.filter(token=token).select_related("room", "series", *_PEOPLE).first()
    if found is None:
        raise NotYours
    require(member, action, found)
    return found


@transaction.atomic
def make(*, slow_seconds: int = 0, **fields: Any) -> LiveChat:
    """A live chat with a room of its own. `fields` are those of `LiveChat`, without token and room."""
    token = new_token()
    room = Room.objects.create(
        slug=slug_of(token),
        name=fields["topic"][:NAME_LIMIT],
        purpose=fields.get("purpose", "")[:200],
        kind=Room.Kind.LIVE,
        slow_seconds=slow_seconds,
    )
    return LiveChat.objects.create(token=token, room=room, **fields)


def name_room(chat: LiveChat) -> None:
    """The room is called what the chat is called now."""
    Room.objects.filter(pk=chat.room_id).update(name=chat.topic[:NAME_LIMIT], purpose=chat.purpose[:200])


def slug_of(token: str) -> str:
    """The slug of the room of a live chat."""
    return f"live-{token}"


def token_of(slug: str) -> str:
    """The other way round."""
    return slug.removeprefix("live-")


def held(chat: LiveChat) -> LiveChat:
    """The same row, read afresh; it and its room stay as they are until commit. Call in a transaction.

    The room comes first, as writers hold it: what is being stored now is stored before the change. Raises `NotYours`
    when its series took it away meanwhile.
    """
    if locked(Room.objects.filter(pk=chat.room_id)).first() is None:
        raise NotYours
    return LiveChat.objects.select_related("room", "series", *_PEOPLE).get(pk=chat.pk)


def changed(chat: LiveChat, *names: str) -> None:
    """Stores these fields of a held row, numbers the change, and tells every page of it after commit."""
    LiveChat.objects.filter(pk=chat.pk).update(revision=F("revision") + 1)
    chat.refresh_from_db(fields=["revision"])
    if names:
        chat.save(update_fields=names)
    room_id = chat.room_id
    transaction.on_commit(lambda: signals.live_moved.send(LiveChat, room_ids=[room_id]))


def leads(member: Member, chat: LiveChat) -> bool:
    """True for whoever leads this chat: its host, cover or moderator, and whoever took over."""
    return member.pk in {chat.host_id, chat.cover_id, chat.moderator_id, chat.led_by_id}
