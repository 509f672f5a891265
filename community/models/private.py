"""What is a member's alone: their key, their safety plan, and who of the staff looked at their words."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from community.models.member import Member


class MemberKey(models.Model):
    """The key of one member's own pages, wrapped by the key ring. Deleting it makes them unreadable for good."""

    member = models.OneToOneField(Member, on_delete=models.CASCADE, primary_key=True, related_name="own_key")
    wrapped = models.TextField()


class SafetyPlan(models.Model):
    """What helps this member in a bad hour, in their own words; encrypted with their own key."""

    member = models.OneToOneField(Member, on_delete=models.CASCADE, primary_key=True, related_name="safety_plan")
    sealed = models.TextField()
    keeps_offline = models.BooleanField(
        default=False, help_text="They asked to have it on this device without a network"
    )
    changed_at = models.DateTimeField(default=timezone.now)


class StaffLook(models.Model):
    """Somebody of the staff read words this member wrote or received in private. The member can see it."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="staff_looks")
    role = models.CharField(max_length=20)
    reason = models.CharField(max_length=120)
    messages = models.PositiveSmallIntegerField(help_text="How many messages were shown")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["member", "-at"], name="staff_looks_by_member")]
