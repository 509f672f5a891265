"""What members would like to hear about, told to the host beforehand without their names."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.models import LiveChat, Question
from chat.services import live_chats
from chat.services.live_clock import State, state_of
from community import text, throttle
from community.access import require
from community.models import Member
from community.refusals import NotOpen, Refusal, TooFast

LIMIT = 300
MOST = 3  # of one member for one chat


class Enough(Refusal):
    """Three questions of one member for one chat."""

    code = "enough"
    detail = _("Three questions are there from you. You can take one back and write another.")


def ask(member: Member, chat: LiveChat, words: str) -> Question:
    """Tells the host what the member would like to hear about; the same words twice are one question.

    Raises `NotOpen` once the chat has begun, `Enough`, `TooFast`, and what `text.tidy` raises.
    """
    require(member, "live.ask", chat)
    body = text.tidy(words, limit=LIMIT)
    if wait := throttle.beforehand(member.pk):
        raise TooFast(retry_after=wait)
    with transaction.atomic():
        if state_of(live_chats.held(chat), timezone.now()) != State.PLANNED:
            raise NotOpen
        there = list(Question.objects.filter(chat=chat, member=member))
        same = next((one for one in there if one.text == body), None)
        if same is None and len(there) >= MOST:
            raise Enough
        return same or Question.objects.create(chat=chat, member=member, text=body)


def take_back(member: Member, chat: LiveChat, pk: int) -> bool:
    """Removes a question of the member's own. True when it was there."""
    return Question.objects.filter(chat=chat, member=member, pk=pk).delete()[0] > 0


def of(member: Member, chat: LiveChat) -> list[Question]:
    """What the member asked beforehand, in that order."""
    return list(Question.objects.filter(chat=chat, member=member).order_by("pk"))
