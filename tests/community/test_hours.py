"""When a service answers: against a clock that is read minute by minute, in zones whose clocks jump."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community.hours import DAYS, BadHours, Hours, check, parse

ZONES = ("Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Cairo", "America/Havana")
TURNED = (datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 10, 25, tzinfo=UTC), datetime(2026, 4, 24, tzinfo=UTC))
MINUTE = timedelta(minutes=1)


@st.composite
def spans(draw):
    """One to three spans of a day, in order, none after midnight."""
    cuts = sorted(draw(st.sets(st.integers(0, 1440), min_size=2, max_size=6)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return tuple((f"{a // 60:02d}:{a % 60:02d}", f"{b // 60:02d}:{b % 60:02d}") for a, b in pairs)


weeks = st.tuples(*[spans() | st.just(()) for _ in DAYS])
moments = st.sampled_from(TURNED).flatmap(
    lambda day: st.integers(-4320, 4320).map(lambda minutes: day + timedelta(minutes=minutes))
)


def reads_open(hours: Hours, at: datetime) -> bool:
    """What somebody says who looks at the clock on the wall and at the sign beside it."""
    wall = at.astimezone(ZoneInfo(hours.zone))
    now = wall.hour * 60 + wall.minute
    today = [(_minutes(a), _minutes(b)) for a, b in hours.week[wall.weekday()]]
    before = [(_minutes(a), _minutes(b)) for a, b in hours.week[wall.weekday() - 1]]
    return any(a <= now < (b if b > a else 1440) for a, b in today) or any(b <= a and now < b for a, b in before)


def _minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


@settings(max_examples=150, deadline=None)
@given(weeks, st.sampled_from(ZONES), moments)
def test_it_is_open_when_the_clock_on_its_wall_says_so(week, zone, at):
    hours = check(Hours(zone=zone, week=week))
    assert hours.is_open(at) is (reads_open(hours, at) if any(week) else None)


@settings(max_examples=25, deadline=None)
@given(weeks, st.sampled_from(ZONES), moments)
def test_it_turns_at_the_minute_that_is_told_and_not_before(week, zone, at):
    hours = check(Hours(zone=zone, week=week))
    opens, closes = hours.opens_at(at), hours.closes_at(at)
    told = opens or closes
    if not any(week):
        assert told is None
        return
    now, minute = reads_open(hours, at), at
    for _ in range(9 * 1440):
        minute += MINUTE
        if reads_open(hours, minute) is not now:
            break
    else:
        assert told is None, "always open"
        return
    assert told == minute
    assert (opens is None) is now


def test_a_span_over_midnight_belongs_to_the_day_it_began():
    late = parse("Fri 20:00-02:00", zone="Europe/Lisbon")
    assert late.is_open(datetime(2026, 11, 28, 1, 59, tzinfo=UTC))  # a Saturday
    assert not late.is_open(datetime(2026, 11, 28, 2, 0, tzinfo=UTC))
    assert not late.is_open(datetime(2026, 11, 27, 1, 0, tzinfo=UTC))
    assert late.closes_at(datetime(2026, 11, 27, 23, 0, tzinfo=UTC)) == datetime(2026, 11, 28, 2, 0, tzinfo=UTC)


def test_holidays_and_single_days_differ():
    hours = Hours(zone="Europe/London", week=(((("09:00"), "17:00"),),) * 7, holidays="closed",
                  special={"2026-12-24": (("09:00", "12:00"),), "2026-12-25": (("10:00", "11:00"),)})  # fmt: skip

    def at(day: int, hour: int) -> bool | None:
        moment = datetime(2026, 12, day, hour, tzinfo=UTC)
        return check(hours).is_open(moment, is_holiday=lambda day: day in (date(2026, 12, 25), date(2026, 12, 28)))

    assert (at(23, 13), at(24, 13), at(24, 11)) == (True, False, True)
    assert at(25, 10), "a day that is named wins over the holiday"
    assert (at(28, 10), at(29, 10)) == (False, True)


def test_always_open_may_still_be_closed_on_one_day():
    hours = Hours(always=True, zone="Asia/Karachi", special={"2026-03-21": ()})
    assert hours.is_open(datetime(2026, 3, 20, 12, tzinfo=UTC))
    assert not hours.is_open(datetime(2026, 3, 21, 12, tzinfo=UTC))
    assert hours.opens_at(datetime(2026, 3, 21, 12, tzinfo=UTC)) == datetime(2026, 3, 21, 19, tzinfo=UTC)


def test_the_callers_clock_counts_where_the_line_says_so():
    hours = parse("daily 15:00-24:00", zone="caller")
    at = datetime(2026, 11, 26, 6, 30, tzinfo=UTC)
    assert hours.is_open(at, caller_zone="Australia/Sydney")
    assert not hours.is_open(at, caller_zone="Australia/Perth")
    assert hours.is_open(at, caller_zone="") is None, "nobody told us where they are"


@pytest.mark.parametrize("text", ["24/7", "daily 09:00-23:00", "Mon-Fri 10:00-22:00; Sat 12:00-18:00, 20:00-02:00", ""])
def test_hours_are_written_as_they_are_read(text):
    hours = parse(text, zone="Europe/London" if text else "")
    assert parse(hours.text(), zone=hours.zone) == hours
    assert msgspec.json.decode(msgspec.json.encode(hours), type=Hours) == hours


@pytest.mark.parametrize(
    "text",
    ["whenever", "Mon-Fri", "Mon 25:00-26:00", "Mon 9-17", "Mon 10:00-10:00", "Mon 10:00-14:00, 13:00-15:00", "Moonday 09:00-10:00",
     "Mon 22:00-08:00; Tue 07:00-09:00", "Mon 24:00-02:00", "Mon 10:61-11:00", "x" * 5000, "Mon 10:00-11:00, 10:00-11:00"],
)  # fmt: skip
def test_hours_that_cannot_be_are_refused_with_a_sentence(text):
    with pytest.raises(BadHours, match=r"\w+ .*\."):
        parse(text, zone="UTC")


def test_hours_without_a_zone_or_with_a_wrong_one_are_refused():
    with pytest.raises(BadHours, match="time zone"):
        parse("Mon 10:00-11:00")
    with pytest.raises(BadHours, match="Mars"):
        parse("Mon 10:00-11:00", zone="Mars/Olympus")
    with pytest.raises(BadHours, match="2026-13-01"):
        check(Hours(always=True, special={"2026-13-01": ()}))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_hours_or_refused(text):
    try:
        hours = parse(text, zone="UTC")
    except BadHours:
        return
    assert parse(hours.text(), zone="UTC") == hours


def test_nothing_is_known_of_hours_that_nobody_told():
    assert Hours().is_open(datetime.now(UTC)) is None
    assert Hours(said="evenings").opens_at(datetime.now(UTC)) is None
