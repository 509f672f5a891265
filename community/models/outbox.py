"""Letters to send after commit: a row is the promise, sending is the sweep's work."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone


class Letter(models.Model):
    """One e-mail not yet sent, or sent. Written in the transaction that caused it."""

    to = models.EmailField()
    subject = models.CharField(max_length=200)
    body = models.TextField()
    html = models.TextField(blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["sent_at", "next_try_at"], name="letters_waiting")]
