"""What of chat can be found with everything else: rooms, and what was said lately in the rooms one has joined.

Messages are in no index. Each search opens the newest ones of the searcher's own rooms in memory, looks, and keeps
nothing. One-to-one is never looked through here; it has a page of its own (`chat/services/search.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from django.db.models import Q
from django.template.defaultfilters import date as format_date
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from chat.models import Message, Room
from chat.services import hiding
from community import search_words
from community.models import Member
from community.search_words import Question
from community.services.apart import hidden_from
from community.services.search import Document, Hit, Kind, Own, register, register_own
from community.services.topics import folding_for
from community.topics import Folding

LOOKED_AT, MOST_ROOMS = 4000, 20  # messages of all rooms together; rooms in which somebody wrote last
SINCE = timedelta(days=30)
NOT_HERE = (Room.Kind.CONVERSATION, Room.Kind.STORY)  # comments are found where their story is, and go with it


def _rooms(pks: Iterable[int] | None) -> Iterator[Document]:
    rows = Room.objects.listed()
    if pks is not None:
        rows = rows.filter(pk__in=list(pks))
    return (Document(room.pk, room.name, room.purpose, is_public=False) for room in rows)


def _show_rooms(pks: Sequence[int], viewer: Member | None) -> dict[int, Hit]:
    if viewer is None:
        return {}
    rows = Room.objects.visible_to(viewer).filter(pk__in=pks)
    return {room.pk: Hit(room.name, reverse("room", args=[room.slug]), text=room.purpose) for room in rows}


def look(question: Question, viewer: Member, limit: int) -> tuple[int, list[Hit]]:
    """How many of the newest messages in the viewer's rooms hold the question, and the newest of those."""
    rooms = list(_joined(viewer))
    if not rooms:
        return 0, []
    rows = _newest(rooms, viewer, hidden_from([viewer.pk]).get(viewer.pk, frozenset()))
    found = [pk for pk, body in rows if search_words.holds(body, question)]
    if not found:
        return 0, []
    folding = folding_for(viewer)
    shown = Message.objects.filter(pk__in=found[:limit]).select_related("author", "room").order_by("-stored_at", "-pk")
    return len(found), [_hit(message, viewer, folding) for message in shown]


def _joined(viewer: Member) -> Iterable[Room]:
    rooms = Room.objects.joined_by(viewer).exclude(kind__in=NOT_HERE).exclude(last_message_at=None)
    return rooms.filter(last_message_at__gte=timezone.now() - SINCE).order_by("-last_message_at")[:MOST_ROOMS]


def _newest(rooms: list[Room], viewer: Member, hidden: frozenset[int]) -> list[tuple[int, str]]:
    """(key, words) of the newest messages as the viewer sees them, each room giving the same number at most.

    By key, through its index.
    """
    each = LOOKED_AT // len(rooms)
    where = Q()
    for room in rooms:
        where |= Q(room=room, seq__gt=room.top - each)
    rows = Message.objects.shown().filter(where, stored_at__gte=timezone.now() - SINCE)
    read = rows.hiding(hidden).order_by("-stored_at", "-pk").values_list("pk", "body", "author_id", "veiled")
    seen = ((pk, Message(body=body, author_id=author, veiled=veiled)) for pk, body, author, veiled in read[:LOOKED_AT])
    return [(pk, hiding.words_for(one, viewer.pk) if one.veiled else one.body) for pk, one in seen]


def _hit(message: Message, viewer: Member, folding: Folding) -> Hit:
    # What its author or the viewer wants folded stays folded: the list says what it is about, the room has the words.
    is_own = message.author_id == viewer.pk
    words = hiding.words_for(message, viewer.pk)
    heads_up = "" if is_own else message.heads_up or folding.matches(words)
    at = timezone.localtime(message.stored_at)
    name = message.author.name if message.author else say("Someone who left")
    return Hit(
        title=say("%(name)s in %(room)s") % {"name": name, "room": message.room.name},
        url=f"{reverse('room', args=[message.room.slug])}?around={message.seq}#m-{message.seq}",
        detail=format_date(at, "j F, H:i"),
        text=say("Heads-up: %(words)s") % {"words": heads_up} if heads_up else words,
    )


ROOMS = register(Kind("room", _("Rooms"), Room, _rooms, _show_rooms, place=30))
MESSAGES = register_own(Own("message", _("In your rooms"), look, place=50))
