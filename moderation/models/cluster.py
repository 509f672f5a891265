"""Several members at once: what the watch noticed, and which case stands for it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from moderation.models.flag import Flag


class Cluster(models.Model):
    """A rise, a way or an event that several members name. One case for it; each person keeps their own."""

    class Kind(models.TextChoices):
        RISE = "rise"  # more members in danger than is usual
        METHOD = "method"  # several name the same way to die
        EVENT = "event"  # several name the same person, place or thing

    flag = models.OneToOneField(Flag, on_delete=models.CASCADE, related_name="cluster")
    kind = models.CharField(max_length=6, choices=Kind)
    key = models.CharField(max_length=64, help_text="Of kind, room and word, under a key: it tells none of them")
    room = models.ForeignKey("chat.Room", null=True, on_delete=models.CASCADE, related_name="+", help_text="Or all")
    since = models.DateTimeField()
    members = models.PositiveIntegerField()
    usual = models.FloatField(default=0, help_text="Members in as long a time, on the days before")
    word = models.TextField(blank=True, help_text="What they name, encrypted")
    messages = models.JSONField(default=list, help_text="Keys of the newest of them, a bounded number")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["key", "-at"], name="clusters_by_key")]
