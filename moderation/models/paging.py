"""Who is called when a case waits too long, and what is sent to another system about it."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from moderation.models.flag import new_token


class OnCall(models.Model):
    """A moderator who is called, in this order."""

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="on_call"
    )
    place = models.PositiveSmallIntegerField()

    class Meta:
        ordering: ClassVar = ["place", "pk"]


class HookCall(models.Model):
    """One call of the team's own webhook: the row is the promise, sending is a duty's work. No words, no names."""

    token = models.CharField(max_length=22, unique=True, default=new_token, help_text="So that a repeat is known")
    body = models.TextField()
    made_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["sent_at", "next_try_at"], name="hook_calls_waiting")]
