"""A story as its writer has it: what they wrote and where each stands, whose name is shown, answers, handing in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import text, throttle
from community.models import Member, ParagraphNote, Story, StoryRevision
from community.refusals import NotYours, Refusal, TooFast
from community.services import stories, story_reading
from community.services.resources import Overtaken
from community.services.story_bylines import Author, byline_for
from community.story_content import BadStory, Text

State = StoryRevision.State
MOST_STORIES = 60
ANSWER = 300


class AsManyAsOneKeeps(Refusal):
    """So many drafts are enough."""

    code = "enough-stories"
    detail = _("Sixty texts fit here. Delete a draft you no longer need, then begin another.")
    status = 409


# --- where a story stands -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """One story as its writer sees it: the newest text, and what others said of the text before it."""

    story: Story
    newest: StoryRevision
    asked: StoryRevision | None = None  # the text that suggestions are about
    notes: tuple[ParagraphNote, ...] = field(default=())

    @property
    def state(self) -> str:
        """draft, reviewer, second, suggestions, declined, soon, out or taken."""
        if self.story.consent_withdrawn_at or self._is_taken_away:
            return "taken"
        if self.newest.state == State.READY:
            return "out" if self.is_out else "soon"
        names = {State.SUBMITTED: "reviewer", State.REVIEWED: "second", State.CHANGES: "suggestions"}
        return names.get(State(self.newest.state), str(self.newest.state))

    @property
    def _is_taken_away(self) -> bool:
        published = self.story.published
        return self.story.withdrawn_at is not None and (published is None or self.newest.number <= published.number)

    @property
    def is_out(self) -> bool:
        """True while anybody can read it."""
        return story_reading.is_public(self.story, timezone.now())

    @property
    def draft(self) -> StoryRevision | None:
        """The text that can be changed, if one is."""
        return self.newest if self.newest.state == State.DRAFT else None

    @property
    def is_being_read(self) -> bool:
        """True while a text can be taken back from those who read it before others, or waits for its hour."""
        waits = self.newest.state in (State.SUBMITTED, State.REVIEWED) or self.story.next_id is not None
        return waits and self.state != "taken"

    @property
    def suggestions(self) -> int:
        """How many; a reviewer who only wrote a reason counts as one."""
        return max(1, len(self.notes))

    @property
    def may_be_deleted(self) -> bool:
        """Only what no reader ever had, and nobody reads at the moment."""
        waits = self.newest.state in (State.SUBMITTED, State.REVIEWED) and self.state != "taken"
        return self.story.published_id is None and self.story.next_id is None and not waits


def mine(member: Member) -> list[Standing]:
    """What a member wrote, the newest first. Three queries."""
    found = (
        Story.objects.filter(writer=member).select_related("byline", "published", "next").order_by("-made_at", "-pk")
    )
    return _standings(list(found[:MOST_STORIES]))


def own(member: Member, pk: int) -> Standing:
    """One story of the member's own. Raises `NotYours` for every other."""
    found = Story.objects.filter(writer=member, pk=pk).select_related("byline", "published", "next")
    for one in _standings(list(found)):
        return one
    raise NotYours


def begun_on(member: Member, key: str) -> Standing:
    """The story that was begun on the page with this key. Raises `NotYours`."""
    if found := Story.objects.filter(writer=member, slug=f"story-{key}").first():
        return own(member, found.pk)
    raise NotYours


def _standings(found: list[Story]) -> list[Standing]:
    texts: dict[int, list[StoryRevision]] = {}
    rows = StoryRevision.objects.filter(story__in=found).select_related("byline", "reviewed_as")
    for one in rows.order_by("-number"):
        texts.setdefault(one.story_id, []).append(one)
    asked = {pk: next((one for one in given if one.state == State.CHANGES), None) for pk, given in texts.items()}
    notes: dict[int, list[ParagraphNote]] = {}
    for note in ParagraphNote.objects.filter(revision__in=[one for one in asked.values() if one]).order_by("paragraph"):
        notes.setdefault(note.revision_id, []).append(note)
    return [_standing(one, texts[one.pk][0], asked[one.pk], notes) for one in found if one.pk in texts]


def _standing(
    story: Story, newest: StoryRevision, asked: StoryRevision | None, notes: dict[int, list[ParagraphNote]]
) -> Standing:
    newest.story = story
    return Standing(story, newest, asked, tuple(notes.get(asked.pk, ())) if asked else ())


# --- writing ------------------------------------------------------------------------------------------


def begin(member: Member, content: Text, author: Author, *, key: str, shows_a_line: bool) -> StoryRevision:
    """A new story of the member's; with the same key, the same one.

    Raises `BadStory`, `TooFast`, `AsManyAsOneKeeps`.
    """
    spend(member)
    if Story.objects.filter(writer=member).count() >= MOST_STORIES:
        raise AsManyAsOneKeeps
    with transaction.atomic():
        draft = stories.begin(content, by=member, byline=byline_for(member, author), key=key)
        Story.objects.filter(pk=draft.story_id).update(shows_a_line=shows_a_line)
    return draft


def keep(
    member: Member, draft: StoryRevision, content: Text, author: Author, *, version: int, shows_a_line: bool
) -> StoryRevision:
    """Keeps a draft as it is now. Raises `BadStory`, `TooFast`, `Overtaken`."""
    spend(member)
    with transaction.atomic():
        byline = byline_for(member, author, draft)
        kept = stories.keep(draft, content, by=member, version=version, byline=byline)
        Story.objects.filter(pk=draft.story_id).update(shows_a_line=shows_a_line)
    return kept


@dataclass(frozen=True, slots=True)
class HandingIn:
    """What a writer says when they hand a text in."""

    version: int
    ticked: tuple[str, ...] = ()
    agrees: bool = False
    share_title: str = ""
    correction: str = ""


def hand_in(member: Member, draft: StoryRevision, said: HandingIn) -> StoryRevision:
    """Hands a draft in, with the title for links and the consent that came with it: all of it or nothing."""
    spend(member)
    if draft.version != said.version:
        raise Overtaken
    with transaction.atomic():
        content = msgspec.structs.replace(draft.read(), share_title=said.share_title)
        here = draft.story.pictures.values_list("digest", flat=True)
        if text.pictures_in(content.body) - set(here):
            words = _("A picture in it isn't one of this story. Add it again, or take its line out.")
            raise BadStory({"body": str(words)})
        kept = stories.keep(draft, content, by=member, version=said.version)
        if said.agrees and (kept.story.consent_at is None or kept.story.consent_withdrawn_at):
            stories.agree(kept.story, by=member)
        return stories.hand_in(
            kept, by=member, ticked=said.ticked, correction=said.correction, version=said.version + 1
        )


def answer(member: Member, pk: int, answers: Iterable[tuple[int, str]]) -> None:
    """Keeps what the writer says to suggestions, by the key of each note. Others' notes are not touched."""
    spend(member)
    notes = {one.pk: one for one in own(member, pk).notes}
    with transaction.atomic():
        for key, words in answers:
            if key in notes:
                tidy = text.tidy(words, limit=ANSWER) if words.strip() else ""
                ParagraphNote.objects.filter(pk=key).update(answer=tidy)


def delete(member: Member, pk: int) -> None:
    """Deletes for good what no reader ever had. Raises `NotYours` for everything else."""
    with transaction.atomic():
        Story.objects.select_for_update().filter(pk=pk).first()
        one = own(member, pk)
        if not one.may_be_deleted:
            raise NotYours
        one.story.delete()


def spend(member: Member) -> None:
    """Counts one more keeping of a text. Raises `TooFast`."""
    if wait := throttle.write(member.pk):
        raise TooFast(retry_after=wait)
