"""Nobody left without an answer: first messages, and worried ones, that nobody has answered after a set time.

For hosts, who see rooms and minutes: not who wrote, not why it is here, no scores. Only group rooms they are in (all of
them for moderators), never a conversation; and, on its own page, the live chat that they lead. An answer is somebody
else's reply, their naming the author, or, where the room was quiet before, whatever they said next. In a busy room
that would count people who talk past each other, so there only the first two do; a host says of the rest that it was
answered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, F, Max, OuterRef
from django.utils import timezone

from chat.models import Membership, Mention, Message, Room
from community.access import has_role, require
from community.models import Member
from community.refusals import NotYours
from community.services import apart
from moderation.detector import Severity
from moderation.models import Answered, Screening
from moderation.services import flags

LOOKED_THROUGH = 500  # the newest messages of each room: what lies above them has scrolled out of everybody's sight
LOOKS_BACK = timedelta(days=2)
LISTED = 50
LIVE_AFTER = timedelta(minutes=3)  # a live chat lasts an hour; a hello after half of it is late
QUIET, SOON = timedelta(minutes=5), timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that waits for an answer: where, and for how many minutes."""

    room: Room
    seq: int
    minutes: int


@dataclass(frozen=True, slots=True)
class _Said:
    """One message of a room, without its words."""

    pk: int
    room: int
    seq: int
    author: int | None
    reply_to: int | None
    at: datetime
    is_worried: bool
    is_open: bool  # there, and nobody said that it was answered


def waiting_for(reader: Member) -> list[Waiting]:
    """What waits in the rooms that `reader` looks after, the longest first. Raises `NotYours`.

    A fixed number of queries, over at most `LOOKED_THROUGH` messages of each room.
    """
    require(reader, "replies.see")
    rooms, now = _rooms(reader), timezone.now()
    said = _said_in(list(rooms))
    latest = now - timedelta(seconds=flags.response_times().reply_seconds)
    due = [one for one in said if one.is_open and now - LOOKS_BACK < one.at <= latest]
    unseen = apart.hidden_from([reader.pk]).get(reader.pk, frozenset()) | {reader.pk}
    firsts = _first_messages({one.author for one in due if one.author} - unseen, now - LOOKS_BACK)
    wanted = [one for one in due if one.author not in unseen and (one.is_worried or one.pk in firsts)]
    found = _unanswered(wanted, said)[:LISTED]
    return [Waiting(rooms[one.room], one.seq, int((now - one.at).total_seconds()) // 60) for one in found]


def waiting_in_live(reader: Member, room: Room) -> list[tuple[int, int]]:
    """(seq, minutes) of what waits in one live chat, the longest first. Who may ask is the caller's to know."""
    said, now = _said_in([room.pk]), timezone.now()
    due = [one for one in said if one.is_open and one.at <= now - LIVE_AFTER]
    unseen = apart.hidden_from([reader.pk]).get(reader.pk, frozenset()) | {reader.pk}
    firsts = _first_messages({one.author for one in due if one.author} - unseen, now - LOOKS_BACK, Room.Kind.LIVE)
    wanted = [one for one in due if one.author not in unseen and (one.is_worried or one.pk in firsts)]
    found = _unanswered(wanted, said)[:LISTED]
    return [(one.seq, int((now - one.at).total_seconds()) // 60) for one in found]


def answered_in_live(by: Member, room_id: int, seq: int) -> None:
    """The same for a live chat that `by` leads. Raises `NotYours` where nothing is."""
    message = Message.objects.filter(room=room_id, room__kind=Room.Kind.LIVE, seq=seq).first()
    if message is None:
        raise NotYours
    Answered.objects.get_or_create(message=message, defaults={"by": by})


def answered(by: Member, slug: str, seq: int) -> None:
    """`by` says that this message has had its answer. Raises `NotYours`, the same for absent and not for them."""
    require(by, "replies.see")
    message = Message.objects.filter(room__slug=slug, room__in=list(_rooms(by)), seq=seq).first()
    if message is None:
        raise NotYours
    Answered.objects.get_or_create(message=message, defaults={"by": by})


def _rooms(reader: Member) -> dict[int, Room]:
    rooms = Room.objects.visible_to(reader).filter(kind=Room.Kind.GROUP)
    if not has_role(reader, "moderators", "leads"):
        rooms = rooms.filter(pk__in=Membership.objects.filter(member=reader).values("room"))
    return {one.pk: one for one in rooms}


def _said_in(room_ids: list[int]) -> list[_Said]:
    """The newest messages of these rooms, oldest first in each. One query, by the key (room, seq)."""
    rows = Message.objects.filter(room__in=room_ids, seq__gt=F("room__top") - LOOKED_THROUGH)
    worried = Screening.objects.filter(message=OuterRef("pk"), severity__gte=Severity.LOW)
    rows = rows.annotate(worried=Exists(worried), answered=Exists(Answered.objects.filter(message=OuterRef("pk"))))
    now = timezone.now()
    said = rows.order_by("room", "seq").values_list(
        "pk",
        "room",
        "seq",
        "author",
        "reply_to",
        "stored_at",
        "worried",
        "withdrawn_at",
        "hidden_at",
        "hidden_until",
        "answered",
    )
    return [
        _Said(
            pk,
            room,
            seq,
            author,
            reply_to,
            at,
            worried,
            not (gone or (hidden and not (until and until <= now)) or done),
        )
        for pk, room, seq, author, reply_to, at, worried, gone, hidden, until, done in said
    ]


def _first_messages(authors: set[int], since: datetime, kind: str = Room.Kind.GROUP) -> set[int]:
    """The first message in any room of this kind of those among these who said nothing before. Two queries."""
    before = Message.objects.filter(author=OuterRef("pk"), stored_at__lt=since)
    new = Member.objects.filter(pk__in=authors, is_active=True).filter(~Exists(before)).values_list("pk", flat=True)
    rows = Message.objects.filter(author__in=list(new), room__kind=kind).order_by("-stored_at", "-pk")
    return set(dict(rows.values_list("author", "pk")).values())  # the last one of each that is set is the earliest


def _unanswered(wanted: Sequence[_Said], said: Sequence[_Said]) -> list[_Said]:
    repliers: dict[tuple[int, int], set[int | None]] = defaultdict(set)
    for one in said:
        if one.reply_to:
            repliers[one.room, one.reply_to].add(one.author)
    named, places = _named(wanted), {one.pk: place for place, one in enumerate(said)}
    left = [
        one
        for one in wanted
        if not repliers[one.room, one.seq] - {one.author}
        and named.get((one.room, one.author), 0) < one.seq
        and not _is_taken_up(said, places[one.pk])
    ]
    return sorted(left, key=lambda one: one.at)


def _named(wanted: Sequence[_Said]) -> dict[tuple[int, int | None], int]:
    """Where each author was last named in each room; one query."""
    rows = Mention.objects.filter(member__in={one.author for one in wanted}, room__in={one.room for one in wanted})
    last = rows.exclude(message__author=F("member")).order_by().values("room", "member").annotate(last=Max("seq"))
    return {(row["room"], row["member"]): row["last"] for row in last}


def _is_taken_up(said: Sequence[_Said], place: int) -> bool:
    """True when the room was quiet before, and what somebody else said next came soon and answers nothing else."""
    one = said[place]
    before, later = _other(said, place, -1), _other(said, place, 1)
    was_quiet = before is None or one.at - before.at > QUIET
    return was_quiet and later is not None and later.reply_to is None and later.at - one.at <= SOON


def _other(said: Sequence[_Said], place: int, step: int) -> _Said | None:
    """The nearest message of somebody else in the same room, in this direction."""
    one, place = said[place], place + step
    while 0 <= place < len(said) and said[place].room == one.room:
        if said[place].author != one.author:
            return said[place]
        place += step
    return None
