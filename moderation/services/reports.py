"""Taking in a report: stored with the words as they are now, once per member, message and door."""

from __future__ import annotations

from django.db import transaction

from chat.models import Message
from chat.services.rooms import room_for
from community import text, throttle
from community.access import require
from community.models import Member
from community.refusals import NotYours, TooFast
from community.services import outbox
from moderation.models import Report

NOTE_LIMIT = 500
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
    tidy_note = text.tidy(note, limit=NOTE_LIMIT) if note.strip() else ""
    with transaction.atomic():
        _, is_new = Report.objects.get_or_create(
            message=message,
            reporter=by,
            door=door,
            defaults={"reason": reason, "note": tidy_note, "body_then": message.body},
        )
        if is_new:
            _tell_moderators()
    return is_new


def _tell_moderators() -> None:
    addresses = Member.objects.filter(groups__name__in=HEARING_ROLES, is_active=True).exclude(email="")
    for address in set(addresses.values_list("email", flat=True)):
        outbox.write(to=address, subject="Something new for you", body="A member has told the moderators something.")
