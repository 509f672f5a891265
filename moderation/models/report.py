"""What members tell moderators about a message, about somebody, or about a story."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Report(models.Model):
    """A member's complaint, or worry about someone. Keeps the text as it was, whatever its author does next."""

    class Door(models.TextChoices):
        WORRIED = "worried", _("I'm worried about them")
        NOT_OKAY = "not-okay", _("Something here isn't okay")

    class Reason(models.TextChoices):
        HARM = "harm", _("It gives details of harm")
        UNKIND = "unkind", _("It's unkind or threatening")
        IDENTITY = "identity", _("It gives away who someone is")
        MEDICINE = "medicine", _("Advice about medicine")
        SELLING = "selling", _("Selling, or asking for money")
        UNDER_AGE = "under-age", _("Someone may be under 18")
        COULD_HARM = "could-harm", _("It could harm someone who reads it")  # of a story
        ABOUT_ME = "about-me", _("It is about me")  # of a story
        OTHER = "other", _("Something else")

    class Outcome(models.TextChoices):
        ACTED = "acted", _("We've acted on it.")
        LEFT = "left", _("We've read it and left it.")

    message = models.ForeignKey("chat.Message", null=True, on_delete=models.CASCADE, related_name="reports")
    about = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="reports_met", help_text="Whom"
    )
    story = models.ForeignKey("community.Story", null=True, on_delete=models.CASCADE, related_name="reports")
    revision = models.PositiveIntegerField(null=True, help_text="Of a story: the number of the text that was read")
    flag = models.ForeignKey("moderation.Flag", null=True, on_delete=models.SET_NULL, related_name="reports")
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="reports_made"
    )
    door = models.CharField(max_length=10, choices=Door)
    reason = models.CharField(max_length=10, choices=Reason, blank=True)
    note = models.CharField(max_length=500, blank=True)
    body_then = models.TextField(help_text="What the message said when it was reported")
    at = models.DateTimeField(default=timezone.now)
    handled_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    is_hostile = models.BooleanField(default=False, help_text="Told to hurt, as a moderator judged")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["message", "reporter", "door"], name="a_worry_is_told_once"),
            models.UniqueConstraint(
                fields=["about", "reporter", "door"],
                condition=models.Q(message=None, story=None, handled_at=None),
                name="a_worry_about_a_member_waits_once",
            ),
            models.UniqueConstraint(
                fields=["story", "reporter"],
                condition=models.Q(story__isnull=False, handled_at=None),
                name="a_report_of_a_story_waits_once",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["handled_at", "door", "at"], name="reports_waiting")]
