"""What a version would have found in stored messages: asked for here, counted in a process of its own."""

from __future__ import annotations

from dataclasses import dataclass, field

from community.models import Member
from moderation.models import DryRun, PhraseVersion

DAYS = (7, 30, 90)
MOST_SAMPLES = 500  # each way


@dataclass(frozen=True, slots=True)
class Side:
    """Figures of one side, now or draft."""

    flags: int = 0
    now_band: int = 0  # high and imminent
    acted: int = 0  # a moderator's answer was something else than "no concern"
    no_concern: int = 0
    queue_minutes: float = 0.0  # a day, from how long recent cases took
    waiting_seconds: int | None = None  # expected; None while too few cases were decided


@dataclass(frozen=True, slots=True)
class Result:
    """A dry run as it stands; figures of a part while it goes on (`read` of `total`)."""

    run: DryRun
    now: Side = field(default_factory=Side)
    draft: Side = field(default_factory=Side)
    gained: tuple[tuple[str, int], ...] = ()  # flags by category, new ones
    lost: tuple[tuple[str, int], ...] = ()
    levels: tuple[tuple[str, str, int], ...] = ()  # (was, becomes, how many), where they differ
    by_day: tuple[tuple[str, int], ...] = ()  # ("2026-11-27", messages that phrases of the draft's lists found)
    by_list: tuple[tuple[str, int], ...] = ()
    overlap: tuple[tuple[str, int], ...] = ()  # of what new phrases found: also found by this list or group in force
    missed_that_mattered: int = 0
    exact: bool = True  # False: some readings of now are the stored ones, by an older version
    is_current: bool = True  # False: the draft's text is another one by now

    @property
    def missed(self) -> int:
        """How many flags of now would be gone."""
        return sum(count for _, count in self.lost)

    @property
    def new(self) -> int:
        """How many flags would be new."""
        return sum(count for _, count in self.gained)


def dry_run(by: Member, token: str, days: int = 30) -> DryRun:
    """Asks for a dry run over the messages of the last days; the one that is under way for this text if there is one.

    Raises `NotYours`, and `NotAllowed` for a text that cannot be compiled.
    """
    raise NotImplementedError


def stop(by: Member, run_token: str) -> DryRun:
    """Stops a run; what was counted stays. Raises `NotYours`."""
    raise NotImplementedError


def result(by: Member, run_token: str) -> Result:
    """How a run stands. Raises `NotYours`."""
    raise NotImplementedError


def last_of(version: PhraseVersion) -> Result | None:
    """The newest run of a version, of whatever text."""
    raise NotImplementedError
