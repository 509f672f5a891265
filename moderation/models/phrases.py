"""The site's own phrases beside those of the release: versions, and counting what one would change."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from moderation.models.flag import new_token


class PhraseVersion(models.Model):
    """One whole text of what the site adds to the release's lists and takes from them. Only a draft is edited.

    `content` is read and checked by `services.phrases`; the version in force is the newest state IN_FORCE.
    """

    class State(models.TextChoices):
        DRAFT = "draft"
        WAITING = "waiting"  # for a second reader
        TRIAL = "trial"  # counted beside the one in force, without consequences
        IN_FORCE = "in-force"
        REPLACED = "replaced"
        DROPPED = "dropped"

    token = models.CharField(max_length=22, unique=True, default=new_token)
    number = models.PositiveIntegerField(null=True, unique=True, help_text="Given once it is handed in; never again")
    based_on = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    content = models.JSONField(default=dict)
    reason = models.TextField(blank=True, help_text="Why; for colleagues")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    edits = models.PositiveIntegerField(
        default=1, help_text="Raised by every change; a change to an older text is refused"
    )
    acts = models.JSONField(default=list, help_text="The last changes: edits, whose key, when, what; for colleagues")
    asked_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)
    in_force_at = models.DateTimeField(null=True, blank=True)
    replaced_at = models.DateTimeField(null=True, blank=True)
    trial_until = models.DateTimeField(null=True, blank=True)
    compiled = models.BinaryField(null=True, help_text="These changes, as the detector reads them beside the release")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="in-force"), name="one_version_is_in_force"),
            models.UniqueConstraint(fields=["state"], condition=Q(state="trial"), name="one_version_is_on_trial"),
        ]


class PhraseNote(models.Model):
    """What colleagues said about a draft; kept with the version."""

    version = models.ForeignKey(PhraseVersion, on_delete=models.CASCADE, related_name="notes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    words = models.CharField(max_length=1000)


class DryRun(models.Model):
    """Counting over stored messages what a version would have found: a row, so that it goes on after a crash."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        STOPPED = "stopped"
        FAILED = "failed"  # it broke off again and again

    token = models.CharField(max_length=22, unique=True, default=new_token)
    version = models.ForeignKey(PhraseVersion, on_delete=models.CASCADE, related_name="dry_runs")
    edits = models.PositiveIntegerField(help_text="Of the version when it was asked for: a later text needs another")
    days = models.PositiveSmallIntegerField(default=30)
    is_trial = models.BooleanField(default=False, help_text="Counts what is stored from now on, while a trial lasts")
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)
    total = models.PositiveIntegerField(default=0)
    read = models.PositiveIntegerField(default=0)
    after = models.BigIntegerField(default=0, help_text="Key of the last message that was read")
    held_until = models.DateTimeField(
        null=True, blank=True, help_text="Somebody counts; a lease, so that a crash ends it"
    )
    tries = models.PositiveSmallIntegerField(default=0, help_text="Processes that began since it got on last")
    counts = models.JSONField(default=dict, help_text="Figures only")


class DryRunChange(models.Model):
    """A message whose reading would differ; keys and levels, never words. A bounded number for each run."""

    run = models.ForeignKey(DryRun, on_delete=models.CASCADE, related_name="changes")
    message = models.ForeignKey("chat.Message", on_delete=models.CASCADE, related_name="+")
    was = models.PositiveSmallIntegerField()
    becomes = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=20, blank=True)
    mattered = models.BooleanField(default=False, help_text="A moderator had acted on it")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["run", "message"], name="a_message_is_counted_once")]
