"""Notes beside the paragraphs of one text: whoever reads it for others writes them, each their own."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from community import text
from community.access import require
from community.models import Member, ParagraphNote, StoryRevision
from community.refusals import NotYours
from community.services.resources import Overtaken
from community.services.story_rows import State, held, must_be_of_others

NOTE = 600


def keep(revision: StoryRevision, beside: Mapping[int, str], *, by: Member) -> None:
    """Keeps one's own notes before the verdict; an empty one goes. Raises `Overtaken` once there is a verdict."""
    require(by, "story.review")
    with transaction.atomic():
        story = held(revision.story_id)
        mine = StoryRevision.objects.get(pk=revision.pk)
        must_be_of_others(story, mine, by)
        is_out = mine.state == State.READY and story.published_id == mine.pk
        if mine.state != State.SUBMITTED and not is_out:
            raise Overtaken
        put(mine, beside, by=by)


def put(revision: StoryRevision, beside: Mapping[int, str], *, by: Member) -> None:
    """The same, for a caller who holds the story. Raises `NotYours` for a paragraph that is not there."""
    last = len(text.story_to_blocks(revision.read().body))
    if any(not 0 <= place < last for place, said in beside.items() if said.strip()):
        raise NotYours
    for place, said in beside.items():
        if said.strip():
            words = text.tidy(said, limit=NOTE)
            rows = ParagraphNote.objects.filter(revision=revision, paragraph=place, by=by)
            if not rows.update(said=words):
                ParagraphNote.objects.create(revision=revision, paragraph=place, said=words, by=by)
        else:
            ParagraphNote.objects.filter(revision=revision, paragraph=place, by=by).delete()


def beside(revision: StoryRevision) -> dict[int, list[ParagraphNote]]:
    """The notes of one text, by paragraph. One query."""
    found: dict[int, list[ParagraphNote]] = {}
    for one in revision.notes.select_related("by").order_by("paragraph", "pk"):
        found.setdefault(one.paragraph, []).append(one)
    return found
