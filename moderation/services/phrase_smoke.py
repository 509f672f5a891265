"""The fixed sentences that every version of the phrases must flag, or leave alone."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache

from moderation.detector import Detector
from moderation.detector.lexicon import FOLDER

FILE = FOLDER / "smoke" / "sentences.toml"


@dataclass(frozen=True, slots=True)
class Broken:
    """A sentence that is read otherwise than it must be."""

    sentence: str
    must_flag: bool
    got: str  # the level


@dataclass(frozen=True, slots=True)
class Sentences:
    """All of them; `ordinary` ones are only for measuring what a phrase matches."""

    must_flag: tuple[str, ...]
    must_not_flag: tuple[str, ...]
    ordinary: tuple[str, ...]


@cache
def sentences() -> Sentences:
    """The smoke list of this release."""
    found = tomllib.loads(FILE.read_text())
    return Sentences(**{kind: tuple(some) for kind, some in found.items()})


def broken(detector: Detector) -> list[Broken]:
    """The sentences that this detector reads otherwise than it must; a tenth of a second."""
    wanted = [(one, True) for one in sentences().must_flag] + [(one, False) for one in sentences().must_not_flag]
    read = ((one, must, detector.screen(one)) for one, must in wanted)
    return [Broken(one, must, found.severity.label) for one, must, found in read if found.is_flag is not must]
