"""The calibration table: how many readings had which score, kept in bins of their log-odds, and what follows from it.

A bin is a quarter of a unit of log-odds: the score of a bin's lower edge divides readings as the score itself would,
to within a quarter. 97 bins for each of five levels, whatever a site has seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp, floor, log

from moderation.detector import Severity

BINS_A_UNIT = 4
LOWEST, HIGHEST = -56, 40
LEVELS: dict[str, Severity] = {"low": Severity.LOW, "moderate": Severity.MODERATE, "high": Severity.HIGH}
START: dict[str, float] = {"low": 10.0, "moderate": 1.0, "high": 0.2}  # a beginning, where a site wants its own
LOWER, RAISE = "lower", "raise"
Table = Mapping[int, Mapping[int, int]]  # level to bin to how many


def bin_of(score: float) -> int:
    """The bin of a score between 0 and 1."""
    held = min(1 - 1e-9, max(1e-9, score))
    return max(LOWEST, min(HIGHEST, floor(BINS_A_UNIT * log(held / (1 - held)) + 1e-9)))


def edge_of(number: int) -> float:
    """The score at the lower edge of a bin; 0 of the lowest one, which holds everything below, too."""
    return 0.0 if number <= LOWEST else 1 / (1 + exp(-number / BINS_A_UNIT))


def added(tables: Iterable[Mapping[str, Mapping[str, int]]]) -> dict[int, Counter[int]]:
    """Tables of several days, as they are stored, as one."""
    whole: dict[int, Counter[int]] = {int(level): Counter() for level in Severity}
    for table in tables:
        for level, bins in table.items():
            whole[int(level)].update({int(number): count for number, count in bins.items()})
    return whole


@dataclass(frozen=True, slots=True)
class Cut:
    """A change of one level by one step: what is found at it with a lower score stays below, or what lies right
    below it comes up from this score on."""

    direction: str
    score: float

    def stored(self) -> dict[str, object]:
        """As JSON holds it."""
        return {"direction": self.direction, "score": self.score}


def cut_for(level: str, per_thousand: float, table: Table) -> Cut | None:
    """The change that brings about so many readings at this level or above in 1,000; None where none is needed.

    What is imminent is never touched, and nothing moves by more than one step, so that it may not be reached.
    """
    at = LEVELS[level]
    everything = sum(sum(bins.values()) for bins in table.values())
    if not everything:
        return None
    above = sum(sum(table.get(int(one), {}).values()) for one in Severity if one > at)
    own, below = table.get(int(at), {}), table.get(int(at) - 1, {})
    room = per_thousand * everything / 1000 - above
    if sum(own.values()) > room:
        return _lowering(own, room)
    return _raising(below, room - sum(own.values()))


def _lowering(own: Mapping[int, int], room: float) -> Cut | None:
    """Keeps as many of the surest as there is room for; a bin is kept as a whole where half of it has room."""
    kept, first = 0, HIGHEST + 1
    for number in sorted(own, reverse=True):
        if kept + own[number] / 2 > room:
            break
        kept, first = kept + own[number], number
    return Cut(LOWER, edge_of(first)) if kept < sum(own.values()) else None


def _raising(below: Mapping[int, int], room: float) -> Cut | None:
    """Takes as many of the surest below as there is room for, never more."""
    taken, first = 0, None
    for number in sorted(below, reverse=True):
        if not below[number]:
            continue
        if taken + below[number] > room:
            break
        taken, first = taken + below[number], number
    return Cut(RAISE, edge_of(first)) if first is not None else None


def level_after(detected: int, score: float, cuts: Mapping[str, Cut]) -> Severity:
    """The level that these changes leave: one step away at most, and imminent whatever they say."""
    level = Severity(detected)
    if level == Severity.IMMINENT:
        return level
    for name, at in LEVELS.items():
        cut = cuts.get(name)
        if cut and cut.direction == LOWER and level == at and score < cut.score:
            return Severity(level - 1)
    for name, at in LEVELS.items():
        cut = cuts.get(name)
        if cut and cut.direction == RAISE and level == at - 1 and score >= cut.score:
            return at
    return level


def after(table: Table, cuts: Mapping[str, Cut]) -> Counter[int]:
    """How many readings of the table stand at each level once these changes are made."""
    counted: Counter[int] = Counter()
    for level, bins in table.items():
        for number, count in bins.items():
            counted[int(level_after(level, edge_of(number), cuts))] += count
    return counted
