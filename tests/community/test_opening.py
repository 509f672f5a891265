"""Opening hours in words, for readers in other zones, visitors without one, and over midnight."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from community.hours import CALLER, Hours, parse
from community.opening import is_open, opening, opening_of
from community.resource_content import Channel, Content

THURSDAY_EVENING = datetime(2026, 11, 26, 20, 0, tzinfo=UTC)
LONDON = parse("Mon-Thu 10:00-22:00; Fri 9:00-12:00", zone="Europe/London")


def words(hours: Hours, at: datetime = THURSDAY_EVENING, zone: str = "Europe/London") -> str:
    return opening(hours, "GB", at, zone).words


def test_a_line_that_is_open_says_until_when():
    assert words(LONDON) == "Open now, until 22:00"
    assert words(parse("24/7")) == "Open now, day and night"
    assert words(parse("daily 18:00-02:00", zone="Europe/London")) == "Open now, until 2:00"


def test_a_closed_line_says_when_it_opens():
    assert words(LONDON, THURSDAY_EVENING.replace(hour=9)) == "Opens at 10:00"
    assert words(LONDON, THURSDAY_EVENING.replace(hour=23)) == "Opens tomorrow at 9:00"
    assert words(LONDON, THURSDAY_EVENING.replace(day=27)) == "Opens on Monday at 10:00"
    assert words(Hours(zone="Europe/London", always=True, special={"2026-11-26": ()})) == "Opens tomorrow at 0:00"


def test_a_reader_elsewhere_gets_their_own_time_and_the_lines_beside_it():
    assert words(LONDON, zone="Europe/Berlin") == "Open now, until 23:00 (22:00 in London)"
    assert words(LONDON, zone="Europe/Lisbon") == "Open now, until 22:00"  # another place, the same clock
    # For someone in Auckland it is Friday already, and the line opens on their Friday evening.
    assert words(LONDON, THURSDAY_EVENING.replace(hour=23), "Pacific/Auckland") == "Opens at 22:00 (9:00 in London)"


def test_a_visitor_of_whom_we_know_no_zone_gets_the_lines_time_with_its_place():
    assert words(LONDON, zone="") == "Open now, until 22:00 in London"
    local = parse("daily 9:00-21:00", zone=CALLER)
    assert opening(local, "AU", THURSDAY_EVENING, "").is_open is None
    assert words(local, zone="") == "Hours: daily 09:00-21:00, local time"
    assert words(local, zone="Europe/Madrid") == "Opens tomorrow at 9:00"  # 21:00 there, that minute


def test_unknown_hours_are_said_to_be_unknown():
    assert words(Hours()) == "We don't know its hours"
    assert words(Hours(said="weekday evenings")) == "Hours: weekday evenings"
    assert is_open((Hours(),), "GB", THURSDAY_EVENING, "") is None


def test_an_entry_is_open_when_any_of_its_lines_is_and_a_page_has_no_hours():
    phone, chat = Channel("phone", "116 123"), Channel("chat", "https://example.org/", hours=parse("24/7"))
    line = Content("A line", "helpline", country="GB", channels=(phone, chat), hours=LONDON)
    found = opening_of(line, THURSDAY_EVENING.replace(hour=23), "Europe/London")
    assert found
    assert found.is_open
    page = Content("A page", "education", channels=(Channel("page", "https://example.org/"),))
    assert opening_of(page, THURSDAY_EVENING, "") is None


@pytest.mark.parametrize("country", ["GB", "INT", "ZZ", ""])
def test_a_country_without_known_holidays_is_no_error(country: str):
    hours = Hours(zone="Europe/London", week=LONDON.week, holidays="closed")
    assert opening(hours, country, THURSDAY_EVENING, "UTC").is_open
