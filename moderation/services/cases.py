"""A taken case: the words, what was said around them, why it came, and what is known (promise A6).

Looking is an act: the entry in the audit trail, and the member's own list of looks, are committed before a word is
read; once for each reader while the case stays taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from chat.models import Conversation, Message, Room
from chat.services import entries, hiding, sealing
from community import fieldcrypt
from community.access import has_role
from community.models import Member
from community.services import audit, looks
from moderation.models import Flag, Report, Screening
from moderation.services import care, colleagues, reports, screening
from moderation.services.holding import NotHeld, flag_for

AROUND = reports.AROUND
HISTORY = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One message in its place. `earlier` are the texts it had before, for the flagged one only."""

    seq: int
    author_id: int | None
    author: str
    at: datetime
    body: str
    state: str  # "", "withdrawn", "hidden", "held", "unreadable"
    is_flagged: bool
    earlier: tuple[str, ...] = ()
    covered: tuple[tuple[int, int], ...] = ()  # places in `body` that others do not see
    hidden_until: datetime | None = None  # where it is hidden for a time


@dataclass(frozen=True, slots=True)
class Told:
    """One report, without who made it; how often they were right before is all that counts."""

    door: str
    reason: str
    note: str
    words_then: str
    at: datetime
    acted_before: int
    left_before: int
    revision: int | None = None  # of a story: the number of the text that they read


@dataclass(frozen=True, slots=True)
class Record:
    """What is known about the member a case is about."""

    member: Member | None
    flags_before: int = 0
    acted_before: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a moderator needs to decide."""

    flag: Flag
    lines: list[Line]
    why: list[dict[str, Any]]  # one for each screening of the message: severity, version, reasons with places
    told: list[Told]
    record: Record
    history: list[colleagues.Said]


def open_case(by: Member, token: str) -> Case:
    """The case with its words, for its holder, or for a colleague who was asked for a second opinion.

    Raises `NotYours`, and `NotHeld` for whoever has not taken it. Ten messages each side, and no others.
    """
    flag = flag_for(by, token)
    if not (flag.is_held() and (flag.holder_id == by.pk or flag.second_wanted)):
        raise NotHeld
    if not audit.has_done(by, "flag.read", flag, since="flag.taken"):
        _note_the_look(flag, by)  # whoever comes back while it is held is still at the same look
    care.shown(flag, by)
    return Case(
        flag=flag,
        lines=_lines(flag.message) if flag.message else [],
        why=_why(flag),
        told=_told(flag),
        record=_record(flag),
        history=colleagues.history(flag)[-HISTORY:],
    )


def _note_the_look(flag: Flag, by: Member) -> None:
    message = flag.message
    private = message is not None and message.room.kind == Room.Kind.CONVERSATION
    role = "leads" if has_role(by, "leads") else "moderators"
    with transaction.atomic(durable=True):
        if message is not None and private:
            talk = Conversation.objects.filter(pk=message.room_id).select_related("low", "high").first()
            whose = [one for one in (talk.low, talk.high) if one] if talk else []
            why = looks.REPORTED if flag.reports.exists() else looks.WORDS
            looks.record(whose, role=role, reason=why, messages=len(_seqs(message)))
        elif message is not None and flag.member:
            looks.record([flag.member], role=role, reason=looks.ROOM, messages=1)
        audit.record(by, "flag.read", flag, about=flag.member, reason="conversation" if private else "room")


def _seqs(message: Message) -> list[int]:
    rows = Message.objects.filter(room=message.room_id)
    before = rows.before(message.seq, AROUND).values_list("seq", flat=True)
    after = rows.after(message.seq, AROUND).values_list("seq", flat=True)
    return [*before, message.seq, *after]


def _lines(message: Message) -> list[Line]:
    rows = list(Message.objects.filter(room=message.room_id, seq__in=_seqs(message)).order_by("seq"))
    sealing.open_all(rows)
    names = dict(Member.objects.filter(pk__in={one.author_id for one in rows}).values_list("pk", "name"))
    return [_line(one, names, is_flagged=one.pk == message.pk) for one in rows]


def _line(message: Message, names: dict[int, str], *, is_flagged: bool) -> Line:
    state = entries.state_of(message)
    return Line(
        seq=message.seq,
        author_id=message.author_id,
        author=names.get(message.author_id or 0, ""),
        at=message.stored_at,
        body=message.body,
        covered=tuple(hiding.pieces_of(message)),
        state=state,
        hidden_until=message.hidden_until if state == hiding.HELD else None,
        is_flagged=is_flagged,
        earlier=_earlier(message) if is_flagged else (),
    )


def _earlier(message: Message) -> tuple[str, ...]:
    texts = [sealing.words_before(message, one) for one in message.earlier_texts.order_by("pk")]
    return tuple(words[0] for words in texts if words)


def _why(flag: Flag) -> list[dict[str, Any]]:
    rows = Screening.objects.filter(message=flag.message_id).order_by("said_at") if flag.message_id else []
    return [
        {"severity": row.severity, "score": row.score, "version": row.version, "said_at": row.said_at,
         **screening.unpacked(row)}
        for row in rows
    ]  # fmt: skip


def rules_of(flag: Flag) -> dict[str, str]:
    """The rules that matched, with what each says: what a moderator gives verdicts about. No words of a member."""
    found = (one for row in _why(flag) for one in row["reasons"] if one["kind"] != "context")
    return {one["rule"]: one["says"] for one in found}


def _told(flag: Flag) -> list[Told]:
    rows = list(flag.reports.order_by("at"))
    who = {one.reporter_id for one in rows if one.reporter_id}
    before = Report.objects.filter(reporter__in=who).exclude(flag=flag).order_by().values("reporter")
    acted = Count("pk", filter=Q(outcome=Report.Outcome.ACTED))
    left = Count("pk", filter=Q(outcome=Report.Outcome.LEFT))
    counts = {row["reporter"]: (row["acted"], row["left"]) for row in before.annotate(acted=acted, left=left)}
    return [_one_told(one, *counts.get(one.reporter_id or 0, (0, 0))) for one in rows]


def _one_told(report: Report, acted: int, left: int) -> Told:
    try:
        words = reports.words_then(report)
    except fieldcrypt.NotReadable:
        words = ""
    return Told(report.door, report.reason, report.note, words, report.at, acted, left, report.revision)


def _record(flag: Flag) -> Record:
    if flag.member is None:
        return Record(None)
    before = Flag.objects.filter(member=flag.member).exclude(pk=flag.pk)
    acted = Report.objects.filter(about=flag.member, outcome=Report.Outcome.ACTED).values("flag").distinct()
    return Record(flag.member, before.count(), acted.count())
