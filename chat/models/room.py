"""Rooms and who has a place in them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.models import Member, Story

LIT_FOR = timedelta(minutes=10)
READ_AFTER = timedelta(days=14)  # a room that has an end is still found and read for so long
CALM_SECONDS = 30  # between two messages of one member, while a room is slowed down for a time


class RoomQuerySet(models.QuerySet["Room"]):
    """Questions about rooms; the only door to a room for a member."""

    def listed(self) -> Self:
        """Rooms that any member may see in the list."""
        return self.filter(Q(ends_at=None) | Q(ends_at__gt=timezone.now() - READ_AFTER), kind=Room.Kind.GROUP)

    def visible_to(self, member: Member) -> Self:
        """Listed rooms, and unlisted ones that `member` has a place in; a story's only while anybody may read it."""
        mine = Membership.objects.filter(room=OuterRef("pk"), member=member)
        told = Story.objects.public().filter(talk__room=OuterRef("pk"))
        unlisted = Exists(mine) & (~Q(kind=Room.Kind.STORY) | Exists(told))
        is_listed = Q(ends_at=None) | Q(ends_at__gt=timezone.now() - READ_AFTER)
        return self.filter((Q(kind=Room.Kind.GROUP) & is_listed) | unlisted)

    def joined_by(self, member: Member) -> Self:
        """Rooms that `member` has a place in."""
        return self.filter(memberships__member=member)


class Room(models.Model):
    """A place where messages are posted."""

    class Kind(models.TextChoices):
        GROUP = "group"
        LIVE = "live"
        CONVERSATION = "conversation"
        STORY = "story"  # comments under a story, see `StoryTalk`

    slug = models.SlugField(max_length=60, unique=True, allow_unicode=True)
    name = models.CharField(max_length=60)
    purpose = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.GROUP)
    place = models.PositiveSmallIntegerField(default=0, help_text="Order in the list of rooms")
    top = models.BigIntegerField(default=0, help_text="Seq of the newest message; raised under the row's lock")
    revision = models.BigIntegerField(default=0, help_text="Number of the newest change to what was said")
    last_message_at = models.DateTimeField(null=True, blank=True)
    slow_seconds = models.PositiveIntegerField(default=0, help_text="Least time between two messages of one member")
    is_read_only = models.BooleanField(default=False)
    calm_until = models.DateTimeField(null=True, blank=True, help_text="Slowed down by a moderator until then")
    ends_at = models.DateTimeField(null=True, blank=True, help_text="From then on it is for reading; see `Memorial`")
    keepers = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="keeps", blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    objects = RoomQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["place", "pk"]

    def __str__(self) -> str:
        return self.name

    def is_lit(self, at: datetime | None = None) -> bool:
        """True when somebody wrote within the last ten minutes."""
        return bool(self.last_message_at and (at or timezone.now()) - self.last_message_at < LIT_FOR)

    def is_over(self, at: datetime | None = None) -> bool:
        """True once the room has ended, so that one only reads there."""
        return self.ends_at is not None and self.ends_at <= (at or timezone.now())

    def pace(self, at: datetime) -> int:
        """The least seconds between two messages of one member."""
        is_calm = self.calm_until is not None and at < self.calm_until
        return max(self.slow_seconds, CALM_SECONDS if is_calm else 0)


class Membership(models.Model):
    """A member's place in a room: since when, read up to where, and what of it may ring."""

    class Level(models.TextChoices):
        ALL = "all", _("Every message")
        MENTIONS = "mentions", _("When someone names you")
        NONE = "none", _("Nothing")

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="memberships")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    joined_at = models.DateTimeField(default=timezone.now)
    read_to = models.BigIntegerField(default=0, help_text="Seq of the newest message this member has seen")
    level = models.CharField(max_length=8, choices=Level, default=Level.MENTIONS)
    muted_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["room", "member"], name="a_member_has_one_place_in_a_room"),
        ]


class Pause(models.Model):
    """Until then a member reads in one room and does not write. It ends by itself, or with what caused it."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="pauses")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="pauses")
    until = models.DateTimeField()
    cause = models.CharField(max_length=40, unique=True, help_text="The decision it follows from")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["member", "room", "until"], name="pauses_by_place")]
