"""Pictures in stories: taken in, made anew, and shown only where their story is."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import pictures, text, throttle
from community.access import may
from community.duties import duty
from community.models import Member, Story, StoryPicture, StoryRevision
from community.refusals import NotYours, Refusal, TooFast
from community.services import stories, story_reading, story_writing
from community.services.resources import Overtaken

MOST, ALT, CREDIT = 12, 300, 120
UNNAMED_FOR = timedelta(days=1)


class NeedsAlt(Refusal):
    """Nothing says what can be seen."""

    code = "needs-alt"
    detail = _("Say in a few words what can be seen, for those who can't see it.")


class EnoughPictures(Refusal):
    """So many are enough for one story."""

    code = "enough-pictures"
    detail = _("Twelve pictures fit into one story.")


def add(member: Member, pk: int, data: bytes, *, alt: str, credit: str = "") -> StoryRevision:
    """Puts a picture at the end of one's own draft.

    Raises `BadPicture`, `NeedsAlt`, `EnoughPictures`, `NotYours`, `TooFast`, `Overtaken`.
    """
    if wait := throttle.picture(member.pk):
        raise TooFast(retry_after=wait)
    one = story_writing.own(member, pk)
    if one.draft is None:
        raise Overtaken
    if not alt.strip():
        raise NeedsAlt
    if one.story.pictures.count() >= MOST:
        raise EnoughPictures
    words = _plain(text.tidy(alt, limit=ALT))
    thanks = _plain(text.tidy(credit, limit=CREDIT)) if credit.strip() else ""
    made = pictures.remade(data)
    digest = hashlib.sha256(made.data).hexdigest()
    with transaction.atomic():
        new = {"data": made.data, "width": made.width, "height": made.height}
        StoryPicture.objects.get_or_create(story=one.story, digest=digest, defaults=new)
        content = one.draft.read()
        line = text.picture_line(digest, made.width, made.height, alt=words, credit=thanks)
        longer = msgspec.structs.replace(content, body=f"{content.body}\n\n{line}".strip())
        return stories.keep(one.draft, longer, by=member, version=one.draft.version)


def _plain(words: str) -> str:
    # Without the signs that would end the line's own brackets and quotation marks.
    return " ".join(words.translate({ord(sign): " " for sign in '[]()\\"<>`!*_&'}).split())


def picture_for(digest: str, viewer: Member | None, *, is_behind: bool) -> tuple[StoryPicture, bool]:
    """A picture that this viewer may see, and whether everybody may. Raises `NotYours`.

    `is_behind`: the session has a second factor, so that powers of staff count.
    """
    rows = StoryPicture.objects.filter(digest=digest).select_related("story__published", "story__next", "story__byline")
    found = list(rows[:20])
    for one in found:
        if _is_out(one):
            return one, True
    for one in found:
        if viewer and (one.story.writer_id == viewer.pk or (is_behind and _is_read_by(viewer, one.story))):
            return one, False
    raise NotYours


def _is_out(one: StoryPicture) -> bool:
    now = timezone.now()
    return story_reading.is_public(one.story, now) and one.digest in story_reading.telling(one.story, now).content.body


def _is_read_by(viewer: Member, story: Story) -> bool:
    reads = may(viewer, "story.review") or may(viewer, "story.edit")
    return reads and story.revisions.exclude(submitted_at=None).exists()


# --- pictures that nobody names any more -----------------------------------------------------------------


@duty("pictures that no text names", every_seconds=24 * 3600)
def forget_unnamed() -> int:
    """Deletes pictures that no text of their story has named for a day; how many.

    A day, because another tab may still name it.
    """
    keys = StoryPicture.objects.order_by("story").values_list("story", flat=True).distinct()
    return sum(_forget_of(pk) for pk in list(keys))


@transaction.atomic
def _forget_of(pk: int) -> int:
    """The same for one story, whose row is held, so that no draft is kept meanwhile."""
    Story.objects.select_for_update().get(pk=pk)
    bodies = StoryRevision.objects.filter(story=pk).values_list("content__body", flat=True)
    named = {digest for body in bodies for digest in text.pictures_in(body or "")}
    mine, now = StoryPicture.objects.filter(story=pk), timezone.now()
    mine.filter(digest__in=named).exclude(unnamed_since=None).update(unnamed_since=None)
    unnamed = mine.exclude(digest__in=named)
    unnamed.filter(unnamed_since=None).update(unnamed_since=now)
    return unnamed.filter(unnamed_since__lte=now - UNNAMED_FOR).delete()[0]
