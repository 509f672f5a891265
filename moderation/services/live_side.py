"""What moderation knows of a live chat's room and tells whoever leads it: that somebody looks, never at what."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils import timezone

from chat import host_side
from chat.models import Message, Room
from moderation.detector import Severity
from moderation.models import Flag
from moderation.services import replies


class _Side:
    def looking(self, room_id: int) -> str:
        open_here = Flag.objects.open().filter(kind=Flag.Kind.CONCERN, message__room=room_id)
        if not open_here.exists():
            return ""
        now = timezone.now()
        return "looking" if open_here.filter(holder__isnull=False, held_until__gt=now).exists() else "waiting"

    def waiting(self, room_id: int, reader: Any) -> list[tuple[int, int]]:
        return replies.waiting_in_live(reader, Room.objects.get(pk=room_id))

    def answered(self, room_id: int, seq: int, by: Any) -> None:
        replies.answered_in_live(by, room_id, seq)

    def hard(self, room_id: int) -> list[host_side.Hard]:
        # A message that was taken back by its author counts: they may have been sorry that they said it.
        is_hard = Q(screenings__severity__gte=Severity.MODERATE) | ~Q(held_at=None) | ~Q(hidden_at=None)
        rows = Message.objects.filter(is_hard, room=room_id, author__isnull=False).order_by("seq")
        newest = {author: (seq, at) for author, seq, at in rows.values_list("author", "seq", "stored_at")}
        return [host_side.Hard(pk, seq, at) for pk, (seq, at) in newest.items() if pk]


SIDE = host_side.tells_hosts(_Side())
