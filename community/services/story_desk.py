"""The desk of those who read stories before others do: what waits, one text with all that is known of it, the inbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from community import text
from community.access import may, require
from community.models import EditorNote, Member, Story, StoryRevision, StoryVerdict
from community.refusals import NotYours
from community.services import audit, story_due
from community.services.resources import Overtaken, ReasonNeeded
from community.services.story_rows import State

WAITING, AGAIN, SECOND, COMING, OUT, CHANGES, WITHDRAWN, TOLD = (
    "waiting", "again", "second", "coming", "out", "changes", "withdrawn", "told",
)  # fmt: skip
OF_CLINICIANS, OF_EDITORS = (WAITING, AGAIN), (SECOND, COMING, OUT, CHANGES, WITHDRAWN, TOLD)
JUDGE, READ = "judge", "read"  # what one may do with a text; AGAIN is the third
OUTCOME = 200


def lists_for(me: Member) -> tuple[str, ...]:
    """The names of the lists that are this member's to work on."""
    clinicians = OF_CLINICIANS if may(me, "story.review") else ()
    return clinicians + (OF_EDITORS if may(me, "story.edit") else ())


def listed(name: str, me: Member) -> QuerySet[Any]:
    """One list: texts, stories or notes of readers, what waits longest first. Nobody is given their own to judge."""
    if name not in lists_for(me):
        raise NotYours
    return _given(name, me)


def _given(name: str, me: Member) -> QuerySet[Any]:
    return _all(name).exclude(_mine(name, me)) if name in (WAITING, AGAIN, SECOND) else _all(name)


def counts(me: Member) -> dict[str, int]:
    """How many are in each of this member's lists. One query each."""
    return {name: _given(name, me).count() for name in lists_for(me)}


def left_out(name: str, me: Member) -> int:
    """How many of a list this member is not given, because they would judge their own words or reading."""
    return _all(name).filter(_mine(name, me)).count() if name in (WAITING, AGAIN, SECOND) else 0


def _all(name: str) -> QuerySet[Any]:
    if name in (WAITING, SECOND, CHANGES):
        return _texts(name)
    if name == TOLD:
        return EditorNote.objects.filter(closed_at=None).select_related("story").order_by("on", "pk")
    rows = Story.objects.select_related("byline", "published__reviewed_as", "next")
    if name == AGAIN:
        return story_due.due(timezone.localdate() + story_due.SOON).select_related("byline", "published__reviewed_as")
    if name == COMING:
        return rows.exclude(next=None).filter(withdrawn_at=None).order_by("next_at", "pk")
    if name == OUT:
        return rows.filter(pk__in=Story.objects.public().values("pk")).order_by("-changed_at", "-pk")
    gone = Q(withdrawn_at__isnull=False) | Q(consent_withdrawn_at__isnull=False)
    return rows.filter(gone).order_by(F("withdrawn_at").desc(nulls_last=True), "-pk")


def _texts(name: str) -> QuerySet[StoryRevision]:
    rows = StoryRevision.objects.filter(story__consent_withdrawn_at=None).select_related("story__byline")
    if name == CHANGES:
        newer = StoryRevision.objects.filter(story=OuterRef("story"), number__gt=OuterRef("number"))
        rows = rows.filter(state__in=(State.CHANGES, State.DECLINED)).exclude(Exists(newer.exclude(state=State.DRAFT)))
        return rows.order_by("-reviewed_at", "-pk")
    rows = rows.filter(state=State.SUBMITTED if name == WAITING else State.REVIEWED)
    return rows.order_by("submitted_at" if name == WAITING else "reviewed_at", "pk")


def _mine(name: str, me: Member) -> Q:
    if name == AGAIN:
        return Q(writer=me) | Q(published__author=me) | Q(published__second_reader=me)
    mine = Q(author=me) | Q(story__writer=me)
    return mine | Q(reviewer=me) if name == SECOND else mine


# --- one story, one text --------------------------------------------------------------------------


def story(slug: str) -> Story:
    """A story, whatever became of it. Raises `NotYours` when there is none."""
    found = Story.objects.select_related("byline", "published__reviewed_as", "next", "withdrawn_by").filter(slug=slug)
    one = found.first()
    if one is None:
        raise NotYours
    return one


def text_of(slug: str, number: int) -> StoryRevision:
    """A text that was handed in, of a writer who agrees to that. Raises `NotYours` for every other."""
    rows = StoryRevision.objects.select_related("story__byline", "story__published", "reviewed_as", "author")
    found = rows.exclude(state=State.DRAFT).filter(story__slug=slug, number=number, story__consent_withdrawn_at=None)
    one = found.first()
    if one is None:
        raise NotYours
    return one


def texts(one: Story) -> QuerySet[StoryRevision]:
    """Every text of a story that was handed in, the newest first."""
    rows = one.revisions.exclude(state=State.DRAFT).select_related("reviewed_as", "second_reader", "author")
    return rows.order_by("-number")


def verdicts(one: Story) -> QuerySet[StoryVerdict]:
    """What was decided about the texts of a story, the newest first."""
    rows = StoryVerdict.objects.filter(revision__story=one).select_related("revision", "by", "shown_as")
    return rows.order_by("-at", "-pk")


@dataclass(frozen=True, slots=True)
class Part:
    """What a member may do with a text at this moment, and why not, in words."""

    does: str = ""  # JUDGE, READ, AGAIN, or nothing
    why_not: str | Promise = ""


def part_of(me: Member, revision: StoryRevision) -> Part:
    """What this member may do with this text now."""
    one = revision.story
    does = _asked_for(revision)
    if not does:
        return Part()
    if not may(me, "story.edit" if does == READ else "story.review"):
        return Part()
    if me.pk in (revision.author_id, one.writer_id):
        return Part(why_not=_("You wrote this. Somebody else has to read it for others."))
    if does == READ and me.pk == revision.reviewer_id:
        return Part(why_not=_("You were its clinician. The second reader is a third person."))
    if does == AGAIN and me.pk == revision.second_reader_id:
        return Part(why_not=_("You were its second reader. Another clinician has to read it again."))
    return Part(does)


def _asked_for(revision: StoryRevision) -> str:
    one = revision.story
    if revision.state == State.READY and one.published_id == revision.pk and one.withdrawn_at is None:
        return AGAIN
    return {State.SUBMITTED: JUDGE, State.REVIEWED: READ}.get(State(revision.state), "")


def newer_than(revision: StoryRevision) -> StoryRevision | None:
    """The newest text that was handed in after this one."""
    return texts(revision.story).filter(number__gt=revision.number).first()


# --- what readers tell the editors ----------------------------------------------------------------


def close_told(pk: int, *, by: Member, outcome: str) -> EditorNote:
    """Answers what a reader told. Raises `NotYours`, `ReasonNeeded`, `Overtaken` when somebody did already."""
    require(by, "story.edit")
    with transaction.atomic():
        one = EditorNote.objects.select_for_update(of=("self",)).filter(pk=pk).first()
        if one is None:
            raise NotYours
        if one.closed_at:
            raise Overtaken
        if not outcome.strip():
            raise ReasonNeeded
        one.closed_at, one.closed_by, one.outcome = timezone.now(), by, text.tidy(outcome, limit=OUTCOME)
        one.save(update_fields=["closed_at", "closed_by", "outcome"])
        audit.record(by, "story.told-closed", one)
    return one
