"""Posting in one room is paused for somebody, and the rest of the place goes on for them."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from chat.models import Message, Pause
from chat.services import changes, rooms
from chat.services.changes import Act
from chat.services.checks import PausedHere
from moderation.detector import Severity
from moderation.models import Decision
from moderation.services import appeals, choices, decisions, flags, queue
from moderation.services.choices import BadChoice, Choice
from tests.factories import join, make_member, make_room, post, react, session_of

pytestmark = pytest.mark.django_db
KIND = "Let's leave this room to rest a little."


@pytest.fixture
def paused():
    """Ana may not post in one of her two rooms for three hours."""
    ana, amara = make_member("ana"), make_member("amara", roles=("moderators",))
    room, other = make_room("evenings"), make_room("mornings")
    join(ana, room)
    join(ana, other)
    post(ana, room, "a line")
    flag = flags.raise_about(Message.objects.get(), flags.Cause(Severity.MODERATE, "unkind"))
    made = decide(amara, flag, room="evenings")
    return ana, room, other, made


def decide(by, flag, **more):
    flag = queue.take(by, flag.token)
    until = timezone.now() + timedelta(hours=3)
    choice = Choice("restrict", reason="unkind", words=KIND, until=until, ability=choices.POST, **more)
    return decisions.decide(by, flag.token, choice, version=flag.version)


def test_in_that_room_they_only_read_and_in_others_they_write(paused):
    ana, room, other, _ = paused
    with pytest.raises(PausedHere) as refused:
        post(ana, room, "again")
    assert refused.value.code == "silenced"
    assert "in this room until" in str(refused.value.detail)
    with pytest.raises(PausedHere):
        changes.do(Act(ana.pk, session_of(ana), room.slug, 1, changes.editing("other words", None)))
    with pytest.raises(PausedHere):
        react(ana, room, 1, "with-you")
    assert post(ana, other, "here I can").seq == 1


def test_the_page_says_until_when_and_has_no_box_to_write_in(paused):
    ana, room, other, _ = paused
    client = Client()
    client.force_login(ana)
    assert "post in this room until" in client.get(f"/rooms/{room.slug}/").content.decode()
    assert "post in this room until" not in client.get(f"/rooms/{other.slug}/").content.decode()


def test_leaving_and_coming_back_changes_nothing_and_time_ends_it(paused):
    ana, room, _, _ = paused
    rooms.leave(ana, room)
    join(ana, room)
    with pytest.raises(PausedHere):
        post(ana, room, "again")
    with time_machine.travel(timezone.now() + timedelta(hours=3, seconds=1), tick=False):
        assert post(ana, room, "later").seq == 2


def test_the_statement_says_what_and_where_and_an_appeal_takes_it_back(paused):
    ana, room, _, made = paused
    assert (made.kind, made.ability, made.room) == ("restrict", "post", room)
    assert made in decisions.in_force(ana)
    assert made.kind in Decision.APPEALABLE
    asked = appeals.ask_again(ana, made.token, "I was upset.")
    theo = make_member("theo", roles=("moderators", "leads"))
    flag = queue.take(theo, asked.flag.token)
    appeals.answer(theo, flag.token, take_back=True, words="You are right.", version=flag.version)
    assert not Pause.objects.exists()
    assert post(ana, room, "thank you").seq == 2


@pytest.mark.parametrize("room", ["", "no-such-room"])
def test_a_room_has_to_be_named(room):
    ana, amara, real = make_member("ana"), make_member("amara", roles=("moderators",)), make_room("evenings")
    join(ana, real)
    post(ana, real, "a line")
    flag = flags.raise_about(Message.objects.get(), flags.Cause(Severity.MODERATE, "unkind"))
    with pytest.raises(BadChoice) as refused:
        decide(amara, flag, room=room)
    assert refused.value.field == "room"
    assert not Pause.objects.exists()
