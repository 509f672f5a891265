"""Who looked at or changed what, chained so that a change to the past shows (promise D6)."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils import timezone

from community.models.member import Member


class AuditEntry(models.Model):
    """One act. Never changed, never deleted: the database refuses both. Holds no words and no names."""

    number = models.BigIntegerField(primary_key=True, help_text="1, 2, 3 … without holes")
    at = models.DateTimeField()
    actor = models.CharField(max_length=16, blank=True, help_text="An AuditName; empty for the site itself")
    action = models.CharField(max_length=60)
    thing = models.CharField(max_length=80, blank=True, help_text="What it was done to, such as flag:17")
    about = models.CharField(max_length=16, blank=True, help_text="An AuditName: whom it concerns")
    reason = models.CharField(max_length=200, blank=True, help_text="A code, never anybody's words")
    mac = models.CharField(max_length=64, help_text="HMAC-SHA256 over the entry before and this one, in hexadecimal")

    class Meta:
        ordering: ClassVar = ["number"]
        indexes: ClassVar = [
            models.Index(fields=["thing", "number"], name="audit_by_thing"),
            models.Index(fields=["actor", "number"], name="audit_by_actor"),
        ]


class AuditName(models.Model):
    """Which member stands behind a name of the trail. Goes with the account; the chain does not need it."""

    alias = models.CharField(max_length=16, unique=True)
    member = models.OneToOneField(Member, on_delete=models.CASCADE, related_name="audit_name")


class AuditHead(models.Model):
    """The newest entry, held while the next one is written, and the chain's key. There is one row."""

    number = models.BigIntegerField(default=0)
    mac = models.CharField(max_length=64, blank=True)
    wrapped = models.TextField(help_text="The key, wrapped by the key ring: outside the database it takes FIELD_KEYS")
    moved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=models.Q(pk=1), name="the_trail_has_one_head")]
