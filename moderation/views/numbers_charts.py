"""The charts of the team's numbers, with the sentence that each says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.utils import dates, timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from moderation.console_words import BANDS, CATEGORIES, SOURCES
from moderation.services import flags, numbers, phrases, scorecards
from moderation.services.figures import FEW, share
from moderation.views import charts
from moderation.views.charts import Bar, Chart

ANSWERS: dict[str, Any] = {
    "open": gettext_lazy("no answer"),
    "folded": gettext_lazy("folded away"),
    "not-now": gettext_lazy("not now"),
    "not-meant": gettext_lazy("not what they meant"),
    "asked": gettext_lazy("asked for one of us"),
}
SUMS: dict[str, Any] = {
    "breaks": gettext_lazy("breaks that were taken"),
    "put-off": gettext_lazy("breaks that were put off"),
    "lifted": gettext_lazy("limits that a lead lifted"),
}
ADVICE: dict[str, Any] = {
    scorecards.RETIRE: gettext_lazy("nearly always wrong: think of taking it out"),
    scorecards.REVIEW: gettext_lazy("nobody judged it for long"),
}
MOST_LISTS = 12


def looks(came: numbers.Came) -> Chart:
    """How soon somebody looks, by band, against the time that was promised."""
    times, bars, rows = flags.response_times(), [], []
    for band in numbers.BANDS:
        found, goal = came.looks[int(band)], flags.due_in(band, times).total_seconds()
        nothing = _("few") if found.is_few else _("none yet")
        middle, ninth = (nothing if one is None else charts.duration(one) for one in (found.median, found.p90))
        reach = [None if one is None else min(100.0, 100 * one / goal) for one in (found.median, found.p90)]
        words = nothing if found.median is None else _("%(m)s, nine of ten within %(n)s") % {"m": middle, "n": ninth}
        bars.append(Bar(str(BANDS[band]), words, reach[0] or 0.0, mark=reach[1] and min(reach[1], 99.2)))
        rows.append((str(BANDS[band]), middle, ninth, charts.duration(goal)))
    said = [f"{one[0]} {one[1]}" for one in rows]
    return Chart(
        "looks",
        _("Until somebody looks"),
        _("Half of the cases were looked at within: %(said)s.") % {"said": ", ".join(said)},
        (_("Band"), _("Median"), _("Nine of ten within"), _("Time for it")),
        rows,
        bars=bars,
        note=_("A full bar is all the time there is for that band; the stroke stands at nine of ten cases."),
    )


def week(came: numbers.Came, band: int) -> Chart:
    """How soon somebody looks, by day of the week and three hours."""
    seconds = came.week.get(band, {})
    days = [str(dates.WEEKDAYS[day]) for day in range(7)]
    head = (_("Day"), *(f"{slot * numbers.HOURS:02}–{(slot + 1) * numbers.HOURS:02}" for slot in range(charts.SLOTS)))
    rows = [(name, *(_slot(seconds.get((day, slot))) for slot in range(charts.SLOTS))) for day, name in enumerate(days)]
    return Chart(
        "week",
        _("The week"),
        _longest(seconds, days),
        head,
        rows,
        week=charts.of_week(seconds, days) if seconds else [],
        note=_("The deeper the colour, the longer people waited. Empty: fewer than ten cases. By your clock."),
    )


def _slot(seconds: float | None) -> str:
    return "–" if seconds is None else charts.duration(seconds)


def _longest(seconds: dict[numbers.Slot, float], days: list[str]) -> str:
    if not seconds:
        return _("No three hours of the week have ten cases yet.")
    (day, slot), most = max(seconds.items(), key=lambda pair: pair[1])
    first = slot * numbers.HOURS
    return _("The longest median wait is %(time)s, on %(day)s from %(first)s to %(last)s o'clock.") % {
        "time": charts.duration(most), "day": days[day], "first": first, "last": first + numbers.HOURS,
    }  # fmt: skip


def sources(came: numbers.Came) -> Chart:
    """Where cases came from."""
    bars = charts.of_counts(came.sources, SOURCES)
    head = (_("Where from"), _("Cases"))
    return Chart("sources", _("Where cases come from"), _most_often(bars), head, charts.rows_of(bars), bars=bars)


def _most_often(bars: list[Bar]) -> str:
    return _("Most often: %(what)s.") % {"what": bars[0].name} if bars and bars[0].length else _("Few, or none.")


def categories(came: numbers.Came) -> Chart:
    """What cases are about."""
    bars = charts.of_counts(came.categories, CATEGORIES)
    head = (_("Subject"), _("Cases"))
    note = _("As the software named them; what members told us often has no subject.")
    return Chart(
        "categories", _("What they are about"), _most_often(bars), head, charts.rows_of(bars), bars=bars, note=note
    )


def left_alone(days: int) -> Chart:
    """The share of "no concern" by list."""
    bars = [
        Bar(list_words(card.name), charts.share_words(found), found.high if found else 0.0)
        for card in scorecards.by_list(days)
        if card.decided and (found := share(card.decided - card.acted, card.decided)) is not None
    ][:MOST_LISTS]
    bars.sort(key=lambda one: -one.length)
    says = _("Lists with ten decided cases or more: %(n)s.") % {"n": len(bars)}
    head = (_("List"), _("No concern"))
    return Chart("left", _("“No concern”, by list"), says, head, charts.rows_of(bars), bars=bars)


def precision(days: int) -> Chart:
    """How often a rule was right, with the reach of what is known."""
    cards = [one for one in scorecards.by_rule(days) if one.decided >= FEW][:MOST_LISTS]
    bars, rows = [], []
    for card in cards:
        found, (low, high) = share(card.right, card.decided), card.interval
        name, words = f"{list_words(scorecards.list_of(card.name))} ({card.name})", charts.share_words(found)
        reach = _("%(low)s to %(high)s %%") % {"low": round(100 * low), "high": round(100 * high)}
        exact = found is not None and found.is_exact
        length = 0 if found is None else found.low or found.high  # of "over" and "under" the bound that is known
        bars.append(Bar(name, words, length, low=100 * low if exact else None, high=100 * high))
        found_often = charts.count_words(card.hits if card.hits >= FEW else None)
        rows.append((name, words, reach if exact else "–", found_often, str(ADVICE.get(card.advice, "–"))))
    says = _("How often somebody had to look, of what moderators judged. Rules with ten verdicts or more: %(n)s.")
    head = (_("Rule"), _("Right"), _("Surely between"), _("Found"), _("Advice"))
    return Chart("precision", _("How often rules are right"), says % {"n": len(bars)}, head, rows, bars=bars)


def list_words(name: str) -> str:
    """What a list looks for, in words; its name where the release doesn't know it."""
    if name == "model":
        return _("the model alone")
    return phrases.looks_for(name) or name


def help_offered(days: int) -> Chart:
    """What members did with the help beside their words."""
    bars = charts.of_counts(numbers.offers(days), ANSWERS)
    head = (_("What they chose"), _("Times"))
    return Chart("help", _("Help beside one's own words"), _most_often(bars), head, charts.rows_of(bars), bars=bars)


def carried(load: numbers.Workload) -> Chart:
    """How many cases came, over time."""
    names = {day: date_format(date.fromisoformat(day), "j M") for day in load.by_days.cells}
    columns = charts.of_columns(load.by_days, names) if any(one != 0 for one in load.by_days.cells.values()) else []
    says = _("Cases that came, in tens. Decisions that were made: %(n)s.") % {"n": charts.count_words(load.decided)}
    head = (_("Day") if load.stretch == 1 else _("Week from"), _("Cases"))
    rows = [(names[day], charts.count_words(count)) for day, count in load.by_days.cells.items()]
    note = "" if load.stretch == 1 else _("The first stretch may be shorter than a week.")
    return Chart("load", _("What the team carries"), says, head, rows, columns=columns, note=note)


def facts(load: numbers.Workload, days: int) -> Iterator[tuple[Any, str]]:
    """What is one figure each."""
    since = timezone.now() - numbers.DAY * days
    overdue, public = numbers.overdue_resources()
    lag = numbers.lag_seconds()
    yield _("Rooms staffed"), _("%(n)s %% of the hours had a shift running") % {"n": load.staffed}
    for name, words in SUMS.items():
        yield words, charts.count_words(load.sums.cells[name])
    yield _("Decisions taken back on appeal"), charts.share_words(numbers.overturned(since))
    yield _("Real risks that only members told us of"), charts.count_words(numbers.told_only(since))
    yield _("Entries whose check is overdue"), _("%(n)s of %(all)s") % {"n": overdue, "all": public}
    yield _("Reading behind"), charts.duration(lag) if lag else _("nothing waits to be read")


def waiting() -> tuple[list[tuple[Any, str]], bool]:
    """What waits now, by band, and whether any of it is late."""
    counts, is_late = numbers.waiting_now()
    return [(BANDS[band], charts.count_words(counts.cells[str(int(band))])) for band in numbers.BANDS], is_late
