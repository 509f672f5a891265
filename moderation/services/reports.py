"""Taking in a report: stored with the words as they are now, once per member, message and door."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from chat.models import Message
from chat.services import sealing
from chat.services.rooms import room_for
from community import fieldcrypt, text, throttle
from community.access import require
from community.models import Member
from community.refusals import NotYours, TooFast
from community.services import keyring, outbox
from moderation.models import Report

NOTE_LIMIT = 500
EVIDENCE_KEPT = timedelta(days=180)
HEARING_ROLES = ("moderators", "leads")


def message_for(member: Member, slug: str, seq: int) -> Message:
    """The message, if `member` may tell a moderator about it. Raises `NotYours`."""
    room = room_for(member, slug)
    message = Message.objects.filter(room=room, seq=seq).select_related("room", "author").first()
    if message is None:
        raise NotYours
    require(member, "message.report", message)
    return message


def report(message: Message, *, by: Member, door: str, reason: str = "", note: str = "") -> bool:
    """Stores the report and tells those who moderate, without its words. False when it was told before."""
    if wait := throttle.report(by.pk):
        raise TooFast(retry_after=wait)
    sealing.open_all([message])
    tidy_note = text.tidy(note, limit=NOTE_LIMIT) if note.strip() else ""
    with transaction.atomic():
        _, is_new = Report.objects.get_or_create(
            message=message,
            reporter=by,
            door=door,
            defaults={"reason": reason, "note": tidy_note, "body_then": _sealed(message)},
        )
        if is_new:
            _tell_moderators()
    return is_new


def _sealed(message: Message) -> str:
    # Under the key ring, not the conversation's key: a report outlives the conversation.
    return fieldcrypt.seal(message.body, purpose=_purpose(message.pk))


def words_then(report: Report) -> str:
    """What the message said when it was reported. Raises `fieldcrypt.NotReadable`."""
    return fieldcrypt.unseal(report.body_then, purpose=_purpose(report.message_id))


def _purpose(message_id: int) -> str:
    return f"report:{message_id}"


@keyring.turns("reports")
def _reseal() -> int:
    return fieldcrypt.rewrap(Report.objects.all(), "body_then", purpose=lambda row: _purpose(row.message_id))


def evidence_in(room_ids: set[int]) -> set[int]:
    """Those of these rooms in which something was reported lately: their words must stay (promise D3)."""
    since = timezone.now() - EVIDENCE_KEPT
    rows = Report.objects.filter(message__room__in=room_ids, at__gt=since)
    return set(rows.values_list("message__room", flat=True))


def _tell_moderators() -> None:
    addresses = Member.objects.filter(groups__name__in=HEARING_ROLES, is_active=True).exclude(email="")
    for address in set(addresses.values_list("email", flat=True)):
        outbox.write(to=address, subject="Something new for you", body="A member has told the moderators something.")
