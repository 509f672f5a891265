"""A rehearsed shift: its scenes, how far somebody is, and what others would weigh. Only where `REHEARSAL` is on.

Nobody is graded: what one chose stands beside what most would choose, with the reason, to be talked over.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings

from community.access import require
from community.models import Member
from moderation.models import Decision, Flag
from moderation.services.choices import Kind

SCRIPT = Path(__file__).resolve().parent.parent / "seed" / "rehearsal.toml"
ON_THE_WAY = (Kind.HIDE_FOR_NOW, Kind.UNDONE)  # no end of a case


@dataclass(frozen=True, slots=True)
class Scene:
    """One case of the script."""

    id: str
    room: str
    by: str
    words: str
    severity: str
    source: str  # "words", "worried", a reason of a report, "asked" or "appeal"
    good: tuple[str, ...]
    lesson: str
    fair: tuple[str, ...] = ()
    before: tuple[tuple[str, str], ...] = ()  # name and words of what was said just before
    reporter: str = ""
    note: str = ""
    decided: str = ""  # for an appeal: the reason of what was decided

    @property
    def client_id(self) -> UUID:
        """What its message is known by."""
        return uuid5(NAMESPACE_URL, f"rehearsal:{self.id}")


@dataclass(frozen=True, slots=True)
class Compared:
    """What one chose in a scene, beside what others would."""

    scene: Scene
    flag: Flag
    chosen: str  # a kind of decision, in words
    others: tuple[str, ...]
    is_as_most: bool
    is_as_some: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """How far somebody is in the script."""

    total: int
    compared: list[Compared]  # the last one first

    @property
    def done(self) -> int:
        """How many scenes they decided."""
        return len(self.compared)

    @property
    def to_talk_over(self) -> list[Compared]:
        """Those where others would have chosen something else."""
        return [one for one in self.compared if not (one.is_as_most or one.is_as_some)]


def is_on() -> bool:
    """True on a server where nobody is real."""
    return bool(settings.REHEARSAL)


@cache
def script() -> tuple[Scene, ...]:
    """Every scene, in order."""
    return tuple(_scene(one) for one in _written()["case"])


def people() -> list[dict[str, Any]]:
    """Whom the script brings along: name, and where they differ, country and roles."""
    return list(_written()["people"])


@cache
def _written() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads(SCRIPT.read_text(encoding="utf-8"))


def _scene(row: dict[str, Any]) -> Scene:
    said = tuple((name, words) for name, _, words in (line.partition(": ") for line in row["before"]))
    good, fair = tuple(row["good"]), tuple(row.get("fair", ()))
    plain = {key: value for key, value in row.items() if key not in ("from", "before", "good", "fair")}
    return Scene(**plain, source=row["from"], good=good, fair=fair, before=said)


def scene_of(flag: Flag) -> Scene | None:
    """The scene that a case comes from; None for what nobody wrote into the script."""
    known = {one.client_id: one for one in script()}
    return known.get(flag.message.client_id) if flag.message else None


def progress(by: Member) -> Progress:
    """How far `by` is. One query, however far."""
    require(by, "flags.work")
    scenes = {one.client_id: one for one in script()}
    rows = Decision.objects.filter(by=by, flag__message__client_id__in=scenes).exclude(kind__in=ON_THE_WAY)
    rows = rows.exclude(answered_by__kind=Kind.UNDONE).select_related("flag__message").order_by("pk")
    last = {one.flag.message.client_id: one for one in rows if one.flag and one.flag.message}
    newest = sorted(last.items(), key=lambda pair: -pair[1].pk)
    return Progress(len(scenes), [_compared(scenes[key], made) for key, made in newest])


def latest(by: Member) -> Compared | None:
    """The scene that `by` decided last; None before the first, and where nothing is rehearsed."""
    compared = progress(by).compared if is_on() else []
    return compared[0] if compared else None


def _compared(scene: Scene, made: Decision) -> Compared:
    assert made.flag is not None
    as_most, as_some = made.kind in scene.good, made.kind in scene.fair
    return Compared(scene, made.flag, made.get_kind_display(), _labels(scene.good), as_most, as_some)


def _labels(kinds: Iterable[str]) -> tuple[str, ...]:
    return tuple(str(Kind(one).label) for one in kinds)
