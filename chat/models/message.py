"""What was said, what was changed afterwards, and how people answered it."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from chat.models.room import Room

EDITABLE_FOR = timedelta(minutes=15)
BODY_LIMIT = 4000  # characters; promise B2


class MessageQuerySet(models.QuerySet["Message"]):
    """Questions about messages, all by key (room, seq), never by offset."""

    def before(self, seq: int, count: int) -> Self:
        """The `count` messages just below `seq`, newest first."""
        return self.filter(seq__lt=seq).order_by("-seq")[:count]

    def after(self, seq: int, count: int) -> Self:
        """The `count` messages just above `seq`, oldest first."""
        return self.filter(seq__gt=seq).order_by("seq")[:count]

    def shown(self) -> Self:
        """Neither taken back nor out of sight now; see `Message.is_hidden`."""
        return self.filter(Q(hidden_at=None) | Q(hidden_until__lte=timezone.now()), withdrawn_at=None)

    def hiding(self, author_ids: frozenset[int]) -> Self:
        """Without the words of these authors; one reader's blocks."""
        return self.exclude(author__in=author_ids) if author_ids else self


class Message(models.Model):
    """What a member posted. Its place (`seq`) is its permalink."""

    # The unique (room, seq) index serves look-ups by room; a second one would only cost writes.
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="messages", db_index=False)
    seq = models.BigIntegerField()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="messages", db_index=False
    )
    client_id = models.UUIDField(help_text="Made by the sender's browser; a repeat gets the first answer")
    body = models.TextField(blank=True)
    heads_up = models.CharField(max_length=80, blank=True)
    reply_to = models.BigIntegerField(null=True, blank=True, help_text="Seq of the message this one answers")
    links_shown = models.BooleanField(default=True, help_text="Off for new accounts; promise B7")
    stored_at = models.DateTimeField(default=timezone.now)
    revision = models.BigIntegerField(default=0, help_text="The room's revision when this was last stored or changed")
    edited_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    hidden_at = models.DateTimeField(null=True, blank=True)
    held_at = models.DateTimeField(null=True, blank=True, help_text="Hidden only until a moderator has looked")
    hidden_until = models.DateTimeField(null=True, blank=True, help_text="Hidden until then at most; see is_hidden")
    veiled = models.CharField(max_length=400, blank=True, help_text="Places that others do not see: 12-30 44-60")
    is_unreadable = False  # in memory only: no key opens its words
    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["room", "seq"], name="a_seq_is_used_once_in_a_room"),
            models.UniqueConstraint(fields=["author", "client_id", "room"], name="a_client_id_is_stored_once"),
            models.CheckConstraint(condition=Q(seq__gte=1), name="a_seq_starts_at_one"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["author", "stored_at"], name="messages_by_author"),
            models.Index(fields=["room", "reply_to"], condition=Q(reply_to__isnull=False), name="answers_to_a_message"),
            models.Index(fields=["room", "seq"], condition=Q(held_at__isnull=False), name="messages_held_back"),
            models.Index(
                fields=["hidden_until"], condition=Q(hidden_until__isnull=False), name="messages_hidden_for_a_time"
            ),
        ]

    @property
    def is_hidden(self) -> bool:
        """True while it is out of others' sight: by the clock, not by whether somebody has lifted it (rule 9)."""
        return self.hidden_at is not None and (self.hidden_until is None or timezone.now() < self.hidden_until)


class EarlierText(models.Model):
    """What a message said before it was edited or withdrawn. Staff see it through a flag only."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="earlier_texts")
    body = models.TextField()
    heads_up = models.CharField(max_length=80, blank=True)
    replaced_at = models.DateTimeField(default=timezone.now)


class Change(models.Model):
    """One change to what was said, numbered per room: "what changed after revision r?"."""

    class Kind(models.TextChoices):
        EDITED = "edited"
        WITHDRAWN = "withdrawn"
        HIDDEN = "hidden"
        SHOWN = "shown"
        VEILED = "veiled"  # other pieces of it are kept out of sight than before, or none
        REACTED = "reacted"
        REMOVED = "removed"  # a member lost their place; sockets stop before anything newer is given
        PARTED = "parted"  # whose words a member is given changed (blocks, mutes)

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="changes", db_index=False)
    revision = models.BigIntegerField()
    kind = models.CharField(max_length=12, choices=Kind)
    seq = models.BigIntegerField(null=True, blank=True)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["room", "revision"], name="a_revision_is_used_once_in_a_room"),
        ]


class Reaction(models.Model):
    """A short word of support under a message, from a fixed set whose meaning is plain."""

    class Kind(models.TextChoices):
        WITH_YOU = "with-you", "With you"
        SAME_HERE = "same-here", "Same here"
        THANK_YOU = "thank-you", "Thank you"
        PROUD = "proud-of-you", "Proud of you"
        THINKING = "thinking-of-you", "Thinking of you"

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="reactions")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="reactions")
    kind = models.CharField(max_length=16, choices=Kind)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["message", "member", "kind"], name="a_reaction_is_given_once"),
        ]


class Mention(models.Model):
    """A member was named with @ in a room they have a place in."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="mentions")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mentions")
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="+")
    seq = models.BigIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["message", "member"], name="a_member_is_mentioned_once_per_message"),
        ]
        indexes: ClassVar = [models.Index(fields=["member", "room", "seq"], name="mentions_by_member")]
