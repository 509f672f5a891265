"""Messages as they stand now, made ready for frames and pages with a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import msgspec
from django.db.models import Count, Q

from chat import lures, protocol
from chat.models import Mention, Message, Reaction, Room
from chat.services import hiding, sealing, statements
from community import text
from community.models import Member

QUOTE_LIMIT = 80
TRACELESS = ("withdrawn", hiding.HELD)  # states of which a page shows nothing at all
_LABELS = {"moderators": "moderator", "leads": "moderator", "hosts": "host"}


@dataclass(frozen=True, slots=True)
class Encoded:
    """One message as a frame carries it, with what a reader's filter needs to know.

    `bare` is the same without the words it quotes, for those who are not given their author's; `own` is what its
    author is given, where others are given less.
    """

    seq: int
    author_id: int | None
    body: bytes
    quoted_author_id: int | None = None
    bare: bytes = b""
    own: bytes = b""

    def for_reader(self, reader_id: int, hidden: frozenset[int]) -> bytes:
        """What a reader gets who is not given the words of `hidden` authors."""
        if self.own and reader_id == self.author_id:
            return self.own
        return self.bare if self.quoted_author_id in hidden else self.body


@dataclass(slots=True)
class Surroundings:
    """What a set of messages refers to: authors, labels, quoted messages, reactions, mentioned names."""

    authors: dict[int, Member]
    labels: dict[int, str]
    quoted: dict[tuple[int, int], Message]
    reactions: dict[int, dict[str, int]]
    mine: dict[int, list[str]]  # the kinds of support that the reader gave, by message id
    mentioned: dict[int, dict[str, str]]
    talks: frozenset[int] = frozenset()  # ids of the rooms among them that are conversations
    hidden: frozenset[int] = frozenset()  # authors whose words the reader is not given, in quotations either
    reader_id: int | None = None  # who sees their own words whole


def surroundings(
    messages: Sequence[Message],
    *,
    reader: Member | None = None,
    hidden: frozenset[int] = frozenset(),
    fresh: bool = False,
) -> Surroundings:
    """Everything needed to show these messages, with what is the reader's own if there is one. Opens sealed words.

    `fresh` ones have no reactions yet: one query less.
    """
    quoted = _quoted(messages)
    sealing.open_all([*messages, *quoted.values()])
    reactions, mine = ({}, {}) if fresh else _reactions(messages, reader)
    author_ids = {m.author_id for m in (*messages, *quoted.values()) if m.author_id}
    return Surroundings(
        authors=_authors(messages, author_ids),
        labels=labels_of(author_ids),
        quoted=quoted,
        reactions=reactions,
        mine=mine,
        mentioned=_mentioned(messages),
        talks=_talks(messages),
        hidden=hidden,
        reader_id=reader.pk if reader else None,
    )


def _talks(messages: Sequence[Message]) -> frozenset[int]:
    # Only an early message is looked at, and rooms in memory already need no query.
    early = [m for m in messages if m.seq <= lures.EARLY]
    known = {m.room_id: m.room.kind for m in early if "room" in m._state.fields_cache}
    missing = {m.room_id for m in early} - known.keys()
    if missing:
        known |= dict(Room.objects.filter(pk__in=missing).values_list("pk", "kind"))
    return frozenset(pk for pk, kind in known.items() if kind == Room.Kind.CONVERSATION)


def _authors(messages: Sequence[Message], author_ids: set[int]) -> dict[int, Member]:
    # Whoever just posted was read in the same transaction; only quoted authors may be missing.
    known = {m.author.pk: m.author for m in messages if "author" in m._state.fields_cache and m.author}
    missing = author_ids - known.keys()
    return {**known, **Member.objects.in_bulk(missing)} if missing else known


def labels_of(member_ids: Iterable[int]) -> dict[int, str]:
    """The word that stands beside a name: "moderator" or "host"."""
    found: dict[int, str] = {}
    for member_id, group in statements.group_names(member_ids, list(_LABELS)):
        if found.get(member_id) != "moderator":
            found[member_id] = _LABELS[group]
    return found


def _reactions(
    messages: Sequence[Message], reader: Member | None
) -> tuple[dict[int, dict[str, int]], dict[int, list[str]]]:
    # Counts by kind, in the set's own order, and the reader's own kinds; each by message id.
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    mine: dict[int, list[str]] = defaultdict(list)
    rows = Reaction.objects.filter(message__in=[m.pk for m in messages]).values_list("message_id", "kind")
    counted = rows.annotate(n=Count("pk"), own=Count("pk", filter=Q(member=reader.pk if reader else None)))
    order = list(Reaction.Kind.values)
    for message_id, kind, n, own in sorted(counted, key=lambda row: order.index(row[1])):
        counts[message_id][kind] = n
        if own:
            mine[message_id].append(kind)
    return counts, mine


def _quoted(messages: Sequence[Message]) -> dict[tuple[int, int], Message]:
    wanted: dict[int, set[int]] = defaultdict(set)
    for message in messages:
        if message.reply_to:
            wanted[message.room_id].add(message.reply_to)
    found = {}
    for room_id, seqs in wanted.items():
        for message in Message.objects.filter(room=room_id, seq__in=seqs):
            found[room_id, message.seq] = message
    return found


def _mentioned(messages: Sequence[Message]) -> dict[int, dict[str, str]]:
    with_names = [m.pk for m in messages if "@" in m.body]
    found: dict[int, dict[str, str]] = defaultdict(dict)
    if with_names:
        rows = Mention.objects.filter(message__in=with_names).values_list("message_id", "member__name")
        for message_id, name in rows:
            found[message_id][name.casefold()] = name
    return found


def state_of(message: Message) -> str:
    """Empty for a message that is shown, else "withdrawn", "held", "hidden" or "unreadable"."""
    if message.withdrawn_at:
        return "withdrawn"
    if message.is_hidden:
        return hiding.HELD if hiding.is_held(message) else "hidden"
    return "unreadable" if message.is_unreadable else ""


def quote_of(message: Message, around: Surroundings) -> protocol.Quote | None:
    """The quotation above an answer; without words when the quoted message is no longer shown."""
    if not message.reply_to:
        return None
    quoted = around.quoted.get((message.room_id, message.reply_to))
    if quoted is None or state_of(quoted) or quoted.author_id in around.hidden:
        return protocol.Quote(message.reply_to)
    author = around.authors.get(quoted.author_id or 0)
    words = quoted.heads_up or hiding.words_for_others(quoted)  # a quotation unfolds no heads-up and lifts no veil
    return protocol.Quote(message.reply_to, author.name if author else "", text.quote(words, QUOTE_LIMIT))


def author_of(message: Message, around: Surroundings) -> protocol.Author | None:
    """Who wrote it, as others may see it; None once the account is gone."""
    author = around.authors.get(message.author_id or 0)
    if author is None:
        return None
    is_new = (message.stored_at - author.joined_at).days < 7
    return protocol.Author(author.name, author.pebble, around.labels.get(author.pk, ""), is_new)


def html_of(message: Message, around: Surroundings) -> str:
    """The body as safe HTML, as the reader of these surroundings sees it."""
    show = partial(text.to_html, links=message.links_shown, mentions=around.mentioned.get(message.pk, {}))
    if not message.veiled or is_whole_for(message, around):
        return show(message.body)
    return hiding.covered(message.body, hiding.pieces_of(message), show=show, cover=text.veil())


def is_whole_for(message: Message, around: Surroundings) -> bool:
    """True for the reader's own message, which they see as they wrote it."""
    return around.reader_id is not None and message.author_id == around.reader_id


def state_for(message: Message, around: Surroundings) -> str:
    """`state_of`, as the reader sees it: one's own held message is shown to oneself."""
    state = state_of(message)
    return "" if state == hiding.HELD and is_whole_for(message, around) and not message.is_unreadable else state


def entry_of(message: Message, around: Surroundings) -> protocol.Entry:
    """The message as a frame shows it. Nothing of a message that is not shown leaves but its place."""
    is_own = is_whole_for(message, around)
    at = message.stored_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    state = state_for(message, around)
    if state:
        aside = hiding.TAKEN_DOWN if is_own and hiding.aside_of(message) == hiding.TAKEN_DOWN else ""
        return protocol.Entry(message.seq, message.revision, at, id=str(message.client_id), state=state, aside=aside)
    return protocol.Entry(
        seq=message.seq,
        revision=message.revision,
        at=at,
        id=str(message.client_id),
        author=author_of(message, around),
        body=message.body if is_own else hiding.words_for_others(message),
        parts=text.to_parts(html_of(message, around)),
        heads_up=message.heads_up,
        reply_to=quote_of(message, around),
        edited=message.edited_at is not None,
        reactions=around.reactions.get(message.pk, {}),
        caution=message.room_id in around.talks and has_caution(message),
        aside=hiding.aside_of(message) if is_own else "",
    )


def has_caution(message: Message) -> bool:
    """True for an early message of a conversation that leads somewhere else."""
    return message.seq <= lures.EARLY and lures.leads_elsewhere(message.body)


def encoded(messages: Sequence[Message], *, fresh: bool = False) -> list[Encoded]:
    """Each message encoded once, for all its readers."""
    around = surroundings(messages, fresh=fresh)
    return [_encoded(message, around) for message in messages]


def _encoded(message: Message, around: Surroundings) -> Encoded:
    entry = entry_of(message, around)
    body, own = protocol.encode_entry(entry), _own(message, around)
    if entry.reply_to is None or not entry.reply_to.text:
        return Encoded(message.seq, message.author_id, body, own=own)
    bare = msgspec.structs.replace(entry, reply_to=protocol.Quote(entry.reply_to.seq))
    quoted = around.quoted[message.room_id, entry.reply_to.seq]
    return Encoded(message.seq, message.author_id, body, quoted.author_id, protocol.encode_entry(bare), own)


def _own(message: Message, around: Surroundings) -> bytes:
    """What the author is given; nothing where it is what everyone is."""
    if message.author_id is None or not hiding.aside_of(message):
        return b""
    return protocol.encode_entry(entry_of(message, replace(around, reader_id=message.author_id)))
