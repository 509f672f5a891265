"""Statements of reasons as their member reads them, and asking for another look (promise M3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chat.services import sealing
from community import fieldcrypt, text
from community.models import Member
from community.refusals import NotOpen, NotYours
from community.services import audit, keyring
from moderation.detector import Severity
from moderation.models import Appeal, Decision, Flag, FlagEvent
from moderation.models.decision import APPEAL_FOR
from moderation.services import choices, effects, flags, locks, telling
from moderation.services.choices import BadChoice, Kind
from moderation.services.holding import held_flag

WORDS_LIMIT = 2000
EFFECTS: dict[str, str | Promise] = {
    "harm": gettext_lazy("Details like that can be hard for people reading at a low time."),
    "identity": gettext_lazy("We keep names, numbers and places out, for everyone's safety."),
    "medicine": gettext_lazy("Here we say what happened to us. Doses and changes are for a prescriber."),
    "unkind": gettext_lazy("You may have been hurting when you wrote it. The other person was reading it."),
    "selling": gettext_lazy("This place has to stay free of that."),
}
RULES: dict[str, str | Promise] = {  # as they stand on the page of guidelines
    "harm": gettext_lazy("Leave out how, how much and where, when it is about harm."),
    "identity": gettext_lazy("Keep everyone unfindable: no names, numbers, places, photographs."),
    "medicine": gettext_lazy("Leave advice about medicine to those who prescribe it."),
    "unkind": gettext_lazy("What is unkind to someone is taken down."),
    "selling": gettext_lazy("Selling and collecting are taken down."),
    "worry": gettext_lazy("You broke no rule."),
}


class TooLate(NotOpen):
    """The six months are over."""

    code = "too-late"
    detail = gettext_lazy("You could ask for another look for six months. That time is over.")


class Answered(NotOpen):
    """Asked before: one other look for each decision."""

    code = "asked-before"
    detail = gettext_lazy("You've asked for another look at this already.")


@dataclass(frozen=True, slots=True)
class Statement:
    """What was done, to what and for how long, on which facts, by which rule, by whom, and how to object."""

    token: str
    kind: str
    what: str
    reason: str
    effect: str
    rule: str
    words: str
    ability: str  # what alone is paused, such as "ask"
    at: datetime
    until: datetime | None
    room: str
    seq: int | None
    said_at: datetime | None  # when the message it is about was stored
    by: tuple[str, ...]  # names of the moderators; nobody who reported
    facts: str
    is_automatic: bool
    appeal_until: datetime | None
    asked_at: datetime | None  # when another look was asked for
    answer_by: datetime | None  # by when it is usually answered
    answer: str  # the kind of the answer, once there is one
    answer_words: str
    answered_at: datetime | None
    answers: str  # the token of what this one answers

    @property
    def is_appealed(self) -> bool:
        """True once another look was asked for."""
        return self.asked_at is not None

    @property
    def may_appeal(self) -> bool:
        """True while another look can be asked for."""
        return not self.is_appealed and self.appeal_until is not None and timezone.now() <= self.appeal_until


def statement_for(member: Member, token: str) -> Statement:
    """The statement, for its own member. Raises `NotYours`."""
    one = _told(member).filter(token=token).first()
    if one is None:
        raise NotYours
    found = _statement(one)
    if one.answered_by.filter(
        kind=Kind.UNDONE
    ).exists():  # whoever saw it in its moment finds that nothing is left of it
        return replace(found, answer=Kind.UNDONE, appeal_until=None)
    return found


def statements_of(member: Member) -> list[Statement]:
    """All of them, newest first; also what an export holds."""
    rows = _told(member).exclude(answered_by__kind=Kind.UNDONE)
    return [_statement(one) for one in rows.order_by("-at", "-pk")]


def _told(member: Member) -> QuerySet[Decision]:
    rows = Decision.objects.filter(member=member, kind__in=Decision.TELLS)
    return rows.select_related(
        "by", "second", "room", "answers", "flag__message__room", "appeal__answer", "appeal__flag"
    )


def what_was_said(member: Member, token: str) -> str:
    """The member's own words that a statement is about; empty when there are none, or they were taken back."""
    one = _told(member).filter(token=token).first()
    message = one.flag.message if one and one.flag else None
    if message is None or message.author_id != member.pk or message.withdrawn_at:
        return ""
    sealing.open_all([message])
    return "" if message.is_unreadable else message.body


def taken_down(member: Member, message_ids: Sequence[int]) -> dict[int, tuple[Statement, str]]:
    """Why each of these messages of the member's own is down now, with the words it had; by the message's key."""
    rows = _told(member).filter(kind=Kind.HIDE, flag__message__in=message_ids, flag__message__author=member)
    down = rows.filter(flag__message__hidden_at__isnull=False, flag__message__held_at=None)
    newest = {one.flag.message: one for one in down.order_by("at", "pk") if one.flag and one.flag.message}
    shown = {message: one for message, one in newest.items() if not message.withdrawn_at}
    sealing.open_all(list(shown))
    return {
        message.pk: (_statement(one), "" if message.is_unreadable else message.body) for message, one in shown.items()
    }


def _statement(one: Decision) -> Statement:
    message = one.flag.message if one.flag else None
    room = one.room or (message.room if message else None)
    appeal: Appeal | None = getattr(one, "appeal", None)
    made = appeal.answer if appeal else None
    by_words = one.flag is not None and one.flag.from_words
    return Statement(
        token=one.token,
        kind=one.kind,
        what=one.get_kind_display(),
        reason=one.get_reason_display() if one.reason else "",
        effect=str(EFFECTS.get(one.reason, "")),
        rule=str(RULES.get(one.reason, "")),
        words=one.words,
        ability=one.ability,
        at=one.at,
        until=one.until,
        room=room.name if room else "",
        seq=message.seq if message else None,
        said_at=message.stored_at if message else None,
        by=tuple(who.name for who in (one.by, one.second) if who),
        facts=_("Software noticed it, and a person decided.") if by_words else _("A person read it and decided."),
        is_automatic=False,
        appeal_until=one.at + APPEAL_FOR if one.kind in Decision.APPEALABLE else None,
        asked_at=appeal.at if appeal else None,
        answer_by=appeal.flag.due_at if appeal and appeal.flag else None,
        answer=made.kind if made else "",
        answer_words=made.words if made else "",
        answered_at=made.at if made else None,
        answers=one.answers.token if one.answers else "",
    )


def ask_again(member: Member, token: str, words: str = "") -> Appeal:
    """Another look, by somebody who had no part in it. Raises `NotYours`, `TooLate`, `Answered`."""
    with transaction.atomic():
        one = Decision.objects.filter(token=token, member=member, kind__in=Decision.APPEALABLE)
        decision = one.select_for_update(no_key=True, of=("self",)).first()
        if decision is None:
            raise NotYours
        if decision.answered_by.filter(kind=Kind.UNDONE).exists():
            raise NotYours
        if Appeal.objects.filter(decision=decision).exists():
            raise Answered
        now = timezone.now()
        if now > decision.at + APPEAL_FOR:
            raise TooLate
        flag = _flag(decision, member)
        said = text.tidy(words, limit=WORDS_LIMIT) if words.strip() else ""
        made = Appeal.objects.create(
            decision=decision, flag=flag, at=now, words=_sealed(decision, said) if said else ""
        )
        flags.note(flag, FlagEvent.Kind.APPEALED, by=member)
        audit.record(member, "decision.appealed", decision)
    return made


def _flag(decision: Decision, member: Member) -> Flag:
    now = timezone.now()
    about = decision.flag.message if decision.flag else None
    due = now + flags.due_in(Severity.MODERATE)
    return Flag.objects.create(
        kind=Flag.Kind.APPEAL,
        message=about,
        story=decision.flag.story if decision.flag else None,
        member=member,
        severity=Severity.MODERATE,
        opened_at=now,
        due_at=due,
    )


def words_of(appeal: Appeal) -> str:
    """The member's own words. Raises `fieldcrypt.NotReadable`."""
    return fieldcrypt.unseal(appeal.words, purpose=_purpose(appeal.decision_id)) if appeal.words else ""


def asked_words(member: Member, token: str) -> str:
    """What the member wrote when they asked for another look; empty for nothing, or when no key opens it."""
    found = Appeal.objects.filter(decision__token=token, decision__member=member).first()
    try:
        return words_of(found) if found else ""
    except fieldcrypt.NotReadable:
        return ""


def answer(by: Member, token: str, *, take_back: bool, words: str, version: int) -> Decision:
    """Decides an appeal that `by` holds: the decision is taken back, or stays and a person says why.

    Raises `NotYours`, `Stale`, `NotHeld`, and `BadChoice` where it stays without a word.
    """
    asked = Appeal.objects.filter(flag__token=token).select_related("decision__room").first()
    with transaction.atomic():
        if asked:
            room = asked.decision.room
            locks.before_case(token, asked.decision.kind, room.slug if room else "")
        flag = held_flag(by, token, version=version)
        appeal = Appeal.objects.filter(flag=flag).select_related("decision__flag__message").first()
        if appeal is None:
            raise BadChoice("kind", _("This is not an appeal."))
        if not take_back and not words.strip():
            raise BadChoice("words", _("Say it in your own words, too."))
        made = _answered(appeal, by, Kind.LIFTED if take_back else Kind.UPHELD, choices.tidy(words))
        if take_back:
            effects.take_back(appeal.decision, by=by)
        flag.closed_at, flag.holder, flag.held_until = timezone.now(), None, None
        flag.version += 1
        flag.save(update_fields=["closed_at", "holder", "held_until", "version"])
        flags.note(flag, FlagEvent.Kind.DECIDED, by=by, says=made.kind)
        telling.tell(made)
        audit.record(by, f"appeal.{made.kind}", appeal.decision, about=appeal.decision.member)
    return made


def _answered(appeal: Appeal, by: Member, kind: str, words: str) -> Decision:
    first = appeal.decision
    made = Decision.objects.create(
        flag=first.flag, member=first.member, by=by, kind=kind, reason=first.reason, words=words, answers=first
    )
    Appeal.objects.filter(pk=appeal.pk).update(answer=made)
    return made


def _sealed(decision: Decision, words: str) -> str:
    return fieldcrypt.seal(words, purpose=_purpose(decision.pk))


def _purpose(decision_id: int) -> str:
    return f"appeal:{decision_id}"


@keyring.turns("appeals")
def _reseal() -> int:
    return fieldcrypt.rewrap(Appeal.objects.all(), "words", purpose=lambda row: _purpose(row.decision_id))
