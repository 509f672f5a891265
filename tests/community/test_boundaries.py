"""Boundaries: safe from the start, in the member's own hours, on whichever side of midnight or of a clock change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chat.models import Membership
from community.models import Block, Boundaries, Mute
from community.services import boundaries
from tests.factories import join, make_member, make_room

pytestmark = pytest.mark.django_db
LONDON = ZoneInfo("Europe/London")


def at(*when: int, zone: str = "UTC", fold: int = 0) -> datetime:
    """A moment by the clocks of a zone."""
    return datetime(*when, tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def keeping(start: str, end: str, *, zone: str = "UTC", **more):
    """A member with these quiet hours."""
    member = make_member(time_zone=zone)
    hours = {"quiet_from": time.fromisoformat(start), "quiet_until": time.fromisoformat(end)}
    boundaries.save(member, {**hours, **more})
    return member


def test_without_a_row_the_safe_values_hold_and_nothing_is_stored():
    ana = make_member("ana", time_zone="Europe/London")
    mine = boundaries.of(ana)
    assert (mine.who_may_write, mine.quiet_on, mine.digest, mine.push_previews) == ("after-yes", True, "off", False)
    assert boundaries.is_quiet(ana, at(2026, 1, 10, 23, 0))
    assert not boundaries.is_quiet(ana, at(2026, 1, 10, 12, 0))
    assert not Boundaries.objects.exists()


@pytest.mark.parametrize(("clock", "quiet"), [("22:29", False), ("22:30", True), ("23:59", True), ("00:00", True),
                                              ("07:59", True), ("08:00", False), ("12:00", False)])  # fmt: skip
def test_a_window_across_midnight(clock, quiet):
    member = keeping("22:30", "08:00")
    moment = datetime.combine(date(2026, 5, 1), time.fromisoformat(clock), UTC)
    assert boundaries.is_quiet(member, moment) is quiet


@pytest.mark.parametrize(("clock", "quiet"), [("12:59", False), ("13:00", True), ("14:59", True), ("15:00", False)])
def test_a_window_within_a_day(clock, quiet):
    member = keeping("13:00", "15:00")
    moment = datetime.combine(date(2026, 5, 1), time.fromisoformat(clock), UTC)
    assert boundaries.is_quiet(member, moment) is quiet


@pytest.mark.parametrize("hour", [0, 8, 9, 23])
def test_the_same_time_twice_means_all_day(hour):
    assert boundaries.is_quiet(keeping("08:00", "08:00"), at(2026, 5, 1, hour, 0))


def test_switched_off_is_never_quiet():
    assert not boundaries.is_quiet(keeping("08:00", "08:00", quiet_on=False), at(2026, 5, 1, 3, 0))


def test_clocks_going_forward_and_back_do_not_move_the_night():
    member = keeping("22:30", "08:00", zone="Europe/London")
    for day in ((2026, 3, 29), (2026, 10, 25)):  # the nights on which the clocks change
        assert boundaries.is_quiet(member, at(*day, 7, 59, zone="Europe/London"))
        assert not boundaries.is_quiet(member, at(*day, 8, 0, zone="Europe/London"))
        assert boundaries.is_quiet(member, at(*day, 22, 30, zone="Europe/London"))


def test_an_hour_that_comes_twice_is_quiet_twice_and_one_that_never_comes_does_no_harm():
    member = keeping("01:15", "01:45", zone="Europe/London")
    assert boundaries.is_quiet(member, at(2026, 10, 25, 1, 30, zone="Europe/London", fold=0))
    assert boundaries.is_quiet(member, at(2026, 10, 25, 1, 30, zone="Europe/London", fold=1))
    missing = [at(2026, 3, 29, 0, 0) + timedelta(minutes=n) for n in range(180)]
    assert not any(boundaries.is_quiet(member, one) for one in missing)


@pytest.mark.parametrize(("zone", "moment"), [("Asia/Kathmandu", (2026, 5, 1, 17, 0)), ("Australia/Lord_Howe", (2026, 7, 1, 12, 15)),
                                              ("Pacific/Kiritimati", (2026, 5, 1, 9, 0)), ("America/St_Johns", (2026, 7, 1, 1, 10)),
                                              ("No/Such_Zone", (2026, 5, 1, 22, 45))])  # fmt: skip
def test_odd_zones(zone, moment):
    assert boundaries.is_quiet(keeping("22:30", "23:30", zone=zone), at(*moment))


def test_a_break_ends_by_itself_and_its_words_are_for_those_who_write_meanwhile():
    ana, now = make_member("ana"), timezone.now()
    boundaries.save(
        ana, {"quiet_on": False, "break_until": now + timedelta(days=2), "break_words": "Resting. Back soon."}
    )
    assert not boundaries.rings(ana, now)
    assert boundaries.break_reply(ana, now) == "Resting. Back soon."
    assert boundaries.rings(ana, now + timedelta(days=2))
    assert boundaries.break_reply(ana, now + timedelta(days=2)) == ""


def test_quiet_hours_are_told_only_where_they_are_shown_and_without_the_hours():
    hidden, open_ = keeping("22:30", "08:00"), keeping("22:30", "08:00", shows_quiet=True)
    night, noon = at(2026, 5, 1, 23, 0), at(2026, 5, 1, 12, 0)
    assert boundaries.quiet_words(hidden, night) == ""
    assert "quiet hours" in boundaries.quiet_words(open_, night)
    assert not any(letter.isdigit() for letter in boundaries.quiet_words(open_, night))
    assert boundaries.quiet_words(open_, noon) == ""


def test_only_choices_are_stored():
    with pytest.raises(ValueError, match="not in tuple"):
        boundaries.save(make_member(), {"member_id": 7})


# --- The page -----------------------------------------------------------------------------------


@pytest.fixture
def ana():
    return make_member("ana", time_zone="Europe/London")


@pytest.fixture
def inside(ana):
    join(ana, make_room("evenings"))
    client = Client()
    client.force_login(ana)
    return client


def form(**other):
    """The form as a browser sends it, with these answers changed."""
    answers = {"who_may_write": "after-yes", "quiet_on": "on", "quiet_from": "22:30", "quiet_until": "08:00",
               "break_until": "", "break_words": "", "digest": "off", "shows_season": "on", "shows_rooms": "on", **other}  # fmt: skip
    return {name: value for name, value in answers.items() if value is not None}


def test_the_page_shows_the_safe_values_and_saves_all_of_it_without_a_script(inside, ana):
    page = inside.get(reverse("you-boundaries")).content.decode()
    assert "Nobody muted. Nobody blocked." in page
    place = Membership.objects.get(member=ana)
    tomorrow = boundaries.days_ahead(1, ana)
    answers = form(who_may_write="nobody", quiet_on=None, digest="daily", shows_rooms=None, break_until=str(tomorrow),
                   break_words="  Back  soon ", **{f"room-{place.room_id}": "all"})  # fmt: skip
    answer = inside.post(reverse("you-boundaries"), answers, follow=True)
    assert "Saved" in answer.content.decode()
    mine = boundaries.of(ana)
    assert (mine.who_may_write, mine.quiet_on, mine.digest, mine.shows_rooms) == ("nobody", False, "daily", False)
    assert mine.break_until == datetime.combine(tomorrow, time(), LONDON)
    assert mine.break_words == "Back soon"
    assert Membership.objects.get(member=ana).level == "all"


def test_a_script_gets_a_short_answer_and_errors_by_field(inside, ana):
    ask = {"headers": {"Accept": "application/json"}}
    assert inside.post(reverse("you-boundaries"), form(who_may_write="rooms"), **ask).status_code == 204
    assert boundaries.of(ana).who_may_write == "rooms"
    answer = inside.post(reverse("you-boundaries"), form(quiet_from="25:99", who_may_write="nobody"), **ask)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["quiet_from"]
    assert boundaries.of(ana).who_may_write == "rooms", "all or nothing"


@pytest.mark.parametrize("wrong", [{"break_until": "2020-01-01"}, {"break_until": "never"}, {"break_until": "9999-12-31"},
                                   {"break_words": "x" * 201}, {"who_may_write": "everyone"}, {"digest": "hourly"},
                                   {"quiet_until": ""}, {"break_words": "\x00"}])  # fmt: skip
def test_nonsense_is_refused_and_nothing_typed_is_lost(inside, ana, wrong):
    answer = inside.post(reverse("you-boundaries"), form(**{"break_words": "My own line", **wrong}))
    assert answer.status_code == 400
    assert not Boundaries.objects.exists()
    assert "My own line" in answer.content.decode() or "break_words" in wrong


def test_a_level_that_is_none_and_a_room_of_others_change_nothing(inside, ana):
    ben, room = make_member("ben"), make_room("grief")
    join(ben, room)
    assert inside.post(reverse("you-boundaries"), form(**{f"room-{room.pk}": "none"})).status_code == 302
    assert Membership.objects.get(member=ben).level == "mentions"
    mine = Membership.objects.get(member=ana)
    assert inside.post(reverse("you-boundaries"), form(**{f"room-{mine.room_id}": "loud"})).status_code == 400


def test_a_break_that_is_under_way_is_kept_when_something_else_is_saved(inside, ana):
    day = boundaries.days_ahead(3, ana)
    inside.post(reverse("you-boundaries"), form(break_until=str(day)))
    before = boundaries.of(ana).break_until
    ana.time_zone = "Pacific/Auckland"
    ana.save()
    shown = inside.get(reverse("you-boundaries")).context["form"].initial["break_until"]
    inside.post(reverse("you-boundaries"), form(break_until=str(shown), who_may_write="nobody"))
    assert boundaries.of(ana).break_until == before


def test_mutes_that_hold_and_blocks_are_listed_for_oneself_only(inside, ana):
    ben, cleo, dana = (make_member(name) for name in ("ben", "cleo", "dana"))
    Mute.objects.create(member=ana, muted=ben)
    Mute.objects.create(member=ana, muted=cleo, until=timezone.now() - timedelta(hours=1))
    Block.objects.create(blocker=ana, blocked=dana)
    Block.objects.create(blocker=cleo, blocked=ana)
    found = boundaries.apart(ana)
    assert ([one.muted for one in found.muted], [one.blocked for one in found.blocked]) == ([ben], [dana])
    page = inside.get(reverse("you-boundaries")).content.decode()
    assert "ben" in page
    assert "dana" in page
    assert "cleo" not in page


def test_d5_a_profile_shows_what_its_member_lets_others_see(inside, ana):
    ben, shared, other = make_member("ben"), make_room("shared-room"), make_room("other-room")
    join(ana, shared)
    join(ben, shared)
    join(ben, other)
    page = inside.get(reverse("profile", args=["ben"])).content.decode()
    assert "Here since" in page
    assert "Shared room" in page
    assert "Other room" not in page
    boundaries.save(ben, {"shows_season": False, "shows_rooms": False})
    page = inside.get(reverse("profile", args=["ben"])).content.decode()
    assert "Here since" not in page
    assert "Shared room" not in page


def test_w1_reading_the_page_stores_nothing(inside):
    inside.get(reverse("you-boundaries"))
    assert not Boundaries.objects.exists()
