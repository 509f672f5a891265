"""What others do not see of a message: pieces of it, or all of it until a moderator has looked. Moderation says why.

Its author sees their own words, and one line about it. Nobody else's frame, page, search or quotation holds what is
kept out of sight; the words themselves stay as they were written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from chat.models import Change, Membership, Message
from community.models import Member

COVER = "[…]"  # in plain words; pages say it in the reader's language
MOST_PIECES = 20
VEILED, HELD, TAKEN_DOWN = "veiled", "held", "taken-down"
Piece = tuple[int, int]
Held = tuple[int, int]  # seq and author id of a message that is held back
Act = Callable[[Member | None, Message], str | None]  # what it changed, if anything; see `changes.keep`


def pieces_of(message: Message) -> list[Piece]:
    """(start, end) of each piece that others do not see, in order, none touching another."""
    pairs = (one.split("-") for one in message.veiled.split())
    return [(int(start), int(end)) for start, end in pairs]


def covered(words: str, pieces: Iterable[Piece], *, show: Callable[[str], str] = str, cover: str = COVER) -> str:
    """`words` with each piece replaced by `cover`; `show` is what becomes of the rest."""
    kept, at = [], 0
    for start, end in pieces:
        kept += [show(words[at:start]), cover]
        at = max(at, end)
    return "".join([*kept, show(words[at:])])


def words_for_others(message: Message) -> str:
    """The words of an opened message as everyone but its author sees them."""
    return covered(message.body, pieces_of(message)) if message.veiled else message.body


def words_for(message: Message, reader_id: int | None) -> str:
    """The words of an opened message as this reader sees them."""
    return message.body if reader_id and message.author_id == reader_id else words_for_others(message)


def is_held(message: Message) -> bool:
    """True while nobody but its author sees it, until a moderator has looked."""
    return message.held_at is not None and message.is_hidden


def aside_of(message: Message) -> str:
    """What its author, and nobody else, is told about it: "held", "taken-down", "veiled" or nothing."""
    if message.is_hidden and not message.withdrawn_at:
        return HELD if is_held(message) else TAKEN_DOWN
    return VEILED if message.veiled else ""


def held_in(room_ids: Collection[int]) -> dict[int, list[Held]]:
    """What is held back in each of these rooms; those without anything are missing. One query, none for no rooms."""
    found: dict[int, list[Held]] = defaultdict(list)
    still = Q(hidden_until=None) | Q(hidden_until__gt=timezone.now())
    rows = Message.objects.filter(still, room__in=list(room_ids), held_at__isnull=False)
    for room_id, seq, author_id in rows.values_list("room_id", "seq", "author_id"):
        found[room_id].append((seq, author_id or 0))
    return dict(found)


def new_between(read: int, top: int, held: Iterable[Held], member_id: int) -> int:
    """How many messages after `read` are new to this member: what others held back is not."""
    unseen = sum(read < seq <= top and author_id != member_id for seq, author_id in held)
    return max(top - read - unseen, 0)


def new_each(places: Collection[tuple[Membership, int]]) -> dict[int, int]:
    """How many messages are new at each place of one member, each given with the top of its room; by room id."""
    held = held_in({place.room_id for place, top in places if top > place.read_to})
    return new_given(places, held)


def new_given(places: Collection[tuple[Membership, int]], held: Mapping[int, Sequence[Held]]) -> dict[int, int]:
    """`new_each`, where it is known what is held back."""
    return {
        place.room_id: new_between(place.read_to, top, held.get(place.room_id, ()), place.member_id)
        for place, top in places
    }


# --- in the transaction that stores the words: the first delivery is as they shall be seen ----------


def veil_stored(message: Message, pieces: Sequence[Piece]) -> None:
    """Others see the message just stored without these pieces; none lifts what was there."""
    message.veiled = _written(pieces)
    Message.objects.filter(pk=message.pk).update(veiled=message.veiled)


def hold_stored(message: Message) -> None:
    """Nobody but its author sees the message just stored, until a moderator has looked."""
    message.hidden_at = message.held_at = timezone.now()
    Message.objects.filter(pk=message.pk).update(hidden_at=message.hidden_at, held_at=message.held_at)


# --- later: acts for `changes.keep`, each of which readers are told of ------------------------------


def veiling(pieces: Sequence[Piece], *, is_still: Callable[[Message], bool] = lambda _: True) -> Act:
    """An act that keeps these pieces out of sight, if the message `is_still` the one that was looked at."""

    def veil(member: Member | None, message: Message) -> str | None:
        if message.veiled == _written(pieces) or message.withdrawn_at or not is_still(message):
            return None
        message.veiled = _written(pieces)
        return Change.Kind.VEILED

    return veil


def holding(*, is_still: Callable[[Message], bool] = lambda _: True) -> Act:
    """An act that holds a message back, unless a moderator took it down already."""

    def hold(member: Member | None, message: Message) -> str | None:
        if message.is_hidden or message.withdrawn_at or not is_still(message):
            return None
        message.hidden_at, message.hidden_until = timezone.now(), None
        message.held_at = message.hidden_at
        return Change.Kind.HIDDEN

    return hold


def holding_until(until: datetime) -> Act:
    """An act that holds a message back until then, when it ends by itself. What is out of sight for good stays so."""

    def hold(member: Member | None, message: Message) -> str | None:
        is_for_good = message.is_hidden and message.hidden_until is None
        if is_for_good or message.withdrawn_at or message.hidden_until == until:
            return None
        message.hidden_at = message.held_at = timezone.now()
        message.hidden_until = until
        return Change.Kind.HIDDEN

    return hold


def end_in_time(member: Member | None, message: Message) -> str | None:
    """Tells readers of a hiding whose time is over: everyone sees the message already who asks anew."""
    if message.hidden_until is None or message.is_hidden:
        return None
    lift(message)
    return None if message.withdrawn_at else Change.Kind.SHOWN


def lift(message: Message) -> None:
    """Nothing of the message is out of sight any more, as far as it was as a whole."""
    message.hidden_at = message.held_at = message.hidden_until = None


def release(member: Member | None, message: Message) -> str | None:
    """Everyone sees what was held back. What a moderator took down stays down."""
    if not is_held(message):
        return None
    lift(message)
    return Change.Kind.SHOWN


def cover_all(message: Message) -> None:
    """Other words stand where pieces were covered: all of them are, until they are read again."""
    if message.veiled:
        message.veiled = _written([(0, len(message.body))])


def _written(pieces: Sequence[Piece]) -> str:
    merged: list[list[int]] = []
    for start, end in sorted(pieces):
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        elif end > start:
            merged.append([start, end])
    if len(merged) > MOST_PIECES:
        merged = [*merged[: MOST_PIECES - 1], [merged[MOST_PIECES - 1][0], merged[-1][1]]]
    return " ".join(f"{start}-{end}" for start, end in merged)
