"""What of a message others do not see, by what the detector found in it: the reason is here, the verbs are chat's.

Details of how, how much or where are covered, and the distress stays. What tells others to hurt themselves is held
until a moderator has looked. Distress is never held: where both stand in one message, the telling is covered. Nor is
anything in which people speak of themselves: they may be repeating what others, or their own thoughts, tell them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from chat.models import Message
from chat.services import changes, hiding
from community.models import Member
from moderation import detector
from moderation.detector import Category, Finding, Severity

# Signs about whoever writes, or about somebody they worry for. Who says so needs an answer, whatever else they say.
DISTRESS = frozenset({
    Category.SUICIDE, Category.SELF_HARM, Category.GOODBYE, Category.METHOD_SEEKING, Category.THIRD_PARTY,
    Category.PSYCHOSIS, Category.EATING_DISORDER, Category.DISTRESS,
})  # fmt: skip


OF_SELF = frozenset("i im ive ill id iam me my mine myself mi mis mio mia yo conmigo".split())
OF_SAYING = frozenset("say says said saying tell tells told telling dice dicen diciendo dijo dijeron".split())
OF_ANOTHER = frozenset(
    "you youre youll youve your yours yourself yourselves u ur urself te tu tus ti usted vos".split()
)
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Shield:
    """Pieces of the message that others do not see, and whether they see it at all before a moderator has looked."""

    pieces: tuple[hiding.Piece, ...] = ()
    holds: bool = False

    def __bool__(self) -> bool:
        return bool(self.pieces) or self.holds


def speaks_of_self(words: str) -> bool:
    """Whether a message has a word for whoever writes it, or for saying, in English or Spanish."""
    return not (OF_SELF | OF_SAYING).isdisjoint(_words(words))


def speaks_to_another(words: str) -> bool:
    """Whether it has a word for somebody else, and none for whoever writes it."""
    return not speaks_of_self(words) and not OF_ANOTHER.isdisjoint(_words(words))


def _words(words: str) -> list[str]:
    plain = words.casefold().replace("'", "").replace("\u2019", "").replace("\u00ed", "i").replace("\u00fa", "u")
    return _WORD.findall(plain)


def shield_for(finding: Finding, number: int, words: str) -> Shield:
    """What to do about message `number` of those that were read together; `words` are its own."""
    if finding.severity < Severity.MODERATE:
        return Shield()
    live = [one for one in finding.reasons if one.kind == "sign" and one.span.message == number and one.after]
    telling = [one for one in live if one.category is Category.ENCOURAGEMENT and one.after >= Severity.MODERATE]
    is_distress = any(one.category in DISTRESS for one in live) or speaks_of_self(words)
    pieces = [(one.start, one.end) for one in finding.details if one.message == number]
    if telling and is_distress:
        pieces += [(one.span.start, one.span.end) for one in telling]
    return Shield(tuple(sorted(set(pieces))), holds=bool(telling) and not is_distress)


def with_care(wanted: Shield, words: str) -> Shield:
    """The shield in a room that needs extra care: every detail is covered, whatever the message is about."""
    details = detector.shipped().every_detail(words)
    pieces = {*wanted.pieces, *((one.start, one.end) for one in details)}
    return Shield(tuple(sorted(pieces)), holds=wanted.holds)


def needs_care(message: Message) -> bool:
    """True in a memorial: a room that has an end."""
    return message.room.ends_at is not None


def put_up(message: Message, wanted: Shield) -> None:
    """Shields a message in the transaction that stores its words: nobody is given it without. Lifts what is over."""
    if wanted.pieces or message.veiled:
        hiding.veil_stored(message, wanted.pieces)
    if wanted.holds and not message.is_hidden:
        hiding.hold_stored(message)


def put_up_late(message: Message, wanted: Shield, *, said_at: datetime) -> None:
    """Shields a message that others may have been given already, if it still says what was read; they are told.

    Call before anything else in a transaction: the room's row comes first.
    """

    def is_still(one: Message) -> bool:
        return (one.edited_at or one.stored_at) == said_at

    if wanted.pieces or message.veiled:
        changes.keep(message, hiding.veiling(wanted.pieces, is_still=is_still), by=None)
    if wanted.holds:
        changes.keep(message, hiding.holding(is_still=is_still), by=None)


def lift(message: Message, *, by: Member) -> None:
    """Everyone sees the whole message again: a moderator has looked. What was taken down by one stays down."""
    changes.keep(message, hiding.veiling(()), by=by)
    changes.keep(message, hiding.release, by=by)


def is_about(finding: Finding, number: int) -> bool:
    """Whether anything stands in message `number` itself; what stood in earlier ones has its flag."""
    return not finding.spans or any(span.message == number for span in (*finding.spans, *finding.details))


def severity_of(message: Message, finding: Finding, number: int, wanted: Shield) -> int:
    """How soon somebody looks at it, 0 for not at all. What is held waits for nobody long, whatever it says now."""
    found = int(finding.severity) if finding.is_flag and is_about(finding, number) else 0
    if found and needs_care(message):
        found = max(found, int(Severity.HIGH))
    return max(found, int(Severity.HIGH)) if hiding.is_held(message) or wanted.holds else found
