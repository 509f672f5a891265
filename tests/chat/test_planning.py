"""Fourteen days of live chats from series: each once, whoever plans, and nothing that was cancelled or moved again."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from django.core.management import call_command

from chat.models import LiveChat, Prompt, Room, Series
from chat.services import live_series, organising, planning
from community.duties import all_duties
from tests import factories
from tests.chat.test_races import racing

NOW = datetime(2026, 10, 20, 12, tzinfo=UTC)  # clocks in Lisbon go back on the 25th
DAY = timedelta(days=1)


@pytest.fixture
def at_noon():
    """It is noon in Lisbon, and stays so."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.mark.django_db
def test_fourteen_days_are_planned_by_the_wall_and_again_makes_nothing():
    factories.make_series()
    assert planning.plan(NOW) == 14
    begins = list(LiveChat.objects.values_list("starts_at", flat=True))
    assert {one.hour for one in begins if one < datetime(2026, 10, 25, 1, tzinfo=UTC)} == {19}
    assert {one.hour for one in begins if one > datetime(2026, 10, 25, 1, tzinfo=UTC)} == {20}
    assert planning.plan(NOW) == 0
    assert planning.plan(NOW + DAY) == 1
    assert Room.objects.filter(kind=Room.Kind.LIVE).count() == LiveChat.objects.count() == 15


@pytest.mark.django_db
def test_topics_take_turns_and_bring_their_purpose_note_and_prompts():
    factories.make_series(seats=12, slow_seconds=30, minutes=45)
    planning.plan(NOW)
    first, second, third = LiveChat.objects.all()[:3]
    assert (first.topic, second.topic, third.topic) == (
        "Sleep, and lying awake",
        "Telling someone",
        "Sleep, and lying awake",
    )
    assert (second.content_note, first.purpose) == ("family", "For the small hours")
    assert [one.text for one in first.prompts.all()] == ["What helps?", "And then?"]
    assert (first.seats, first.room.slow_seconds, first.lasts) == (12, 30, timedelta(minutes=45))
    assert (first.room.name, first.room.purpose) == ("Sleep, and lying awake", "For the small hours")


@pytest.mark.django_db
def test_gaps_holidays_and_the_last_day_are_kept_and_move_no_topic():
    series = factories.make_series(holidays_of="PT", until=date(2026, 11, 2))
    series.gaps.create(day=date(2026, 10, 22))
    planning.plan(NOW)
    days = {one.day: one.topic for one in LiveChat.objects.all()}
    assert date(2026, 10, 22) not in days, "left out"
    assert date(2026, 11, 1) not in days, "a holiday in Portugal"
    assert max(days) == date(2026, 11, 2)
    assert days[date(2026, 10, 21)] == days[date(2026, 10, 23)] != days[date(2026, 10, 20)]


@pytest.mark.django_db
def test_what_was_cancelled_or_moved_is_not_made_again(at_noon):
    curator = factories.make_member(roles=("curators",))
    factories.make_series()
    planning.plan(NOW)
    one, two, *_ = LiveChat.objects.all()
    organising.cancel(one, because="The host is ill", by=curator)
    organising.move(two, two.starts_at + 30 * DAY, minutes=60, by=curator)
    assert planning.plan(NOW) == 0
    assert LiveChat.objects.filter(cancelled_at=None).count() == 13


@pytest.mark.django_db
def test_who_cannot_come_does_not_lead():
    gone = factories.make_member(roles=("hosts",), suspended_until=NOW + 3 * DAY)
    closed = factories.make_member(roles=("hosts",), is_active=False)
    factories.make_series(host=gone, cover=closed)
    planning.plan(NOW)
    hosts = [one.host_id for one in LiveChat.objects.all()]
    assert hosts == [None] * 3 + [gone.pk] * 11
    assert {one.cover_id for one in LiveChat.objects.all()} == {None}
    gone.delete()
    assert {one.host_id for one in LiveChat.objects.all()} == {None}
    assert planning.plan(NOW + DAY) == 1, "a series without its host goes on, and curators see it"


@pytest.mark.django_db
def test_one_series_with_a_clock_that_is_gone_keeps_no_other_from_being_planned():
    factories.make_series(zone="US/Nowhere")
    factories.make_series()
    assert planning.plan(NOW) == 14


@pytest.mark.django_db
def test_the_command_and_the_duty_plan(capsys, at_noon):
    factories.make_series()
    call_command("plan_live_chats")
    assert capsys.readouterr().out == "Planned: 14 live chats\n"
    [duty] = [one for one in all_duties() if one.name == "live chats to come"]
    assert (duty.work, duty.every_seconds) == (planning.plan, 600)


@pytest.mark.delivery
@pytest.mark.django_db(transaction=True)
def test_whoever_plans_at_once_plans_nothing_twice():
    for name in ("Evening chat", "Night chat"):
        factories.make_series(name=name)
    assert sum(racing(lambda _: planning.plan(NOW), range(4))) == 28
    _each_day_once(28)


@pytest.mark.delivery
@pytest.mark.django_db(transaction=True)
def test_the_database_alone_keeps_two_planners_apart(monkeypatch):
    """Also when nobody holds the series, and both looked before either wrote."""
    series = factories.make_series()
    missing = list(planning._missing(series, NOW))
    made = racing(lambda _: sum(planning._made(Series.objects.get(), one) for one in missing), range(3))
    assert sum(made) == 14
    _each_day_once(14)
    assert Prompt.objects.count() == 7 * 2 + 7 * 1


@pytest.mark.delivery
@pytest.mark.django_db(transaction=True)
def test_planning_beside_a_change_leaves_no_chat_as_it_was_before(at_noon):
    curator, series = factories.make_member(roles=("curators",)), factories.make_series()

    def work(what):
        if what == "change":
            live_series.change(series, {"at": time(18)}, by=curator)
        else:
            planning.plan(NOW)

    racing(work, ["plan", "change", "plan"])
    assert {one.starts_at.hour for one in LiveChat.objects.all()} == {17, 18}, "six in the evening, in both offsets"
    _each_day_once(14)


def _each_day_once(count):
    pairs = list(LiveChat.objects.values_list("series", "day"))
    assert len(pairs) == len(set(pairs)) == count
    assert Room.objects.count() == count, "no room is left without its chat"
