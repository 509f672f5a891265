"""Rooms in which a community remembers somebody who died: terms before the door, extra care, a fixed end."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from chat.models.room import READ_AFTER, Room

SHORTEST, USUAL, LONGEST = timedelta(days=7), timedelta(days=30), timedelta(days=60)
READ_FOR = READ_AFTER  # then the words go
SLOW_SECONDS = 30


class Memorial(models.Model):
    """What makes a room a memorial. Until when one writes is the room's own `ends_at`."""

    room = models.OneToOneField(Room, on_delete=models.CASCADE, related_name="memorial")
    about = models.CharField(max_length=60, help_text="Whom it remembers, as they were called here")
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    emptied_at = models.DateTimeField(null=True, blank=True)


class MemorialTerms(models.Model):
    """A member agreed to a memorial's terms, and whether what they write there may be given to the family."""

    memorial = models.ForeignKey(Memorial, on_delete=models.CASCADE, related_name="terms")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    hands_over = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["memorial", "member"], name="terms_are_agreed_to_once"),
        ]


class HandOver(models.Model):
    """An admin wants to give the family what was written for them; somebody else has to sign."""

    memorial = models.ForeignKey(Memorial, on_delete=models.CASCADE, related_name="hand_overs")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["memorial"], name="a_memorial_is_handed_over_by_two"),
        ]
