"""From messages to notices of those who want them: names mentioned, every message where asked for, and one to one.

A room whose `Noticed` lags behind its top is the work (rule 2): nothing is lost with a process, and the position is
raised in the transaction that writes the notices, so that each message is noticed once.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from itertools import groupby, takewhile
from operator import or_
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from chat.models import Membership, Mention, Message, Noticed, Room
from chat.services import story_gate
from chat.services.arrivals import hidden_from, names_of_others
from community.duties import duty
from community.services import notices

log = logging.getLogger(__name__)
MENTION, MESSAGES, TALK = "mention", "room", "conversation"
SETTLED = timedelta(seconds=3)  # whoever is in the room has read it by then, and is not told of it
AT_ONCE = 2000  # messages in one transaction
ROOMS_AT_ONCE = 100


def mention_key(room_id: int) -> str:
    """The cause "named in this room"."""
    return f"mention:{room_id}"


def messages_key(room_id: int) -> str:
    """The cause "messages in this room"."""
    return f"room:{room_id}"


def talk_key(room_id: int) -> str:
    """The cause "messages in this conversation"."""
    return f"conversation:{room_id}"


@duty("notices of rooms", every_seconds=2)
def notice_rooms() -> int:
    """Looks through what was said since the last round; how many messages. A handful of queries for many rooms."""
    rooms = Room.objects.annotate(noticed_to=Coalesce("noticed__seq", 0))
    return _notice(list(rooms.filter(top__gt=F("noticed_to")).order_by("pk")[:ROOMS_AT_ONCE]))


def read_on(marks: Collection[tuple[int, str]]) -> None:
    """For each (member id, room slug) that was read on: where it was read to the end, nothing in it is new."""
    new = notices.new_keys({member_id for member_id, _ in marks}, kinds=(MENTION, MESSAGES, TALK))
    if not new:
        return  # as nearly always
    rows = Membership.objects.filter(member__in={pk for pk, _ in new}, room__slug__in={slug for _, slug in marks})
    read = rows.filter(read_to__gte=F("room__top")).values_list("member_id", "room_id")
    keys = {(member, key(room)) for member, room in read for key in (mention_key, messages_key, talk_key)}
    notices.seen_each(sorted(keys & new))


def notice_late(message: Message, *, held_at: datetime) -> None:
    """Tells those who want it of a message that was held back as it came and is let through now, as of a new one.

    The round that passed it told nobody, and whoever was in the room since has read past it without seeing it. What was
    held back later has been told of already. Call in the transaction that lets it through.
    """
    was_passed = Noticed.objects.filter(room=message.room_id, seq__gte=message.seq).exists()
    if not was_passed or held_at - message.stored_at >= SETTLED or message.withdrawn_at:
        return  # the next round tells of it, or one did
    for _key, told in sorted(_told(message.room, [message], is_late=True).items(), key=lambda pair: pair[0]):
        told.write(message.room)


def _notice(rooms: list[Any]) -> int:
    """Notices what is settled in these rooms, in one transaction; a room where that fails keeps no other waiting.

    Raises OperationalError: a database that is gone, or doesn't let anybody write, is no room's fault.
    """
    settled = _settled(rooms, timezone.now() - SETTLED)
    try:
        return _write({room: settled[room.pk] for room in rooms if room.pk in settled})
    except OperationalError:
        raise
    except Exception:
        if len(rooms) == 1:
            log.exception("What is new in room %s cannot be noticed; it will be tried again", rooms[0].pk)
            return 0
    half = len(rooms) // 2
    return _notice(rooms[:half]) + _notice(rooms[half:])


def _settled(rooms: list[Any], before: datetime) -> dict[int, list[Message]]:
    """By room key, its messages after the last that was noticed and before the first that is not settled."""
    where = [Q(room=room.pk, seq__gt=room.noticed_to) for room in rooms]
    if not where:
        return {}
    rows = Message.objects.filter(reduce(or_, where)).order_by("room", "seq")
    rows = rows.only(
        "room_id", "seq", "author_id", "reply_to", "stored_at", "withdrawn_at", "hidden_at", "hidden_until"
    )
    found: dict[int, list[Message]] = {}
    for room_id, those in groupby(rows[:AT_ONCE], lambda one: one.room_id):
        ready = list(takewhile(lambda one: one.stored_at <= before, those))  # no message is passed over
        if ready:
            found[room_id] = ready
    return found


@transaction.atomic
def _write(settled: dict[Any, list[Message]]) -> int:
    if not settled:
        return 0
    mine = _moved_on(settled)
    gone = story_gate.mind(mine)
    wanted = _wanted(mine, [m.pk for room in mine for m in settled[room]]) - gone
    for room in mine:
        if room.pk in wanted:
            for _key, told in sorted(_told(room, settled[room]).items(), key=lambda pair: pair[0]):
                told.write(room)
    return sum(len(settled[room]) for room in mine)


def _wanted(rooms: list[Any], message_ids: list[int]) -> set[int]:
    """Keys of those of these rooms where there may be somebody to tell: in most there is nobody, or all have read."""
    named = Mention.objects.filter(message__in=message_ids).values_list("room_id", flat=True)
    behind = Membership.objects.filter(room__in=rooms, level=Membership.Level.ALL, read_to__lt=F("room__top"))
    stories = {room.pk for room in rooms if room.kind == Room.Kind.STORY}
    return stories | set(named) | set(behind.values_list("room_id", flat=True).distinct())


def _moved_on(settled: dict[Any, list[Message]]) -> list[Any]:
    """Those of these rooms that no other process looked through meanwhile; their positions are raised."""
    Noticed.objects.bulk_create([Noticed(room=room) for room in settled], ignore_conflicts=True)
    rows = Noticed.objects.select_for_update(no_key=True).filter(room__in=settled).order_by("room")
    seqs = {place.room_id: place for place in rows}
    mine = [room for room in settled if seqs[room.pk].seq == room.noticed_to]
    for room in mine:
        seqs[room.pk].seq = settled[room][-1].seq
    Noticed.objects.bulk_update([seqs[room.pk] for room in mine], ["seq"])
    return mine


@dataclass
class _Told:
    """Members who are told the same: of so many mentions, or messages, of which this is the last."""

    kind: str
    times: int
    last: Message
    at: datetime
    members: list[int]

    def write(self, room: Room) -> None:
        """Writes their notices."""
        if room.kind == Room.Kind.CONVERSATION:
            self._write_one_to_one(room)
        else:
            self._write(room)

    def _write_one_to_one(self, room: Room) -> None:
        names = names_of_others([room.pk]).get(room.pk, {})
        at = f"{reverse('conversation', args=[room.slug])}#new"
        for member_id in self.members:
            notices.notify(
                [member_id],
                kind=TALK,
                key=talk_key(room.pk),
                subject=names.get(member_id, ""),
                path=at,
                times=self.times,
                at=self.at,
            )

    def _write(self, room: Room) -> None:
        at = reverse("room", args=[room.slug])
        named = self.kind == MENTION
        notices.notify(
            self.members,
            kind=self.kind,
            key=(mention_key if named else messages_key)(room.pk),
            subject=room.name,
            path=f"{at}?around={self.last.seq}#m-{self.last.seq}" if named else f"{at}#new",
            times=self.times,
            at=self.at,
        )


def _told(room: Room, messages: list[Message], *, is_late: bool = False) -> dict[tuple[str, int, int], _Told]:
    """What to tell whom; what comes late is new to those who have read past it, too."""
    one_to_one = room.kind == Room.Kind.CONVERSATION
    mentioned = _mentioned([] if one_to_one else messages)
    if room.kind == Room.Kind.STORY:
        _add_answered(room, messages, mentioned)
    places = _listening(room, None if is_late else messages[-1].seq, {pk for ids in mentioned.values() for pk in ids})
    hidden = hidden_from({place.member_id for place in places}) if places else {}
    told: dict[tuple[str, int, int], _Told] = {}
    for place in places:
        unread = [m for m in messages if is_late or m.seq > place.read_to]
        heard = [m for m in unread if _may_hear(m, place, hidden.get(place.member_id, frozenset()))]
        named = [m for m in heard if place.member_id in mentioned[m.pk]]
        others = [m for m in heard if m not in named] if place.level == Membership.Level.ALL else []
        for kind, those in ((MENTION, named), (MESSAGES, others)):
            if those:
                key = (kind, len(those), those[-1].seq)
                at = timezone.now() if is_late else those[-1].stored_at
                told.setdefault(key, _Told(kind, len(those), those[-1], at, [])).members.append(place.member_id)
    return told


def _mentioned(messages: list[Message]) -> defaultdict[int, set[int]]:
    found: defaultdict[int, set[int]] = defaultdict(set)
    rows = Mention.objects.filter(message__in=[m.pk for m in messages])
    for message_id, member_id in rows.values_list("message_id", "member_id"):
        found[message_id].add(member_id)
    return found


def _add_answered(room: Room, messages: list[Message], mentioned: defaultdict[int, set[int]]) -> None:
    """Whoever commented on a story is not there to see an answer: it tells them, as being named does."""
    answered = {m.reply_to for m in messages if m.reply_to}
    rows = Message.objects.filter(room=room, seq__in=answered, author__isnull=False)
    authors = dict(rows.values_list("seq", "author_id"))
    for message in messages:
        if message.reply_to in authors:
            mentioned[message.pk].add(authors[message.reply_to])


def _listening(room: Room, top: int | None, named: set[int]) -> list[Membership]:
    """Places whose members may be told of something up to here, as they stand now (promise A1); None is for all."""
    behind = Q() if top is None else Q(read_to__lt=top)
    wanted = Q(level=Membership.Level.ALL) | Q(level=Membership.Level.MENTIONS, member__in=named)
    awake = Q(muted_until=None) | Q(muted_until__lte=timezone.now())
    rows = Membership.objects.filter(wanted, awake, behind, room=room, member__is_active=True)
    return list(rows.order_by("member_id"))


def _may_hear(message: Message, place: Membership, hidden: frozenset[int]) -> bool:
    shown = message.withdrawn_at is None and not message.is_hidden
    return shown and message.author_id != place.member_id and message.author_id not in hidden
