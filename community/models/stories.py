"""Stories and articles: fixed texts that a clinician and a second reader have read before anyone else does."""

from __future__ import annotations

from datetime import date, datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community.models.member import Member
from community.story_content import Text, from_json


class Byline(models.Model):
    """Who readers are told has written or read something. It need not be the name of a member."""

    name = models.CharField(max_length=60)
    pebble = models.PositiveSmallIntegerField(default=1)
    pronouns = models.CharField(max_length=40, blank=True)
    bio = models.CharField(max_length=400, blank=True)
    profession = models.CharField(
        max_length=80, blank=True, help_text="Of a reviewer: shown with the date of the review"
    )
    links = models.JSONField(default=list, help_text="label and url of each")
    member = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="bylines")
    agreed_at = models.DateTimeField(
        null=True, blank=True, help_text="Of a reviewer: when they agreed that readers see name and profession"
    )
    is_demo = models.BooleanField(default=False, help_text="Invented, for the demo community")

    def __str__(self) -> str:
        return self.name


class StoryQuerySet(models.QuerySet["Story"]):
    """Questions about stories; `public` is the only door for readers."""

    def public(self, at: datetime | None = None) -> Self:
        """Stories that anybody may read at this moment: published, not withdrawn, with consent that stands."""
        at = at or timezone.now()
        rows = self.filter(withdrawn_at=None, consent_withdrawn_at=None).exclude(consent_at=None)
        return rows.filter(published__isnull=False, published_at__lte=at)


class Story(models.Model):
    """One story or article. Its words live in revisions; the columns here repeat the published one, to filter by."""

    slug = models.SlugField(max_length=80, unique=True)
    kind = models.CharField(max_length=10, default="story")
    category = models.CharField(max_length=20)
    title = models.CharField(max_length=90, help_text="Of the newest text")
    byline = models.ForeignKey(Byline, on_delete=models.PROTECT, related_name="stories")
    writer = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="stories")
    published = models.ForeignKey("StoryRevision", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True, db_index=True, help_text="From then on readers see it")
    next = models.ForeignKey("StoryRevision", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    next_at = models.DateTimeField(null=True, blank=True, help_text="When `next` takes the place of `published`")
    changed_at = models.DateTimeField(null=True, blank=True, help_text="When readers last got another text")
    review_due = models.DateField(null=True, blank=True)
    review_told_for = models.DateField(null=True, blank=True, help_text="The due day that reviewers were told of")
    takes_comments = models.BooleanField(default=False)
    consent_at = models.DateTimeField(null=True, blank=True, help_text="The writer's, to publish")
    consent_withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    withdrawn_because = models.CharField(max_length=200, blank=True)
    shows_a_line = models.BooleanField(default=False, help_text="A line of it may stand on the landing page")
    made_at = models.DateTimeField(default=timezone.now)
    objects = StoryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "stories"
        indexes: ClassVar = [
            models.Index(fields=["-published_at", "-id"], name="stories_newest_first"),
            models.Index(fields=["category", "-published_at", "-id"], name="stories_by_category"),
            models.Index(fields=["-published_at"], condition=Q(shows_a_line=True), name="stories_with_a_line"),
            models.Index(fields=["review_due"], name="stories_by_review"),
            models.Index(fields=["next_at"], name="stories_by_next"),
        ]

    def __str__(self) -> str:
        return self.title

    def is_under_review(self, today: date) -> bool:
        """True once the day for the next review has passed; it stays readable and says so."""
        return self.review_due is not None and self.review_due < today


class StoryRevision(models.Model):
    """One text of a story: never changed once handed in."""

    class State(models.TextChoices):
        DRAFT = "draft", _("a draft")
        SUBMITTED = "submitted", _("waits for a clinician")
        CHANGES = "changes", _("changes are wanted")  # the next text answers them
        DECLINED = "declined", _("not here")
        REVIEWED = "reviewed", _("waits for a second reader")
        READY = "ready", _("read by both")  # published, or about to be
        PAST = "past", _("a newer text came")  # before this one came out

    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    version = models.PositiveIntegerField(default=0, help_text="Of a draft: raised each time it is kept")
    author = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    byline = models.ForeignKey(
        Byline, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="With this text"
    )
    checklist = models.JSONField(default=list, help_text="What its author says about it: keys of the checklist")
    correction = models.CharField(
        max_length=300, blank=True, help_text="Told to readers, with the date, when it is out"
    )
    made_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True)
    reviewer = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    reviewed_as = models.ForeignKey(Byline, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review_note = models.CharField(max_length=600, blank=True)
    look_again_on = models.DateField(null=True, blank=True, help_text="The story's `review_due` once this text is out")
    second_reader = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    read_at = models.DateTimeField(null=True, blank=True)
    read_note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["story", "number"], name="texts_are_numbered_per_story"),
            models.CheckConstraint(
                condition=Q(author=None) | Q(reviewer=None) | ~Q(author=F("reviewer")),
                name="nobody_reviews_their_own_story",
            ),
            models.CheckConstraint(
                condition=Q(second_reader=None)
                | (
                    (Q(author=None) | ~Q(author=F("second_reader")))
                    & (Q(reviewer=None) | ~Q(reviewer=F("second_reader")))
                ),
                name="a_second_reader_is_a_third_person",
            ),
        ]  # fmt: skip
        indexes: ClassVar = [models.Index(fields=["state", "submitted_at"], name="texts_by_state")]

    def read(self) -> Text:
        """What this text says."""
        return from_json(self.content)


class ParagraphNote(models.Model):
    """A reviewer's word beside one paragraph of one text."""

    revision = models.ForeignKey(StoryRevision, on_delete=models.CASCADE, related_name="notes")
    paragraph = models.PositiveIntegerField(help_text="Counted from 0, as `community.text.story_to_html` numbers them")
    said = models.CharField(max_length=600)
    by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    answer = models.CharField(max_length=300, blank=True, help_text="Of the author")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["revision", "paragraph", "by"], name="one_note_of_each_beside_a_paragraph")
        ]


class StoryVerdict(models.Model):
    """What somebody decided about one text, and when: every reading of it, also those that a later one replaced."""

    class Kind(models.TextChoices):
        APPROVE = "approve", _("Approved")
        CHANGES = "changes", _("Changes wanted")
        DECLINE = "decline", _("Not here")
        AGAIN = "again", _("Read again, and still right")
        AGAIN_CHANGES = "again-changes", _("Read again, and changes wanted")
        SECOND = "second", _("Read by a second reader")
        SENT_BACK = "sent-back", _("Sent back by the second reader")

    revision = models.ForeignKey(StoryRevision, on_delete=models.CASCADE, related_name="verdicts")
    kind = models.CharField(max_length=16, choices=Kind)
    by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    shown_as = models.ForeignKey(Byline, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    note = models.CharField(max_length=600, blank=True)
    answers = models.JSONField(default=dict, help_text="By question; see `story_verdicts.QUESTIONS`")
    look_again_on = models.DateField(null=True, blank=True)


class Correction(models.Model):
    """What was put right in a published text, and when; readers see the list."""

    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="corrections")
    said = models.CharField(max_length=300)
    at = models.DateTimeField(default=timezone.now)


class StoryPicture(models.Model):
    """A picture in a story: made anew from what was sent, so that nothing is left of place, camera or name."""

    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="pictures")
    digest = models.CharField(max_length=64, db_index=True, help_text="SHA-256 of the bytes, in hexadecimal")
    data = models.BinaryField(help_text="WebP without metadata")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    made_at = models.DateTimeField(default=timezone.now)
    unnamed_since = models.DateTimeField(
        null=True, blank=True, help_text="Since when no text names it; a day later it is deleted"
    )

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["story", "digest"], name="a_story_has_a_picture_once")]


class StoryReaction(models.Model):
    """A word of support for a story: one of each reader."""

    class Kind(models.TextChoices):
        WITH_YOU = "with-you", _("With you")
        SAME_HERE = "same-here", _("Same here")
        THANK_YOU = "thank-you", _("Thank you")
        PROUD = "proud-of-you", _("Proud of you")
        THINKING = "thinking-of-you", _("Thinking of you")

    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="reactions")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["story", "member"], name="a_reader_gives_one_word")]
        indexes: ClassVar = [models.Index(fields=["story", "kind"], name="words_for_a_story")]


class SavedStory(models.Model):
    """A story a member keeps, with a note to themselves. Nobody else sees either."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="saved_stories")
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="+")
    note = models.TextField(blank=True, help_text="Sealed")
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["member", "story"], name="a_story_is_saved_once")]


class EditorNote(models.Model):
    """What a reader tells the editors about one text; nothing says who it was."""

    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="told")
    number = models.PositiveIntegerField(help_text="Of the text that the reader saw")
    said = models.CharField(max_length=600)
    on = models.DateField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    outcome = models.CharField(max_length=200, blank=True)
