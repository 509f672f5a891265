"""Charts as the server draws them: lengths, places and words. Each has a sentence and a table that say the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from moderation.services.figures import Counts, Share

SHADES = 4
SLOTS = 8  # of three hours
WIDE = ("looks", "week", "precision")


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: a name, a length of 100, and words for the same. `low` and `high` are a reach, `mark` a place."""

    name: str
    words: str
    length: float = 0.0
    mark: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def reach(self) -> float:
        """How long the reach is."""
        return (self.high or 0.0) - (self.low or 0.0)

    @property
    def top(self) -> float:
        """Where a column begins, from above."""
        return 100 - self.length


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a week. `shade` 0 is for nothing to say, 1 the lightest."""

    at: int
    shade: int


@dataclass(slots=True)
class Chart:
    """A chart with its sentence and its table. One of `bars`, `columns`, `week` is drawn."""

    key: str
    title: Any
    says: str
    head: Sequence[Any] = ()
    rows: Sequence[Sequence[str]] = ()
    bars: list[Bar] = field(default_factory=list)
    columns: list[Bar] = field(default_factory=list)
    week: list[tuple[str, list[Cell]]] = field(default_factory=list)
    note: Any = ""

    @property
    def is_wide(self) -> bool:
        """Whether it needs the whole width where there is some."""
        return self.key in WIDE

    @property
    def ticks(self) -> list[str]:
        """The hours below a week."""
        return [f"{slot * 24 // SLOTS:02}" for slot in range(SLOTS)]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not (self.bars or self.columns or self.week)


def count_words(count: int | None) -> str:
    """A count, or "few"."""
    return _("few") if count is None else number_format(count, use_l10n=True, force_grouping=True)


def share_words(found: Share | None) -> str:
    """A share in percent, its bounds, or "few"."""
    if found is None:
        return _("few")
    if found.is_exact:
        return _("%(n)s %%") % {"n": found.low}
    return _("under %(n)s %%") % {"n": found.high} if not found.low else _("over %(n)s %%") % {"n": found.low}


def duration(seconds: float | None) -> str:
    """Seconds in words, in the two largest units."""
    if seconds is None:
        return _("few")
    whole = round(seconds)
    if whole < 60:
        return _("%(n)s s") % {"n": whole}
    minutes, rest = divmod(whole, 60)
    if minutes < 10 and rest:
        return _("%(m)s min %(s)s s") % {"m": minutes, "s": rest}
    if minutes < 60:
        return _("%(n)s min") % {"n": minutes}
    hours, minutes = divmod(minutes, 60)
    return _("%(h)s h %(m)s min") % {"h": hours, "m": minutes} if minutes else _("%(n)s h") % {"n": hours}


def of_counts(counts: Counts, names: Mapping[str, Any]) -> list[Bar]:
    """A bar for each count, the largest first; what is few has words and no length."""
    most = max((one or 0 for one in counts.cells.values()), default=0) or 1
    order = sorted(counts.cells.items(), key=lambda pair: (pair[1] is None, -(pair[1] or 0), pair[0]))
    return [
        Bar(str(names.get(name, name)), count_words(count), 100 * (count or 0) / most)
        for name, count in order
        if count != 0
    ]


def of_columns(counts: Counts, names: Mapping[str, str]) -> list[Bar]:
    """A column for each count, in their order; `length` is its height."""
    most = max((one or 0 for one in counts.cells.values()), default=0) or 1
    return [
        Bar(names[name], count_words(count), 4.0 if count is None else 100 * count / most)
        for name, count in counts.cells.items()
    ]


def of_week(seconds: Mapping[tuple[int, int], float], days: Sequence[str]) -> list[tuple[str, list[Cell]]]:
    """A row for each day of the week: the longer the wait, the deeper the shade, in four equal parts of the longest."""
    longest = max(seconds.values(), default=0.0) or 1.0
    return [
        (name, [Cell(slot, _shade(seconds.get((day, slot)), longest)) for slot in range(SLOTS)])
        for day, name in enumerate(days)
    ]


def _shade(seconds: float | None, longest: float) -> int:
    return 0 if seconds is None else min(SHADES, 1 + int(SHADES * seconds / longest))


def rows_of(bars: Iterable[Bar]) -> list[Sequence[str]]:
    """The same as rows of a table."""
    return [(one.name, one.words) for one in bars]
