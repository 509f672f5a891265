"""How a list's own sentences are read: whether those that must be found are, and the others are left alone."""

from __future__ import annotations

from dataclasses import dataclass

from moderation.detector import Finding
from moderation.detector.phrases import BadPhrase
from moderation.models import PhraseVersion
from moderation.phrase_content import SiteList
from moderation.services import lexicon_in_force, phrase_compiling


@dataclass(frozen=True, slots=True)
class Example:
    """A sentence that must be found, or must not; whether it is so, None where the phrases can't be read."""

    sentence: str
    must: bool
    is_right: bool | None


def of_list(one: SiteList, version: PhraseVersion | None = None) -> list[Example]:
    """The sentences of a list as they are read now, or with a version; at most a hundred readings."""
    try:
        screen = phrase_compiling.detector_of(version).screen if version else lexicon_in_force.reader()
    except BadPhrase:
        return [Example(said, must, None) for said, must in _sentences(one)]
    return [Example(said, must, _finds(one, screen(said)) is must) for said, must in _sentences(one)]


def _sentences(one: SiteList) -> list[tuple[str, bool]]:
    return [*((said, True) for said in one.must), *((said, False) for said in one.must_not)]


def _finds(one: SiteList, finding: Finding) -> bool:
    """Whether a sign of this list is left once context was heard, as `phrase_checks` asks."""
    beginning = f"{one.language}.site-{one.key}."
    return any(each.kind == "sign" and each.rule.startswith(beginning) and each.after for each in finding.reasons)
