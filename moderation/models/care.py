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
    heavy_an_hour = models.PositiveSmallIntegerField(default=6)
    heavy_minutes_a_day = models.PositiveSmallIntegerField(default=120)
    break_after_minutes = models.PositiveSmallIntegerField(default=90)
    break_after_heavy = models.PositiveSmallIntegerField(default=8)
    break_minutes = models.PositiveSmallIntegerField(default=15)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(pk=1), name="there_is_one_set_of_limits")]


class OwnCare(models.Model):
    """What a moderator set for themselves: a lower limit. Its row is held while they take a case or a break."""

    member = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="own_care"
    )
    heavy_a_day = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Lower than the team's; or none")


class Heavy(models.Model):
    """A moderator read heavy words: a case in band Now, or one taken down for details of harm. Once for each case."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="heavy")
    flag = models.ForeignKey("moderation.Flag", null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    since = models.DateTimeField(default=timezone.now, help_text="When the words were in view last")
    seconds = models.PositiveIntegerField(default=0, help_text="In view before that")
    left_at = models.DateTimeField(null=True, blank=True, help_text="When the case was decided or given back")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["member", "flag"], name="a_case_is_carried_once")]
        indexes: ClassVar = [models.Index(fields=["member", "at"], name="heavy_by_member")]


class Break(models.Model):
    """A break that was due: put off, or taken until a time."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="breaks")
    at = models.DateTimeField(default=timezone.now)
    laters = models.PositiveSmallIntegerField(default=0, help_text="How often it was put off")
    later_until = models.DateTimeField(null=True, blank=True, help_text="Not offered again before")
    began_at = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["member"], condition=models.Q(began_at=None), name="one_break_is_put_off_at_a_time"
            )
        ]
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


class CareCall(models.Model):
    """The person on call was called, because nobody who is here can take more. Once for each cause."""

    cause = models.CharField(max_length=40, unique=True, help_text='Such as "case:17"')
    at = models.DateTimeField(default=timezone.now)
