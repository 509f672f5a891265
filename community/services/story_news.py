"""What the writer of a story is told: that something happened to it, and where to look. Never which story."""

from __future__ import annotations

from community.models import Member, Story
from community.services import notices

KINDS = ("suggestions", "declined", "out", "taken")


def tell(story: Story, what: str, *, by: Member | None = None) -> None:
    """Tells its writer that there are suggestions, that it can't come out, is out, or was taken away.

    Call inside the transaction that made it so. Nobody is told what they did themselves.
    """
    assert what in KINDS
    if story.writer_id and not (by and by.pk == story.writer_id):
        path = f"/stories/mine/{story.pk}/"
        notices.notify([story.writer_id], kind=f"story-{what}", key=_key(story), subject="", path=path)


def seen(story: Story, member: Member) -> None:
    """The writer has looked at it."""
    notices.seen(member, _key(story))


def _key(story: Story) -> str:
    return f"story:{story.pk}"
