"""Posting: from drafts to stored, numbered messages in one transaction (promises R1, R3, R4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat import signals
from chat.models import Conversation, Mention, Message, Room
from chat.models.message import BODY_LIMIT
from chat.services import checks, entries, live_gate, room_guard, sealing, statements, story_gate, telling
from community import names, text, throttle
from community.models import Member
from community.refusals import NotOpen, NotYours, Refusal, TooFast, Unavailable

HEADS_UP_LIMIT = 80
_OF_A_ROOM = ("id", "slug", "kind", "top", "revision", "slow_seconds", "is_read_only", "calm_until", "ends_at")


class IdReused(Refusal):
    """The same client id with other words: a fault of the client, and nothing is stored."""

    code = "id-reused"
    detail = _("This was sent before with other words. Please send it again.")
    status = 409


class ReadOnly(NotOpen):
    """The room is for reading now."""

    code = "read-only"
    detail = _("This room is for reading now. Your words are kept here.")


class Ended(NotOpen):
    """One of the two ended the conversation, or somebody put them apart; which, nobody is told."""

    code = "ended"
    detail = _("This conversation has ended. It stays here for you to read or delete.")


class SlowMode(TooFast):
    """One message every so often, so that everyone can keep up."""

    code = "slow-mode"

    def __init__(self, every: int, wait: float) -> None:
        words = _("One message every %(n)s seconds, so that everyone can keep up. You can send again in %(s)s.")
        super().__init__(words % {"n": every, "s": int(wait) + 1}, retry_after=wait)


@dataclass(frozen=True, slots=True)
class Draft:
    """A message somebody wants stored."""

    member_id: int
    session_key: str
    room: str
    client_id: UUID
    body: str
    reply_to: int | None = None
    heads_up: str = ""
    new_account: bool = False  # tighter limits, see throttle.post


@dataclass(frozen=True, slots=True)
class Stored:
    """A message that exists. `entry` is missing for a repeat, which is told to nobody again."""

    room_id: int
    room: str
    seq: int
    revision: int
    at: str
    client_id: UUID
    top: int = 0
    entry: entries.Encoded | None = None


Outcome = Stored | Exception


def post(draft: Draft) -> Stored:
    """Stores one message. Raises the `Refusal` that says why not."""
    outcome = store([draft])[0]
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


def store(drafts: Sequence[Draft]) -> list[Outcome]:
    """What became of each draft, in their order. Everything stored is committed when this returns.

    A repeat of (member, room, client id) gets the first answer again. Slow work (tidying, limits)
    happens before the transaction; the room's row lock makes number order equal commit order.
    """
    batch = _Batch(drafts)
    batch.tidy()
    batch.answer_repeats()
    batch.spend()
    with transaction.atomic():
        batch.store()
    batch.encode()
    if stored := batch.stored():
        # At once, unless a caller holds a transaction around this one.
        transaction.on_commit(lambda: signals.messages_stored.send(Message, stored=stored))
    return batch.outcomes()


def place(room: Room, author: Member, words: str) -> Message:
    """Stores tidy `words` of `author` in a transaction of the caller, who holds the room's row.

    For the first words of a conversation, which the caller allowed; what members send goes through `store`.
    """
    room.top += 1
    room.last_message_at = timezone.now()
    message = Message(
        room=room,
        seq=room.top,
        author=author,
        client_id=uuid4(),
        body=words,
        links_shown=not author.is_new_account,
        stored_at=room.last_message_at,
        revision=room.revision,
    )
    _keep([message], sealing.keys_of([room.pk]))
    transaction.on_commit(lambda: signals.messages_stored.send(Message, stored=[_told(message)]))
    return message


def _told(message: Message) -> Stored:
    entry = entries.encoded([message], fresh=True)[0]
    return _answer(message, entry)


def _keep(messages: list[Message], keys: dict[int, sealing.Key]) -> None:
    with sealing.sealed(messages, keys):
        statements.insert(messages)
    statements.raise_tops({m.room for m in messages})
    _mention(messages)
    telling.let_others_store(messages)


class _Batch:
    """Drafts on their way through one transaction."""

    def __init__(self, drafts: Sequence[Draft]) -> None:
        self._drafts = list(drafts)
        self._outcome: dict[int, Outcome] = {}
        self._new: dict[int, Message] = {}
        self._keys: dict[int, sealing.Key] = {}
        self._going_on: set[int] = set()
        self._gates: dict[int, live_gate.Gate] = {}
        self._gone: frozenset[int] = frozenset()

    def outcomes(self) -> list[Outcome]:
        return [self._outcome[place] for place in range(len(self._drafts))]

    def _open(self) -> list[tuple[int, Draft]]:
        return [(place, draft) for place, draft in enumerate(self._drafts) if place not in self._outcome]

    def tidy(self) -> None:
        for place, draft in self._open():
            try:
                self._drafts[place] = _tidied(draft)
            except Refusal as refusal:
                self._outcome[place] = refusal

    def answer_repeats(self) -> None:
        known = _known(self._drafts)
        first: set[tuple[int, str, UUID]] = set()
        for place, draft in self._open():
            key = (draft.member_id, draft.room, draft.client_id)
            if key in known:
                self._outcome[place] = _first_answer(known[key], draft)
            elif key in first:
                # Twice in one batch: the later one is a repeat of a message that is not stored yet.
                self._outcome[place] = TooFast(retry_after=0.5)
            first.add(key)

    def spend(self) -> None:
        for place, draft in self._open():
            wait = throttle.post(draft.member_id, new_account=draft.new_account)
            if wait:
                self._outcome[place] = TooFast(retry_after=wait)

    def store(self) -> None:
        asking = [draft for _, draft in self._open()]
        if not asking:
            return
        standing = checks.standing(asking)
        wanted = {draft.room for draft in asking}
        rooms = {room.slug: room for room in statements.held(Room, "slug", wanted, _OF_A_ROOM)}
        talks = [room.pk for room in rooms.values() if room.kind == Room.Kind.CONVERSATION]
        self._going_on = _going_on(talks)
        self._gone = story_gate.mind(rooms.values())
        live = [room.pk for room in rooms.values() if room.kind == Room.Kind.LIVE]
        self._gates = live_gate.gates(live, timezone.now()) if live else {}
        self._keys = sealing.keys_of(talks) if talks else {}
        for place, draft in self._open():
            try:
                member = standing.admit(draft)
                self._new[place] = self._number(draft, rooms[draft.room], member, standing.at)
            except Refusal as refusal:
                self._outcome[place] = refusal
        self._insert()

    def _number(self, draft: Draft, room: Room, member: Member, now: datetime) -> Message:
        if room.pk in self._gone:
            raise NotYours
        if (room.is_read_only and not checks.may_write_in_closed(member)) or room.is_over(now):
            raise ReadOnly
        if room.kind == Room.Kind.CONVERSATION:
            self._mind_the_other(room)
        if seconds := self._pace(room, member, now):
            self._mind_slow_mode(room, member, now, seconds)
        if draft.reply_to is not None and not 1 <= draft.reply_to <= room.top:
            raise NotYours
        room.top += 1
        room.last_message_at = now
        return Message(
            room=room,
            seq=room.top,
            author=member,
            client_id=draft.client_id,
            body=draft.body,
            heads_up=draft.heads_up,
            reply_to=draft.reply_to,
            links_shown=not member.is_new_account,
            stored_at=now,
            revision=room.revision,
        )

    def _mind_the_other(self, room: Room) -> None:
        if room.pk not in self._going_on:
            raise Ended
        if room.pk not in self._keys:
            raise Unavailable

    def _pace(self, room: Room, member: Member, now: datetime) -> int:
        if room.kind != Room.Kind.LIVE:
            return room_guard.pace(room, member, now)
        gate = live_gate.gate_in(self._gates, room.pk)
        if no := gate.why_not(member):
            raise no
        return gate.slow_seconds(room, member)

    def _mind_slow_mode(self, room: Room, member: Member, now: datetime, seconds: int) -> None:
        since = now - timedelta(seconds=seconds)
        mine = Message.objects.filter(author=member, room=room, stored_at__gt=since)
        last = mine.order_by("-stored_at").values_list("stored_at", flat=True).first()
        if any(m.room_id == room.pk and m.author_id == member.pk for m in self._new.values()):
            last = now
        if last is not None:
            raise SlowMode(seconds, (last - since).total_seconds())

    def _insert(self) -> None:
        messages = list(self._new.values())
        if messages:
            _keep(messages, self._keys)

    def encode(self) -> None:
        """Encodes what was stored, once for all its readers."""
        fresh = entries.encoded(list(self._new.values()), fresh=True) if self._new else []
        for (place, message), entry in zip(self._new.items(), fresh, strict=True):
            self._outcome[place] = _answer(message, entry)

    def stored(self) -> list[Outcome]:
        """What is new, in number order."""
        return [self._outcome[place] for place in self._new]


def _going_on(room_ids: Sequence[int]) -> set[int]:
    """Those of these conversations that nobody ended, held until commit so that an ending waits for what is written."""
    rows = checks.locked(Conversation.objects.filter(pk__in=room_ids, ended_at=None)) if room_ids else []
    return {row.pk for row in rows if row.low_id and row.high_id}


def _tidied(draft: Draft) -> Draft:
    body = text.tidy(draft.body, limit=BODY_LIMIT)
    heads_up = text.tidy(draft.heads_up, limit=HEADS_UP_LIMIT) if draft.heads_up.strip() else ""
    heads_up = " ".join(heads_up.split())
    if (body, heads_up) == (draft.body, draft.heads_up):
        return draft  # as nearly always
    return replace(draft, body=body, heads_up=heads_up)


def _known(drafts: Sequence[Draft]) -> dict[tuple[int, str, UUID], Message]:
    if not statements.stored_before([(d.member_id, d.client_id) for d in drafts]):
        return {}  # as nearly always
    rows = Message.objects.filter(
        author__in={d.member_id for d in drafts}, client_id__in={d.client_id for d in drafts}
    ).select_related("room")
    return {(m.author_id or 0, m.room.slug, m.client_id): m for m in rows}


def _first_answer(message: Message, draft: Draft) -> Outcome:
    said = _first_said(message)
    if said is not None and said != (draft.body, draft.heads_up):
        return IdReused()
    return _answer(message)


def _first_said(message: Message) -> tuple[str, str] | None:
    # None when there is nothing left to compare: its words were erased, or no key opens them.
    earliest = message.earlier_texts.order_by("pk").first()
    if earliest is not None:
        return sealing.words_before(message, earliest)
    sealing.open_all([message])
    return None if message.withdrawn_at or message.is_unreadable else (message.body, message.heads_up)


def _answer(message: Message, entry: entries.Encoded | None = None) -> Stored:
    at = message.stored_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    room, top = message.room, message.room.top if entry else 0
    return Stored(room.pk, room.slug, message.seq, message.revision, at, message.client_id, top, entry)


def _mention(messages: list[Message]) -> None:
    wanted: dict[int, set[str]] = defaultdict(set)
    for message in messages:
        if "@" in message.body:
            wanted[message.pk] = {names.skeleton(name) for name in text.mentioned(message.body)}
    by_id = {m.pk: m for m in messages}
    if not wanted:
        return
    made = []
    for pk, skeletons in wanted.items():
        message = by_id[pk]
        members = Member.objects.filter(memberships__room=message.room_id, skeleton__in=skeletons)
        made += [Mention(message=message, member=m, room_id=message.room_id, seq=message.seq) for m in members]
    Mention.objects.bulk_create(made)
