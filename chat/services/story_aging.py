"""What was said under a story is gone half a year later, as in rooms; the story stays (promise D3).

First the words: a numbered change, so that every process and page lets go of them. Then, a day later, the row. What a
moderator may still have to read stays until moderation forgets it; then it goes with the next round.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from chat import signals
from chat.models import EarlierText, Message, Room, StoryTalk
from chat.services import changes
from chat.services.checks import locked
from community.duties import duty

KEPT_FOR = timedelta(days=180)
THEN = timedelta(days=1)  # between the words and the row: every process has heard of it
AT_ONCE = 500


@duty("old comments on stories", every_seconds=12 * 3600)
def forget_old() -> int:
    """Erases comments that are older than half a year, but for evidence; how many."""
    now = timezone.now()
    keys = _old(now).order_by("room").values_list("room", flat=True).distinct()
    gone = sum(_of_room(pk, now) for pk in list(keys))
    # A story whose only texts were deleted before anybody read them leaves a room without a story.
    Room.objects.filter(kind=Room.Kind.STORY, story_talk=None, top=0).delete()
    return gone


def _old(now: datetime) -> QuerySet[Message]:
    return Message.objects.filter(room__kind=Room.Kind.STORY, stored_at__lt=now - KEPT_FOR)


def _of_room(room_id: int, now: datetime) -> int:
    answers: list[Any] = [answer for _, answer in signals.words_going.send(StoryTalk, room_id=room_id)]
    kept: set[int] = set().union(*answers)
    mine = _old(now).filter(room=room_id).exclude(pk__in=kept).order_by("seq")
    words = list(mine.filter(withdrawn_at=None)[:AT_ONCE])
    for message in words:
        _take_words(message)
    rows = mine.filter(withdrawn_at__lt=now - THEN).values_list("pk", flat=True)
    _erase(list(rows[:AT_ONCE]))
    return len(words)


@transaction.atomic
def _take_words(message: Message) -> None:
    changes.keep(message, changes.outlived, by=None)
    EarlierText.objects.filter(message=message).delete()


@transaction.atomic
def _erase(keys: list[int]) -> None:
    held = [one.pk for one in locked(Message.objects.filter(pk__in=keys))]
    Message.objects.filter(pk__in=held).delete()
