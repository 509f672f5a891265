"""The roster: times by the clock on the wall, what nobody covers, the past as it was, and who hears of a time taken out."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.utils import timezone

from community.models import Notice
from community.refusals import NotYours
from moderation.models import RosterSlot
from moderation.services import roster
from moderation.services.roster import BadTime, Span, Wanted
from tests.factories import make_member
from tests.moderation.console import at_console, page, url

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
LISBON = "Europe/Lisbon"


def hour(number: float) -> datetime:
    """So many hours after the first of October began."""
    return datetime(2026, 10, 1, tzinfo=UTC) + timedelta(hours=number)


def span(first: float, last: float) -> Span:
    return Span(hour(first), hour(last))


# --- pure -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("covered", "bare"),
    [
        ([], [(0, 24)]),
        ([(0, 24)], []),
        ([(-5, 30)], []),
        ([(8, 12)], [(0, 8), (12, 24)]),
        ([(8, 12), (10, 14), (9, 11)], [(0, 8), (14, 24)]),
        ([(8, 12), (12, 14)], [(0, 8), (14, 24)]),
        ([(30, 40), (-9, 0)], [(0, 24)]),
    ],
)
def test_what_nobody_covers(covered, bare):
    spans = [span(*one) for one in covered]
    assert roster.gaps(spans, hour(0), hour(24)) == [span(*one) for one in bare]
    assert roster.gaps(spans[::-1], hour(0), hour(24)) == [span(*one) for one in bare]


def test_a_repeated_time_is_the_same_on_the_wall_whatever_the_clocks_do():
    wanted = Wanted(date(2026, 10, 18), time(20), time(22), LISBON, weeks=2)  # clocks go back on the 25th
    assert [one.starts_at.hour for one in wanted.spans()] == [19, 20]


def test_an_end_before_the_beginning_is_on_the_day_after_and_a_turned_clock_makes_it_longer():
    found = list(Wanted(date(2026, 10, 24), time(22), time(4), LISBON).spans())
    assert [one.ends_at - one.starts_at for one in found] == [timedelta(hours=7)]


def test_a_time_that_the_clocks_skip_altogether_has_no_length():
    assert list(Wanted(date(2027, 3, 28), time(1), time(1, 30), LISBON).spans()) == []
    assert list(Wanted(date(2011, 12, 30), time(9), time(10), "Pacific/Apia").spans()) == []


# --- rows -------------------------------------------------------------------------------------------


@pytest.fixture
def amara(db):
    return make_member("amara", roles=("moderators",), time_zone=LISBON)


@pytest.fixture
def theo(db):
    return make_member("theo", roles=("moderators", "leads"))


@pytest.fixture(autouse=True)
def _it_is_the_first_of_october():
    with time_machine.travel(NOW, tick=False):
        yield


def evening(day: int = 2, weeks: int = 1, **hours: time) -> Wanted:
    return Wanted(date(2026, 10, day), hours.get("starts", time(20)), hours.get("ends", time(22)), LISBON, weeks)


def test_times_are_entered_once_and_may_overlap(amara, theo):
    assert roster.add(amara, amara, evening(weeks=4)) == 4
    assert roster.add(amara, amara, evening(weeks=5)) == 1
    assert roster.add(theo, theo, evening()) == 1
    assert len(roster.between(hour(24), hour(48))) == 2


def test_only_leads_change_the_times_of_others(amara, theo):
    roster.add(theo, amara, evening())
    slot = RosterSlot.objects.get()
    assert (slot.member, slot.made_by) == (amara, theo)
    host = make_member(roles=("hosts",))
    with pytest.raises(NotYours):
        roster.add(amara, theo, evening())
    with pytest.raises(NotYours):
        roster.add(theo, host, evening())
    for nobody in (host, make_member(roles=("moderators",))):
        with pytest.raises(NotYours):
            roster.withdraw(nobody, slot.pk)
    assert roster.withdraw(theo, slot.pk) == 1


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(date(2026, 9, 30), time(20), time(22), LISBON),
        Wanted(date(2026, 10, 2), time(6), time(22), LISBON),
        Wanted(date(2026, 10, 2), time(20), time(22), LISBON, weeks=27),
        Wanted(date(2026, 10, 2), time(20), time(22), "Nowhere/At_All"),
        Wanted(date(2028, 10, 2), time(20), time(22), LISBON),
        Wanted(date(2027, 3, 28), time(1), time(1, 30), LISBON),
    ],
    ids=["past", "too long", "too often", "no zone", "too far", "skipped"],
)
def test_what_the_roster_cannot_hold_is_said(amara, wanted):
    with pytest.raises(BadTime):
        roster.add(amara, amara, wanted)
    assert not RosterSlot.objects.exists()


def test_nobody_fills_the_roster_without_end(amara, monkeypatch):
    monkeypatch.setattr(roster, "MOST_AHEAD", 3)
    with pytest.raises(BadTime):
        roster.add(amara, amara, evening(weeks=4))


def test_leads_hear_of_a_time_taken_out_within_a_day_and_of_no_other(amara, theo):
    roster.add(amara, amara, evening(day=2, weeks=2))
    with time_machine.travel(NOW - timedelta(hours=10), tick=False):
        roster.withdraw(amara, RosterSlot.objects.latest("starts_at").pk)
        assert not Notice.objects.exists()
    with time_machine.travel(NOW + timedelta(hours=8), tick=False):
        roster.withdraw(amara, RosterSlot.objects.get().pk)
    told = Notice.objects.get()
    assert (told.member, told.kind, told.subject) == (theo, "roster-withdrawn", "amara")


def test_a_time_and_those_of_later_weeks_go_by_the_clock_on_the_wall(amara):
    roster.add(amara, amara, evening(day=18, weeks=3))
    roster.add(amara, amara, evening(day=19))
    first = RosterSlot.objects.order_by("starts_at").first()
    assert roster.withdraw(amara, first.pk, and_later=True) == 3
    assert RosterSlot.objects.count() == 1


def test_what_has_passed_stays_as_it_was(amara):
    roster.add(amara, amara, evening())
    with time_machine.travel(hour(60), tick=False), pytest.raises(NotYours):
        roster.withdraw(amara, RosterSlot.objects.get().pk)


def test_whoever_lost_the_role_covers_nothing(amara):
    roster.add(amara, amara, evening())
    assert roster.next_slot(timezone.now()).member == amara
    amara.groups.clear()
    assert roster.next_slot(timezone.now()) is None
    assert roster.between(hour(0), hour(48)) == []


# --- pages ------------------------------------------------------------------------------------------


def test_a_week_on_ones_own_clock_with_what_nobody_covers(amara, theo, django_assert_max_num_queries):
    client = at_console(amara)
    assert "Whoever writes a time down below is the first" in page(client.get(url("roster")))
    entered = {"day": "2026-10-02", "starts": "20:00", "ends": "23:30", "weeks": "1"}
    assert client.post(url("roster-add"), entered).status_code == 302
    roster.add(theo, theo, evening(weeks=4))
    with django_assert_max_num_queries(40):
        shown = page(client.get(url("roster"), {"week": "2026-10-02"}))
    for words in ("20:00 to 23:30", "00:00 to 20:00", "23:30 to 24:00", "Europe/Lisbon"):
        assert words in " ".join(shown.split()).replace(' <span class="only-narrow">Nobody: </span>', "")
    slots = RosterSlot.objects.order_by("pk")
    assert client.post(url("roster-withdraw"), {"slot": slots.last().pk}).status_code == 404
    assert client.post(url("roster-withdraw"), {"slot": slots.first().pk}).status_code == 302


def test_past_weeks_are_for_reading_and_what_is_wrong_is_said_beside_its_field(amara):
    client = at_console(amara)
    assert "It stays as it was" in page(client.get(url("roster"), {"week": "2026-09-10"}))
    for week in ("nonsense", "0001-01-01", "9999-12-31"):
        assert client.get(url("roster"), {"week": week}).status_code == 200
    wrong = client.post(url("roster-add"), {"day": "soon", "starts": "20:00", "ends": "", "weeks": "1"})
    assert wrong.status_code == 400
    past = client.post(url("roster-add"), {"day": "2026-09-10", "starts": "20:00", "ends": "22:00", "weeks": "1"})
    assert past.status_code == 400
    assert "That time has passed" in page(past)
