"""Rows of stories, held and looked at afresh by whoever changes them; and whom a change is told."""

from __future__ import annotations

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community import signals
from community.models import Member, Story, StoryRevision
from community.refusals import Refusal
from community.services import notices
from community.services.resources import Overtaken, OwnWords

State = StoryRevision.State


class NoConsent(Refusal):
    """The writer has not agreed to it being published."""

    code = "no-consent"
    detail = _("Its writer has not agreed to it being published.")
    status = 409


def held(pk: int) -> Story:
    """The story's row, held until commit."""
    return Story.objects.select_for_update(of=("self",)).select_related("published", "next").get(pk=pk)


def again(revision: StoryRevision, state: str) -> StoryRevision:
    """The text, read again under its story's lock. Raises `Overtaken` when it is in another state by now."""
    found = StoryRevision.objects.filter(pk=revision.pk, state=state).first()
    if found is None:
        raise Overtaken
    return found


def must_be_agreed(story: Story) -> None:
    """Raises `NoConsent` unless the writer agrees at this moment."""
    if story.consent_at is None or story.consent_withdrawn_at:
        raise NoConsent


def must_be_of_others(story: Story, revision: StoryRevision, by: Member, *also: int | None) -> None:
    """Raises `OwnWords` for whoever wrote the text, and for the members in `also`."""
    if by.pk in (revision.author_id, story.writer_id, *also):
        raise OwnWords


def tell(story: Story) -> None:
    """Says after commit that readers now see something else."""
    transaction.on_commit(lambda: signals.story_changed.send(Story, story=story))


def tell_writers(story: Story, revision: StoryRevision | None, kind: str, *, by: Member | None) -> None:
    """A notice to whoever wrote it, never to whoever did it themselves. It names nothing."""
    ids = {story.writer_id, revision.author_id if revision else None} - {None, by.pk if by else None}
    path = reverse("story-mine", args=[story.pk])
    notices.notify([pk for pk in ids if pk], kind=kind, key=_key(story), subject="", path=path)


def tell_clinicians(story: Story, revision: StoryRevision) -> None:
    """A notice to every clinician who may read this text: once for each text, and gone once nobody has to read it."""
    others = Member.objects.filter(groups__name="reviewers", is_active=True)
    others = others.exclude(pk__in=[pk for pk in (story.writer_id, revision.author_id) if pk])
    path = reverse("review-text", args=[story.slug, revision.number])
    ids = others.values_list("pk", flat=True)
    notices.notify(ids, kind="story-waits", key=waits_key(revision.pk), subject="", path=path, rings=False)


def wait_no_more(story: Story, *, whatever: bool = False) -> None:
    """Clinicians hear no more of texts of this story that wait for none any longer, or (`whatever`) of none of them."""
    rows = story.revisions.exclude(submitted_at=None).order_by("-number")
    read = rows if whatever else rows.exclude(state=State.SUBMITTED)
    for pk in read.values_list("pk", flat=True)[:3]:
        notices.take_back(waits_key(pk))


def has_met(revision: StoryRevision, member: Member) -> None:
    """This clinician has opened the text that they were told of."""
    notices.seen(member, waits_key(revision.pk))


def waits_key(pk: int) -> str:
    """What a notice about a text that waits for a clinician is known by."""
    return f"story-text:{pk}"


def seen(story: Story, member: Member) -> None:
    """The writer has looked at what became of it."""
    notices.seen(member, _key(story))


def _key(story: Story) -> str:
    return f"story:{story.pk}"
