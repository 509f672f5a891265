"""What rooms do when two members are kept apart: it is numbered among their changes, and a conversation ends."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from chat.models import Change, Conversation, Membership, Room
from chat.services.changes import record
from chat.services.checks import locked
from community.models import Member


def note(pair: tuple[int, int], *, whose: Sequence[int], put_apart_by: int | None) -> None:
    """Numbers the change in every room that the two share. Call in the transaction that stores it.

    `whose` are those of the two who are given other words from now on. Their conversation ends when somebody
    put them apart; neither is told which of the ways it ended.
    """
    members = list(Member.objects.filter(pk__in=whose))
    theirs = [Membership.objects.filter(member=pk).values("room") for pk in pair]
    for room in locked(Room.objects.filter(pk__in=theirs[0]).filter(pk__in=theirs[1])):
        for member in members:
            record(room, Change.Kind.PARTED, by=member)
    if put_apart_by is not None:
        low, high = sorted(pair)
        going_on = Conversation.objects.filter(low=low, high=high, ended_at=None)
        going_on.update(ended_at=timezone.now(), ended_by=put_apart_by)
