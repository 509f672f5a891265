"""What a process reads of a room when a hint, a poll or a resume says that there is more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from chat.models import Change, Message, Room
from chat.protocol import RESYNC_AFTER
from chat.services.entries import Encoded, encoded
from community.services.apart import hidden_from

ABOUT_MEMBERS = (Change.Kind.REMOVED, Change.Kind.PARTED)
ANSWERS_LIMIT = 100  # answers refreshed with the message they quote


@dataclass(frozen=True, slots=True)
class News:
    """A room from one state to a later one.

    `removed` members lost their place in between, at the revision given for each; `parted` are members who
    are not given the words of these authors since a revision; `changed` are messages
    as they stand now, each with the revision that a reader has after it; `fresh` are new messages in
    order. `too_far` when there is more than a socket should be given.
    """

    top: int
    revision: int
    removed: dict[int, int] = field(default_factory=dict)
    parted: dict[int, tuple[int, frozenset[int]]] = field(default_factory=dict)
    changed: list[tuple[int, Encoded]] = field(default_factory=list)
    fresh: list[Encoded] = field(default_factory=list)
    too_far: bool = False


def is_too_far(seq: int, revision: int, top: int, newest: int) -> bool:
    """True when a reader at (seq, revision) of a room at (top, newest) must page the history instead."""
    return top - seq > RESYNC_AFTER or newest - revision > RESYNC_AFTER or seq > top or revision > newest


def tops(room_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """Where these rooms stand: {room id: (top, revision)}, in one query."""
    rows = Room.objects.filter(pk__in=list(room_ids)).values_list("pk", "top", "revision")
    return {pk: (top, revision) for pk, top, revision in rows}


def since(room_id: int, seq: int, revision: int) -> News:
    """Everything after (seq, revision).

    The room's row is read first, and nothing above its top is taken: so a removal that was committed
    before a message is always seen with it or earlier (promise A2).
    """
    room = Room.objects.filter(pk=room_id).values_list("top", "revision").first()
    top, newest = room or (seq, revision)
    if is_too_far(seq, revision, top, newest):
        about = Change.objects.filter(room=room_id, revision__gt=revision, kind__in=ABOUT_MEMBERS)
        return _news(top, newest, list(about.order_by("revision")), too_far=True)
    changes = list(
        Change.objects.filter(room=room_id, revision__gt=revision, revision__lte=newest).order_by("revision")
    )
    return _news(
        top,
        newest,
        changes,
        changed=_changed(room_id, {c.seq: c.revision for c in changes if c.seq}),
        fresh=encoded(list(Message.objects.filter(room=room_id, seq__gt=seq, seq__lte=top).order_by("seq"))),
    )


def _news(top: int, revision: int, changes: list[Change], **more: Any) -> News:
    removed = _latest(changes, Change.Kind.REMOVED)
    parted = _latest(changes, Change.Kind.PARTED)
    hidden = hidden_from(parted)
    now_hidden = {pk: (at, hidden.get(pk, frozenset())) for pk, at in parted.items()}
    return News(top, revision, removed=removed, parted=now_hidden, **more)


def _latest(changes: list[Change], kind: Change.Kind) -> dict[int, int]:
    return {c.member_id: c.revision for c in changes if c.kind == kind and c.member_id}


def _changed(room_id: int, revisions: dict[int, int]) -> list[tuple[int, Encoded]]:
    """The changed messages and those that quote them, by the revision of their last change."""
    if not revisions:
        return []
    rows = Message.objects.filter(Q(seq__in=revisions) | Q(reply_to__in=revisions), room=room_id)
    messages = list(rows.order_by("-seq")[: RESYNC_AFTER + ANSWERS_LIMIT])
    at = {m.seq: max(revisions.get(m.seq, 0), revisions.get(m.reply_to or 0, 0)) for m in messages}
    return sorted(((at[e.seq], e) for e in encoded(messages)), key=lambda pair: pair[0])
