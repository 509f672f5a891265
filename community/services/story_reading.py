"""Stories for their readers: the list, one story as it stands now, words of support."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, Q, QuerySet
from django.utils import timezone
from django.utils.safestring import SafeString

from community import text, throttle
from community.models import Member, Story, StoryReaction, StoryRevision
from community.refusals import NotYours, TooFast
from community.story_content import CATEGORIES, Text
from community.topics import LABELS, Folding

PAGE = 20
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
COUNTED_FROM = 5  # words of support: fewer are not counted out


@dataclass(frozen=True, slots=True)
class Telling:
    """A story as a reader is given it now."""

    story: Story
    revision: StoryRevision
    content: Text

    @property
    def blocks(self) -> list[SafeString]:
        """Its text, piece by piece, as safe HTML."""
        return text.story_to_blocks(self.content.body)


def story_for(slug: str, at: datetime | None = None) -> Telling:
    """A published story as it stands at this moment. Raises `NotYours` for every other."""
    at = at or timezone.now()
    story = _read_along(Story.objects.filter(slug=slug)).first()
    if story is None or not is_public(story, at):
        raise NotYours
    return telling(story, at)


def is_public(story: Story, at: datetime) -> bool:
    """True while anybody may read it; also when its hour has come and no duty has looked yet."""
    agreed = story.consent_at is not None and story.consent_withdrawn_at is None
    return agreed and story.withdrawn_at is None and _revision_at(story, at) is not None


def telling(story: Story, at: datetime) -> Telling:
    """The text of a public story that readers see at this moment."""
    revision = _revision_at(story, at)
    assert revision is not None
    return Telling(story, revision, revision.read())


def _revision_at(story: Story, at: datetime) -> StoryRevision | None:
    if story.next and story.next_at and story.next_at <= at:
        return story.next
    return story.published if story.published_at and story.published_at <= at else None


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the list of stories: it is found again whatever came out or went away since."""

    at: datetime
    pk: int

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // timedelta(microseconds=1)}-{self.pk}"

    @classmethod
    def read(cls, written: str) -> Place | None:
        """The place that an address names; None for anything else."""
        found = re.fullmatch(r"(\d{1,17})-(\d{1,18})", written, re.ASCII)
        if found is None:
            return None
        try:
            at = EPOCH + timedelta(microseconds=int(found[1]))
        except OverflowError:
            return None
        return cls(at, int(found[2]))

    @classmethod
    def of(cls, story: Story) -> Place:
        """Where this story stands."""
        assert story.published_at is not None
        return cls(story.published_at, story.pk)


def listed(
    *, category: str = "", kind: str = "", older: Place | None = None, newer: Place | None = None, most: int = PAGE
) -> tuple[list[Telling], bool]:
    """One page of stories, newest first, and whether there are more in the direction that was asked for. One query.

    `older` and `newer` are places that the page comes after or before; a page far down costs what the first one does.
    """
    rows = _read_along(Story.objects.public())
    if category:
        rows = rows.filter(category=category)
    if kind:
        rows = rows.filter(kind=kind)
    if newer:
        beyond = Q(published_at__gt=newer.at) | Q(pk__gt=newer.pk)
        rows = rows.filter(beyond, published_at__gte=newer.at).order_by("published_at", "id")
    else:
        rows = rows.order_by("-published_at", "-id")
    if older:
        beyond = Q(published_at__lt=older.at) | Q(pk__lt=older.pk)
        rows = rows.filter(beyond, published_at__lte=older.at)
    found = list(rows[: most + 1])
    page = found[:most][::-1] if newer else found[:most]
    return tellings(page), len(found) > most


def heads_up(one: Telling, folding: Folding) -> str:
    """What stands before this story for whoever asked not to meet a topic unwarned; else empty (DESIGN 8.16)."""
    content = one.content
    marked = {str(LABELS[topic]) for topic in content.topics if topic in LABELS}
    told = next((rule.words for rule in folding.rules if rule.words in marked), "")
    words = " ".join([content.title, content.first_sentence, content.content_note, *content.tags])
    about = told or folding.matches(words)
    return (content.content_note or about) if about else ""


def with_a_line(most: int = 20) -> list[Telling]:
    """The newest stories of which a line may stand on the landing page. One query."""
    rows = _read_along(Story.objects.public().filter(shows_a_line=True))
    return tellings(rows.order_by("-published_at", "-id")[:most])


def tellings(found: Iterable[Story]) -> list[Telling]:
    """These public stories as readers see them now."""
    now = timezone.now()
    return [telling(one, now) for one in found]


def by_keys(keys: Sequence[int]) -> list[Telling]:
    """Those of these stories that anybody may read now, in this order. One query."""
    found = {one.pk: one for one in _read_along(Story.objects.public().filter(pk__in=keys))}
    return tellings(found[pk] for pk in keys if pk in found)


def categories_in_use() -> list[str]:
    """The categories that have something to read. One query that looks for one story of each."""
    there = {key: Exists(Story.objects.public().filter(category=key)) for key in CATEGORIES}
    named = {f"has_{place}": found for place, found in enumerate(there.values())}
    row = Story.objects.order_by("pk").annotate(**named).values_list(*named).first()
    return [key for key, is_there in zip(CATEGORIES, row or (), strict=False) if is_there]


def _read_along(rows: QuerySet[Story]) -> QuerySet[Story]:
    return rows.select_related("byline", "published__reviewed_as", "next__reviewed_as")


# --- words of support -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Support:
    """Words of support for a story: how many of each, once there are enough, and the reader's own."""

    counts: dict[str, int]
    mine: str
    total: int  # 0 until there are enough to count


def support_for(story: Story, reader: Member | None) -> Support:
    """What readers said of this story. Two queries."""
    rows = StoryReaction.objects.filter(story=story).order_by().values_list("kind").annotate(n=Count("pk"))
    counts = Counter(dict(rows))
    mine = StoryReaction.objects.filter(story=story, member=reader).values_list("kind", flat=True).first()
    enough = {kind: n for kind, n in counts.items() if n >= COUNTED_FROM}
    return Support(enough, mine or "", counts.total() if counts.total() >= COUNTED_FROM else 0)


def say(member: Member, slug: str, kind: str) -> None:
    """Gives a story one word of support in place of an earlier one; the same again takes it back."""
    if kind not in StoryReaction.Kind.values:
        raise NotYours
    _spend(member)
    story = story_for(slug).story
    with transaction.atomic():
        mine = StoryReaction.objects.select_for_update().filter(story=story, member=member).first()
        if mine and mine.kind == kind:
            mine.delete()
        elif mine:
            StoryReaction.objects.filter(pk=mine.pk).update(kind=kind)
        else:
            new = StoryReaction(story=story, member=member, kind=kind)
            StoryReaction.objects.bulk_create([new], ignore_conflicts=True)


def _spend(member: Member) -> None:
    if wait := throttle.save(member.pk):
        raise TooFast(retry_after=wait)
