"""Live chats: the rule they come from, one of them with its room, and what belongs to it."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.models.room import Room

if TYPE_CHECKING:
    from community.models import Member

MEMBER = settings.AUTH_USER_MODEL
TOKEN_BYTES = 8
PROMPT_LIMIT = 200  # characters
SO_FAR_LIMIT = 400
PEOPLE_ASKING = 3  # members who ask for the same before curators see it


def new_token() -> str:
    """The address of a live chat; not a counter."""
    return secrets.token_hex(TOKEN_BYTES)


def _somebody(name: str) -> models.ForeignKey[Member | None, Member | None]:
    return models.ForeignKey(MEMBER, null=True, blank=True, on_delete=models.SET_NULL, related_name=name)


class Series(models.Model):
    """The rule that live chats come from: wall-clock time in the organiser's zone, and topics that take turns."""

    name = models.CharField(max_length=80)
    topics = models.JSONField(default=list, help_text="They take turns: topic, purpose, content_note, prompts")
    weekdays = models.CharField(max_length=7, default="0123456", help_text="0 is Monday")
    at = models.TimeField(help_text="By the clock on the organiser's wall")
    zone = models.CharField(max_length=64)
    minutes = models.PositiveSmallIntegerField(default=60)
    first_day = models.DateField()
    until = models.DateField(null=True, blank=True)
    holidays_of = models.CharField(max_length=2, blank=True, help_text="No chat on public holidays of this country")
    host = _somebody("hosts_series")
    cover = _somebody("covers_series")
    moderator = _somebody("moderates_series")
    seats = models.PositiveSmallIntegerField(null=True, blank=True)
    slow_seconds = models.PositiveIntegerField(default=0)
    keep_days = models.PositiveSmallIntegerField(default=7)
    ended_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "series"

    def __str__(self) -> str:
        return self.name


class Gap(models.Model):
    """A day on which a series makes no chat."""

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="gaps")
    day = models.DateField()
    reason = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["series", "day"], name="a_day_is_left_out_once")]


class LiveChat(models.Model):
    """A scheduled session with a host, a start and an end, held in its room.

    Whether it is open is not stored: `chat.services.live_clock.state_of` computes it from these times.
    """

    token = models.CharField(max_length=16, unique=True, default=new_token)
    room = models.OneToOneField(Room, on_delete=models.CASCADE, related_name="live_chat")
    series = models.ForeignKey(Series, null=True, blank=True, on_delete=models.SET_NULL, related_name="chats")
    day = models.DateField(null=True, blank=True, help_text="The day of the series that it was planned for")
    topic = models.CharField(max_length=80)
    purpose = models.CharField(max_length=300, blank=True)
    content_note = models.CharField(max_length=120, blank=True)
    opening = models.CharField(max_length=600, blank=True, help_text="What the host opens with")
    zone = models.CharField(max_length=64, default="UTC", help_text="The organiser's")
    starts_at = models.DateTimeField(db_index=True)
    ends_at = models.DateTimeField()
    moved_from = models.DateTimeField(null=True, blank=True, help_text="When it would have begun")
    host = _somebody("hosts_chats")
    cover = _somebody("covers_chats")
    moderator = _somebody("moderates_chats")
    led_by = _somebody("leads_chats")  # whoever took over from the host; empty while the host leads
    seats = models.PositiveSmallIntegerField(null=True, blank=True)
    keep_days = models.PositiveSmallIntegerField(default=7)
    checked_in_at = models.DateTimeField(null=True, blank=True)
    checked_in_by = _somebody("+")
    cover_asked_at = models.DateTimeField(null=True, blank=True, help_text="The host can't come")
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancelled_because = models.CharField(max_length=200, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True, help_text="Everybody rests until then")
    ending_at = models.DateTimeField(
        null=True, blank=True, help_text="The host's last word, five minutes before the end"
    )
    closed_at = models.DateTimeField(null=True, blank=True, help_text="Closed at once, for a reason")
    closed_because = models.CharField(max_length=200, blank=True)
    so_far = models.CharField(max_length=SO_FAR_LIMIT, blank=True)
    so_far_at = models.DateTimeField(null=True, blank=True)
    talked_about = models.JSONField(default=list, help_text="Lines of the host's summary")
    what_helped = models.JSONField(default=list)
    summed_up_at = models.DateTimeField(null=True, blank=True)
    moderator_called_at = models.DateTimeField(null=True, blank=True)
    host_felt = models.CharField(max_length=12, blank=True, help_text="Asked after the end; for the lead only")
    told = models.JSONField(default=dict, help_text="What those who signed up were told of, with when")
    revision = models.PositiveIntegerField(default=0, help_text="Raised with each change that pages must show")
    emptied_at = models.DateTimeField(null=True, blank=True, help_text="When its messages were deleted")

    class Meta:
        ordering: ClassVar = ["starts_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["series", "day"], name="a_series_makes_one_chat_a_day"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="a_chat_ends_after_it_began"),
        ]

    def __str__(self) -> str:
        return self.topic

    @property
    def lasts(self) -> timedelta:
        """How long it is planned to be."""
        return self.ends_at - self.starts_at

    @property
    def leader(self) -> Member | None:
        """Who leads it now: whoever took over, else its host."""
        return self.led_by or self.host


class Prompt(models.Model):
    """A question the host prepared. The newest that was released is pinned for everyone, until it is taken down."""

    chat = models.ForeignKey(LiveChat, on_delete=models.CASCADE, related_name="prompts")
    place = models.PositiveSmallIntegerField(default=0)
    text = models.CharField(max_length=PROMPT_LIMIT)
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = _somebody("+")
    unpinned_at = models.DateTimeField(null=True, blank=True, help_text="Taken down; nothing is pinned instead")
    put_away_at = models.DateTimeField(null=True, blank=True, help_text="Not wanted; may be put back")

    class Meta:
        ordering: ClassVar = ["place", "pk"]


class SignUp(models.Model):
    """A member wants to come. Who has a seat is not stored: the first ones do, as many as there are seats."""

    chat = models.ForeignKey(LiveChat, on_delete=models.CASCADE, related_name="sign_ups")
    member = models.ForeignKey(MEMBER, on_delete=models.CASCADE, related_name="sign_ups")
    made_at = models.DateTimeField(default=timezone.now)
    wants_reminder = models.BooleanField(default=False)
    by_mail = models.BooleanField(default=False)
    reminded_at = models.DateTimeField(null=True, blank=True)
    entered_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True, help_text="They went; the seat is free")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["chat", "member"], name="a_member_signs_up_once")]
        indexes: ClassVar = [models.Index(fields=["chat", "made_at"], name="sign_ups_in_order")]


class Question(models.Model):
    """Something a member would like to hear about, told to the host beforehand without their name."""

    chat = models.ForeignKey(LiveChat, on_delete=models.CASCADE, related_name="questions")
    member = models.ForeignKey(MEMBER, on_delete=models.CASCADE, related_name="+")
    text = models.CharField(max_length=300)
    made_at = models.DateTimeField(default=timezone.now)


class Leaving(models.Model):
    """How somebody is at the end: theirs alone; hosts see a sum once there are enough."""

    class Felt(models.TextChoices):
        BETTER = "better", _("Better")
        SAME = "same", _("About the same")
        WORSE = "worse", _("Worse")

    class Worth(models.TextChoices):
        YES = "yes", _("Yes")
        PARTLY = "partly", _("In parts")
        NO = "no", _("Not really")

    chat = models.ForeignKey(LiveChat, on_delete=models.CASCADE, related_name="leavings")
    member = models.ForeignKey(MEMBER, on_delete=models.CASCADE, related_name="+")
    felt = models.CharField(max_length=8, choices=Felt, blank=True)
    worth = models.CharField(max_length=8, choices=Worth, blank=True, help_text="Was it worth it?")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["chat", "member"], name="a_member_says_once_how_they_are")
        ]


class LeadSeen(models.Model):
    """When somebody who leads a chat was last seen in its room, by whichever process has their socket."""

    chat = models.ForeignKey(LiveChat, on_delete=models.CASCADE, related_name="leads_seen")
    member = models.ForeignKey(MEMBER, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["chat", "member"], name="a_lead_is_seen_in_one_row")]


class Wish(models.Model):
    """A live chat that members ask for; when three do, curators see it."""

    topic = models.CharField(max_length=80)
    key = models.CharField(max_length=80, db_index=True, help_text="The topic, folded, so that the same is one wish")
    made_at = models.DateTimeField(default=timezone.now)
    members: models.ManyToManyField[Member, Any] = models.ManyToManyField(MEMBER, related_name="wishes")
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=12, blank=True, help_text="planned or declined")
    chat = models.ForeignKey(LiveChat, null=True, blank=True, on_delete=models.SET_NULL, related_name="wishes")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["key"], condition=Q(answered_at=None), name="an_open_wish_stands_once")
        ]


class CalendarAddress(models.Model):
    """The secret address of a member's own calendar feed."""

    member = models.OneToOneField(MEMBER, on_delete=models.CASCADE, related_name="calendar_address")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the secret")
    secret = models.TextField(help_text="Sealed by the key ring, to show it to its member")
    words = models.CharField(max_length=60, blank=True, help_text="What entries are called; empty for neutral words")
    has_all = models.BooleanField(default=False, help_text="Every live chat, not only those signed up for")
    made_at = models.DateTimeField(default=timezone.now)
