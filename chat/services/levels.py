"""What of each of one's rooms may ring: everything, being named, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from chat.models import Membership, Room
from community.models import Member


def places_of(member: Member) -> list[Membership]:
    """The member's places in rooms that stay, in the order of the list of rooms."""
    rows = Membership.objects.filter(member=member, room__kind=Room.Kind.GROUP)
    return list(rows.select_related("room").order_by("room__place", "room_id"))


def choose(member: Member, levels: Mapping[int, str]) -> None:
    """Stores the level of each room, by its id. Rooms without a place of this member are left alone."""
    with transaction.atomic():
        for room_id, level in sorted(levels.items()):
            Membership.objects.filter(member=member, room=room_id).exclude(level=level).update(
                level=Membership.Level(level)
            )


def mute_room(member: Member, room: Room, *, until: datetime | None) -> None:
    """Nothing of the room rings or is noticed until then; None ends it. What is said there is still shown in it."""
    Membership.objects.filter(member=member, room=room).update(muted_until=until)


def shared_rooms(reader: Member, other: Member) -> list[Room]:
    """Listed rooms that both are in: all that a profile says of where somebody talks."""
    return list(Room.objects.listed().joined_by(reader).filter(pk__in=Room.objects.joined_by(other).values("pk")))
