"""What readers tell the editors about one text. Nothing says who it was."""

from __future__ import annotations

from django.utils import timezone

from community import text, throttle
from community.models import EditorNote, StoryRevision
from community.refusals import NotYours, TooFast
from community.services import story_reading
from community.services.telling import NothingSaid

NOTE = 600


def tell_editors(slug: str, *, number: str, said: str, who: str) -> None:
    """Keeps a word about the text `number` of a public story. `who` is only counted, for a while, against floods.

    Raises `NotYours` for a story or text that readers never saw, `NothingSaid`, `TooLong`, `TooFast`.
    """
    story = story_reading.story_for(slug).story
    came_out = story.revisions.filter(state=StoryRevision.State.READY)
    if not (number.isascii() and number.isdigit() and len(number) < 7 and came_out.filter(number=number).exists()):
        raise NotYours
    if not said.strip():
        raise NothingSaid
    tidy = text.tidy(said, limit=NOTE)
    if wait := throttle.wrong(who):
        raise TooFast(retry_after=wait)
    EditorNote.objects.create(story=story, number=int(number), said=tidy, on=timezone.localdate())
