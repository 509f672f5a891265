"""The site's own phrases: what holds now, drafts, and the changes to them. What becomes of a draft: `phrase_steps`.

Only a draft is edited; what was handed in never changes again, so that a past flag's version says what it said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from community.access import require
from community.models import Member
from community.refusals import NotYours, Refusal
from community.services import audit
from moderation import phrase_content
from moderation.detector import lexicon as lexicons
from moderation.detector.lexicon import Rule
from moderation.models import PhraseNote, PhraseVersion
from moderation.phrase_content import Change, Content, Difference, NotAllowed, PutList, Rest, Reweigh, SiteList

State = PhraseVersion.State
MOST_DRAFTS, ACTS_KEPT, LISTED = 20, 200, 50
LONGEST_NOTE = 1000


class Changed(Refusal):
    """The text is another one by now; the sentence says what was changed since, and by whom."""

    code = "changed"
    status = 409


class NotNow(Refusal):
    """Not at this step of a version's way; the sentence says what is missing."""

    code = "not-now"
    status = 409


@dataclass(frozen=True, slots=True)
class ShippedPhrase:
    """A phrase of the release, as the version in force has it."""

    phrase: str
    severity: str  # as it counts here; empty: it rests
    shipped: str  # as the release has it


@dataclass(frozen=True, slots=True)
class ShippedGroup:
    """A group of the release. A mark (`effect` not empty) changes what signs mean, and has no level to set."""

    id: str  # "en.intent"
    reason: str
    source: str
    category: str
    effect: str
    phrases: tuple[ShippedPhrase, ...]


@dataclass(frozen=True, slots=True)
class Lists:
    """What is looked for in a language. `number`: of the version in force, None while only the release is."""

    language: str
    number: int | None
    groups: tuple[ShippedGroup, ...]
    lists: tuple[SiteList, ...]


@dataclass(frozen=True, slots=True)
class Act:
    """One change of a draft: what was done, by whose key, when. `edits` is the text's number once it was done."""

    edits: int
    by_id: int
    at: datetime
    says: str


# --- reading -----------------------------------------------------------------------------------


def in_force() -> PhraseVersion | None:
    """The version in force; None while only the release's own phrases are looked for."""
    return PhraseVersion.objects.filter(state=State.IN_FORCE).first()


def on_trial() -> PhraseVersion | None:
    """The version that is counted beside the one in force, without consequences."""
    return PhraseVersion.objects.filter(state=State.TRIAL).first()


def versions(by: Member) -> list[PhraseVersion]:
    """The newest versions, newest first, without what was compiled of them. Raises `NotYours`."""
    require(by, "phrases.see")
    rows = PhraseVersion.objects.defer("compiled").select_related("by", "signed_by", "based_on")
    return list(rows.order_by("-pk")[:LISTED])


def version_for(by: Member, token: str) -> PhraseVersion:
    """The version of this token. Raises `NotYours`."""
    require(by, "phrases.see")
    rows = PhraseVersion.objects.defer("compiled").select_related("by", "signed_by", "based_on")
    found = rows.filter(token=token).first()
    if found is None:
        raise NotYours
    return found


def content_of(version: PhraseVersion | None) -> Content:
    """What a version says; nothing at all for none."""
    return phrase_content.read(version.content) if version else Content()


def difference(version: PhraseVersion) -> Difference:
    """What a version says otherwise than the one in force."""
    return phrase_content.difference(content_of(in_force()), content_of(version))


def acts(version: PhraseVersion) -> list[Act]:
    """The changes a draft has seen, oldest first; the last 200."""
    return [Act(one["edits"], one["by"], datetime.fromisoformat(one["at"]), one["says"]) for one in version.acts]


def writers(version: PhraseVersion) -> set[int]:
    """Keys of everybody who had a hand in a text: none of them can be its second reader."""
    return {one["by"] for one in version.acts} | ({version.by_id} if version.by_id else set())


def lists(language: str, version: PhraseVersion | None = None) -> Lists:
    """Groups of the release and lists of our own in a language, as the version in force (or this one) has them."""
    version = version or in_force()
    content = content_of(version)
    weights = {(one.group, one.phrase): one.severity for one in content.weights}
    groups = tuple(_group(rules, weights) for rules in _shipped().values() if rules[0].language == language)
    own = tuple(one for one in content.lists if one.language == language)
    return Lists(language, version.number if version else None, groups, own)


def is_shipped(group: str, phrase: str = "") -> bool:
    """Whether the release has this group, and this phrase in it."""
    rules = _shipped().get(group, [])
    return bool(rules) and (not phrase or phrase in {one.phrase for one in rules})


def looks_for(group: str) -> str:
    """What a group of the release looks for, in words; empty where it has no such signs."""
    first = next(iter(_shipped().get(group, [])), None)
    return first.reason if first and not first.effect else ""


@cache
def _shipped() -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = defaultdict(list)
    for one in lexicons.shipped().rules:
        found[one.group].append(one)
    return dict(found)


def _group(rules: Sequence[Rule], weights: dict[tuple[str, str], str]) -> ShippedGroup:
    first = rules[0]
    phrases = []
    for one in rules:
        shipped = "" if one.effect else one.severity.label
        here = weights.get((one.group, one.phrase), weights.get((one.group, ""), shipped or "mark"))
        phrases.append(ShippedPhrase(one.phrase, here, shipped or "mark"))
    return ShippedGroup(first.group, first.reason, first.source, str(first.category), first.effect, tuple(phrases))


# --- writing -----------------------------------------------------------------------------------


@transaction.atomic
def draft(by: Member, based_on: str = "") -> PhraseVersion:
    """A new draft, from the version in force or from the one of this token. Raises `NotYours` and `NotNow`."""
    require(by, "phrases.write")
    base = version_for(by, based_on) if based_on else in_force()
    if PhraseVersion.objects.filter(state=State.DRAFT).count() >= MOST_DRAFTS:
        raise NotNow(_("There are many drafts already. Please drop one first."))
    made = PhraseVersion.objects.create(by=by, based_on=base, content=base.content if base else {})
    audit.record(by, "phrases.drafted", made)
    return made


@transaction.atomic
def change(by: Member, token: str, *, edits: int, change: Change) -> PhraseVersion:
    """The draft with one change made. `edits`: of the text that `by` had before them.

    Raises `Changed` when it is another text by now, `NotNow` when it is no draft any more, `NotAllowed`, `NotYours`.
    """
    version = held_draft(by, token, edits=edits)
    _mind_release(change)
    version.content = phrase_content.written(phrase_content.changed(content_of(version), change))
    noted(version, by, phrase_content.says(change))
    version.save(update_fields=["content", "edits", "acts"])
    audit.record(by, "phrases.changed", version, reason=_kind(change))
    return version


@transaction.atomic
def say_why(by: Member, token: str, *, edits: int, reason: str) -> PhraseVersion:
    """The draft with its author's reason. Raises as `change` does."""
    version = held_draft(by, token, edits=edits)
    version.reason = reason.strip()[:LONGEST_NOTE]
    noted(version, by, "why")
    version.save(update_fields=["reason", "edits", "acts"])
    audit.record(by, "phrases.changed", version, reason="why")
    return version


@transaction.atomic
def note(by: Member, token: str, words: str) -> PhraseNote:
    """A colleague's words about a version, kept with it. Raises `NotAllowed` for none, and `NotYours`."""
    version = version_for(by, token)
    if not words.strip():
        raise NotAllowed(_("Please write something."))
    made = PhraseNote.objects.create(version=version, by=by, words=words.strip()[:LONGEST_NOTE])
    audit.record(by, "phrases.noted", version)
    return made


def notes(version: PhraseVersion) -> list[PhraseNote]:
    """What colleagues said about it, oldest first."""
    return list(version.notes.select_related("by").order_by("pk")[:ACTS_KEPT])


def held(by: Member, token: str, action: str) -> PhraseVersion:
    """The version of this token, held until the transaction ends. Raises `NotYours`."""
    require(by, action)
    found = PhraseVersion.objects.select_for_update(of=("self",)).filter(token=token).first()
    if found is None:
        raise NotYours
    return found


def held_draft(by: Member, token: str, *, edits: int) -> PhraseVersion:
    """A draft, held for a change to just this text. Raises `Changed`, `NotNow` and `NotYours`."""
    version = held(by, token, "phrases.write")
    if version.state != State.DRAFT:
        raise NotNow(_("This was handed in and doesn't change any more. Begin a new draft from it."))
    if version.edits != edits:
        raise Changed(_since(version, edits))
    return version


def _since(version: PhraseVersion, edits: int) -> str:
    later = [one for one in acts(version) if one.edits > edits]
    names = dict(Member.objects.filter(pk__in={one.by_id for one in later}).values_list("pk", "name"))
    done = "; ".join(f"{names.get(one.by_id, _now('somebody'))}: {one.says}" for one in later[-5:])
    return _now("This draft has changed since you opened it. %(done)s. Please look again.") % {"done": done}


def noted(version: PhraseVersion, by: Member, what: str) -> None:
    """Counts a change and writes down whose it is. Its row is saved by the caller."""
    version.edits += 1
    act: dict[str, Any] = {"edits": version.edits, "by": by.pk, "at": timezone.now().isoformat(), "says": what}
    kept, before = version.acts[-ACTS_KEPT + 1 :], version.acts[: -ACTS_KEPT + 1]
    known = {one["by"] for one in kept}
    # Whoever had a hand in it stays known, however long it is worked on.
    firsts = {one["by"]: one for one in before if one["by"] not in known}
    version.acts = [*firsts.values(), *kept, act]


def _mind_release(change: Change) -> None:
    if not isinstance(change, (Rest, Reweigh)):
        return
    if not is_shipped(change.group, change.phrase):
        raise NotAllowed(_("The release has no such phrase."))
    if isinstance(change, Reweigh) and _shipped()[change.group][0].effect:
        raise NotAllowed(_("What changes the meaning of signs has no level. It can only rest."))


def _kind(change: Change) -> str:
    name = "list" if isinstance(change, PutList) else type(change).__name__
    return name.lower()[:20]
