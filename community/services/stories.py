"""The way of a story to its readers: draft, clinician, second reader, the day it comes out; corrected, withdrawn.

What readers see is always a fixed text that three people know: who wrote it, a clinician, a second reader. Taking away
needs only one, and a writer who takes consent back needs nobody.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import count

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from community import signals, text
from community.access import require
from community.duties import duty
from community.models import Byline, Correction, Member, ParagraphNote, Story, StoryRevision
from community.refusals import NotYours, Refusal
from community.services import story_news
from community.services.resources import Overtaken, OwnWords, ReasonNeeded
from community.story_content import Text, checked, to_json

State = StoryRevision.State
REVIEWED_AGAIN_AFTER = timedelta(days=365)
NOTE, REASON = 600, 200
TAKEN = frozenset({"review", "write", "mine", "feed", "pictures"})  # addresses below /stories/ that are no story
log = logging.getLogger("community.stories")

# What an author says about a text before anybody reads it (safe messaging; PRODUCT D 24).
CHECKLIST: dict[str, str | Promise] = {
    "no-method": _("It does not say how, how much or where somebody harmed themselves."),
    "no-dose": _("It gives no doses, and no advice to begin or stop a medicine."),
    "not-one-cause": _("It does not explain a suicide by one single reason, and makes nobody a hero or to blame."),
    "help-named": _("It says where help came from, or where it can be found."),
    "hope": _("It leaves the reader with something to hold on to."),
    "nobody-named": _("Nobody can be recognised who did not agree to it."),
}  # fmt: skip


class ChecklistOpen(Refusal):
    """Something on the checklist is not ticked; what, it says."""

    code = "checklist-open"
    detail = _("Go through the checklist before you hand it in.")


class NoConsent(Refusal):
    """The writer has not agreed to it being published."""

    code = "no-consent"
    detail = _("Its writer has not agreed to it being published.")
    status = 409


# --- what apps above know of a text ---------------------------------------------------------------

Reading = Callable[[str], list[str]]
_readings: list[Reading] = []


def reads_along(function: Reading) -> Reading:
    """Enters a function that says, in sentences for the author, what in a text deserves a second look."""
    if function not in _readings:
        _readings.append(function)
    return function


def remarks_on(body: str) -> list[str]:
    """What deserves a second look in this text. It blocks nothing; a reading that fails says nothing."""
    found: list[str] = []
    for read in _readings:
        try:
            found += read(body)
        except Exception as error:  # noqa: BLE001  (its text may hold the story's words)
            log.warning("A reading of a story failed: %s", type(error).__name__)
    return found


# --- writing --------------------------------------------------------------------------------------


def begin(content: Text, *, by: Member, byline: Byline, writer: Member | None = None, key: str = "") -> StoryRevision:
    """A new story and its first draft, which nobody but its author and editors see. Raises `BadStory`.

    With a `key` of the page that it was written on, the same again is the same story.
    """
    tidy = checked(content, draft=True)
    with transaction.atomic():
        if key and (there := Story.objects.filter(slug=f"story-{key}", writer=writer or by).first()):
            return there.revisions.select_related("story").latest("number")
        story = _new(tidy, byline=byline, writer=writer or by, key=key)
        return _next(story, tidy, by, byline)


def keep(
    draft: StoryRevision, content: Text, *, by: Member, version: int, byline: Byline | None = None
) -> StoryRevision:
    """Keeps a draft as it is now. Raises `Overtaken` when somebody kept another one since `version`, `BadStory`."""
    require(by, "story.write", draft.story)
    tidy = checked(content, draft=True)
    with transaction.atomic():
        story = _locked(draft.story_id)
        rows = StoryRevision.objects.filter(pk=draft.pk, state=State.DRAFT, version=version)
        byline = byline or draft.byline or story.byline
        if not rows.update(content=to_json(tidy), byline=byline, version=F("version") + 1, made_at=timezone.now()):
            raise Overtaken
        unseen = Story.objects.filter(pk=story.pk, published=None)
        unseen.update(title=tidy.title, category=tidy.category, kind=tidy.kind, byline=byline)
        return StoryRevision.objects.select_related("story").get(pk=draft.pk)


def change(story: Story, *, by: Member) -> StoryRevision:
    """A draft that begins with the newest text; the one that is there already, if one is."""
    require(by, "story.write", story)
    with transaction.atomic():
        _locked(story.pk)
        newest = story.revisions.order_by("-number").first()
        if newest is None:
            raise NotYours
        return newest if newest.state == State.DRAFT else _next(story, newest.read(), by, newest.byline)


def hand_in(
    draft: StoryRevision, *, by: Member, ticked: Iterable[str], correction: str = "", version: int | None = None
) -> StoryRevision:
    """Hands a draft in for a clinician; from now on it does not change.

    `version` is the one that its author had before them. Raises `ChecklistOpen`, `NoConsent`, `BadStory`, `Overtaken`.
    """
    require(by, "story.write", draft.story)
    if missing := CHECKLIST.keys() - set(ticked):
        words = " ".join(str(CHECKLIST[one]) for one in CHECKLIST if one in missing)
        raise ChecklistOpen(_("Still open: %(what)s") % {"what": words})
    with transaction.atomic():
        story = _locked(draft.story_id)
        if story.consent_at is None or story.consent_withdrawn_at:
            raise NoConsent
        mine = _again(draft, State.DRAFT)
        if version not in (None, mine.version):
            raise Overtaken
        content = checked(mine.read())
        if story.published_id is None and not story.revisions.exclude(submitted_at=None).exists():
            _name(story, content)
        waiting = story.revisions.filter(state__in=(State.SUBMITTED, State.CHANGES, State.REVIEWED))
        waiting.update(state=State.PAST)
        mine.state, mine.submitted_at, mine.checklist = State.SUBMITTED, timezone.now(), sorted(CHECKLIST)
        mine.correction = text.tidy(correction, limit=300) if correction.strip() else ""
        mine.save()
    return mine


def agree(story: Story, *, by: Member) -> None:
    """The writer agrees to it being published, from this moment on."""
    if by.pk != story.writer_id:
        raise NotYours
    Story.objects.filter(pk=story.pk).update(consent_at=timezone.now(), consent_withdrawn_at=None)
    _tell(story)


def take_consent_back(story: Story, *, by: Member) -> None:
    """The writer no longer agrees: it is gone from every page, list, feed and search at once."""
    if by.pk != story.writer_id:
        raise NotYours
    Story.objects.filter(pk=story.pk, consent_withdrawn_at=None).update(consent_withdrawn_at=timezone.now())
    _tell(story)


# --- reading before others do -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a clinician says about one text: approve, changes or decline, with notes by paragraph."""

    kind: str
    note: str = ""
    beside: tuple[tuple[int, str], ...] = ()
    look_again_on: date | None = None


def review(revision: StoryRevision, verdict: Verdict, *, by: Member, byline: Byline) -> StoryRevision:
    """A clinician's verdict on this very text. Raises `Overtaken` when a newer one was handed in, `OwnWords`."""
    require(by, "story.review")
    state = {"approve": State.REVIEWED, "changes": State.CHANGES, "decline": State.DECLINED}[verdict.kind]
    if state != State.REVIEWED and not verdict.note.strip():
        raise ReasonNeeded
    if byline.member_id != by.pk or not byline.profession:
        raise NotYours
    with transaction.atomic():
        story = _locked(revision.story_id)
        mine = _again(revision, State.SUBMITTED)
        if by.pk in (mine.author_id, story.writer_id):
            raise OwnWords
        mine.state, mine.reviewer, mine.reviewed_as, mine.reviewed_at = state, by, byline, timezone.now()
        mine.review_note = text.tidy(verdict.note, limit=NOTE) if verdict.note.strip() else ""
        mine.save()
        mine.notes.all().delete()
        ParagraphNote.objects.bulk_create(
            ParagraphNote(revision=mine, paragraph=place, said=text.tidy(said, limit=NOTE), by=by)
            for place, said in verdict.beside
        )
        if state != State.REVIEWED:
            story_news.tell(story, "suggestions" if state == State.CHANGES else "declined")
        else:
            story.review_due = verdict.look_again_on or (timezone.localdate() + REVIEWED_AGAIN_AFTER)
            story.save(update_fields=["review_due"])
    return mine


def read_second(revision: StoryRevision, *, by: Member, comes_out_at: datetime | None = None) -> Story:
    """A third person has read it: it comes out now, or at a set time. Raises `OwnWords`, `Overtaken`, `NoConsent`."""
    require(by, "story.edit")
    now = timezone.now()
    with transaction.atomic():
        story = _locked(revision.story_id)
        mine = _again(revision, State.REVIEWED)
        if by.pk in (mine.author_id, mine.reviewer_id, story.writer_id):
            raise OwnWords
        if story.consent_at is None or story.consent_withdrawn_at:
            raise NoConsent
        mine.state, mine.second_reader, mine.read_at = State.READY, by, now
        mine.save()
        story.next, story.next_at = mine, max(comes_out_at or now, now)
        story.save(update_fields=["next", "next_at"])
        if story.next_at <= now:
            _come_out(story)
    return story


def send_back(revision: StoryRevision, *, by: Member, note: str) -> StoryRevision:
    """The second reader wants changes after all. Raises `ReasonNeeded`."""
    require(by, "story.edit")
    if not note.strip():
        raise ReasonNeeded
    with transaction.atomic():
        story = _locked(revision.story_id)
        mine = _again(revision, State.REVIEWED)
        mine.state, mine.read_note = State.CHANGES, text.tidy(note, limit=300)
        mine.save(update_fields=["state", "read_note"])
        story_news.tell(story, "suggestions")
    return mine


@duty("stories that come out", every_seconds=60)
def come_out() -> int:
    """Lets out what was set to come out by now; how many. Readers do not wait for it: see `reading.text_of`."""
    due = Story.objects.filter(next_at__lte=timezone.now()).values_list("pk", flat=True)
    done = 0
    for pk in list(due[:200]):
        with transaction.atomic():
            story = _locked(pk)
            if story.next_id and story.next_at and story.next_at <= timezone.now():
                _come_out(story)
                done += 1
    return done


def _come_out(story: Story) -> None:
    """The text that is ready takes the place of the one that readers see. The caller holds the row."""
    assert story.next is not None
    assert story.next_at is not None
    content = story.next.read()
    story.changed_at = story.next_at
    story.published, story.published_at = story.next, story.published_at or story.next_at
    story.title, story.category, story.kind = content.title, content.category, content.kind
    story.byline = story.next.byline or story.byline
    if story.next.correction:
        Correction.objects.create(story=story, said=story.next.correction, at=story.next_at)
    story.next, story.next_at = None, None
    story.withdrawn_at, story.withdrawn_by, story.withdrawn_because = None, None, ""
    story.save()
    story_news.tell(story, "out")
    _tell(story)


def withdraw(story: Story, *, by: Member, reason: str) -> Story:
    """Takes a story away from readers at once. Nothing is deleted. Raises `ReasonNeeded`."""
    require(by, "story.withdraw", story)
    if not reason.strip():
        raise ReasonNeeded
    with transaction.atomic():
        mine = _locked(story.pk)
        mine.withdrawn_at, mine.withdrawn_by = timezone.now(), by
        mine.withdrawn_because, mine.next, mine.next_at = text.tidy(reason, limit=REASON), None, None
        mine.save()
        story_news.tell(mine, "taken", by=by)
        _tell(mine)
    return mine


# --- inside ---------------------------------------------------------------------------------------


def _tell(story: Story) -> None:
    transaction.on_commit(lambda: signals.story_changed.send(Story, story=story))


def _locked(pk: int) -> Story:
    return Story.objects.select_for_update(of=("self",)).select_related("published", "next").get(pk=pk)


def _again(revision: StoryRevision, state: str) -> StoryRevision:
    found = StoryRevision.objects.filter(pk=revision.pk, state=state).first()
    if found is None:
        raise Overtaken
    return found


def _next(story: Story, content: Text, by: Member, byline: Byline | None = None) -> StoryRevision:
    last = story.revisions.aggregate(last=Max("number"))["last"] or 0
    said = {"content": to_json(content), "author": by, "byline": byline}
    return StoryRevision.objects.create(story=story, number=last + 1, **said)


def _new(content: Text, *, byline: Byline, writer: Member, key: str) -> Story:
    fields = {"title": content.title, "category": content.category, "kind": content.kind}
    story = Story(byline=byline, writer=writer, **fields)
    _name(story, content, f"story-{key}" if key else "")
    return story


def _name(story: Story, content: Text, base: str = "") -> None:
    """Keeps a story under an address that tells nothing, made of its quiet title."""
    quiet = base or slugify(content.quiet_title)[:60]
    if re.fullmatch(rf"{quiet or 'story'}(-[0-9a-f]+)?", story.slug):
        return
    base = quiet or f"story-{secrets.token_hex(4)}"
    for number in count(2 if base in TAKEN else 1):
        story.slug = base if number == 1 else f"{base}-{number}"
        try:
            with transaction.atomic():
                story.save()
        except IntegrityError:
            continue
        return
