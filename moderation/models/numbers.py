"""What is counted of readings, day by day, and what was set by such counts: no member, message or room."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from moderation.models.flag import new_token


class RuleDay(models.Model):
    """How often one rule was found on one day (UTC), and how often in a reading that came to the queue."""

    rule = models.CharField(max_length=80, help_text="As the reading names it, with its version")
    day = models.DateField()
    hits = models.PositiveIntegerField(default=0)
    flags = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "rule"], name="a_rule_is_counted_once_a_day"),
        ]


class ScoreDay(models.Model):
    """The readings of one day (UTC): how many of each of the detector's own levels had which score, in bounded bins."""

    day = models.DateField(primary_key=True)
    readings = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict, help_text="Level to bin to count; bins of `services.calibration`")


class Tallied(models.Model):
    """Up to which reading everything was counted. One row, moved in the transaction that counts."""

    done = models.BigIntegerField(default=0, help_text="Key of the last reading that was counted")
    seen = models.BigIntegerField(default=0, help_text="Newest key at the last look; older ones are surely stored now")
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(pk=1), name="there_is_one_place_of_counting")]


class PublicMonth(models.Model):
    """What the public page says of a month that is over: rounded, small numbers left out, written once."""

    month = models.DateField(primary_key=True, help_text="Its first day")
    figures = models.JSONField(default=dict)
    made_at = models.DateTimeField(default=timezone.now)


class Thresholds(models.Model):
    """The site's own alarms per 1,000 messages, with the scores that bring them. Without a row in force: as shipped."""

    class State(models.TextChoices):
        WAITING = "waiting"  # for a second person: something that mattered would have been missed
        IN_FORCE = "in-force"
        REPLACED = "replaced"
        REFUSED = "refused"

    token = models.CharField(max_length=22, unique=True, default=new_token)
    state = models.CharField(max_length=10, choices=State)
    wanted = models.JSONField(default=dict, help_text="Level to alarms per 1,000; without a level, as shipped")
    cuts = models.JSONField(default=dict, help_text="Level to direction and score, as they were worked out")
    meant = models.JSONField(default=dict, help_text="What it would have meant last month; figures")
    why = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="in-force"), name="one_set_is_in_force"),
            models.UniqueConstraint(fields=["state"], condition=Q(state="waiting"), name="one_set_waits"),
        ]
