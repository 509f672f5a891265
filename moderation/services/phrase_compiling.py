"""From what a version says to what the detector reads."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from moderation.detector import Detector, shipped
from moderation.detector.beside import Extra, compiled
from moderation.models import PhraseVersion
from moderation.phrase_content import Content, SiteList, read
from moderation.services import lexicon_in_force

SOURCE = "this site's own list"


def group_of(one: SiteList) -> dict[str, Any]:
    """A list as the detector knows groups."""
    return {
        "id": f"site-{one.key}",
        "language": one.language,
        "category": one.category,
        "severity": "low" if one.context else one.severity,
        "negatable": one.negatable,
        "person": one.person,
        "reason": one.name,
        "source": SOURCE,
        "phrases": list(one.phrases),
    }


def extra_of(content: Content, name: str) -> Extra:
    """A content as the detector reads it beside the release."""
    groups = [group_of(one) for one in content.lists if one.phrases]
    return Extra(name, groups, [(one.group, one.phrase, one.severity) for one in content.weights])


def name_of(version: PhraseVersion) -> str:
    """What a version is called in screenings and rule ids: "s7", or "draft" while it has no number."""
    return f"s{version.number}" if version.number else "draft"


def compiled_of(version: PhraseVersion) -> bytes:
    """A version compiled for this release. Raises BadPhrase."""
    return compiled(extra_of(read(version.content), name_of(version)))


def detector_of(version: PhraseVersion | None) -> Detector:
    """The detector as it would be with this version, or with the release alone. Raises BadPhrase."""
    if version is None:
        return shipped()
    return detector_for(json.dumps(version.content, sort_keys=True), name_of(version))


@lru_cache(4)
def detector_for(content: str, name: str) -> Detector:
    """The detector with a content, written as JSON; the release alone for an empty one. Raises BadPhrase."""
    if not content:
        return shipped()
    return lexicon_in_force.loaded(compiled(extra_of(read(json.loads(content)), name)))
