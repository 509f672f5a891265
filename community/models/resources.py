"""The resource lists: help lines and other entries, their versions, their order, and what is to be done about them."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from community.models.member import Member
from community.resource_content import Content, from_json

SUSPECTS = 3  # failed looks at an address in a row before it counts as broken


class ResourceQuerySet(models.QuerySet["Resource"]):
    """Questions about many entries."""

    def published(self) -> Self:
        """What members see."""
        return self.exclude(published=None).filter(withdrawn_at=None)

    def in_country(self, code: str) -> Self:
        """Entries of one country; "INT" are those for people anywhere."""
        return self.filter(country=code)

    def overdue(self, today: date) -> Self:
        """Published entries whose check was due before today, or that nobody ever verified."""
        return self.published().filter(Q(review_due__lt=today) | Q(verified_at=None))


class Resource(models.Model):
    """One entry of the lists. Its words live in revisions; the columns here repeat the published one, to filter by."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=30)
    country = models.CharField(max_length=3)
    is_severe_path = models.BooleanField(default=False)
    published = models.ForeignKey("ResourceRevision", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    withdrawn_because = models.CharField(max_length=200, blank=True)
    owner = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="resources_owned")
    verified_at = models.DateTimeField(null=True, blank=True, help_text="When a person last called or opened it")
    verified_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    verified_how = models.CharField(max_length=200, blank=True)
    evidence_url = models.CharField(max_length=500, blank=True)
    review_due = models.DateField(null=True, blank=True)
    confidence = models.CharField(max_length=10, blank=True, help_text="Of the imported row: high, medium, low")
    source = models.TextField(blank=True, help_text="Where an imported row comes from")
    source_checked_on = models.DateField(null=True, blank=True)
    origin = models.CharField(max_length=200, blank=True, help_text="Names the imported row, so that it comes once")
    original = models.JSONField(default=dict, help_text="The imported row as it was")
    objects = ResourceQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["origin"], condition=~Q(origin=""), name="an_imported_row_becomes_one_resource"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["country", "kind"], name="resource_by_country"),
            models.Index(fields=["review_due"], name="resource_by_review"),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.country})"

    @property
    def is_public(self) -> bool:
        """True while members can see it."""
        return self.published_id is not None and self.withdrawn_at is None

    @property
    def content(self) -> Content:
        """What members are told. Only for entries that were published."""
        assert self.published is not None
        return self.published.read()


class ResourceRevision(models.Model):
    """One text of an entry: never changed once handed in. Readers see approved ones only."""

    DRAFT, SUBMITTED, APPROVED, DECLINED = "draft", "submitted", "approved", "declined"

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    based_on = models.PositiveIntegerField(default=0, help_text="Number of the published revision it started from")
    state = models.CharField(max_length=10, default=DRAFT)
    author = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    note = models.CharField(max_length=300, blank=True, help_text="What changed and why")
    made_at = models.DateTimeField(default=timezone.now)
    read_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    read_at = models.DateTimeField(null=True, blank=True)
    read_note = models.CharField(max_length=300, blank=True)
    is_imported = models.BooleanField(default=False)
    evidence = models.JSONField(default=dict, help_text="How its author checked it: how, on, url")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["resource", "number"], name="revisions_are_numbered_per_resource"),
            models.CheckConstraint(
                condition=Q(author=None) | Q(read_by=None) | ~Q(author=models.F("read_by")),
                name="nobody_approves_their_own_words",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "made_at"], name="revision_by_state")]

    def read(self) -> Content:
        """The content of this revision."""
        return from_json(self.content)


class HelpOrder(models.Model):
    """The order of one list, by country and level of help: proposed by one curator, agreed by another."""

    PROPOSED, IN_FORCE, DECLINED, PAST = "proposed", "in force", "declined", "past"

    country = models.CharField(max_length=3)
    level = models.CharField(max_length=10)
    order = models.JSONField(help_text="Primary keys of resources, first to last")
    state = models.CharField(max_length=10, default=PROPOSED)
    author = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    agreed_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    agreed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["country", "level"], condition=Q(state="in force"), name="one_order_per_list_is_in_force"
            ),
            models.UniqueConstraint(
                fields=["country", "level"], condition=Q(state="proposed"), name="one_order_per_list_is_proposed"
            ),
            models.CheckConstraint(
                condition=Q(author=None) | Q(agreed_by=None) | ~Q(author=models.F("agreed_by")),
                name="two_people_agree_on_an_order",
            ),
        ]


class LinkCheck(models.Model):
    """How the last look at one address of an entry went."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="links")
    url = models.CharField(max_length=500)
    state = models.CharField(max_length=20, default="new")
    said = models.CharField(max_length=300, blank=True)
    looked_at = models.DateTimeField(null=True, blank=True)
    next_look_at = models.DateTimeField(default=timezone.now)
    failures = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["resource", "url"], name="an_address_is_checked_once")]
        indexes: ClassVar = [models.Index(fields=["next_look_at"], name="link_by_next_look")]


class ResourceFeedback(models.Model):
    """Somebody said that an entry did not work: place and hour only, never who (PRODUCT E4.11)."""

    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="feedback")
    said = models.CharField(max_length=20)
    note = models.CharField(max_length=300, blank=True)
    country = models.CharField(max_length=2, blank=True)
    hour = models.PositiveSmallIntegerField(help_text="Of the day where they are")
    on = models.DateField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    outcome = models.CharField(max_length=200, blank=True)


class MissingResource(models.Model):
    """Somebody told us what the directory lacks: where and what they looked for, never who."""

    said = models.CharField(max_length=300)
    country = models.CharField(max_length=3, blank=True)
    looked_for = models.CharField(max_length=200, blank=True, help_text="The choices that found nothing, in words")
    on = models.DateField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(Member, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")


class Saved(models.Model):
    """An entry a member keeps, with a note to themselves. Nobody else sees either."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="saved")
    resource = models.ForeignKey(Resource, on_delete=models.CASCADE, related_name="+")
    note = models.TextField(blank=True, help_text="Sealed: see services/saved.py")
    keeps_offline = models.BooleanField(default=False)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "resource"], name="a_resource_is_saved_once")
        ]
