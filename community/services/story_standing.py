"""What a story is open for, whatever its text says: comments of readers, and being there again once withdrawn."""

from __future__ import annotations

from django.db import transaction

from community import signals
from community.access import require
from community.models import Member, Story


def take_comments(story: Story, *, by: Member, on: bool) -> None:
    """Whoever writes or edits a story says whether readers may say something under it. Twice is the same as once."""
    require(by, "story.write", story)
    _store(story, takes_comments=on)


def bring_back(story: Story, *, by: Member) -> None:
    """Takes a withdrawal back: readers have the text they had, if its writer still agrees."""
    require(by, "story.withdraw", story)
    _store(story, withdrawn_at=None, withdrawn_by=None, withdrawn_because="")


def _store(story: Story, **fields: object) -> None:
    with transaction.atomic():
        mine = Story.objects.select_for_update(of=("self",)).get(pk=story.pk)
        for name, value in fields.items():
            setattr(mine, name, value)
        mine.save(update_fields=list(fields))
        transaction.on_commit(lambda: signals.story_changed.send(Story, story=mine))
