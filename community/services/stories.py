"""The way of a story to its readers: draft, clinician, second reader, the day it comes out; corrected, withdrawn.

What readers see is always a fixed text that three people know: who wrote it, a clinician, a second reader. Taking away
needs only one, and a writer who takes consent back needs nobody.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Iterable
from itertools import count

from django.db import IntegrityError, transaction
from django.db.models import F, Max, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from community import text
from community.access import require
from community.models import Byline, Member, Story, StoryRevision
from community.refusals import NotYours, Refusal
from community.services import story_rows
from community.services.resources import Overtaken
from community.services.story_release import come_out, withdraw
from community.services.story_rows import NoConsent, State
from community.services.story_rows import again as _again
from community.services.story_rows import held as _locked
from community.services.story_rows import tell as _tell
from community.services.story_verdicts import Verdict, read_second, review, send_back
from community.story_content import Text, checked, to_json

# Addresses below /stories/ that are no story.
TAKEN = frozenset({"review", "write", "mine", "feed", "reading", "pictures"})
log = logging.getLogger("community.stories")

# One door to all that happens to a story: readings are in `story_verdicts`, coming out and leaving in `story_release`.
__all__ = [
    "CHECKLIST", "TAKEN", "ChecklistOpen", "NoConsent", "State", "Verdict", "agree", "begin", "change", "come_out",
    "hand_in", "keep", "read_second", "reads_along", "remarks_on", "review", "send_back", "take_consent_back",
    "take_from_review", "withdraw",
]  # fmt: skip

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
        story_rows.tell_clinicians(story, mine)
        story_rows.wait_no_more(story)
    return mine


def take_from_review(story: Story, *, by: Member) -> StoryRevision:
    """The writer takes the text that is being read back to their desk: a draft of the same words. Raises `Overtaken`.

    Consent stays, and so does what is out. What was read does not change: its words go on in a text of their own.
    """
    if by.pk != story.writer_id:
        raise NotYours
    with transaction.atomic():
        mine = _locked(story.pk)
        waiting = mine.revisions.filter(Q(state__in=(State.SUBMITTED, State.REVIEWED)) | Q(pk=mine.next_id))
        if mine.next is not None and mine.next_at is not None and mine.next_at <= timezone.now():
            raise Overtaken  # it is out by now
        if not waiting.update(state=State.PAST):
            raise Overtaken
        Story.objects.filter(pk=mine.pk).update(next=None, next_at=None)
        story_rows.wait_no_more(mine)
        newest = mine.revisions.latest("number")
        return newest if newest.state == State.DRAFT else _next(mine, newest.read(), by, newest.byline)


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
    story_rows.wait_no_more(story, whatever=True)
    _tell(story)


# --- inside ---------------------------------------------------------------------------------------


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
