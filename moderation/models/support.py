"""Help that is offered to the author of a message, and to nobody else."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from moderation.models.flag import new_token


class SupportOffer(models.Model):
    """Ways to get help beside a member's own message. What they do with it is a full answer, remembered everywhere."""

    class Level(models.TextChoices):
        NOW = "now"  # the panel
        SOFT = "soft"  # one folded line

    class State(models.TextChoices):
        OPEN = "open"
        FOLDED = "folded"
        NOT_NOW = "not-now"
        NOT_MEANT = "not-meant"
        ASKED = "asked"  # for a moderator

    token = models.CharField(max_length=22, unique=True, default=new_token)
    message = models.OneToOneField("chat.Message", on_delete=models.CASCADE, related_name="support_offer")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="support_offers")
    level = models.CharField(max_length=4, choices=Level)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    severity = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=20, blank=True)
    words = models.CharField(max_length=1000, blank=True, help_text="A moderator's own, with the card")
    at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["member", "-at"], name="support_by_member")]
