"""Reading messages inside the transaction that stores them: bounded, and never the reason that one is not stored.

What is not read here (the detector fails, is slow or is off) lacks its `Screening`, and the sweep reads it.
"""

from __future__ import annotations

import dataclasses
import logging
from collections import Counter, deque
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime
from typing import Any

import msgspec
from django.conf import settings
from django.db import transaction

from chat.models import Message, Room
from chat.services import statements
from community import fieldcrypt
from community.services import keyring
from moderation import in_time
from moderation.detector import Category, Finding, Reason, Severity, Span
from moderation.in_time import Answer, Budget, Read, Wanted
from moderation.models import Screening
from moderation.services import flags, readers, shield, support, thresholds
from moderation.services.windows import Windows, forget_in_time

log = logging.getLogger("moderation.screening")
BUDGET_SECONDS = 0.25  # of work on one batch; what is left then is the sweep's
tally: Counter[str] = Counter()  # of this process: "raised", "late"
LONGEST_SHARE = 5  # of the sweep's time, one message gets a fifth at most
# Keys of messages that this process had no time for: the next to be swept. Only a hint; the sweep finds them anyhow.
missed: deque[int] = deque(maxlen=10_000)
HEAVY = "day.many-low@1"
Found = tuple[Message, Finding, list[int]]  # with the seqs of what was read along


def screen(
    messages: Sequence[Message], *, read: Read | None = None, budget: float | None = None, late: bool = False
) -> int:
    """Reads these messages, which hold plain words; how many were read. Call in the transaction that stores them.

    Two or three queries and one insert for all; more only for what is flagged, and every two seconds those that ask for
    the phrases in force. To load them is no message's fault. `budget`: seconds, else the usual ones.
    `late` when they were stored before, in a transaction that is over: call outside of one then.
    """
    if not settings.SCREENING or not messages:
        return 0
    found = _read(messages, read, BUDGET_SECONDS if budget is None else budget, each=late)
    with transaction.atomic() if late else nullcontext():
        _keep(found, late=late)
    return len(found)


def _read(messages: Sequence[Message], read: Read | None, budget: float, *, each: bool) -> list[Found]:
    """What was found in those that could be read in time; with `each`, one that takes long keeps no other waiting."""
    forget_in_time()
    windows = Windows(messages, fresh=not each)
    said = [_said_before(message, windows) for message in messages]
    wanted = [Wanted(one.body, tuple(words for _, words in before)) for one, before in zip(messages, said, strict=True)]
    answers = _each(wanted, read, budget) if each else _together(wanted, read, budget)
    _mind_late(messages, answers, each=each)
    found: list[Found] = []
    for message, before, answer in zip(messages, said, answers, strict=True):
        if answer and (finding := _finding(message, len(before), windows, answer)):
            found.append((message, finding, [seq for seq, _ in before]))
    return found


def _said_before(message: Message, windows: Windows) -> list[tuple[int, str]]:
    before = windows.before(message)
    windows.add(message)
    return before


def _together(wanted: Sequence[Wanted], read: Read | None, budget: float) -> list[Answer | None]:
    """An answer for each; None for what there was no time for."""
    answers = in_time.read(read, wanted, budget) if read else readers.read(wanted, budget)
    return [*answers, *[None] * (len(wanted) - len(answers))]


def _each(wanted: Sequence[Wanted], read: Read | None, budget: float) -> list[Answer | None]:
    """The same, each with a time of its own."""
    total, share = Budget(budget), budget / LONGEST_SHARE
    return [None if total.is_over() else _together([one], read, share)[0] for one in wanted]


def _mind_late(messages: Sequence[Message], answers: Sequence[Answer | None], *, each: bool) -> None:
    late = [message.pk for message, answer in zip(messages, answers, strict=True) if answer is None]
    if late:
        tally["late"] += len(late)
        log.warning("Screening was slow: %s messages are left to the sweep", len(late))
        if not each:
            transaction.on_commit(lambda: missed.extend(late))


def _finding(message: Message, number: int, windows: Windows, answer: Answer) -> Finding | None:
    """What was found, as this site's thresholds and the author's day have it; None when the detector failed."""
    if answer.finding is None:
        tally["raised"] += 1
        log.error("The detector failed: %s; the sweep will read the message", answer.trouble)
        return None
    finding = thresholds.applied(answer.finding, number=number, length=len(message.body))
    if finding.severity == Severity.LOW and windows.is_heavy_day(message):
        finding = _heavier(finding, number, len(message.body))
    windows.add_reading(message.author_id, message.stored_at, finding.severity)
    return finding


def _heavier(finding: Finding, number: int, length: int) -> Finding:
    why = Reason(
        kind="context",
        rule=HEAVY,
        says="many low messages within a day",
        span=Span(number, 0, length),
        category=Category.DISTRESS,
        before=Severity.LOW,
        after=Severity.MODERATE,
    )
    return dataclasses.replace(finding, severity=Severity.MODERATE, reasons=(why, *finding.reasons))


def _keep(found: Sequence[Found], *, late: bool) -> None:
    """Keeps what was found; what is new in it has its consequences."""
    heard = [one for one in found if _is_heard(one[0], one[1], len(one[2]))]
    known = _known([message for message, *_ in heard]) if heard else set()
    fresh = [
        (message, finding, len(seqs), _wanted(message, finding, len(seqs)))
        for message, finding, seqs in heard
        if (message.pk, said_at(message)) not in known
    ]
    for message, _, _, wanted in fresh:
        _shield(message, wanted, late=late)
    statements.insert_new([_row(*one) for one in found])
    for message, finding, number, wanted in fresh:
        if severity := shield.severity_of(message, finding, number, wanted):
            flags.raise_about(message, flags.Cause(severity, "words", str(finding.category)))
        if finding.is_flag and shield.is_about(finding, number):
            support.offer(message, severity=int(finding.severity), category=_for_author(message, finding))


def _wanted(message: Message, finding: Finding, number: int) -> shield.Shield:
    wanted = shield.shield_for(finding, number, message.body)
    return shield.with_care(wanted, message.body) if shield.needs_care(message) else wanted


def _for_author(message: Message, finding: Finding) -> str:
    """What help is offered for: what the author may be going through, before what they tell others."""
    own = [one for one in finding.categories if one not in support.NOT_FOR_ITS_AUTHOR]
    if not own and finding.category is Category.ENCOURAGEMENT and not shield.speaks_to_another(message.body):
        return str(Category.DISTRESS)  # who looks for company in it needs help, whatever becomes of the message
    return str(own[0] if own else finding.category)


def _is_heard(message: Message, finding: Finding, number: int) -> bool:
    """Whether a reading has consequences: something was found in the message, or others do not see all of it."""
    is_shielded = bool(message.veiled or message.held_at) or shield.needs_care(message)
    return is_shielded or (finding.is_flag and shield.is_about(finding, number))


def _shield(message: Message, wanted: shield.Shield, *, late: bool) -> None:
    if late and (wanted or message.veiled):
        shield.put_up_late(message, wanted, said_at=said_at(message))
    elif not late:
        shield.put_up(message, wanted)


def _known(messages: list[Message]) -> set[tuple[int, datetime]]:
    """Wordings that were read before; a heads-up put on a message is an edit that leaves its words."""
    rows = Screening.objects.filter(message__in=messages)
    return set(rows.values_list("message_id", "said_at"))


def _row(message: Message, finding: Finding, seqs: list[int]) -> Screening:
    row = Screening(
        message=message,
        author_id=message.author_id,
        said_at=said_at(message),
        severity=int(finding.severity),
        score=round(finding.score, 6),
        detected=_detected(finding),
        category=str(finding.category) if finding.severity else "",
        version=finding.version,
    )
    if finding.severity:
        words = packed(finding, seqs)
        if message.room.kind == Room.Kind.CONVERSATION:
            row.sealed = fieldcrypt.seal(words, purpose=_purpose(message.pk))
        else:
            row.found = words
    return row


def _detected(finding: Finding) -> int | None:
    """The level before the site's threshold; None where that changed nothing."""
    changed = (int(one.before) for one in finding.reasons if one.rule.startswith(thresholds.RULE))
    return next(changed, None)


def said_at(message: Message) -> datetime:
    """When the present wording of a message was stored."""
    return message.edited_at or message.stored_at


# --- places and rules, without words -----------------------------------------------------------


def packed(finding: Finding, seqs: Sequence[int]) -> str:
    """A finding as text to keep: places and rules. `seqs` are the earlier messages that were read along."""
    reasons = [_packed(one) for one in finding.reasons]
    spans = [[one.message, one.start, one.end] for one in finding.spans]
    said = {"read": list(seqs), "categories": [str(one) for one in finding.categories], "spans": spans}
    return msgspec.json.encode({**said, "reasons": reasons}).decode()


def _packed(one: Reason) -> dict[str, Any]:
    span = [one.span.message, one.span.start, one.span.end]
    # What a model's reason says are words of the message; the lexicon's are its own.
    says = "" if one.kind == "model" else one.says
    change = [int(one.before), int(one.after)]
    return {"kind": one.kind, "rule": one.rule, "says": says, "span": span, "category": str(one.category),
            "change": change, "weight": one.weight}  # fmt: skip


def unpacked(row: Screening) -> dict[str, Any]:
    """What a screening found: read, categories, spans, reasons. Empty for nothing, or when no key opens it."""
    words = row.found
    if row.sealed:
        try:
            words = fieldcrypt.unseal(row.sealed, purpose=_purpose(row.message_id))
        except fieldcrypt.NotReadable:
            words = ""
    empty: dict[str, Any] = {"read": [], "categories": [], "spans": [], "reasons": []}
    return {**empty, **(msgspec.json.decode(words) if words else {})}


def _purpose(message_id: int) -> str:
    return f"screening:{message_id}"


@keyring.turns("screenings")
def _reseal() -> int:
    return fieldcrypt.rewrap(Screening.objects.all(), "sealed", purpose=lambda row: _purpose(row.message_id))
