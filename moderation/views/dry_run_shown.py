"""A dry run as pages show it: figures with their change in words, how long it still takes, hits a day as a plot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from moderation import phrase_words
from moderation.console_words import CATEGORIES
from moderation.detector import Severity
from moderation.models import DryRun, PhraseVersion
from moderation.services.dry_runs import Result, Side

State = DryRun.State
WIDE, HIGH = 640, 160  # of the plot
FEW_SECONDS = 90


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: now, with the draft, and the change in words. `warns`: something that mattered is lost."""

    label: str
    now: str
    draft: str
    change: str
    warns: bool = False
    is_part: bool = False  # of the row above


@dataclass(frozen=True, slots=True)
class Bar:
    """One day of the plot."""

    x: float
    y: float
    width: float
    height: float
    day: str
    count: int


def summary(result: Result) -> dict[str, Any]:
    """What a version's page says of its newest run."""
    return {"result": result, "run": result.run, "is_counting": is_counting(result.run), "says": progress(result.run)}


def is_counting(run: DryRun) -> bool:
    """Whether figures still move."""
    return run.state in (State.WAITING, State.RUNNING)


def progress(run: DryRun, at: datetime | None = None) -> str:
    """How a run stands, in a sentence: "Counting, about 20 s"."""
    if run.state == State.WAITING:
        return _("Waits for its turn. You can leave; it goes on.")
    if run.state == State.RUNNING:
        return f"{_counting(run, at or timezone.now())} {_('You can leave; it goes on.')}"
    if run.state == State.STOPPED:
        return _("Stopped. The figures are those of the part that was read.")
    if run.state == State.FAILED:
        return _("It broke off three times and was given up. Nothing of the draft is lost; the server's log says why.")
    return _("Done.")


def _counting(run: DryRun, at: datetime) -> str:
    spent = max((at - run.asked_at).total_seconds(), 1)
    if not run.read or run.read > run.total:
        return _("Counting.")
    left = spent * (run.total - run.read) / run.read
    if left <= FEW_SECONDS:
        return _("Counting, about %(n)s s.") % {"n": max(5, round(left / 5) * 5)}
    return _("Counting, about %(n)s min.") % {"n": round(left / 60)}


def hinders(version: PhraseVersion, result: Result | None) -> str:
    """Why a second signature can't be asked for yet; empty when it can. The service asks again."""
    if version.state != PhraseVersion.State.DRAFT:
        return ""
    if result is None or result.run.state != State.DONE or not result.is_current:
        return _("Not before a dry run of this very text is done.")
    if result.missed_that_mattered and not version.reason.strip():
        return _("Something that mattered would be missed. Write why, above; the second reader has to write why, too.")
    return ""


# --- figures -----------------------------------------------------------------------------------


def rows(result: Result) -> list[Row]:
    """The table of a run, in the order of the page."""
    now, draft, lost = result.now, result.draft, result.missed_that_mattered
    mattered = ngettext(
        "%(n)s that mattered would have been missed", "%(n)s that mattered would have been missed", lost
    ) % {"n": lost}
    acted = f"{fewer(now.acted, draft.acted)}; {mattered}" if lost else fewer(now.acted, draft.acted)
    return [
        _counted(_("Came to the queue"), now.flags, draft.flags),
        _counted(_("of these, Now or Soon"), now.now_band, draft.now_band, is_part=True),
        Row(_("A moderator acted on"), whole(now.acted), whole(draft.acted), acted, warns=bool(lost)),
        _counted(_("A moderator's answer was “no concern”"), now.no_concern, draft.no_concern),
        Row(_("Work in the queue, a day"), _minutes(now), _minutes(draft), _more_work(now, draft)),
        Row(_("Expected waiting time"), lasts(now.waiting_seconds), lasts(draft.waiting_seconds), _waits(now, draft)),
    ]


def _counted(label: str, now: int, draft: int, *, is_part: bool = False) -> Row:
    return Row(label, whole(now), whole(draft), fewer(now, draft), is_part=is_part)


def whole(count: int) -> str:
    """A count with its thousands apart: "8,836"."""
    return f"{count:,}"


def fewer(now: int, draft: int) -> str:
    """A change in words: "23 fewer"."""
    if now == draft:
        return _("as many")
    return _("%(n)s fewer") % {"n": whole(now - draft)} if draft < now else _("%(n)s more") % {"n": whole(draft - now)}


def _minutes(side: Side) -> str:
    if side.queue_minutes is None:
        return _("not known yet")
    return _("%(n)s min") % {"n": round(side.queue_minutes)}


def _more_work(now: Side, draft: Side) -> str:
    if now.queue_minutes is None or draft.queue_minutes is None:
        return _("too few cases were decided to say")
    change = round(draft.queue_minutes) - round(now.queue_minutes)
    if not change:
        return _("as much")
    return _("%(n)s min less") % {"n": -change} if change < 0 else _("%(n)s min more") % {"n": change}


def lasts(seconds: int | None) -> str:
    """How long, in words: "2 min 10 s"."""
    if seconds is None:
        return _("not known yet")
    minutes, rest = divmod(seconds, 60)
    if minutes >= 60:
        return _("%(h)s h %(m)s min") % {"h": minutes // 60, "m": minutes % 60}
    return _("%(m)s min %(s)s s") % {"m": minutes, "s": rest} if minutes else _("%(s)s s") % {"s": rest}


def _waits(now: Side, draft: Side) -> str:
    if now.waiting_seconds is None or draft.waiting_seconds is None:
        return _("too few cases were decided to say")
    change = draft.waiting_seconds - now.waiting_seconds
    if not change:
        return _("as long")
    return _("%(t)s shorter") % {"t": lasts(-change)} if change < 0 else _("%(t)s longer") % {"t": lasts(change)}


def moved(result: Result) -> list[tuple[str, str, int]]:
    """Readings that would have another level: was, becomes, how many."""
    return [(_level(was), _level(becomes), count) for was, becomes, count in result.levels]


def _level(label: str) -> str:
    return phrase_words.band(Severity.named(label)) if label in {one.label for one in Severity} else label


def by_category(counts: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    """Categories in words, the most first."""
    return [(str(CATEGORIES.get(key, _("other"))), count) for key, count in sorted(counts, key=lambda one: -one[1])]


def named(counts: Sequence[tuple[str, int]], names: dict[str, str]) -> list[tuple[str, int]]:
    """Lists and groups by their names."""
    found = ((names.get(key) or phrase_words.group_name(key) or key, count) for key, count in counts)
    return sorted(found, key=lambda one: -one[1])[:20]


# --- the plot ----------------------------------------------------------------------------------


def bars(by_day: Sequence[tuple[str, int]]) -> list[Bar]:
    """Hits a day as bars of one plot; each with its day and count, for the table behind it."""
    most = max((count for _day, count in by_day), default=0) or 1
    step = WIDE / max(len(by_day), 1)
    found = []
    for place, (day, count) in enumerate(by_day):
        x, height = round(place * step + step * 0.1, 1), round(HIGH * count / most, 1)
        found.append(Bar(x, round(HIGH - height, 1), round(step * 0.8, 1), height, _day_said(day), count))
    return found


def _day_said(day: str) -> str:
    try:
        return date_format(date.fromisoformat(day), "j M")
    except ValueError:
        return day


def every_day(by_day: Sequence[tuple[str, int]], run: DryRun) -> list[tuple[str, int]]:
    """The days of a run, also those without a hit; of a trial those it had."""
    known, last = dict(by_day), timezone.localdate(run.asked_at)
    if run.is_trial or not known:
        return list(by_day)
    days = {(last - timedelta(days=number)).isoformat() for number in range(run.days)}
    return [(day, known.get(day, 0)) for day in sorted(days | known.keys())]


def plot(by_day: Sequence[tuple[str, int]], run: DryRun) -> dict[str, Any]:
    """All that the plot and its table need; empty without a hit."""
    if not by_day:
        return {}
    drawn = bars(every_day(by_day, run))
    counts = [one.count for one in drawn]
    said = _("From %(first)s to %(last)s: %(sum)s in all, %(most)s on the day with the most.") % {
        "first": drawn[0].day, "last": drawn[-1].day, "sum": sum(counts), "most": max(counts)}  # fmt: skip
    ends = {"first": drawn[0].day, "last": drawn[-1].day}
    return {"bars": drawn, "wide": WIDE, "high": HIGH, "says": said, **ends}
