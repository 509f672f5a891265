"""Stories for their readers: the list, one story as it stands now, more like it, words of support, saving."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet
from django.utils import timezone
from django.utils.safestring import SafeString

from community import text, throttle
from community.models import Member, SavedStory, Story, StoryReaction, StoryRevision
from community.refusals import NotYours, TooFast
from community.services.saved import MOST, AsManyAsFit
from community.story_content import Text

PAGE = 20
RELATED, LOOKED_AT = 3, 60
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


def listed(*, category: str = "", kind: str = "", page: int = 1) -> tuple[list[Telling], bool]:
    """One page of stories, newest first, and whether there are more. Three queries at most."""
    rows = _read_along(Story.objects.public())
    if category:
        rows = rows.filter(category=category)
    if kind:
        rows = rows.filter(kind=kind)
    first = (max(page, 1) - 1) * PAGE
    found = list(rows.order_by("-published_at", "-id")[first : first + PAGE + 1])
    now = timezone.now()
    return [telling(one, now) for one in found[:PAGE]], len(found) > PAGE


def categories_in_use() -> list[str]:
    """The categories that have something to read."""
    return list(Story.objects.public().order_by().values_list("category", flat=True).distinct())


def related(to: Telling) -> list[Telling]:
    """A few more like it: of the newest of its category, those that share most of its tags and topics."""
    rows = _read_along(Story.objects.public().filter(category=to.story.category).exclude(pk=to.story.pk))
    now = timezone.now()
    near = [telling(one, now) for one in rows.order_by("-published_at", "-id")[:LOOKED_AT]]
    wanted = {*to.content.tags, *to.content.topics}
    near.sort(key=lambda one: -len(wanted & {*one.content.tags, *one.content.topics}))
    return near[:RELATED]


def _read_along(rows: QuerySet[Story]) -> QuerySet[Story]:
    return rows.select_related("byline", "published__reviewed_as", "next__reviewed_as")


# --- words of support, and saving -----------------------------------------------------------------


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


def save(member: Member, slug: str) -> None:
    """Keeps a story; the same again changes nothing. Raises `NotYours`, `AsManyAsFit`."""
    _spend(member)
    story = story_for(slug).story
    if SavedStory.objects.filter(member=member).count() >= MOST:
        raise AsManyAsFit
    try:
        with transaction.atomic():
            SavedStory.objects.create(member=member, story=story)
    except IntegrityError:
        return


def take_out(member: Member, slug: str) -> None:
    """No longer keeps a story; also one that was withdrawn since."""
    _spend(member)
    SavedStory.objects.filter(member=member, story__slug=slug).delete()


def saved_by(member: Member) -> list[Telling]:
    """The stories a member keeps that can be read now, the newest first."""
    keys = list(SavedStory.objects.filter(member=member).order_by("-saved_at").values_list("story", flat=True))
    found = {one.pk: one for one in _read_along(Story.objects.public().filter(pk__in=keys))}
    now = timezone.now()
    return [telling(found[pk], now) for pk in keys if pk in found]


def keys_saved(member: Member | None, stories: Iterable[Story] | Sequence[Story]) -> set[int]:
    """Those of these stories that the member keeps."""
    if member is None:
        return set()
    rows = SavedStory.objects.filter(member=member, story__in=[one.pk for one in stories])
    return set(rows.values_list("story_id", flat=True))


def _spend(member: Member) -> None:
    if wait := throttle.save(member.pk):
        raise TooFast(retry_after=wait)
