"""The library of the demo community, brought in through the same readings as any other story."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from community import story_seed
from community.models import Byline, Correction, Member, Story, StoryRevision, StoryVerdict
from community.services import notices, stories
from community.services.stories import CHECKLIST, Verdict
from community.story_seed import Seed

CLINICIANS = ("imani",)  # keys of bylines with a profession


@transaction.atomic
def load(*, writer: Member, clinician: Member, second: Member) -> int:
    """Brings every text in that is not here yet; how many. Each is written, reviewed and read by these three."""
    made = {key: _byline(key, clinician) for key in story_seed.bylines()}
    new = [seed for seed in story_seed.seeds() if not Story.objects.filter(title=seed.content.title).exists()]
    for seed in new:
        _bring_in(seed, made, writer=writer, clinician=clinician, second=second)
    return len(new)


def _byline(key: str, clinician: Member) -> Byline:
    said = story_seed.bylines()[key]
    mine = {"member": clinician, "agreed_at": timezone.now()} if said.get("profession") else {}
    found, _ = Byline.objects.get_or_create(name=said["name"], is_demo=True, defaults={**said, **mine})
    return found


def _bring_in(seed: Seed, made: dict[str, Byline], *, writer: Member, clinician: Member, second: Member) -> None:
    draft = stories.begin(seed.content, by=writer, byline=made[seed.byline])
    stories.agree(draft.story, by=writer)
    handed_in = stories.hand_in(draft, by=writer, ticked=CHECKLIST)
    reviewer = next(one for one in made.values() if one.profession)
    reviewed = stories.review(handed_in, Verdict("approve"), by=clinician, byline=reviewer)
    stories.read_second(reviewed, by=second)
    notices.seen(writer, f"story:{draft.story_id}")
    _as_if(draft.story, seed.days_ago)
    Story.objects.filter(pk=draft.story_id).update(shows_a_line=seed.shows_a_line)


def _as_if(story: Story, days_ago: int) -> None:
    # So that a demo does not begin on the day on which all of it was written.
    at = timezone.now() - timedelta(days=days_ago)
    Story.objects.filter(pk=story.pk).update(published_at=at, changed_at=at, made_at=at, consent_at=at)
    StoryRevision.objects.filter(story=story).update(
        submitted_at=at - timedelta(days=5), reviewed_at=at - timedelta(days=3), read_at=at - timedelta(days=1)
    )
    StoryVerdict.objects.filter(revision__story=story, kind="approve").update(at=at - timedelta(days=3))
    StoryVerdict.objects.filter(revision__story=story, kind="second").update(at=at - timedelta(days=1))
    Correction.objects.filter(story=story).update(at=at)
