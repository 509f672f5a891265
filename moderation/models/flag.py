"""One case about one message, member or story, and what happened to it."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


def new_token() -> str:
    """An address that tells nothing: not a counter."""
    return secrets.token_urlsafe(16)


class FlagQuerySet(models.QuerySet["Flag"]):
    """Questions about flags. Times are asked of the clock, not of a state (rule 9)."""

    def open(self) -> Self:
        """Those that nobody closed."""
        return self.filter(closed_at=None)

    def waiting(self, at: datetime) -> Self:
        """Open ones that are in the queue now; a follow-up comes back when its time has come."""
        return self.open().filter(Q(returns_at=None) | Q(returns_at__lte=at))

    def free(self, at: datetime) -> Self:
        """Those that nobody holds; a lease lapses by itself."""
        return self.filter(Q(holder=None) | Q(held_until=None) | Q(held_until__lte=at))

    def by_urgency(self) -> Self:
        """The most severe first, among equals the one that is due first."""
        return self.order_by("-severity", "due_at", "pk")


class Flag(models.Model):
    """A case: from reports, from a screening, or because its member asked. One open one per message."""

    class Kind(models.TextChoices):
        CONCERN = "concern"
        APPEAL = "appeal"

    token = models.CharField(max_length=22, unique=True, default=new_token)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.CONCERN)
    message = models.ForeignKey("chat.Message", null=True, on_delete=models.CASCADE, related_name="flags")
    story = models.ForeignKey("community.Story", null=True, on_delete=models.CASCADE, related_name="flags")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="flags",
        help_text="Whom it is about",
    )
    severity = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=20, blank=True)
    from_words = models.BooleanField(default=False, help_text="A screening found something")
    is_for_leads = models.BooleanField(default=False)
    opened_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    returns_at = models.DateTimeField(null=True, blank=True, help_text="A follow-up: out of the queue until then")
    closed_at = models.DateTimeField(null=True, blank=True)
    holder = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    held_until = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, help_text="Raised by every act; an act on an older one is refused")
    second_wanted = models.BooleanField(default=False)
    objects = FlagQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["message", "kind"],
                condition=Q(closed_at=None, message__isnull=False, kind="concern"),
                name="a_message_has_one_open_flag",
            ),
            models.UniqueConstraint(
                fields=["member", "kind"],
                condition=Q(closed_at=None, message=None, story=None, kind="concern"),
                name="a_member_has_one_open_flag_of_their_own",
            ),
            models.UniqueConstraint(
                fields=["story", "kind"],
                condition=Q(closed_at=None, story__isnull=False, kind="concern"),
                name="a_story_has_one_open_flag",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-severity", "due_at", "id"], condition=Q(closed_at=None), name="flags_by_urgency"),
            models.Index(fields=["member", "-opened_at"], name="flags_by_member"),
            models.Index(fields=["-opened_at"], name="flags_by_time"),
        ]

    def is_held(self, at: datetime | None = None) -> bool:
        """True while a moderator's lease runs."""
        return bool(self.holder_id and self.held_until and self.held_until > (at or timezone.now()))


class FlagEvent(models.Model):
    """Something that happened to a flag; its history, added to only. Notes between colleagues are here, sealed."""

    class Kind(models.TextChoices):
        OPENED = "opened"
        JOINED = "joined"
        RAISED = "raised"
        TAKEN = "taken"
        RELEASED = "released"
        NOTE = "note"
        SECOND_WANTED = "second-wanted"
        SECOND_GIVEN = "second-given"
        AMBER = "amber"
        PAGED = "paged"
        DECIDED = "decided"
        APPEALED = "appealed"
        UNDONE = "undone"

    flag = models.ForeignKey(Flag, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=14, choices=Kind)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    says = models.CharField(max_length=120, blank=True, help_text="A code, such as what was decided")
    note = models.TextField(blank=True, help_text="A colleague's words, encrypted")
    version = models.PositiveIntegerField(default=0, help_text="The flag's, once this had happened")
    step = models.PositiveSmallIntegerField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True, help_text="Of a step of the clock: which time was missed")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["flag", "due_at", "step"], condition=Q(step__isnull=False), name="a_step_is_taken_once"
            ),
        ]


class ResponseTimes(models.Model):
    """Within how many seconds somebody looks, by severity. One row, set by admins; without it these values hold."""

    imminent_seconds = models.PositiveIntegerField(default=5 * 60)
    high_seconds = models.PositiveIntegerField(default=15 * 60)
    moderate_seconds = models.PositiveIntegerField(default=4 * 3600)
    reply_seconds = models.PositiveIntegerField(
        default=30 * 60, help_text="Until a message that waits is listed to hosts"
    )
    next_page_seconds = models.PositiveIntegerField(default=5 * 60, help_text="Until the next person on call is paged")

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(condition=Q(pk=1), name="there_is_one_set_of_response_times")]
