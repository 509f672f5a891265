"""A draft that began before another version was put in force: what changed since, and the same lines on that one.

Such a draft can't be put in force, since it would undo the newer version without anybody saying so. Begun anew, it
says what it said, beside what others have changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from community.models import Member
from community.services import audit
from moderation import phrase_content
from moderation.models import PhraseVersion
from moderation.phrase_content import (
    AddPhrase,
    AsShipped,
    Change,
    Content,
    NotAllowed,
    PutList,
    RemoveList,
    RemovePhrase,
    Rest,
    Reweigh,
)
from moderation.services import phrase_steps, phrases
from moderation.services.phrases import NotNow, State

ON_ITS_WAY = (State.DRAFT, State.WAITING, State.TRIAL)


@dataclass(frozen=True, slots=True)
class Carried:
    """The new draft, and the changes that no longer fit, as lines for colleagues."""

    made: PhraseVersion
    left: tuple[str, ...]


def is_behind(version: PhraseVersion, present: PhraseVersion | None) -> bool:
    """Whether `present` was put in force beside this one, so that this one can't be any more. One query at most."""
    return version.pk in behind([version], present)


def behind(versions: Sequence[PhraseVersion], present: PhraseVersion | None) -> set[int]:
    """The keys of those of them. One query at most, however many there are."""
    if present is None:
        return set()
    asked = [one for one in versions if one.state in ON_ITS_WAY and one.based_on_id != present.pk]
    came_from = phrase_steps.ancestors(*asked) if asked else {}
    return {key for key, line in came_from.items() if present.pk not in line}


@transaction.atomic
def begin_anew(by: Member, token: str) -> Carried:
    """A draft from what is in force with the lines of an older one, which is let go. Everybody who wrote at the older
    one has a hand in it. Raises `NotYours`, and `NotNow` where nothing newer is in force.
    """
    version, present = phrases.held(by, token, "phrases.write"), phrases.in_force()
    if not is_behind(version, present):
        raise NotNow(_("Nothing newer was put in force since this was begun."))
    content, left = _applied(version, phrases.content_of(present))
    phrase_steps.drop(by, token)
    made = phrases.draft(by)
    made.content, made.reason = phrase_content.written(content), version.reason
    made.acts, made.edits = _acts(version), version.edits
    phrases.noted(made, by, f"begun anew from version {present.number}" if present else "begun anew")
    made.save(update_fields=["content", "reason", "acts", "edits"])
    audit.record(by, "phrases.changed", made, reason="anew")
    return Carried(made, left)


def _acts(version: PhraseVersion) -> list[dict[str, Any]]:
    """What was done to it, and by whom: none of them can sign the new one."""
    known = {one["by"] for one in version.acts}
    begun = {"edits": 1, "by": version.by_id, "at": version.made_at.isoformat(), "says": "begun"}
    return [*([begun] if version.by_id and version.by_id not in known else []), *version.acts]


def _applied(version: PhraseVersion, content: Content) -> tuple[Content, tuple[str, ...]]:
    left = []
    for change in _changes(phrases.content_of(version.based_on), phrases.content_of(version)):
        if _is_so(content, change):
            continue
        try:
            content = phrase_content.changed(content, change)
        except NotAllowed:
            left.append(phrase_content.says(change))
    return content, tuple(left)


def _is_so(content: Content, change: Change) -> bool:
    """True where somebody else did the same meanwhile."""
    lists = {one.key: one for one in content.lists}
    match change:
        case AddPhrase(key, phrase):
            return key in lists and phrase in lists[key].phrases
        case RemovePhrase(key, phrase):
            return key not in lists or phrase not in lists[key].phrases
        case RemoveList(key):
            return key not in lists
    return False


def _changes(before: Content, after: Content) -> Iterator[Change]:
    """What leads from one text to the other, lists first."""
    found = phrase_content.difference(before, after)
    yield from (PutList(after.list_of(key)) for key in (*found.new_lists, *found.settings))
    yield from (RemoveList(key) for key in found.gone_lists)
    yield from (AddPhrase(*one) for one in found.added)
    yield from (RemovePhrase(*one) for one in found.removed if one[0] not in found.gone_lists)
    yield from (AsShipped(one.group, one.phrase) for one in found.as_shipped)
    for one in found.weights:
        yield Reweigh(one.group, one.severity, one.phrase) if one.severity else Rest(one.group, one.phrase)
