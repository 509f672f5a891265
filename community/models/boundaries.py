"""What one member wants to be left with: who may write, when nothing rings, what is folded, whom they don't see."""

from __future__ import annotations

from datetime import time
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.models.member import Member


class Boundaries(models.Model):
    """One member's own switches. No row means the safe values below."""

    class WhoMayWrite(models.TextChoices):
        NOBODY = "nobody", _("Nobody")
        AFTER_YES = "after-yes", _("People in my rooms, after I say yes")
        ROOMS = "rooms", _("People in my rooms, right away")

    class Digest(models.TextChoices):
        OFF = "off", _("Off")
        DAILY = "daily", _("Once a day")

    member = models.OneToOneField(Member, on_delete=models.CASCADE, primary_key=True, related_name="boundaries")
    who_may_write = models.CharField(max_length=10, choices=WhoMayWrite, default=WhoMayWrite.AFTER_YES)
    quiet_on = models.BooleanField(default=True)
    quiet_from = models.TimeField(default=time(22, 30), help_text="In the member's own zone")
    quiet_until = models.TimeField(default=time(8, 0))
    shows_quiet = models.BooleanField(default=False, help_text="Tells those they talk to, one to one")
    break_until = models.DateTimeField(null=True, blank=True)
    break_words = models.CharField(max_length=200, blank=True, help_text="Shown, once, to whoever writes meanwhile")
    push_previews = models.BooleanField(default=False, help_text="Names the room; off says 'Something new for you'")
    digest = models.CharField(max_length=6, choices=Digest, default=Digest.OFF)
    digest_sent_at = models.DateTimeField(null=True, blank=True)
    shows_season = models.BooleanField(default=True, help_text="When they came, on their profile")
    shows_rooms = models.BooleanField(default=True, help_text="Rooms shared with the reader, on their profile")


class Mute(models.Model):
    """A member does not see another's words for a while, or for good. One way, told to nobody."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="mutes_made")
    muted = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "muted"], name="a_mute_is_made_once"),
            models.CheckConstraint(condition=~Q(member=F("muted")), name="nobody_mutes_themselves"),
        ]


class NoContact(models.Model):
    """A moderator keeps two members apart: like a block both ways, and neither can lift it."""

    low = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    high = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    made_by = models.ForeignKey(Member, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(max_length=200)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["low", "high"], name="a_pair_is_kept_apart_once"),
            models.CheckConstraint(condition=Q(low__lt=F("high")), name="a_pair_kept_apart_is_stored_in_order"),
        ]


class FoldedTopic(models.Model):
    """Something a member does not want to meet without warning: a shared category, or words of their own (sealed)."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="folded_topics")
    topic = models.CharField(max_length=20, blank=True, help_text="A shared category; empty for own words")
    words = models.TextField(blank=True, help_text="Own words, encrypted")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["member", "topic"], condition=~Q(topic=""), name="a_topic_is_folded_once_per_member"
            ),
        ]
