"""Places in rooms: joining, leaving, being removed, reading on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from chat import signals
from chat.models import Change, Membership, MemorialTerms, Pause, Room
from chat.services import noticing
from chat.services.changes import record
from chat.services.checks import locked
from community import throttle
from community.access import require
from community.models import Member
from community.refusals import NotOpen, NotYours, TooFast
from community.services.apart import hidden_from, put_away_by


def room_for(member: Member, slug: str, action: str = "room.read") -> Room:
    """The room, if `member` may do `action` there. Raises `NotYours`, the same for absent and forbidden (A4)."""
    room = Room.objects.visible_to(member).filter(slug=slug).first()
    if room is None:
        raise NotYours
    require(member, action, room)
    return room


def unseen_by(member: Member, room: Room) -> frozenset[int]:
    """The authors whose words `member` is not shown in this room.

    A conversation that a block ended looks to the blocked one like any other that ended, so what was said stays.
    """
    if room.kind == Room.Kind.CONVERSATION:
        return put_away_by(member)
    return hidden_from([member.pk]).get(member.pk, frozenset())


class TermsFirst(NotOpen):
    """A memorial is entered by agreeing to its terms."""

    code = "terms-first"
    detail = _("This room has terms. Please read them at its door first.")


def join(member: Member, room: Room) -> Membership:
    """A place in an open room; joining twice is the same as once. What was said before counts as read.

    Raises `TermsFirst` where a room has terms that the member has not agreed to.
    """
    require(member, "room.join", room)
    if room.ends_at and not MemorialTerms.objects.filter(memorial__room=room, member=member).exists():
        raise TermsFirst
    with transaction.atomic():
        fresh = locked(Room.objects.filter(pk=room.pk)).get()
        place, _ = Membership.objects.get_or_create(room=fresh, member=member, defaults={"read_to": fresh.top})
        tell_moved(member.pk)
    return place


def tell_moved(member_id: int) -> None:
    """After commit, says that this member has another place."""
    transaction.on_commit(lambda: signals.member_moved.send(Member, member_id=member_id))


def leave(member: Member, room: Room) -> None:
    """Gives up one's own place."""
    require(member, "room.leave", room)
    remove(member, room)


def remove(member: Member, room: Room) -> None:
    """Ends a member's place. Nothing stored after this returns is given to them on any path (promise A2).

    The removal is numbered among the room's changes, so a socket learns of it before anything newer.
    """
    with transaction.atomic():
        place = locked(Membership.objects.filter(room=room, member=member)).first()
        if place is None:
            return
        fresh = locked(Room.objects.filter(pk=room.pk)).get()
        place.delete()
        record(fresh, Change.Kind.REMOVED, by=member)


def pause(member: Member, room: Room, *, until: datetime, cause: str) -> None:
    """Until then the member reads in this room and does not write; leaving and coming back changes nothing."""
    Pause.objects.update_or_create(cause=cause, defaults={"member": member, "room": room, "until": until})


def end_pause(cause: str) -> None:
    """Ends the pause that followed from this cause, and no other."""
    Pause.objects.filter(cause=cause).delete()


def mark_read(member_id: int, slug: str, seq: int) -> None:
    """Raises how far the member has read, never beyond the room's top and never back."""
    mark_all_read([(member_id, slug, seq)])


def mark_all_read(marks: Sequence[tuple[int, str, int]]) -> list[None]:
    """The same for many (member id, room slug, seq), in one transaction."""
    furthest: dict[tuple[int, str], int] = {}
    for member_id, slug, seq in marks:
        furthest[member_id, slug] = max(seq, furthest.get((member_id, slug), 0))
    with transaction.atomic():
        for (member_id, slug), seq in sorted(furthest.items()):
            place = Membership.objects.filter(member=member_id, room__slug=slug)
            place.filter(room__top__gte=seq, read_to__lt=seq).update(read_to=seq)
        noticing.read_on(furthest)
    return [None] * len(marks)


@dataclass(frozen=True, slots=True)
class Entrance:
    """A room as it stands for a member who has a place in it."""

    room_id: int
    top: int
    revision: int
    read: int
    tells_presence: bool = True
    is_live: bool = False
    hidden: frozenset[int] = frozenset()  # authors whose words the member is not given, as of this revision or later


def enter_each(asked: Sequence[tuple[int, str]]) -> list[Entrance | Exception]:
    """For each (member id, room slug): the room as it stands, `NotYours`, or `TooFast`. Few queries for all."""
    waits = [throttle.enter(pk) for pk, _ in asked]
    ids, slugs = {pk for pk, _ in asked}, {slug for _, slug in asked}
    # Comments under stories are pages only: no socket enters there, so none has to be put out with its story.
    places = Membership.objects.filter(member__in=ids, room__slug__in=slugs).exclude(room__kind=Room.Kind.STORY)
    places = places.select_related("room")
    rows = list(places.only("member_id", "read_to", "room__slug", "room__kind", "room__top", "room__revision"))
    hidden = hidden_from(ids)  # after the revisions, or a change between the two reads could be missed
    found = {(p.member_id, p.room.slug): _entrance(p, hidden.get(p.member_id, frozenset())) for p in rows}
    there = [found.get(one) or NotYours() for one in asked]
    return [TooFast(retry_after=wait) if wait else one for one, wait in zip(there, waits, strict=True)]


def _entrance(place: Membership, hidden: frozenset[int]) -> Entrance:
    room, kind = place.room, place.room.kind
    tells, is_live = kind != Room.Kind.CONVERSATION, kind == Room.Kind.LIVE
    return Entrance(room.pk, room.top, room.revision, place.read_to, tells, is_live, hidden)
