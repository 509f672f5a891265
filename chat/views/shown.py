"""Messages and rooms as templates show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from msgspec import structs

from chat import access, protocol
from chat.models import Membership, Message, Reaction, Room
from chat.models.message import EDITABLE_FOR
from chat.services import entries, hiding
from chat.services.entries import Surroundings
from community.models import Member
from community.topics import NOTHING, Folding

JOINED_WITHIN = timedelta(minutes=5)
UNREAD_SHOWN = 10
ROUNDED_ABOVE = 20  # people; then to tens


@dataclass(slots=True)
class MessageView:
    """One message for one reader."""

    seq: int = 0
    revision: int = 0
    author: Member | None = None
    name: str = ""
    pebble: int = 6
    label: str = ""
    is_new: bool = False
    at: datetime | None = None
    is_mine: bool = False
    html: SafeString | str = ""
    body: str = ""
    heads_up: str = ""
    quote: protocol.Quote | None = None
    edited: bool = False
    state: str = ""
    reactions: list[dict[str, Any]] = field(default_factory=list)
    same: bool = False
    day: str = ""
    is_first_unread: bool = False
    can_edit: bool = False
    caution: bool = False
    aside: str = ""  # what only its author is told: "veiled" or "held"
    is_blank: bool = False
    beside: SafeString | str = ""  # from an app above, for the message's author only


def shown(
    messages: Sequence[Message],
    reader: Member,
    *,
    first_unread: int = 0,
    hidden: frozenset[int] = frozenset(),
    folding: Folding = NOTHING,
) -> list[MessageView]:
    """The messages for `reader`, in the given order, joined and dated. Withdrawn ones leave no trace.

    Quotations of `hidden` authors show no words. Messages and quotations of others that `folding` finds get a
    heads-up, unless their authors gave one.
    """
    around = entries.surroundings(messages, reader=reader, hidden=hidden)
    traced = [one for one in messages if entries.state_for(one, around) not in entries.TRACELESS]
    views = [_view(message, reader, around) for message in traced]
    if folding:
        for message, view in zip(traced, views, strict=True):
            _fold(view, message, reader, around, folding)
    for before, view in zip([None, *views], views, strict=False):
        _place(before, view, first_unread)
    return views


def _view(message: Message, reader: Member, around: Surroundings) -> MessageView:
    author = entries.author_of(message, around)
    state = entries.state_for(message, around)
    is_mine = access.is_own(reader, message)
    if state:
        return MessageView(seq=message.seq, revision=message.revision, at=message.stored_at, state=state)
    return MessageView(
        seq=message.seq,
        revision=message.revision,
        author=around.authors.get(message.author_id or 0),
        name=author.name if author else _("Someone who left"),
        pebble=author.pebble if author else 6,
        label=author.label if author else "",
        is_new=author.new if author else False,
        at=message.stored_at,
        is_mine=is_mine,
        html=mark_safe(entries.html_of(message, around)),  # noqa: S308  (nh3 is the last step inside)
        body=hiding.words_for(message, reader.pk),
        heads_up=message.heads_up,
        quote=entries.quote_of(message, around),
        edited=message.edited_at is not None,
        reactions=_reactions(around.reactions.get(message.pk, {}), around.mine.get(message.pk, [])),
        caution=not is_mine and message.room_id in around.talks and entries.has_caution(message),
        aside=hiding.aside_of(message) if is_mine else "",
        can_edit=is_mine and timezone.now() - message.stored_at < EDITABLE_FOR,
    )


def _fold(view: MessageView, message: Message, reader: Member, around: Surroundings, folding: Folding) -> None:
    if not view.is_mine and not view.state:
        view.heads_up = view.heads_up or folding.matches(message.body)
    quoted = around.quoted.get((message.room_id, message.reply_to or 0))
    if view.quote and view.quote.text and quoted and not access.is_own(reader, quoted):
        words = folding.matches(quoted.body, quoted.heads_up)
        view.quote = structs.replace(view.quote, text=words) if words else view.quote


def _reactions(counts: dict[str, int], mine: list[str]) -> list[dict[str, Any]]:
    return [
        {"kind": kind.value, "label": kind.label, "count": counts[kind], "mine": kind in mine}
        for kind in Reaction.Kind
        if counts.get(kind)
    ]


def _place(before: MessageView | None, view: MessageView, first_unread: int) -> None:
    """Says whether a message joins the one before it, begins a day, or is the first unread one."""
    at = timezone.localtime(view.at)
    earlier = timezone.localtime(before.at) if before else None
    if earlier is None or earlier.date() != at.date():
        view.day = day_words(at)
    view.is_first_unread = (
        bool(first_unread) and view.seq >= first_unread and (before is None or before.seq < first_unread)
    )
    joins = before is not None and earlier is not None and not (view.day or view.is_first_unread)
    view.same = joins and not view.state and before.name == view.name and at - earlier < JOINED_WITHIN  # type: ignore[union-attr,operator]


def day_words(at: datetime) -> str:
    """ "Today", "Yesterday" or the date, in the reader's zone."""
    days = (timezone.localdate() - at.date()).days
    if days in (0, 1):
        return _("Today") if days == 0 else _("Yesterday")
    return str(format_date(at, "l j F"))


@dataclass(slots=True)
class RoomCard:
    """A room in a list, for one reader."""

    room: Room
    is_lit: bool
    presence_words: str
    unread: int = 0
    is_member: bool = False
    keepers: list[Member] = field(default_factory=list)


def cards(rooms: Sequence[Room], reader: Member, present: dict[int, int]) -> list[RoomCard]:
    """The rooms as `reader` sees them in a list. `present` are numbers of members by room id."""
    places = {p.room_id: p for p in Membership.objects.filter(member=reader, room__in=rooms)}
    new = hiding.new_each([(places[room.pk], room.top) for room in rooms if room.pk in places])
    return [_card(room, new.get(room.pk), present.get(room.pk, 0)) for room in rooms]


def _card(room: Room, new: int | None, present: int) -> RoomCard:
    unread, lit = min(new or 0, UNREAD_SHOWN), room.is_lit()
    return RoomCard(room, lit, presence_words(room, present), unread, new is not None, list(room.keepers.all()))


def presence_words(room: Room, present: int) -> str:
    """ "About 12 here", rounded so that nobody is counted, or since when it is quiet."""
    if present >= 3:
        return _("About %(n)s here") % {"n": round(present, -1) if present > ROUNDED_ABOVE else present}
    if present:
        return _("A few here")
    if room.is_lit():
        return _("People are talking")
    if room.last_message_at is None:
        return _("Quiet so far")
    at = timezone.localtime(room.last_message_at)
    if at.date() == timezone.localdate():
        return _("Quiet since %(time)s") % {"time": at.strftime("%H:%M")}
    return _("Quiet since %(day)s") % {"day": day_words(at)}
