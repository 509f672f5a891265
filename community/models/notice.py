"""News for one member, and the ways it leaves for their devices. Never with the words of a message."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from community.models.member import Member


class Notice(models.Model):
    """Something new for a member. One row per cause (`key`); more of the same raises `count`."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=80, help_text="What it is about; the same cause makes no second row")
    subject = models.CharField(
        max_length=80, blank=True, help_text="A room's or member's name; never words of a message"
    )
    path = models.CharField(max_length=200)
    count = models.PositiveIntegerField(default=1)
    at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "key"], name="a_cause_is_noticed_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["member", "-at"], name="notices_by_member")]


class PushDevice(models.Model):
    """A browser that a member lets us wake. It goes with the session it was added in."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="push_devices")
    session_key = models.CharField(max_length=40)
    endpoint = models.CharField(max_length=1000, unique=True)
    p256dh = models.CharField(max_length=120)
    auth = models.CharField(max_length=40)
    made_at = models.DateTimeField(default=timezone.now)


class Push(models.Model):
    """One wake-up to send: the row is the promise, sending is a duty's work."""

    device = models.ForeignKey(PushDevice, on_delete=models.CASCADE, related_name="pushes")
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="pushes")
    count = models.PositiveIntegerField(help_text="The notice's count that caused this")
    made_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["device", "notice", "count"], name="a_device_is_woken_once_per_cause"),
        ]
        indexes: ClassVar = [models.Index(fields=["sent_at", "next_try_at"], name="pushes_waiting")]
