"""Arithmetic of the numbers: medians, intervals, and leaving out what would point at somebody. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

FEW = 10  # fewer in a cell than this are "few"
Z = 1.96  # 95 %


def quantile(values: Sequence[float], share: float) -> float | None:
    """The value that `share` of them do not exceed, between neighbours in proportion; None of nothing."""
    if not values:
        return None
    ranked = sorted(values)
    place = Fraction(str(share)) * (len(ranked) - 1)
    low = int(place)
    high = min(low + 1, len(ranked) - 1)
    return ranked[low] + float(place - low) * (ranked[high] - ranked[low])


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Between which shares the true one lies, 95 times of 100 (Wilson 1927); (0, 1) when nothing is known."""
    if not whole:
        return 0.0, 1.0
    p, z2 = part / whole, Z * Z
    middle = (p + z2 / (2 * whole)) / (1 + z2 / whole)
    reach = Z * sqrt(p * (1 - p) / whole + z2 / (4 * whole * whole)) / (1 + z2 / whole)
    return max(0.0, middle - reach), min(1.0, middle + reach)


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts as they may be shown: None is "few". The total is None where it would give a hidden one away."""

    cells: dict[str, int | None]
    total: int | None


def shown(counts: Mapping[str, int], *, least: int = FEW) -> Counts:
    """The counts without those below `least`, and without what would let somebody work one of them out.

    A single hidden cell is the total without the others, so that another one hides with it: the smallest that is
    left, and with them the total where none is. So do two whose sum leaves only one possibility for them.
    """
    hidden = {name for name, count in counts.items() if 0 < count < least}
    left = sorted((count, name) for name, count in counts.items() if count >= least)
    keeps_total = True
    while hidden and keeps_total and not _is_safe([counts[one] for one in hidden], least):
        if left:
            hidden.add(left.pop(0)[1])
        else:
            keeps_total = False
    cells = {name: None if name in hidden else count for name, count in counts.items()}
    return Counts(cells, sum(counts.values()) if keeps_total else None)


def _is_safe(hidden: Sequence[int], least: int) -> bool:
    """Whether their sum, which can be worked out, leaves each of them more than one possibility."""
    total, number = sum(hidden), len(hidden)
    if number < 2 or total < least:
        return False
    small = all(one < least for one in hidden)
    return not small or number < total < number * (least - 1)


@dataclass(frozen=True, slots=True)
class Share:
    """A share in percent as it may be shown. `low` and `high` are equal, or bounds where one side has few."""

    low: int
    high: int
    whole: int  # rounded down to tens: exactly, it would give away what the bounds hide

    @property
    def is_exact(self) -> bool:
        """True where the share itself is shown."""
        return self.low == self.high


def share(part: int, whole: int, *, least: int = FEW, step: int = 1) -> Share | None:
    """The share of `part` in `whole`, rounded to `step` percent; bounds where fewer than `least` are on one side.

    None where there are fewer than `least` of both.
    """
    if whole < least:
        return None
    about = whole // 10 * 10
    if 0 < part < least:
        return Share(0, _up(100 * least / whole, step), about)
    if 0 < whole - part < least:
        return Share(100 - _up(100 * least / whole, step), 100, about)
    percent = min(100, step * round(100 * part / whole / step))
    return Share(percent, percent, about)


def _up(percent: float, step: int) -> int:
    return min(100, step * -int(-percent // step))
