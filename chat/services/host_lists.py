"""What a host sees of those who came: first-timers who wrote, questions without names, who left after a hard moment.

For whoever leads the chat only. Members who read along are counted, never named.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from chat import host_side
from chat.models import LiveChat, LiveNote, Membership, Message, Question, Room, SignUp
from chat.services.live_told import led_by
from community.models import Member
from community.services import apart

LISTED = 50
SLOW_FROM_PEOPLE = 25
SLOW_FROM_A_MINUTE = 20  # messages
SOON_AFTER = timedelta(minutes=15)  # leaving later than this has other reasons
UNSEEN_FOR = timedelta(minutes=5)  # nobody who is here leaves words unseen for so long


@dataclass(frozen=True, slots=True)
class First:
    """Somebody who writes in a live chat for the first time."""

    name: str
    pebble: int
    seq: int  # of what they said last


@dataclass(frozen=True, slots=True)
class Newcomers:
    """Those who wrote, and how many more only read."""

    wrote: list[First]
    reading: int


@dataclass(frozen=True, slots=True)
class Left:
    """Somebody who went right after a hard message of their own."""

    member: Member
    at: datetime  # of the message
    note: LiveNote | None


def newcomers(chat: LiveChat, reader: Member) -> Newcomers:
    """Those whose first live chat this is. Three queries."""
    elsewhere = Membership.objects.filter(member=OuterRef("member"), room__kind=Room.Kind.LIVE)
    places = Membership.objects.filter(room=chat.room_id).exclude(member__in=led_by(chat))
    ids = set(places.exclude(Exists(elsewhere.exclude(room=chat.room_id))).values_list("member", flat=True))
    ids -= _unseen(reader)
    said = Message.objects.filter(room=chat.room_id, author__in=ids).shown()
    last = dict(said.order_by().values_list("author").annotate(last=Max("seq")))
    people = Member.objects.filter(pk__in=last, is_active=True)
    found = [First(one.name, one.pebble, last[one.pk]) for one in people]
    return Newcomers(sorted(found, key=lambda one: -one.seq)[:LISTED], len(ids) - len(last))


def questions(chat: LiveChat, reader: Member) -> list[str]:
    """What members would like to hear about, in the order in which they asked; without names."""
    rows = Question.objects.filter(chat=chat).exclude(member__in=_unseen(reader))
    return list(rows.order_by("made_at", "pk").values_list("text", flat=True)[:LISTED])


def wants_slow(chat: LiveChat, present: int) -> bool:
    """True when so many are here, or write, that one message every half minute would help."""
    if chat.room.slow_seconds:
        return False
    since = timezone.now() - timedelta(minutes=1)
    lately = Message.objects.filter(room=chat.room_id, stored_at__gt=since)
    return present >= SLOW_FROM_PEOPLE or lately.count() >= SLOW_FROM_A_MINUTE


def waiting(chat: LiveChat, reader: Member) -> list[tuple[int, int]]:
    """(seq, minutes) of what nobody has answered."""
    return host_side.waiting(chat.room_id, reader)[:LISTED]


def left_after(chat: LiveChat, reader: Member) -> list[Left]:
    """Those who went right after a hard message. Who is kept apart from `reader`, either way, is not among them.

    Nobody is once the chat was emptied: what lies there still is evidence, and for moderators.
    """
    if chat.emptied_at:
        return []
    hard = {one.member_id: one for one in host_side.hard(chat.room_id) if one.member_id not in led_by(chat)}
    gone = _gone(chat, hard) - _unseen(reader)
    gone -= {pk for pk, others in apart.hidden_from(gone).items() if reader.pk in others}
    notes = {note.member_id: note for note in LiveNote.objects.filter(chat=chat, member__in=gone)}
    people = Member.objects.filter(pk__in=gone, is_active=True)
    found = [Left(one, hard[one.pk].at, notes.get(one.pk)) for one in people]
    return sorted(found, key=lambda one: one.at, reverse=True)[:LISTED]


def _gone(chat: LiveChat, hard: dict[int, host_side.Hard]) -> set[int]:
    """Those who said that they leave soon after, or who leave what was said since unseen. Three queries."""
    left = dict(
        SignUp.objects.filter(chat=chat, member__in=hard).exclude(left_at=None).values_list("member", "left_at")
    )
    went = {pk for pk, at in left.items() if at and hard[pk].at <= at <= hard[pk].at + SOON_AFTER}
    read = dict(Membership.objects.filter(room=chat.room_id, member__in=hard).values_list("member", "read_to"))
    old = timezone.now() - UNSEEN_FOR
    newest_old = Message.objects.filter(room=chat.room_id, stored_at__lt=old).aggregate(top=Max("seq"))["top"] or 0
    silent = {pk for pk, one in hard.items() if max(read.get(pk, 0), one.seq) < newest_old}
    return went | silent


def _unseen(reader: Member) -> frozenset[int]:
    return apart.hidden_from([reader.pk]).get(reader.pk, frozenset())
