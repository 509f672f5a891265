"""Memorial rooms: opened by leads for at most sixty days, entered by agreeing to their terms, gone some time later.

The end of a memorial page, its terms and the extra care follow what postvention guidance advises for online memorials
(no details of method or place, somebody who looks after it, thirty to sixty days).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_hex

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chat.models import HandOver, Membership, Memorial, MemorialTerms, Message, Room
from chat.models.memorial import LONGEST, READ_FOR, SHORTEST, SLOW_SECONDS
from chat.services import hiding, live_emptying, rooms
from chat.services.checks import locked
from community import text
from community.access import require
from community.duties import duty
from community.models import Member
from community.refusals import NotOpen, NotYours, Refusal
from community.services import audit

NAME_LIMIT = 60


class NotSoLong(Refusal):
    """Shorter or longer than a memorial is open."""

    code = "not-so-long"
    detail = gettext_lazy("A memorial is open for 7 to 60 days from the day it began.")


class Nameless(Refusal):
    """Nobody to remember."""

    code = "nameless"
    detail = gettext_lazy("Write whom it remembers, as they were called here.")


class NotSigned(NotOpen):
    """One person is not enough for this."""

    code = "not-signed"
    detail = gettext_lazy("Somebody else has to sign this first.")


@dataclass(frozen=True, slots=True)
class Line:
    """Something that was written for whoever is remembered."""

    at: datetime
    by: str
    words: str


def open_room(by: Member, *, about: str, days: int) -> Memorial:
    """A new memorial room, which `by` looks after. Raises `NotYours`, `Nameless` and `NotSoLong`."""
    require(by, "memorial.open")
    try:
        name = text.tidy(about, limit=NAME_LIMIT)
    except text.Empty:
        raise Nameless from None
    _mind_length(timedelta(days=days))
    ends_at = timezone.now() + timedelta(days=days)
    with transaction.atomic():
        room = Room.objects.create(
            slug=f"memorial-{token_hex(6)}",
            name=_("Remembering %(name)s") % {"name": name[:40]},
            purpose=_purpose(ends_at),
            place=Room.objects.count(),
            slow_seconds=SLOW_SECONDS,
            ends_at=ends_at,
        )
        room.keepers.add(by)
        memorial = Memorial.objects.create(room=room, about=name, opened_by=by)
        audit.record(by, "memorial.opened", memorial)
        agree(by, memorial, hands_over=False)
    return memorial


def set_end(by: Member, memorial: Memorial, *, days: int) -> None:
    """Another end, so many days from its beginning. Raises `NotYours` and `NotSoLong`, also for an end that is over."""
    require(by, "memorial.open")
    _mind_length(timedelta(days=days))
    ends_at = memorial.opened_at + timedelta(days=days)
    with transaction.atomic():
        room = locked(Room.objects.filter(pk=memorial.room_id)).get()
        if ends_at <= timezone.now() or room.is_over():
            raise NotSoLong
        Room.objects.filter(pk=room.pk).update(ends_at=ends_at, purpose=_purpose(ends_at))
        audit.record(by, "memorial.end-set", memorial)


def _mind_length(length: timedelta) -> None:
    if not SHORTEST <= length <= LONGEST:
        raise NotSoLong


def _purpose(ends_at: datetime) -> str:
    return _("A place to remember, open until %(day)s.") % {"day": date_format(timezone.localtime(ends_at), "j F")}


def agree(member: Member, memorial: Memorial, *, hands_over: bool) -> None:
    """Agrees to the terms and takes a place. What was said about handing over can be said anew, until it was done."""
    said = {"hands_over": hands_over, "at": timezone.now()}
    with transaction.atomic():
        MemorialTerms.objects.update_or_create(memorial=memorial, member=member, defaults=said)
        rooms.join(member, memorial.room)


def terms_of(member: Member, memorial: Memorial) -> MemorialTerms | None:
    """What the member agreed to; None before."""
    return MemorialTerms.objects.filter(memorial=memorial, member=member).first()


def of_room(room: Room) -> Memorial | None:
    """What makes this room a memorial; None for any other, without a query."""
    return Memorial.objects.filter(room=room).first() if room.ends_at else None


def all_for(by: Member) -> list[Memorial]:
    """Every memorial whose words are still there, the newest first."""
    require(by, "memorial.see")
    return list(Memorial.objects.filter(emptied_at=None).select_related("room", "opened_by").order_by("-pk")[:50])


def memorial_for(by: Member, slug: str) -> Memorial:
    """One of them. Raises `NotYours`."""
    found = next((one for one in all_for(by) if one.room.slug == slug), None)
    if found is None:
        raise NotYours
    return found


# --- what the family is given ----------------------------------------------------------------------


def ask_to_hand_over(by: Member, memorial: Memorial) -> HandOver:
    """An admin wants to give the family what was written; asking twice is the same as once."""
    require(by, "memorial.hand-over")
    with transaction.atomic():
        found, is_new = HandOver.objects.get_or_create(memorial=memorial, defaults={"by": by})
        if is_new:
            audit.record(by, "memorial.hand-over-asked", memorial)
    return found


def sign(by: Member, memorial: Memorial) -> None:
    """The second signature. Raises `NotYours` for whoever asked, and when nobody did."""
    require(by, "memorial.sign")
    with transaction.atomic():
        found = locked(HandOver.objects.filter(memorial=memorial)).first()
        if found is None or found.by_id == by.pk:
            raise NotYours
        if found.signed_at is None:
            found.signed_by, found.signed_at = by, timezone.now()
            found.save(update_fields=["signed_by", "signed_at"])
            audit.record(by, "memorial.hand-over-signed", memorial)


def handed_over(by: Member, memorial: Memorial) -> list[Line]:
    """What those wrote who agreed to it, oldest first, without what was taken back, taken down or covered.

    Raises `NotSigned`. That it was taken out is in the audit trail before it is read.
    """
    require(by, "memorial.hand-over")
    if not HandOver.objects.filter(memorial=memorial, signed_at__isnull=False).exists():
        raise NotSigned
    with transaction.atomic(durable=True):
        audit.record(by, "memorial.handed-over", memorial)
    return list(_lines(memorial))


def _lines(memorial: Memorial) -> Iterator[Line]:
    agreed = MemorialTerms.objects.filter(memorial=memorial, hands_over=True).values("member")
    rows = Message.objects.filter(room=memorial.room, author__in=agreed).shown()
    for one in rows.select_related("author").order_by("seq").iterator(chunk_size=500):
        yield Line(one.stored_at, one.author.name if one.author else "", hiding.words_for_others(one))


# --- the end ----------------------------------------------------------------------------------------


@duty("words of memorials", every_seconds=3600)
def empty_over() -> int:
    """Some time after the end places and words go, but for evidence; how many messages went."""
    over = Memorial.objects.filter(emptied_at=None, room__ends_at__lte=timezone.now() - READ_FOR)
    for memorial in over.order_by("pk"):
        _close(memorial)
    left = Memorial.objects.exclude(emptied_at=None).filter(room__messages__isnull=False).distinct()
    return sum(live_emptying.erase_words(pk) for pk in left.order_by("pk").values_list("room", flat=True))


@transaction.atomic
def _close(memorial: Memorial) -> None:
    list(locked(Membership.objects.filter(room=memorial.room_id)))  # places before the room, as writers hold them
    locked(Room.objects.filter(pk=memorial.room_id)).get()
    Membership.objects.filter(room=memorial.room_id).delete()
    Memorial.objects.filter(pk=memorial.pk).update(emptied_at=timezone.now())
