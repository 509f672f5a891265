"""When a text reaches its readers, and when it leaves them: at its hour, at once, called off, withdrawn, back again."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from community import text
from community.access import require
from community.duties import duty
from community.models import Correction, Member, Story, StoryRevision
from community.services import audit
from community.services.resources import Overtaken, ReasonNeeded
from community.services.story_rows import (
    State,
    held,
    must_be_agreed,
    must_be_of_others,
    tell,
    tell_clinicians,
    tell_writers,
)

REASON = 200
A_YEAR = timedelta(days=365)


@duty("stories that come out", every_seconds=60)
def come_out() -> int:
    """Lets out what was set to come out by now; how many. Readers do not wait for it: see `story_reading`."""
    agreed = Story.objects.filter(consent_withdrawn_at=None).exclude(consent_at=None)
    due = agreed.filter(next_at__lte=timezone.now()).order_by("next_at").values_list("pk", flat=True)
    done = 0
    for pk in list(due[:200]):
        with transaction.atomic():
            story = held(pk)
            agrees = story.consent_at is not None and story.consent_withdrawn_at is None
            if agrees and story.next_id and story.next_at and story.next_at <= timezone.now():
                let_out(story)
                done += 1
    return done


def let_out(story: Story) -> None:
    """The text that is ready takes the place of the one that readers see. The caller holds the row."""
    assert story.next is not None
    assert story.next_at is not None
    mine, content = story.next, story.next.read()
    story.changed_at = story.next_at
    story.published, story.published_at = mine, story.published_at or story.next_at
    story.title, story.category, story.kind = content.title, content.category, content.kind
    story.byline = mine.byline or story.byline
    story.review_due = mine.look_again_on or timezone.localdate(story.next_at) + A_YEAR
    if mine.correction:
        Correction.objects.create(story=story, said=mine.correction, at=story.next_at)
    story.next, story.next_at = None, None
    story.withdrawn_at, story.withdrawn_by, story.withdrawn_because = None, None, ""
    story.save()
    tell_writers(story, mine, "story-out", by=None)
    tell(story)


def come_out_now(story: Story, number: int, *, by: Member) -> Story:
    """Lets text `number` out before its hour. Raises `Overtaken` when it does not wait any more, `OwnWords`."""
    require(by, "story.edit")
    with transaction.atomic():
        mine, waiting = _waiting(story, number)
        must_be_of_others(mine, waiting, by)
        must_be_agreed(mine)
        mine.next_at = timezone.now()
        let_out(mine)
        audit.record(by, "story.out-now", mine)
    return mine


def call_off(story: Story, number: int, *, by: Member) -> StoryRevision:
    """Text `number` does not come out at its hour: it waits for a second reader again. Raises `Overtaken`."""
    require(by, "story.edit")
    with transaction.atomic():
        mine, waiting = _waiting(story, number)
        _not_second_read(waiting, State.REVIEWED)
        mine.next, mine.next_at = None, None
        mine.save(update_fields=["next", "next_at"])
        audit.record(by, "story.called-off", mine)
    return waiting


def withdraw(story: Story, *, by: Member, reason: str) -> Story:
    """Takes a story away from readers at once. Nothing is deleted. Raises `ReasonNeeded`, `Overtaken`.

    What was read already but is not out yet goes back to a clinician, who then knows why it was withdrawn.
    """
    require(by, "story.withdraw", story)
    if not reason.strip():
        raise ReasonNeeded
    said = text.tidy(reason, limit=REASON)
    with transaction.atomic():
        mine = held(story.pk)
        if mine.withdrawn_at:
            raise Overtaken
        for waiting in [*mine.revisions.filter(state=State.REVIEWED), *([mine.next] if mine.next else [])]:
            _not_second_read(waiting, State.SUBMITTED)
        mine.withdrawn_at, mine.withdrawn_by, mine.withdrawn_because = timezone.now(), by, said
        mine.next, mine.next_at = None, None
        mine.save()
        tell_writers(mine, None, "story-withdrawn", by=by)
        tell(mine)
        if by.pk != mine.writer_id:
            audit.record(by, "story.withdrawn", mine)
    return mine


def bring_back(story: Story, *, by: Member) -> StoryRevision:
    """Hands the last text of a withdrawn story in again: it takes the same two readings. Raises `Overtaken`."""
    require(by, "story.edit")
    with transaction.atomic():
        mine = held(story.pk)
        must_be_agreed(mine)
        handed_in = mine.revisions.exclude(state=State.DRAFT)
        last = mine.published or handed_in.order_by("-number").first()
        if not mine.withdrawn_at or last is None or handed_in.filter(state__in=WAITING).exists():
            raise Overtaken
        brought = StoryRevision.objects.create(
            story=mine, number=_room_below_a_draft(mine), content=last.content, state=State.SUBMITTED,
            author=last.author, checklist=last.checklist, submitted_at=timezone.now(),
        )  # fmt: skip
        tell_writers(mine, brought, "story-back", by=by)
        tell_clinicians(mine, brought)
        audit.record(by, "story.brought-back", mine)
    return brought


WAITING = (State.SUBMITTED, State.REVIEWED)


def _room_below_a_draft(story: Story) -> int:
    """The next number; a draft that its writer works on stays the newest text."""
    last = int(story.revisions.aggregate(last=Max("number"))["last"] or 0)
    return last if story.revisions.filter(state=State.DRAFT, number=last).update(number=last + 1) else last + 1


def _waiting(story: Story, number: int) -> tuple[Story, StoryRevision]:
    mine = held(story.pk)
    if mine.next is None or mine.next.number != number:
        raise Overtaken
    return mine, mine.next


def _not_second_read(revision: StoryRevision, state: str) -> None:
    revision.state, revision.second_reader, revision.read_at = state, None, None
    revision.save(update_fields=["state", "second_reader", "read_at"])
