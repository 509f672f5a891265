"""Who looks after the rooms when: the roster, shifts that were begun and closed, and whom to keep an eye on."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from moderation.models.flag import new_token

FURTHEST = timedelta(hours=13)  # an end may be twelve hours away, and clocks differ a little
ROLES = ("moderators", "leads")  # who looks after the rooms


class RosterSlot(models.Model):
    """A time that a moderator said they would be here. UTC; a repeated one is as many rows as there are times."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="roster")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(db_index=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "starts_at"], name="a_moderator_has_a_time_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="a_time_on_the_roster_has_a_length"),
        ]


class ShiftQuerySet(models.QuerySet["Shift"]):
    """Questions about shifts, asked of the clock."""

    def on(self, at: datetime) -> Self:
        """Those that run at a moment: not closed, and not past the time they were meant to end.

        When they began is not asked: after a clock was put back, whoever is here still counts. But an end that lies
        further away than any shift is long counts for nothing, or a clock that was wrong by days would fill them.
        """
        return self.filter(ended_at=None, ends_at__gt=at, ends_at__lte=at + FURTHEST)

    def of_the_able(self, at: datetime) -> Self:
        """Those of members who still have the role, and may sign in."""
        able = Q(member__suspended_until=None) | Q(member__suspended_until__lte=at)
        return self.filter(able, member__is_active=True, member__groups__name__in=ROLES).distinct()


class Shift(models.Model):
    """A moderator is here, from when they began until they closed it. One that nobody closed is closed by a duty."""

    token = models.CharField(max_length=22, unique=True, default=new_token)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="shifts")
    began_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(help_text="When it is meant to end; it can be put off")
    ended_at = models.DateTimeField(null=True, blank=True)
    was_left = models.BooleanField(default=False, help_text="Nobody closed it; a duty did")
    handover = models.TextField(blank=True, help_text="Words for whoever comes next, encrypted")
    offered_to = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text="A colleague who was asked to take it over and has not answered",
    )
    objects = ShiftQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member"], condition=Q(ended_at=None), name="a_moderator_has_one_shift"),
        ]
        indexes: ClassVar = [models.Index(fields=["-ended_at"], name="shifts_by_end")]


class HandoverRead(models.Model):
    """Somebody read what a shift handed over."""

    shift = models.ForeignKey(Shift, on_delete=models.CASCADE, related_name="read_by")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["shift", "member"], name="a_handover_is_read_once_by_each"),
        ]


class Watched(models.Model):
    """A member to keep an eye on, with a reason and an end. Moderators see it; so does the member in their own data."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="watched")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    why = models.TextField(help_text="A colleague's words, encrypted")
    made_at = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(db_index=True)
