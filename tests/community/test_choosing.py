"""Which lines for whom, when: rules that hold for every line that comes with the project, at every hour, in every zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from community import public_holidays, seed_rows
from community.choosing import CALLED, LEVELS, NOW, Listed, Person, choose
from community.hours import Hours, parse
from community.resource_content import ANYWHERE, Channel, Content, as_date, from_json, to_json
from community.services import helplines as service

ALL = [
    Listed(row.origin, row.content, checked_on=as_date(row.checked))
    for row in (*seed_rows.helplines(), *seed_rows.emergencies(), *seed_rows.resources())
]
COUNTRIES = sorted({one.content.country for one in ALL} - {ANYWHERE})
ZONES = ("", "UTC", "Europe/London", "America/Los_Angeles", "Asia/Tokyo", "Australia/Lord_Howe", "Pacific/Apia")
YEAR = datetime(2026, 1, 1, tzinfo=UTC)

moments = st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: YEAR + timedelta(minutes=minutes))
people = st.builds(
    Person,
    country=st.sampled_from([*COUNTRIES, "", "ZZ"]),
    languages=st.sampled_from([(), ("en",), ("es",), ("zh",), ("pt-BR", "en")]),
    zone=st.sampled_from(ZONES),
    audiences=st.sampled_from([frozenset(), frozenset({"women"}), frozenset({"veterans"}), frozenset({"men"})]),
)
levels, ways = st.sampled_from(LEVELS), st.sampled_from(["", *CALLED])


def chosen(person, at, level=NOW, way="", listed=ALL, most=3):
    return choose(listed, person, at, holidays_of=public_holidays.in_country, level=level, way=way, most=most)


def is_open(one, person, at):
    """Whether the line answers, asked again of its hours alone."""
    hours = one.content.hours_of(one.channel)
    holiday = public_holidays.in_country(one.content.country)
    return hours.is_open(at, caller_zone=person.zone, is_holiday=holiday)


@settings(max_examples=400, deadline=None)
@given(people, moments, levels, ways)
def test_open_lines_come_before_closed_ones_and_the_closed_by_when_they_open(person, at, level, way):
    lines = chosen(person, at, level, way, most=200).lines
    assert [one.is_open for one in lines] == [is_open(one, person, at) for one in lines]
    asked = [one for one in lines if way and one.channel.way == way]
    for group in (asked, [one for one in lines if one not in asked]):
        order = [(0, at) if one.is_open else (1, at) if one.is_open is None else (2, one.opens_at) for one in group]
        known = [pair for pair in order if pair[1] is not None]
        assert known == sorted(known)


@settings(max_examples=300, deadline=None)
@given(people, moments, levels, ways)
def test_it_ends_with_the_emergency_number_of_the_country_and_no_other(person, at, level, way):
    choice = chosen(person, at, level, way)
    own = [one.content for one in ALL if one.content.kind == "emergency" and one.content.country == person.country]
    assert [choice.emergency.content] == own if own else choice.emergency is None
    assert {one.content.country for one in choice.lines} <= {person.country or ANYWHERE, ANYWHERE}
    assert choice.is_elsewhere == all(one.content.country == ANYWHERE for one in choice.lines)


@settings(max_examples=300, deadline=None)
@given(people, moments, ways)
def test_nobody_in_need_gets_an_empty_answer(person, at, way):
    assert chosen(person, at, NOW, way).lines


@settings(max_examples=200, deadline=None)
@given(people, moments, levels, ways, st.randoms(use_true_random=False))
def test_the_answer_does_not_hang_on_the_order_of_the_rows(person, at, level, way, chance):
    shuffled = ALL[:]
    chance.shuffle(shuffled)
    assert chosen(person, at, level, way) == chosen(person, at, level, way, listed=shuffled)


@settings(max_examples=200, deadline=None)
@given(people, moments, levels)
def test_asking_for_a_way_loses_no_line_and_puts_that_way_first(person, at, level):
    usual = {one.listed.key for one in chosen(person, at, level, most=200).lines}
    for way in CALLED:
        lines = chosen(person, at, level, way, most=200).lines
        assert {one.listed.key for one in lines} == usual
        fits = [one.channel.way == way for one in lines]
        assert fits == sorted(fits, reverse=True)


@settings(max_examples=200, deadline=None)
@given(people, moments, levels, ways)
def test_every_line_says_why_in_words(person, at, level, way):
    for one in chosen(person, at, level, way).lines:
        words = service.words_for(one.reasons)
        assert len(words) == len(one.reasons) >= 2
        assert ("open-now" in one.reasons) == (one.is_open is True)
        assert ("hours-unknown" in one.reasons) == (one.is_open is None)


@pytest.mark.parametrize("row", [*seed_rows.helplines(), *seed_rows.emergencies()], ids=lambda row: row.origin)
def test_what_is_shown_is_what_is_stored_and_the_link_carries_its_plain_form(row):
    assert from_json(to_json(row.content)) == row.content
    held = " ".join(row.original.values())
    for channel in row.content.channels:
        assert channel.shown in held, "exactly as held, never guessed"
        if channel.way in ("phone", "text"):
            scheme, digits = channel.href.split(":")
            assert scheme == {"phone": "tel", "text": "sms"}[channel.way]
            assert digits
            assert set(digits) <= set("0123456789*+")


def line(name, hours="24/7", *, zone="Europe/London", country="GB", **more):
    """One severe-path line with a telephone."""
    more.setdefault("channels", (Channel("phone", "116 123"),))
    more.setdefault("is_severe_path", True)
    content = Content(
        name=name, kind="helpline", country=country, hours=parse(hours, zone=zone if hours else ""), **more
    )
    return Listed(name, content)


HERE = Person(country="GB", languages=("en",), zone="Europe/London")
NIGHT = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)


def names(listed, **more):
    return [
        one.content.name for one in chosen(more.pop("person", HERE), more.pop("at", NIGHT), listed=listed, **more).lines
    ]


def test_curators_order_breaks_ties_but_never_hides_who_is_open():
    day = Listed("day", line("Day", "daily 09:00-17:00").content, places={NOW: 0})
    late, night = (
        Listed("late", line("Late").content, places={NOW: 2}),
        Listed("night", line("Night").content, places={NOW: 1}),
    )
    assert names([late, day, night]) == ["Night", "Late", "Day"]
    assert names([late, day, night], at=NIGHT.replace(hour=12)) == ["Day", "Night", "Late"]


def test_language_and_audience_come_before_the_order_of_names():
    spanish, women = line("A spanish line", languages=("es",)), line("A line for women", audiences=("women",))
    listed = [spanish, women, line("English line", languages=("en",))]
    assert names(listed) == ["English line", "A spanish line", "A line for women"]
    asked = Person(country="GB", languages=("es",), audiences=frozenset({"women"}))
    assert names(listed, person=asked) == ["A line for women", "A spanish line", "English line"]


def test_the_one_verified_last_comes_first_among_equals():
    old = Listed("a", line("A").content, verified_on=as_date("2026-05-01"))
    new = Listed("b", line("B").content, verified_on=as_date("2026-11-01"))
    assert names([old, new, line("Never")]) == ["B", "A", "Never"]


def test_somebody_who_cannot_talk_finds_a_line_to_write_to_among_the_first():
    calls = [line(f"Call {n}") for n in range(5)]
    text = line("Write", channels=(Channel("text", "85258", keyword="SHOUT"),))
    assert names([*calls, text]) == ["Call 0", "Call 1", "Write"]
    assert names([*calls, line("Write", "daily 09:00-17:00", channels=(Channel("text", "85258"),))]) == [
        "Call 0",
        "Call 1",
        "Call 2",
    ]


def test_lines_for_children_are_not_shown_to_grown_ups_and_first_to_young_people():
    listed = [line("Childline", audiences=("children", "young people")), line("Samaritans")]
    assert names(listed) == ["Samaritans"]
    assert names(listed, person=Person(country="GB", is_young=True)) == ["Childline", "Samaritans"]


def test_a_line_that_closes_on_holidays_is_closed_on_them():
    daily = msgspec.structs.replace(parse("daily 09:00-17:00", zone="Europe/London"), holidays="closed")
    shut = Listed("shut", msgspec.structs.replace(line("Shut").content, hours=daily))
    christmas = datetime(2026, 12, 25, 12, tzinfo=UTC)
    assert chosen(HERE, christmas, listed=[shut]).lines[0].is_open is False
    assert chosen(HERE, christmas - timedelta(days=2), listed=[shut]).lines[0].is_open is True


def test_a_chat_with_hours_of_its_own_is_offered_only_while_it_is_open():
    chat = Channel("chat", "https://example.org/chat", hours=parse("Mon-Fri 12:00-20:00", zone="Europe/London"))
    both = line("Both", channels=(chat, Channel("phone", "116 123")))
    assert chosen(HERE, NIGHT, listed=[both]).lines[0].channel.way == "phone"
    assert chosen(HERE, NIGHT.replace(hour=13), listed=[both]).lines[0].channel.way == "chat"


def test_hours_nobody_told_us_are_not_called_open():
    unknown = Listed("unknown", msgspec.structs.replace(line("Unknown").content, hours=Hours(said="evenings")))
    assert names([unknown, line("Closed", "daily 09:00-17:00"), line("Open")]) == ["Open", "Unknown", "Closed"]


def test_a_country_without_lines_gets_the_international_ones_and_is_told_so():
    choice = chosen(Person(country="ZZ"), NIGHT)
    assert choice.is_elsewhere
    assert choice.emergency is None
    assert "Find A Helpline" in [one.content.name for one in chosen(Person(country="ZZ"), NIGHT, most=20).lines]
