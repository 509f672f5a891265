"""Two check-ins at once: a third is refused kindly, so that somebody who has room for it can begin it."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.models import Conversation, Message
from chat.services import conversations
from community.access import require
from community.models import Member
from community.refusals import Refusal
from community.services import apart
from moderation.services import care

MOST = 2
GOES_ON = timedelta(hours=24)  # after its last message
STAFF = ("moderators", "leads")


class TwoGoOn(Refusal):
    """They are in two already."""

    code = "two-check-ins"
    detail = _(
        "You are in two check-ins already, and that is enough for one person. Your words are kept here: a colleague can"
        " send them, or you, once one of the two has ended or been quiet for a day."
    )
    status = 409


def check_in(by: Member, name: str, words: str) -> Conversation:
    """Writes to a member first. Raises `NotYours`, and `TwoGoOn` for a third; one that goes on is no third."""
    require(by, "conversation.check-in")
    other = apart.other_member(by, name)
    with transaction.atomic():
        care.hold(by)
        if len([one for one in going_on(by) if one != other]) >= MOST:
            raise TwoGoOn
        return conversations.check_in(by, name, words)


def going_on(by: Member) -> list[Member]:
    """With whom: check-ins in which something was said in the last day, and which nobody ended. Not with colleagues."""
    recent = Message.objects.filter(room=OuterRef("pk"), stored_at__gt=timezone.now() - GOES_ON)
    mine = Conversation.objects.filter(Q(low=by) | Q(high=by), is_check_in=True, ended_at=None)
    pairs = [(one.low, one.high) for one in mine.filter(Exists(recent)).select_related("low", "high")]
    others = [high if low == by else low for low, high in pairs if low and high]
    staff = Member.objects.filter(pk__in=[one.pk for one in others], groups__name__in=STAFF)
    colleagues = set(staff.values_list("pk", flat=True))
    return [one for one in others if one.pk not in colleagues]
