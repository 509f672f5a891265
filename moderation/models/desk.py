"""Which moderators have a page of the console open at this moment."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone


class AtDesk(models.Model):
    """A moderator whose socket is open, and the case that its page shows. Rows go a minute after the socket did."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    token = models.CharField(max_length=22, blank=True, help_text="Of the case; empty for the queue")
    seen_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "token"], name="a_moderator_is_at_a_case_once")
        ]
