"""What readers-before-readers decide about one text: a clinician, a second reader, a clinician again a year later.

Each decision is about the very text that was read, holds the story's row, and leaves a `StoryVerdict` and an entry in
the audit trail. Whoever wrote a text decides nothing about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from community import text
from community.access import require
from community.models import Byline, Member, Story, StoryRevision, StoryVerdict
from community.refusals import NotYours, Refusal
from community.services import audit, story_notes, story_release
from community.services.resources import Overtaken, OwnWords, ReasonNeeded
from community.services.story_rows import (
    State,
    again,
    held,
    must_be_agreed,
    must_be_of_others,
    tell,
    tell_writers,
    wait_no_more,
)

REVIEWED_AGAIN_AFTER = timedelta(days=365)
NOTE, READ_NOTE, CORRECTION = 600, 300, 300
Kind = StoryVerdict.Kind

# What a clinician answers about every text (DESIGN 8.30). A yes keeps it from coming out as it is.
QUESTIONS: dict[str, str | Promise] = {
    "method": _("Does it say how, how much or where somebody harmed themselves?"),
    "dose": _("Does it give a dose, or say how to begin or stop a medicine?"),
    "advice": _("Does it give advice that could harm, or say something wrong about treatment?"),
    "someone": _("Could anybody be recognised who did not agree to it?"),
}


class Unsettled(Refusal):
    """Approved, although one of the four questions was answered with yes."""

    code = "unsettled"
    detail = _("You answered yes to one of the four questions. Ask for changes, or say why it can't be here.")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a clinician says about one text: approve, changes or decline, with notes by paragraph.

    `answers` holds question → {"is": True or False, "words": …}.
    """

    kind: str
    note: str = ""
    beside: tuple[tuple[int, str], ...] = ()
    look_again_on: date | None = None
    answers: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    @property
    def is_approval(self) -> bool:
        """True when the text may go on to its readers."""
        return self.kind == "approve"

    @property
    def next_day(self) -> date:
        """When it is to be read again: a year from now at the latest."""
        latest = timezone.localdate() + REVIEWED_AGAIN_AFTER
        return min(self.look_again_on or latest, latest)


def review(revision: StoryRevision, verdict: Verdict, *, by: Member, byline: Byline) -> StoryRevision:
    """A clinician's verdict on this very text. Raises `Overtaken` when a newer one was handed in, `OwnWords`."""
    state = {"approve": State.REVIEWED, "changes": State.CHANGES, "decline": State.DECLINED}[verdict.kind]
    note = _checked(verdict, by, byline)
    with transaction.atomic():
        story = held(revision.story_id)
        mine = again(revision, State.SUBMITTED)
        must_be_of_others(story, mine, by)
        must_be_agreed(story)
        mine.state = state
        _sign(mine, verdict, note, by, byline)
        _remember(mine, verdict.kind, by, verdict=verdict, note=note, shown_as=byline)
        told = {"approve": "story-approved", "changes": "story-changes", "decline": "story-declined"}[verdict.kind]
        tell_writers(story, mine, told, by=by)
        wait_no_more(story)
        audit.record(by, f"story.{verdict.kind}", story)
    return mine


def review_again(
    revision: StoryRevision, verdict: Verdict, *, by: Member, byline: Byline, after: int = 0
) -> StoryRevision:
    """Another verdict on the text that readers see: a new date and reviewer, or it stays under review.

    `after` is the newest verdict that was there when it was read, see `newest_verdict`: raises `Overtaken` when
    somebody decided since, or readers see another text by now.
    """
    if verdict.kind == "decline":
        raise NotYours  # a text that is out is withdrawn, with a reason
    note = _checked(verdict, by, byline)
    with transaction.atomic():
        story = held(revision.story_id)
        mine = again(revision, State.READY)
        if story.published_id != mine.pk or story.withdrawn_at or newest_verdict(mine) != after:
            raise Overtaken
        must_be_of_others(story, mine, by)
        must_be_agreed(story)
        if by.pk == mine.second_reader_id:
            raise OwnWords(_("You were its second reader. Another clinician has to read it."))
        if verdict.is_approval:
            _sign(mine, verdict, note, by, byline)
            story.review_due = verdict.next_day
        else:
            story_notes.put(mine, dict(verdict.beside), by=by)
            yesterday = timezone.localdate() - timedelta(days=1)
            story.review_due = min(story.review_due or yesterday, yesterday)
            tell_writers(story, mine, "story-changes", by=by)
        story.save(update_fields=["review_due"])
        _remember(mine, _again_kind(verdict), by, verdict=verdict, note=note, shown_as=byline)
        audit.record(by, f"story.again-{verdict.kind}", story)
        tell(story)
    return mine


def newest_verdict(revision: StoryRevision) -> int:
    """The key of the newest verdict about this text; 0 without one."""
    return int(revision.verdicts.aggregate(last=Max("pk"))["last"] or 0)


def read_second(
    revision: StoryRevision, *, by: Member, comes_out_at: datetime | None = None, correction: str | None = None
) -> Story:
    """A third person has read it: it comes out now, or at a set time. Raises `OwnWords`, `Overtaken`, `NoConsent`.

    `correction`, where given, takes the place of what readers are to be told was put right.
    """
    require(by, "story.edit")
    told = text.tidy(correction, limit=CORRECTION) if correction and correction.strip() else ""
    now = timezone.now()
    with transaction.atomic():
        story = held(revision.story_id)
        mine = again(revision, State.REVIEWED)
        must_be_of_others(story, mine, by, mine.reviewer_id)
        must_be_agreed(story)
        mine.state, mine.second_reader, mine.read_at, mine.read_note = State.READY, by, now, ""
        mine.correction = mine.correction if correction is None else told
        mine.save()
        story.next, story.next_at = mine, max(comes_out_at or now, now)
        story.save(update_fields=["next", "next_at"])
        _remember(mine, Kind.SECOND, by)
        if story.next_at <= now:
            story_release.let_out(story)
        audit.record(by, "story.read", story)
    return story


def send_back(revision: StoryRevision, *, by: Member, note: str) -> StoryRevision:
    """The second reader wants changes after all. Raises `ReasonNeeded`, `OwnWords`, `Overtaken`."""
    require(by, "story.edit")
    if not note.strip():
        raise ReasonNeeded
    said = text.tidy(note, limit=READ_NOTE)
    with transaction.atomic():
        story = held(revision.story_id)
        mine = again(revision, State.REVIEWED)
        must_be_of_others(story, mine, by, mine.reviewer_id)
        mine.state, mine.read_note = State.CHANGES, said
        mine.save(update_fields=["state", "read_note"])
        _remember(mine, Kind.SENT_BACK, by, note=said)
        tell_writers(story, mine, "story-changes", by=by)
        audit.record(by, "story.sent-back", story)
    return mine


def _checked(verdict: Verdict, by: Member, byline: Byline) -> str:
    """The verdict's note, tidied, once everything about the verdict itself is in order."""
    require(by, "story.review")
    if byline.member_id != by.pk or not byline.profession or byline.agreed_at is None:
        raise NotYours
    if verdict.is_approval and any(one.get("is") for one in verdict.answers.values()):
        raise Unsettled
    if not verdict.note.strip():
        if not verdict.is_approval:
            raise ReasonNeeded
        return ""
    return text.tidy(verdict.note, limit=NOTE)


def _sign(mine: StoryRevision, verdict: Verdict, note: str, by: Member, byline: Byline) -> None:
    mine.reviewer, mine.reviewed_as, mine.reviewed_at, mine.review_note = by, byline, timezone.now(), note
    mine.look_again_on = verdict.next_day if verdict.is_approval else None
    mine.save()
    story_notes.put(mine, dict(verdict.beside), by=by)


def _again_kind(verdict: Verdict) -> str:
    return Kind.AGAIN if verdict.is_approval else Kind.AGAIN_CHANGES


def _remember(mine: StoryRevision, kind: str, by: Member, *, verdict: Verdict | None = None, note: str = "",
              shown_as: Byline | None = None) -> None:  # fmt: skip
    answers = {key: dict(one) for key, one in verdict.answers.items()} if verdict else {}
    again_on = verdict.next_day if verdict and verdict.is_approval else None
    StoryVerdict.objects.create(revision=mine, kind=kind, by=by, note=note, shown_as=shown_as, answers=answers,
                                look_again_on=again_on)  # fmt: skip
