"""One-to-one: asking to talk, and the room of two that a yes opens."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from chat.models.room import Room

REQUEST_LIFE = timedelta(days=7)
NOTE_LIMIT = 500  # characters


class Conversation(models.Model):
    """A room with two members who never change. Its words are encrypted by its own key."""

    room = models.OneToOneField(Room, on_delete=models.CASCADE, primary_key=True, related_name="conversation")
    low = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    high = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    is_check_in = models.BooleanField(default=False, help_text="Begun by a moderator")
    key = models.TextField(help_text="Wrapped by the key ring; without it the words are gone, from backups too")
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["low", "high"], name="a_pair_has_one_conversation"),
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="a_pair_is_stored_in_order"),
        ]

    @property
    def is_over(self) -> bool:
        """True when nobody can write in it any more: it was ended, or an account is gone."""
        return self.ended_at is not None or None in (self.low_id, self.high_id)


class Request(models.Model):
    """One member asks another to talk. A no, silence and a block look the same to whoever asked."""

    class State(models.TextChoices):
        WAITING = "waiting"
        ACCEPTED = "accepted"
        DECLINED = "declined"
        CLOSED = "closed"  # seven days went by without an answer, and the pair has a newer one

    asker = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="requests_made")
    asked = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="requests_met")
    token = models.CharField(max_length=22, unique=True, help_text="Its address; not a counter")
    note = models.TextField(help_text="The first message, encrypted")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    made_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["asker", "asked"], condition=Q(state="waiting"), name="one_request_waits_per_pair_and_direction"
            ),
            models.CheckConstraint(condition=~Q(asker=F("asked")), name="nobody_asks_themselves"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["asked", "state", "-made_at"], name="requests_met_by_state"),
            models.Index(fields=["asker", "-made_at"], name="requests_made_by_member"),
        ]
