"""Who opens a socket, and what they may hear: batched, without touching their session (promises S1, R-04)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db.models import Count, F, Max, Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from msgspec import structs

from chat.models import Conversation, Membership, Room
from chat.protocol import Author, RoomState
from chat.services import hiding
from chat.services.entries import labels_of
from community.models import Member
from community.services import consent
from community.services.apart import hidden_from
from community.services.notices import new_counts

KEYS_UNDER_WAY = 200  # places whose transactions may still run when a later key is seen
PLACES_AT_ONCE = 2000
UNTOLD = (Room.Kind.LIVE, Room.Kind.STORY)  # rooms that no socket hears of before it enters, or never


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
    new: dict[str, int] = field(default_factory=dict)  # how many messages are new in each of the rooms

    @property
    def told(self) -> list[RoomState]:
        """The rooms as `hello` lists them: what is held back counts as read."""
        return [structs.replace(state, read=state.top - self.new.get(state.room, 0)) for state in self.rooms]


def meet(session_keys: Sequence[str]) -> list[Arrival | None]:
    """Who each session key belongs to; None where no socket may open. A handful of queries for any number."""
    opened = _opened(set(session_keys))
    members = _members({pk for pk, _ in opened.values()})
    holders = {key: members[pk] for key, (pk, seal) in opened.items() if pk in members and _holds(members[pk], seal)}
    ids = {member.pk for member in holders.values()}
    ids = consent.given_by(ids)
    places, labels, hidden, new = _places(ids), labels_of(ids), hidden_from(ids), new_counts(ids)
    talks = [p.room_id for mine in places.values() for p in mine if p.room.kind == Room.Kind.CONVERSATION]
    behind = {p.room_id for mine in places.values() for p in mine if p.room.top > p.read_to}
    around = _Around(places, labels, hidden, names_of_others(talks), new, hiding.held_in(behind))
    return [
        _arrival(key, holders[key], around) if key in holders and holders[key].pk in ids else None
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
    at = "member__mentions__message__hidden"
    unseen &= Q(**{f"{at}_at": None}) | Q(**{f"{at}_until__lte": timezone.now()})
    rows = Membership.objects.filter(member__in=ids).exclude(room__kind__in=UNTOLD).select_related("room")
    rows = rows.order_by("room__place", "room_id")
    places = defaultdict(list)
    for place in rows.annotate(unseen_mentions=Count("member__mentions", filter=unseen)):
        places[place.member_id].append(place)
    return places


def places_of(member_id: int) -> tuple[list[RoomState], dict[str, int]]:
    """The member's places as `hello` lists them, and their rooms' keys by slug."""
    mine = _places({member_id})[member_id]
    others = names_of_others([p.room_id for p in mine if p.room.kind == Room.Kind.CONVERSATION])
    return [_state(p, others) for p in mine], {p.room.slug: p.room_id for p in mine}


def newest_places(after: int) -> tuple[int, list[tuple[int, int]]]:
    """The newest key of a place, and (member id, room id) of those that came after key `after`; none for 0.

    Keys are handed out before commit, so some below `after` are given again: whoever asks knows them already.
    """
    if not after:
        return Membership.objects.aggregate(newest=Max("pk"))["newest"] or 0, []
    rows = Membership.objects.filter(pk__gt=after - KEYS_UNDER_WAY).exclude(room__kind__in=UNTOLD).order_by("pk")
    found = list(rows.values_list("pk", "member", "room")[:PLACES_AT_ONCE])
    return (found[-1][0] if found else after), [(member, room) for _, member, room in found]


def _state(place: Any, others: dict[int, dict[int, str]]) -> RoomState:
    room = place.room
    name = room.name or others.get(room.pk, {}).get(place.member_id, "")
    return RoomState(room.slug, name, room.top, place.read_to, place.unseen_mentions, room.kind)


def names_of_others(room_ids: Sequence[int]) -> dict[int, dict[int, str]]:
    """For each of these conversations and each of its two members, the name of the other one."""
    rows = Conversation.objects.filter(pk__in=room_ids) if room_ids else Conversation.objects.none()
    pairs = rows.values_list("pk", "low", "low__name", "high", "high__name")
    return {pk: {low: theirs or "", high: mine or ""} for pk, low, mine, high, theirs in pairs}


@dataclass(frozen=True, slots=True)
class _Around:
    """What is known of everyone at the door, by member id or room id."""

    places: dict[int, list[Any]]
    labels: dict[int, str]
    hidden: dict[int, frozenset[int]]
    others: dict[int, dict[int, str]]
    notices: dict[int, int]
    held: dict[int, list[hiding.Held]]


def _arrival(key: str, member: Member, around: _Around) -> Arrival:
    mine, pk = around.places[member.pk], member.pk
    new = hiding.new_given([(p, p.room.top) for p in mine], around.held)
    return Arrival(
        member_id=pk,
        session_key=key,
        author=Author(member.name, member.pebble, around.labels.get(pk, ""), member.is_new_here),
        new_account=member.is_new_account,
        rooms=[_state(p, around.others) for p in mine],
        room_ids={p.room.slug: p.room_id for p in mine},
        hidden=around.hidden.get(pk, frozenset()),
        notices=around.notices.get(pk, 0),
        new={p.room.slug: new[p.room_id] for p in mine},
    )
