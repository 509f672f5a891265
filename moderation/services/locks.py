"""The order in which rows are held, so that nobody who decides and nobody who writes wait for each other.

    sessions, members, places, rooms (each by key), messages, cases, what belongs to them, notices, the audit trail

Chat's writes hold sessions to rooms, and read new words, which opens or joins a case, while they hold the room. So who
acts on a case holds what is before it first: the room of its message, always, and what the act itself will touch.
"""

from __future__ import annotations

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Q, QuerySet

from chat.models import Membership, Room
from chat.services.checks import locked
from community.models import Member
from moderation.models import Flag
from moderation.services.choices import Kind


def before_case(token: str, kind: str = "", room_slug: str = "") -> None:
    """Holds what comes before this case, for an act of this kind (in that room). Call first in a transaction.

    Says nothing of a case that is not there, or not for whoever asks: what follows does.
    """
    found = Flag.objects.filter(token=token).values_list("member_id", "message__room_id").first()
    if found is None:
        return
    member_id, room_id = found
    if kind == Kind.SUSPEND:
        keys = UserSession.objects.filter(user=member_id).values_list("session_key", flat=True)
        _hold(Session.objects.filter(session_key__in=list(keys)))
    if kind in (Kind.SILENCE, Kind.SUSPEND):
        _hold(Member.objects.filter(pk=member_id))
    rooms = Q(pk=room_id or 0)
    if kind == Kind.REMOVE:
        _hold(Membership.objects.filter(member=member_id, room__slug=room_slug), of=("self",))
        rooms |= Q(slug=room_slug)
    _hold(Room.objects.filter(rooms))


def _hold(rows: QuerySet[Any], of: tuple[str, ...] = ()) -> None:
    for _row in locked(rows, of=of):
        pass
