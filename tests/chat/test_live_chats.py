"""Live chats: who may write when, by the clock alone, and what their readers are told."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from chat.models import Message
from chat.services import live_chats, live_clock, live_gate, live_places
from chat.services.live_clock import State
from tests import factories
from tests.chat.conftest import in_db

pytestmark = pytest.mark.django_db


def states(chat, *minutes):
    return [live_clock.state_of(chat, chat.starts_at + timedelta(minutes=one)) for one in minutes]


def test_a_chat_is_open_because_the_clock_says_so():
    chat = factories.make_live_chat()
    assert states(chat, -1, 0, 54, 55, 59, 60) == [
        State.PLANNED, State.OPEN, State.OPEN, State.WINDING_DOWN, State.WINDING_DOWN, State.ENDED,
    ]  # fmt: skip


def test_a_chat_that_nobody_came_to_lead_does_not_take_place():
    assert (
        states(factories.make_live_chat(is_led=False), -11, -10, 0, 90)
        == [State.PLANNED] + [State.NOT_TAKING_PLACE] * 3
    )


def test_members_write_while_it_is_open_and_their_host_before_too():
    chat, ana = factories.make_live_chat(begins_in=60), factories.make_member("ana")
    with pytest.raises(live_places.NotOpen):
        live_places.enter(ana, chat)
    live_places.enter(chat.host, chat)
    factories.post(chat.host, chat.room, "I'll open in a minute")
    with time_machine.travel(chat.starts_at, tick=False):
        live_places.enter(ana, chat)
        factories.post(ana, chat.room, "Good evening")
    with time_machine.travel(chat.ends_at, tick=False), pytest.raises(live_gate.Over):
        factories.post(ana, chat.room, "Too late")
    assert Message.objects.filter(room=chat.room).count() == 2


def test_who_has_no_seat_reads_along():
    chat = factories.make_live_chat(seats=1)
    first, second = factories.make_member(), factories.make_member()
    for one in (first, second):
        live_places.enter(one, chat)
    factories.post(first, chat.room)
    with pytest.raises(live_gate.Full):
        factories.post(second, chat.room)
    live_places.leave(first, chat)
    factories.post(second, chat.room)


@transaction.atomic
def rest_a_minute(chat):
    row = live_chats.held(chat)
    row.paused_until = timezone.now() + timedelta(seconds=60)
    live_chats.changed(row, "paused_until")


@pytest.mark.asyncio
async def test_everyone_in_the_room_is_told_how_it_stands(tabs, ana):
    chat = await in_db(factories.make_live_chat)
    await in_db(live_places.enter, ana, chat)
    tab = await tabs(ana)
    await tab.enter(chat.room.slug)
    assert (await tab.expect("live.state"))["state"] == "open"
    await in_db(rest_a_minute, chat)
    assert (await tab.expect("live.state"))["resting_until"]


def test_the_pages_of_a_chat_answer(client):
    chat, ana = factories.make_live_chat(), factories.make_member("ana")
    client.force_login(ana)
    page = reverse("live-chat", args=[chat.token])
    assert chat.topic in client.get(reverse("live")).content.decode()
    assert "Come in" in client.get(page).content.decode()
    client.post(reverse("live-enter", args=[chat.token]))
    assert "Messages in Sleep" in client.get(page).content.decode()
    assert client.get(reverse("live-chat", args=["nothing"])).status_code == 404
