"""Help that is offered to the author of a message, and to nobody else."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

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


class SupportAfter(models.Model):
    """Asked once, a day later and optional: whether it helped, and what stood in the way. No words of their own."""

    class Helped(models.TextChoices):
        YES = "yes", _("Yes")
        A_LITTLE = "a-little", _("A little")
        NO = "no", _("No")

    class InTheWay(models.TextChoices):
        NOTHING = "nothing", _("Nothing")
        CALLING = "calling", _("Calling is hard for me")
        EFFORT = "effort", _("It was too much effort at that moment")
        ALONE = "alone", _("I wanted to manage on my own")
        BELIEF = "belief", _("I didn't think it would help")
        TRUST = "trust", _("I wasn't sure it stays private")
        NOT_NEEDED = "not-needed", _("I didn't need it")
        OTHER = "other", _("Something else")

    offer = models.OneToOneField(SupportOffer, on_delete=models.CASCADE, related_name="after")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now, db_index=True)
    answered_at = models.DateTimeField(null=True, blank=True, help_text="Also when it was left out")
    helped = models.CharField(max_length=10, choices=Helped, blank=True)
    in_the_way = models.CharField(max_length=12, choices=InTheWay, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["member", "-asked_at"], name="support_after_by_member")]
