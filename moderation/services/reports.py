"""Taking in a report: stored with the words as they are now, once per member, message and door. Many join one flag."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.access import REPORTABLE_FOR
from chat.models import Conversation, Message
from chat.services import conversations, sealing
from chat.services.rooms import room_for
from community import fieldcrypt, text, throttle
from community.access import require
from community.models import Member, StoryRevision
from community.refusals import NotOpen, NotYours, TooFast
from community.services import apart, keyring, members, notices, story_reading
from community.services.story_reading import Telling
from moderation.detector import Severity
from moderation.models import Flag, Report
from moderation.models.shift import ROLES
from moderation.services import calling, flags

NOTE_LIMIT = 500
EVIDENCE_KEPT = timedelta(days=180)
AROUND = 10  # messages each side of a flagged one that a moderator reads
HOSTILE_AT_MOST = 3  # reports told to hurt; then this door closes
OUTCOME = "outcome"  # kind of the notice
# Doors and reasons at which somebody looks soon: danger to life first, and whoever was laid bare (promise M1).
SOON = ("worried", "harm", "could-harm", "about-me")


class Closed(NotOpen):
    """Worries of this member were told to hurt others; this door is closed to them, the other is not."""

    code = "worry-closed"
    detail = _("You can't send this any more. You can still report what isn't okay, and block people.")


def message_for(member: Member, slug: str, seq: int) -> Message:
    """The message, if `member` may tell a moderator about it. Raises `NotYours`."""
    room = room_for(member, slug)
    message = Message.objects.filter(room=room, seq=seq).select_related("room", "author").first()
    if message is None:
        raise NotYours
    require(member, "message.report", message)
    return message


def report(message: Message, *, by: Member, door: str, reason: str = "", note: str = "") -> bool:
    """Stores the report and tells those who moderate, without its words. False when it was told before.

    Raises `TooFast`, and `Closed` for a worry of somebody whose worries were told to hurt.
    """
    _mind_limits(by, door)
    words = _words_of(message)
    with transaction.atomic():
        made, is_new = Report.objects.get_or_create(
            message=message,
            reporter=by,
            door=door,
            defaults={
                "about_id": message.author_id,
                "reason": reason,
                "note": _tidy(note),
                "body_then": fieldcrypt.seal(words, purpose=_purpose(message.pk)),
            },
        )
        if is_new:
            _join(made, flags.raise_about(message, _cause(made)))
    return is_new


def report_member(member: Member, *, by: Member, door: str, reason: str = "", note: str = "") -> bool:
    """The same about somebody themselves, whatever they wrote. Raises `NotYours` for oneself, too."""
    if member.pk == by.pk:
        raise NotYours
    apart.other_member(by, member.name)
    _mind_limits(by, door)
    with transaction.atomic():
        made, is_new = Report.objects.get_or_create(
            message=None,
            story=None,
            about=member,
            reporter=by,
            door=door,
            handled_at=None,
            defaults={"reason": reason, "note": _tidy(note), "body_then": _line_of(member)},
        )
        if is_new:
            _join(made, flags.raise_about_member(member, _cause(made)))
    return is_new


def report_conversation(talk: Conversation, *, by: Member, door: str, reason: str = "", note: str = "") -> bool:
    """The same about a whole conversation of `by`: what the other one said last stands for it, since a moderator reads
    one message and the ten around it (promise A6). Where they said nothing, or took all of it back, about themselves.
    """
    said = Message.objects.filter(room=talk.room, author__isnull=False).exclude(author=by)
    there = Q(withdrawn_at=None) | Q(withdrawn_at__gt=timezone.now() - REPORTABLE_FOR)
    last = said.filter(there).select_related("room", "author").order_by("-seq").first()
    if last is not None:
        require(by, "message.report", last)
        return report(last, by=by, door=door, reason=reason, note=note)
    other = conversations.other_of(talk, by)
    if other is None:
        raise NotYours
    return report_member(other, by=by, door=door, reason=reason, note=note)


def story_for(member: Member, slug: str) -> Telling:
    """The story as readers are given it now, if `member` may tell a moderator about it. Raises `NotYours`."""
    found = story_reading.story_for(slug)
    if found.story.writer_id == member.pk:
        raise NotYours  # whoever wrote it takes it away themselves
    return found


def text_read(told: Telling, number: int | None) -> StoryRevision:
    """The text of this number, if readers ever had it; else the one that they have now."""
    rows = StoryRevision.objects.filter(story=told.story, number=number or 0, state=StoryRevision.State.READY)
    return rows.select_related("story").first() or told.revision


def report_story(read: StoryRevision, *, by: Member, reason: str, note: str = "") -> bool:
    """The same about a story, with the very text that was read. False while an earlier one of theirs waits."""
    _mind_limits(by, Report.Door.NOT_OKAY)
    content = read.read()
    with transaction.atomic():
        made, is_new = Report.objects.get_or_create(
            story=read.story,
            reporter=by,
            handled_at=None,
            defaults={
                "door": Report.Door.NOT_OKAY,
                "about_id": read.story.writer_id,
                "revision": read.number,
                "reason": reason,
                "note": _tidy(note),
                "body_then": fieldcrypt.seal(f"{content.title}\n\n{content.body}", purpose=_purpose(None)),
            },
        )
        if is_new:
            _join(made, flags.raise_about_story(read.story, _cause(made)))
    return is_new


def _mind_limits(by: Member, door: str) -> None:
    wait = throttle.report(by.pk) or (throttle.worry(by.pk) if door == Report.Door.WORRIED else 0)
    if wait:
        raise TooFast(retry_after=wait)
    if members.is_restricted(by, "report"):
        raise Closed
    if door == Report.Door.WORRIED:
        hostile = Report.objects.filter(reporter=by, door=door, is_hostile=True)
        if hostile.count() >= HOSTILE_AT_MOST:
            raise Closed


def _cause(made: Report) -> flags.Cause:
    source = made.reason or made.door
    return flags.Cause(int(Severity.HIGH if source in SOON else Severity.MODERATE), source)


def _join(made: Report, flag: Flag) -> None:
    made.flag = flag
    made.save(update_fields=["flag"])
    _tell_moderators()


def _tidy(note: str) -> str:
    return text.tidy(note, limit=NOTE_LIMIT) if note.strip() else ""


def _words_of(message: Message) -> str:
    """What the message says; when its author took it back a moment ago, what it said."""
    sealing.open_all([message])
    if not message.withdrawn_at:
        return message.body
    last = message.earlier_texts.order_by("-pk").first()
    return (sealing.words_before(message, last) or ("", ""))[0] if last else ""


def _line_of(member: Member) -> str:
    """The line about themselves that others read just now, sealed; it can be changed a second later (promise M1)."""
    return fieldcrypt.seal(member.bio, purpose=_purpose(None)) if member.bio else ""


# Sealed under the key ring, not the conversation's key: a report outlives the conversation.
def words_then(report: Report) -> str:
    """What the message said when it was reported, or the line of whoever it is about. Raises `NotReadable`."""
    return fieldcrypt.unseal(report.body_then, purpose=_purpose(report.message_id)) if report.body_then else ""


def _purpose(message_id: int | None) -> str:
    return f"report:{message_id}"


@keyring.turns("reports")
def _reseal() -> int:
    return fieldcrypt.rewrap(Report.objects.all(), "body_then", purpose=lambda row: _purpose(row.message_id))


def settle(flag: Flag, outcome: str) -> int:
    """Tells everyone who reported what this flag is about how it went; how many. Call in a transaction.

    Nothing about what was done to whom: acted, or left.
    """
    waiting = list(Report.objects.filter(flag=flag, handled_at=None))
    Report.objects.filter(pk__in=[one.pk for one in waiting]).update(handled_at=timezone.now(), outcome=outcome)
    for one in waiting:
        if one.reporter_id:
            notices.notify([one.reporter_id], kind=OUTCOME, key=outcome_key(one), subject="", path="/you/reports/")
    return len(waiting)


def outcome_key(report: Report) -> str:
    """The cause "this is what became of what you told us"."""
    return f"report:{report.pk}"


def unsettle(told: Sequence[Report]) -> None:
    """These wait for their outcome again; who told has not seen one. Call in a transaction."""
    Report.objects.filter(pk__in=[one.pk for one in told]).update(handled_at=None, outcome="", is_hostile=False)
    for one in told:
        notices.take_back(outcome_key(one))


def told_by(member: Member) -> list[Report]:
    """What a member told the moderators, newest first, each with its outcome if there is one."""
    rows = Report.objects.filter(reporter=member).select_related("message__room", "about")
    return list(rows.order_by("-at", "-pk")[:100])


def evidence_in(room_ids: set[int]) -> set[int]:
    """Those of these rooms in which something was reported or flagged lately: their words must stay (promise D3)."""
    since = timezone.now() - EVIDENCE_KEPT
    told = Report.objects.filter(message__room__in=room_ids, at__gt=since).values_list("message__room", flat=True)
    recent = Q(closed_at=None) | Q(opened_at__gt=since)
    seen = Flag.objects.filter(recent, message__room__in=room_ids).values_list("message__room", flat=True)
    return set(told) | set(seen)


def evidence_among(room_id: int) -> set[int]:
    """The ids of those messages of this room that belong to a case or a report, with what a moderator of an open case
    reads around it. They stay until the case is forgotten, half a year after it was closed (promise D3).
    """
    rows = Message.objects.filter(room=room_id)
    told = set(rows.filter(Q(reports__isnull=False) | Q(flags__isnull=False)).values_list("pk", flat=True))
    for seq in set(rows.filter(flags__in=Flag.objects.open()).values_list("seq", flat=True)):
        for near in (rows.before(seq, AROUND), rows.after(seq, AROUND)):
            told |= set(near.values_list("pk", flat=True))
    return told


def _tell_moderators() -> None:
    people = calling.everyone(*ROLES)
    calling.write(people, "Something new for you", "A member has told the moderators something.")
