"""What the detector read in a message, and how far the sweep has come."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone


class Screening(models.Model):
    """The detector's reading of one wording of one message: places and rules, never words.

    `found` holds categories, places and reasons; of conversations `sealed` holds them instead, since rules tell what
    was said. Nothing found, nothing held.
    """

    message = models.ForeignKey("chat.Message", on_delete=models.CASCADE, related_name="screenings", db_index=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    said_at = models.DateTimeField(help_text="When this wording was stored: the message's own time, or its edit's")
    at = models.DateTimeField(default=timezone.now)
    severity = models.PositiveSmallIntegerField(default=0)
    detected = models.PositiveSmallIntegerField(
        null=True, help_text="What the detector said, where the site's threshold made it another severity"
    )
    score = models.FloatField(default=0)
    category = models.CharField(max_length=20, blank=True)
    version = models.CharField(max_length=40, help_text="Of phrase lists and model")
    found = models.TextField(blank=True)
    sealed = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["message", "said_at"], name="a_wording_is_screened_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["author", "said_at"], condition=models.Q(severity__gte=1), name="distress_by_author"),
        ]


class Screened(models.Model):
    """Up to here every message and every edit of a room has its screening. What lies above is work still to do."""

    room = models.OneToOneField("chat.Room", on_delete=models.CASCADE, primary_key=True, related_name="screened")
    seq = models.BigIntegerField(default=0)
    revision = models.BigIntegerField(default=0)


class Alarm(models.Model):
    """The last time that those who run the site were told of a trouble of this kind."""

    kind = models.CharField(max_length=30, primary_key=True)
    at = models.DateTimeField()
