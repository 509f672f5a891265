"""Opening a flag, joining one that is open, raising it. Many reports and a screening are one case."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from chat.models import Message
from community.models import Member, Story
from moderation import signals
from moderation.detector import Severity
from moderation.models import Flag, FlagEvent, ResponseTimes


@dataclass(frozen=True, slots=True)
class Cause:
    """Why somebody should look: how soon, what about, and where it came from ("words", "worried", "unkind" …)."""

    severity: int
    source: str
    category: str = ""

    @property
    def is_words(self) -> bool:
        """True when a screening found it."""
        return self.source == "words"


def response_times() -> ResponseTimes:
    """The times that admins set, or the usual ones."""
    return ResponseTimes.objects.filter(pk=1).first() or ResponseTimes(pk=1)


def due_in(severity: int, times: ResponseTimes | None = None) -> timedelta:
    """Within what time somebody looks at this severity."""
    times = times or response_times()
    seconds = {Severity.IMMINENT: times.imminent_seconds, Severity.HIGH: times.high_seconds}
    return timedelta(seconds=seconds.get(Severity(severity), times.moderate_seconds))


def raise_about(message: Message, cause: Cause) -> Flag:
    """The open flag about this message with one more cause; opened when there is none."""
    return _raise({"message": message}, message.author_id, cause)


def raise_about_member(member: Member, cause: Cause) -> Flag:
    """The open flag about this member themselves, opened when there is none."""
    return _raise({"member_id": member.pk, "message": None, "story": None}, member.pk, cause)


def raise_about_story(story: Story, cause: Cause) -> Flag:
    """The open flag about this story with one more cause; opened when there is none."""
    return _raise({"story": story, "message": None}, story.writer_id, cause)


@transaction.atomic
def _raise(about: dict[str, object], member_id: int | None, cause: Cause) -> Flag:
    now = timezone.now()
    fresh = {
        "member_id": member_id,
        "severity": cause.severity,
        "category": cause.category,
        "from_words": cause.is_words,
        "opened_at": now,
        "due_at": now + due_in(cause.severity),
    }
    flag = _held(about)
    if flag is None:
        try:
            with transaction.atomic():
                flag = Flag.objects.create(**{**fresh, **about})
        except IntegrityError:
            flag = _held(about)  # somebody else opened it meanwhile
            if flag is None:
                raise
        else:
            note(flag, FlagEvent.Kind.OPENED, says=cause.source)
            return flag
    _join(flag, cause, now)
    return flag


def _held(about: dict[str, object]) -> Flag | None:
    rows = Flag.objects.open().filter(kind=Flag.Kind.CONCERN, **about)
    return rows.select_for_update(no_key=True).first()


def _join(flag: Flag, cause: Cause, now: datetime) -> None:
    more_severe = cause.severity > flag.severity
    if more_severe:
        flag.severity, flag.category = cause.severity, cause.category or flag.category
    flag.due_at = min(flag.due_at, now + due_in(flag.severity)) if flag.due_at > now else flag.due_at
    if flag.returns_at and flag.returns_at > now:  # a follow-up that waits is wanted now
        flag.returns_at, flag.due_at = None, now + due_in(flag.severity)
    flag.from_words = flag.from_words or cause.is_words
    flag.version += 1
    flag.save(update_fields=["severity", "category", "due_at", "returns_at", "from_words", "version"])
    note(flag, FlagEvent.Kind.RAISED if more_severe else FlagEvent.Kind.JOINED, says=cause.source)


def note(flag: Flag, kind: str, *, by: Member | None = None, says: str = "", **more: object) -> FlagEvent:
    """One line of the flag's history; after commit, the queue hears that something moved."""
    event = FlagEvent.objects.create(flag=flag, kind=kind, by=by, says=says, version=flag.version, **more)
    transaction.on_commit(moved)
    return event


def moved() -> None:
    """Says that the queue changed."""
    signals.queue_moved.send(Flag)


def flagged_among(message_ids: Iterable[int]) -> set[int]:
    """Those of these messages about which a flag is open."""
    return set(Flag.objects.open().filter(message__in=list(message_ids)).values_list("message_id", flat=True))
