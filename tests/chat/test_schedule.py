"""A rule keeps its time on the wall: compared, day by day, with clocks that are read minute by minute."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import accumulate, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat import schedule
from chat.schedule import Planned, Rule

ALL_DAYS = frozenset(range(7))
FIRST, LAST = date(2022, 1, 1), date(2026, 12, 31)  # five years
# An hour in spring; half an hour; at midnight; over midnight; in the year's other half; during Ramadan; given up in
# these years; never; a quarter of an hour beside everybody; fourteen hours ahead.
ZONES = ("Europe/Lisbon", "Australia/Lord_Howe", "Africa/Cairo", "America/Nuuk", "America/Santiago", "Africa/Casablanca",
         "Asia/Amman", "Asia/Kolkata", "Pacific/Chatham", "Pacific/Kiritimati")  # fmt: skip
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def utc(*when):
    return datetime(*when, tzinfo=UTC)


def shown(at, zone):
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def minutes_around(day, zone):
    """What the clock of the zone shows, minute by minute for three days: the highest so far, and when it was."""
    moments = [datetime.combine(day - DAY, time(), UTC) + n * MINUTE for n in range(3 * 24 * 60)]
    return list(accumulate((shown(one, zone) for one in moments), max)), moments


@cache
def changes(zone):
    """The days of these years on which the clocks of the zone are changed, with the days beside them."""
    found, day = set(), FIRST
    while day <= LAST:
        noon = datetime.combine(day, time(12), UTC).astimezone(ZoneInfo(zone))
        if noon.utcoffset() != (noon - DAY).astimezone(UTC).astimezone(ZoneInfo(zone)).utcoffset():
            found |= {day - DAY, day, day + DAY}
        day += DAY
    return sorted(found)


def weekdays_of(chosen, first, last):
    return [day for n in range((last - first).days + 1) if (day := first + n * DAY).weekday() in chosen]


@pytest.mark.parametrize("zone", ZONES)
def test_around_every_change_of_the_clocks_the_time_is_what_a_clock_there_shows(zone):
    """Every ten minutes of every day on which clocks are changed, and of the days beside it, for five years."""
    assert bool(changes(zone)) == (zone not in ("Asia/Kolkata", "Pacific/Kiritimati"))
    for day in changes(zone):
        highest, moments = minutes_around(day, zone)
        for minutes in range(0, 24 * 60, 10):
            at = time(minutes // 60, minutes % 60)
            first = moments[bisect_left(highest, datetime.combine(day, at))]
            assert schedule.moment(day, at, zone) == first, (day, at)


@pytest.mark.parametrize("zone", ZONES)
@settings(max_examples=12, deadline=None)
@given(at=st.times(), weekdays=st.frozensets(st.integers(0, 6)), later=st.integers(0, 400))
def test_every_chat_of_five_years_is_on_its_time_in_order_and_keeps_its_number(zone, at, weekdays, later):
    at, first = at.replace(second=0, microsecond=0), FIRST + later * DAY
    chats = list(schedule.planned(Rule(weekdays, at, zone, first), FIRST, LAST))
    assert [(one.day, one.number) for one in chats] == [
        (day, n) for n, day in enumerate(weekdays_of(weekdays, first, LAST))
    ]
    for one in chats:
        wall = datetime.combine(one.day, at)
        if shown(one.starts_at, zone) != wall:  # the clocks skip this minute: then a moment before it was earlier
            assert shown(one.starts_at - timedelta(seconds=1), zone) < wall < shown(one.starts_at, zone)
    moments = [one.starts_at for one in chats]
    assert all(one < next_one for one, next_one in pairwise(moments))
    assert all(one.utcoffset() == timedelta(0) and one.microsecond == 0 for one in moments)


@settings(max_examples=60, deadline=None)
@given(data=st.data(), weekdays=st.frozensets(st.integers(0, 6), min_size=1), zone=st.sampled_from(ZONES))
def test_days_left_out_and_the_last_day_take_away_chats_and_move_no_other(data, weekdays, zone):
    days = weekdays_of(weekdays, FIRST, FIRST + 120 * DAY)
    gaps = data.draw(st.sets(st.sampled_from(days)))
    until = data.draw(st.none() | st.dates(FIRST - DAY, FIRST + 130 * DAY))
    begins = data.draw(st.dates(FIRST - 5 * DAY, FIRST + 125 * DAY))
    full = Rule(weekdays, time(20), zone, FIRST)
    some = Rule(weekdays, time(20), zone, FIRST, until, gaps.__contains__)
    every = list(schedule.planned(full, FIRST, FIRST + 120 * DAY))
    wanted = [one for one in every if one.day not in gaps and one.day >= begins and (not until or one.day <= until)]
    assert list(schedule.planned(some, begins, FIRST + 120 * DAY)) == wanted


@pytest.mark.parametrize(
    ("zone", "day", "at", "then"),
    [
        ("Europe/London", date(2026, 3, 29), time(1, 30), utc(2026, 3, 29, 1, 0)),  # 1:00 to 2:00 is skipped
        ("Europe/London", date(2026, 10, 25), time(1, 30), utc(2026, 10, 25, 0, 30)),  # the first of two
        ("America/Nuuk", date(2026, 3, 28), time(23, 30), utc(2026, 3, 29, 1, 0)),  # after the gap it is tomorrow
        ("Africa/Cairo", date(2026, 4, 24), time(0, 15), utc(2026, 4, 23, 22, 0)),  # there is no midnight
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 10), utc(2026, 10, 3, 15, 30)),  # half an hour
        ("Asia/Kathmandu", date(2026, 1, 1), time(20), utc(2026, 1, 1, 14, 15)),
        ("Asia/Manila", date(1844, 12, 30), time(12), utc(1844, 12, 31, 3, 56, 8)),  # local time, to the second
        ("UTC", date(2026, 1, 1), time(20), utc(2026, 1, 1, 20)),
    ],
)
def test_what_was_decided_about_hours_that_are_skipped_or_come_twice(zone, day, at, then):
    assert schedule.moment(day, at, zone) == then


@pytest.mark.parametrize("at", [time(0), time(12), time(23, 59)])
def test_a_day_that_a_place_leaves_out_has_no_chat_and_counts(at):
    """Samoa went from 29 to 31 December 2011."""
    rule = Rule(ALL_DAYS, at, "Pacific/Apia", date(2011, 12, 28))
    chats = list(schedule.planned(rule, date(2011, 12, 28), date(2012, 1, 1)))
    assert [(one.day.day, one.number) for one in chats] == [(28, 0), (29, 1), (31, 3), (1, 4)]
    moments = [one.starts_at for one in chats]
    assert moments == sorted(set(moments))
    assert not schedule.exists(date(2011, 12, 30), "Pacific/Apia")
    assert schedule.exists(date(2011, 12, 30), "Pacific/Pago_Pago")


@pytest.mark.parametrize("zone", ["Mars/Base", "", "../../etc/passwd", "europe/lisbon", "UTC+2", "\0"])
def test_a_rule_by_clocks_that_nobody_knows_is_refused(zone):
    with pytest.raises(schedule.UnknownZone):
        Rule(ALL_DAYS, time(20), zone, FIRST)


def test_a_rule_without_sense_is_refused():
    with pytest.raises(ValueError, match="seven days"):
        Rule(frozenset({7}), time(20), "UTC", FIRST)
    with pytest.raises(ValueError, match="beside"):
        Rule(ALL_DAYS, time(20, tzinfo=UTC), "UTC", FIRST)


def test_nothing_is_planned_after_the_end_or_on_no_day():
    assert not list(schedule.planned(Rule(ALL_DAYS, time(20), "UTC", FIRST, FIRST - DAY), FIRST, LAST))
    assert not list(schedule.planned(Rule(frozenset(), time(20), "UTC", FIRST), FIRST, LAST))
    [only] = schedule.planned(Rule(ALL_DAYS, time(20), "UTC", FIRST, FIRST), FIRST, LAST)
    assert only == Planned(FIRST, 0, utc(2022, 1, 1, 20))
