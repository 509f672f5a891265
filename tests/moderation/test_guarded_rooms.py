"""Rooms while no moderator is on shift: slow, for reading to people who are new, and nobody new is asked to talk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chat.models import Message, Request
from chat.services import changes, live_gate, messages, requests, room_guard, story_talk
from chat.services.changes import Act
from moderation.models import AtDesk, RosterSlot
from moderation.services import closing, guarding, shifts
from tests import factories
from tests.chat.conftest import in_db
from tests.factories import join, make_member, make_room, post, session_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rooms_are_guarded(settings):
    settings.GUARDED_ROOMS = True


@pytest.fixture
def amara():
    return make_member("amara", roles=("moderators",))


@pytest.fixture
def here():
    """A room with somebody who is known, and somebody who came today."""
    room, ana, new = make_room("evenings"), make_member("ana"), make_member("new", joined_at=timezone.now())
    join(ana, room)
    join(new, room)
    return room, ana, new


def looked_again():
    """As two seconds later."""
    room_guard.forget()


def as_(member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def test_people_who_are_new_read_along_and_others_write_slowly(here):
    room, ana, new = here
    with pytest.raises(live_gate.Guarded) as told:
        post(new, room)
    assert told.value.code == "guarded"
    post(ana, room)
    with pytest.raises(messages.SlowMode) as slow:
        post(ana, room)
    assert 29 < slow.value.retry_after <= 30


def test_those_who_look_after_rooms_are_never_guarded(here):
    room, _, _ = here
    for role in ("hosts", "moderators", "leads"):
        member = make_member(roles=(role,), joined_at=timezone.now())
        join(member, room)
        looked_again()
        for _ in range(2):
            post(member, room)


def test_somebody_on_shift_or_at_the_console_lifts_the_guard_until_they_go(here, amara):
    room, _, new = here
    with time_machine.travel(datetime(2026, 11, 27, 20, tzinfo=UTC), tick=False) as clock:
        new.joined_at = timezone.now()
        new.save()
        shifts.begin(amara)
        looked_again()
        post(new, room)
        clock.shift(timedelta(hours=2))
        looked_again()
        with pytest.raises(live_gate.Guarded):
            post(new, room)
        AtDesk.objects.create(member=amara, token="", seen_at=timezone.now())
        looked_again()
        post(new, room)
        clock.shift(timedelta(seconds=61))
        looked_again()
        with pytest.raises(live_gate.Guarded):
            post(new, room)


@pytest.mark.parametrize("how", ["role", "suspended", "closed"])
def test_a_shift_counts_only_for_whoever_may_moderate(here, amara, how):
    shifts.begin(amara)
    assert guarding.is_anyone_here()
    if how == "role":
        amara.groups.clear()
    elif how == "suspended":
        amara.suspended_until = timezone.now() + timedelta(days=1)
        amara.save()
    else:
        closing.close(amara, notes={})
    assert not guarding.is_anyone_here()


def test_nobody_changes_their_words_around_the_guard(here, amara):
    room, _, new = here
    shifts.begin(amara)
    post(new, room, "said before")
    closing.close(amara, notes={})
    looked_again()
    with pytest.raises(live_gate.Guarded):
        changes.do(Act(new.pk, session_of(new), room.slug, 1, changes.editing("said after")))
    assert Message.objects.get().body == "said before"


def test_nobody_new_is_asked_to_talk_but_those_who_look_after_rooms_and_a_yes_still_counts(here, amara):
    room, ana, _ = here
    ben = make_member("ben")
    for member in (ben, amara):
        join(member, room)
    with pytest.raises(room_guard.NobodyHere):
        requests.ask(ana, "ben", "Would you like to talk?")
    answer = as_(ana).post(reverse("ask", args=["ben"]), {"note": "Would you like to talk?"})
    assert answer.status_code == 403
    assert "Would you like to talk?</textarea>" in answer.content.decode()
    requests.ask(ana, "amara", "Would you have a minute?")
    assert Request.objects.count() == 1
    shifts.begin(amara)
    looked_again()
    token = factories.ask(ben, ana)
    closing.close(amara, notes={})
    looked_again()
    assert requests.accept(ana, token)


def test_under_a_story_people_who_are_new_read_along_and_nobody_is_slowed(here):
    _, ana, new = here
    story = factories.make_story()
    story_talk.choose(story, by=story.writer, on=True)
    for member in (ana, new):
        story_talk.join(member, story.slug)
    room = story_talk.room_of(story)
    for _ in range(2):
        post(ana, room)
    with pytest.raises(live_gate.Guarded):
        post(new, room)
    shown = as_(new).get(reverse("story-talk", args=[story.slug])).content.decode()
    assert "people who are new read along" in shown


def test_the_page_says_so_keeps_words_and_says_when_somebody_comes(here, amara):
    room, ana, new = here
    assert "We don&#x27;t know yet when one will be." in _page(as_(new), room)
    starts = timezone.now().replace(hour=19, minute=30) + timedelta(days=2)
    RosterSlot.objects.create(member=amara, starts_at=starts, ends_at=starts + timedelta(hours=2))
    new.time_zone = "Asia/Kolkata"
    new.save()
    shown = _page(as_(new), room)
    assert "One is expected on" in shown
    assert "01:00" in shown  # on their clock, the day after
    assert "data-rests" in shown
    refused = as_(new).post(reverse("room-post", args=[room.slug]), {"body": "words that stay"})
    assert refused.status_code == 403
    assert "words that stay</textarea>" in refused.content.decode()
    assert "one message every 30 seconds" in _page(as_(ana), room)
    assert "data-rests" not in _page(as_(ana), room)
    assert "No moderator is here" not in _page(as_(make_and_join(room, "hosts")), room)


def _page(client: Client, room) -> str:
    return client.get(reverse("room", args=[room.slug])).content.decode()


def make_and_join(room, role: str):
    member = make_member(roles=(role,))
    join(member, room)
    return member


def test_posting_asks_two_small_questions_in_two_seconds_and_one_while_somebody_is_here(
    here, amara, django_assert_num_queries
):
    room, ana, _ = here
    with django_assert_num_queries(2):
        for _ in range(5):
            assert room_guard.pace(room, ana, timezone.now()) == 30
    shifts.begin(amara)
    looked_again()
    with django_assert_num_queries(1):
        for _ in range(5):
            assert room_guard.pace(room, ana, timezone.now()) == 0


def test_a_site_may_do_without(here, settings, django_assert_num_queries):
    room, ana, _ = here
    settings.GUARDED_ROOMS = False
    with django_assert_num_queries(0):
        assert room_guard.pace(room, ana, timezone.now()) == 0


async def test_readers_are_told_when_somebody_comes_and_goes(room, ana, tabs):
    amara = await in_db(make_member, "amara", roles=("moderators",))
    tab = await tabs(ana)
    await tab.enter(room.slug)
    assert (await tab.expect("room.guard"))["guarded"] is True
    await in_db(shifts.begin, amara)
    assert "guarded" not in await tab.expect("room.guard")
    await in_db(closing.close, amara, notes={})
    assert (await tab.expect("room.guard"))["slow_seconds"] == 30
