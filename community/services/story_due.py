"""Texts that are out and due to be read again: who is told, once, and which they are."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from community.duties import duty
from community.models import Member, Story
from community.services import notices

SOON = timedelta(days=30)  # before it is due, a text stands in the list of those to read again
KIND = "stories-due"
PATH = "/review/?list=again"


def due(by: date) -> QuerySet[Story]:
    """Stories that readers see and whose day for another reading comes no later than `by`, the first due first."""
    return Story.objects.public().filter(review_due__lte=by).order_by("review_due", "pk")


@duty("stories to be read again", every_seconds=3600)
def tell_reviewers() -> int:
    """Tells clinicians, once for each due day, that texts are being read again by now; how many texts."""
    overdue = due(timezone.localdate() - timedelta(days=1)).exclude(review_told_for=F("review_due"))
    with transaction.atomic():
        new = [one for one in overdue.select_related("published") if _note(one)]
        counts: Counter[int] = Counter()
        for pk in Member.objects.filter(groups__name="reviewers", is_active=True).values_list("pk", flat=True):
            counts[pk] = sum(pk not in _authors(one) for one in new)
        for pk, times in sorted(counts.items()):
            if times:
                notices.notify([pk], kind=KIND, key=KIND, subject="", path=PATH, times=times, rings=False)
    return len(new)


def _note(story: Story) -> bool:
    """True for the one process that noted it first."""
    rows = Story.objects.filter(pk=story.pk, review_due=story.review_due).exclude(review_told_for=F("review_due"))
    return rows.update(review_told_for=story.review_due) == 1


def _authors(story: Story) -> set[int | None]:
    return {story.writer_id, story.published.author_id if story.published else None}
