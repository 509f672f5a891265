"""What a moderator carries: heavy words they read, breaks, how they are after a hard one, and asking for company.

Only the person and the leads see it; nothing here compares people.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone


class CareLimits(models.Model):
    """How much one carries. One row, set by leads; without it these values hold."""

    heavy_a_day = models.PositiveSmallIntegerField(default=20)
    break_after_minutes = models.PositiveSmallIntegerField(default=90)
    break_after_heavy = models.PositiveSmallIntegerField(default=8)
    break_minutes = models.PositiveSmallIntegerField(default=15)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(pk=1), name="there_is_one_set_of_limits")]


class Heavy(models.Model):
    """A moderator read heavy words: a case in band Now, or one taken down for details of harm. Once for each case."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="heavy")
    flag = models.ForeignKey("moderation.Flag", null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True, blank=True, help_text="When the case was decided or given back")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["member", "flag"], name="a_case_is_carried_once")]
        indexes: ClassVar = [models.Index(fields=["member", "at"], name="heavy_by_member")]


class Break(models.Model):
    """A break that was due: put off, or taken until a time."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="breaks")
    at = models.DateTimeField(default=timezone.now)
    laters = models.PositiveSmallIntegerField(default=0, help_text="How often it was put off")
    began_at = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["member", "-at"], name="breaks_by_member")]


class Lifted(models.Model):
    """A lead let somebody carry more than the limit, once, with a reason."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="lifted")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    why = models.TextField(help_text="Encrypted")
    at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()


class Afterwards(models.Model):
    """How a moderator is after a hard case: asked once, answered or passed over. Asking for company reaches a lead."""

    class Answer(models.TextChoices):
        FINE = "fine"
        SHAKEN = "shaken"
        TALK = "talk"
        PASSED = "passed"

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="afterwards")
    flag = models.ForeignKey("moderation.Flag", null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    answer = models.CharField(max_length=8, choices=Answer, blank=True)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    taken_at = models.DateTimeField(null=True, blank=True, help_text="A lead said: I'll get in touch")
    talked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "flag"], name="one_is_asked_once_for_a_case")
        ]


class Spared(models.Model):
    """A subject that a moderator would rather not take. Theirs alone: nobody else is shown it."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="spared")
    category = models.CharField(max_length=20)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "category"], name="a_subject_is_spared_once")
        ]
