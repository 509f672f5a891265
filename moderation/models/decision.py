"""What moderators did about a flag, and why; asked to look again, another one decides."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from moderation.models.flag import Flag, new_token

APPEAL_FOR = timedelta(days=183)


class Decision(models.Model):
    """One act with its statement of reasons. Never edited: the database refuses it. Another one may answer it."""

    class Kind(models.TextChoices):
        NO_CONCERN = "no-concern", _("No concern")
        SUPPORT = "support", _("Support")
        HIDE_FOR_NOW = "hide-for-now", _("Hidden for 30 minutes")
        HIDE = "hide", _("Taken down")
        RESTORE = "restore", _("Shown again")
        VEIL = "veil", _("A heads-up")
        EDIT_REQUEST = "edit-request", _("Asked to change it")
        SILENCE = "silence", _("Posting paused")
        RESTRICT = "restrict", _("One thing paused")
        SUSPEND = "suspend", _("Account closed for a time")
        REMOVE = "remove", _("Removed from a room")
        STORY_OFF = "story-off", _("Story taken away")
        ESCALATE = "escalate", _("Handed to a lead")
        IMMINENT = "imminent", _("Emergency procedure")
        UPHELD = "upheld", _("Looked at again, and left")
        LIFTED = "lifted", _("Looked at again, and taken back")
        UNDONE = "undone", _("Taken back at once")

    class Reason(models.TextChoices):
        HARM = "harm", _("It described how someone could be hurt")
        IDENTITY = "identity", _("It gave a way to find someone")
        MEDICINE = "medicine", _("It told someone what to do about medicine")
        UNKIND = "unkind", _("It was unkind to someone")
        SELLING = "selling", _("It was selling or collecting something")
        WORRY = "worry", _("We were worried")

    TELLS: ClassVar = frozenset(
        {
            "support",
            "hide",
            "restore",
            "veil",
            "edit-request",
            "silence",
            "restrict",
            "suspend",
            "remove",
            "story-off",
            "upheld",
            "lifted",
        }
    )
    APPEALABLE: ClassVar = frozenset(
        {"hide", "veil", "edit-request", "silence", "restrict", "suspend", "remove", "story-off"}
    )

    token = models.CharField(max_length=22, unique=True, default=new_token)
    flag = models.ForeignKey(Flag, null=True, on_delete=models.SET_NULL, related_name="decisions")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="decisions_met", help_text="Whom"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    second = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    reason = models.CharField(max_length=10, choices=Reason, blank=True)
    words = models.CharField(max_length=1000, blank=True, help_text="A person's words to the member")
    until = models.DateTimeField(null=True, blank=True)
    room = models.ForeignKey("chat.Room", null=True, on_delete=models.SET_NULL, related_name="+")
    ability = models.CharField(max_length=10, blank=True)
    verdicts = models.JSONField(default=dict, help_text="What a moderator said of each rule that matched")
    checklist = models.JSONField(default=dict, help_text="Of the emergency procedure: what was stated, what was done")
    answers = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="answered_by")
    at = models.DateTimeField(default=timezone.now)
    before = models.JSONField(null=True, help_text="How the case stood, where the decision can be undone for a moment")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["member", "kind", "until"], name="decisions_by_member"),
            models.Index(fields=["-at"], name="decisions_by_time"),
        ]


class Proposal(models.Model):
    """A decision that needs two keys: one moderator proposes, another confirms. Nothing happens before."""

    token = models.CharField(max_length=22, unique=True, default=new_token)
    flag = models.ForeignKey(Flag, on_delete=models.CASCADE, related_name="proposals")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    choice = models.JSONField()
    at = models.DateTimeField(default=timezone.now)
    decision = models.OneToOneField(Decision, null=True, on_delete=models.SET_NULL, related_name="proposal")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["flag"], condition=models.Q(ended_at=None), name="a_flag_waits_for_one_second_key"
            ),
        ]


class Appeal(models.Model):
    """A member asks for another look, once for each decision; somebody who had no part in it decides."""

    decision = models.OneToOneField(Decision, on_delete=models.CASCADE, related_name="appeal")
    flag = models.OneToOneField(Flag, null=True, on_delete=models.SET_NULL, related_name="appeal")
    words = models.TextField(blank=True, help_text="The member's own, encrypted")
    at = models.DateTimeField(default=timezone.now)
    answer = models.OneToOneField(Decision, null=True, on_delete=models.SET_NULL, related_name="answer_to")
