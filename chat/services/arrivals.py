"""Who opens a socket, and what they may hear: batched, without touching their session (promises S1, R-04)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from chat.models import Membership
from chat.protocol import Author, RoomState
from chat.services.entries import labels_of
from community.models import Block, Member
from community.services import consent
from community.services.notices import new_counts


@dataclass(frozen=True, slots=True)
class Arrival:
    """A member at the door with a session that holds."""

    member_id: int
    session_key: str
    author: Author
    new_account: bool
    rooms: list[RoomState]
    room_ids: dict[str, int] = field(default_factory=dict)
    hidden: frozenset[int] = frozenset()
    notices: int = 0


def meet(session_keys: Sequence[str]) -> list[Arrival | None]:
    """Who each session key belongs to; None where no socket may open. A handful of queries for any number."""
    opened = _opened(set(session_keys))
    members = _members({pk for pk, _ in opened.values()})
    holders = {key: members[pk] for key, (pk, seal) in opened.items() if pk in members and _holds(members[pk], seal)}
    ids = {member.pk for member in holders.values()}
    ids = consent.given_by(ids)
    places, labels, hidden, new = _places(ids), labels_of(ids), hidden_from(ids), new_counts(ids)
    return [
        _arrival(key, holders[key], places, labels, hidden, new) if key in holders and holders[key].pk in ids else None
        for key in session_keys
    ]


def _opened(keys: set[str]) -> dict[str, tuple[int, str]]:
    rows = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    found = {}
    for row in rows:
        data: dict[str, Any] = SessionStore().decode(row.session_data)
        if BACKEND_SESSION_KEY in data and str(data.get(SESSION_KEY, "")).isdigit():
            found[row.session_key] = (int(data[SESSION_KEY]), str(data.get(HASH_SESSION_KEY, "")))
    return found


def _members(ids: set[int]) -> dict[int, Member]:
    return {m.pk: m for m in Member.objects.filter(pk__in=ids, is_active=True) if m.may_sign_in()}


def _holds(member: Member, seal: str) -> bool:
    """The session was made with the member's present password, under the present or an earlier secret key."""
    good = [member.get_session_auth_hash(), *member.get_session_auth_fallback_hash()]
    return any(constant_time_compare(seal, one) for one in good)


def _places(ids: set[int]) -> dict[int, list[Any]]:
    unseen = Q(member__mentions__room=F("room"), member__mentions__seq__gt=F("read_to"))
    rows = Membership.objects.filter(member__in=ids).select_related("room").order_by("room__place", "room_id")
    places = defaultdict(list)
    for place in rows.annotate(unseen_mentions=Count("member__mentions", filter=unseen)):
        places[place.member_id].append(place)
    return places


def hidden_from(ids: set[int]) -> dict[int, frozenset[int]]:
    """For each member, the authors whose words they are not given: blocks hide both ways."""
    hidden: dict[int, set[int]] = defaultdict(set)
    for blocker, blocked in Block.objects.around(list(ids)).values_list("blocker", "blocked"):
        hidden[blocker].add(blocked)
        hidden[blocked].add(blocker)
    return {pk: frozenset(others) for pk, others in hidden.items()}


def _arrival(key: str, member: Member, places: Any, labels: dict[int, str], hidden: Any, new: Any) -> Arrival:
    mine = places[member.pk]
    return Arrival(
        member_id=member.pk,
        session_key=key,
        author=Author(member.name, member.pebble, labels.get(member.pk, ""), member.is_new_here),
        new_account=member.is_new_account,
        rooms=[RoomState(p.room.slug, p.room.name, p.room.top, p.read_to, p.unseen_mentions) for p in mine],
        room_ids={p.room.slug: p.room_id for p in mine},
        hidden=hidden.get(member.pk, frozenset()),
        notices=new.get(member.pk, 0),
    )
