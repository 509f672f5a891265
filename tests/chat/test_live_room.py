"""The page of a live chat while it is on and after, without scripts: what it says when, and how one goes."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chat.models import Leaving, LiveChat, Membership, Message, Prompt, SignUp
from chat.services import leaving, live_gate, live_places, live_state, requests
from community.refusals import NotOpen
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def night():
    """A live chat that began 23 minutes ago, led by Marisol with Amara; Linden is in it and Otis isn't."""
    marisol, amara = (
        factories.make_member("Marisol", roles=("hosts",)),
        factories.make_member("Amara", roles=("moderators",)),
    )
    chat = factories.make_live_chat(-23 * 60, host=marisol, moderator=amara, slow_seconds=30)
    linden, otis = factories.make_member("Linden"), factories.make_member("Otis")
    for one in (marisol, linden):
        live_places.enter(one, chat)
    clients = {}
    for one in (marisol, linden, otis):
        clients[one.name] = Client()
        clients[one.name].force_login(one)
    return SimpleNamespace(chat=chat, marisol=marisol, amara=amara, linden=linden, otis=otis, clients=clients)


def page(night, name="Linden", query=""):
    answer = night.clients[name].get(reverse("live-chat", args=[night.chat.token]) + query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().replace("&#x27;", "'").split())


def press(night, name, route, **body):
    return night.clients[name].post(reverse(route, args=[night.chat.token]), body)


def change(night, **fields):
    LiveChat.objects.filter(pk=night.chat.pk).update(**fields)


def test_it_says_how_long_who_looks_after_us_and_what_was_said_so_far(night):
    asked = timezone.now() - timedelta(minutes=4)
    Prompt.objects.create(chat=night.chat, text="Who keeps you company?", released_at=asked, released_by=night.marisol)
    Prompt.objects.create(chat=night.chat, text="Not yet asked")
    change(night, so_far="Radios, and giving up on the clock.", so_far_at=timezone.now())
    markup = page(night)
    for words in ("Live, until", "Marisol asks", "Who keeps you company?", "37 minutes left, and nobody has to stay.",
                  'max="60" value="23"', "Radios, and giving up on the clock.", "Written by Marisol",
                  "Ask Amara quietly", "Write, or only read", "One message every 30 seconds", "Leave the chat"):  # fmt: skip
        assert words in markup, words
    assert "Not yet asked" not in markup


def test_its_moderator_can_be_asked_to_talk_though_no_room_is_shared(night):
    assert requests.may_ask(night.linden, night.amara)
    assert not requests.may_ask(night.otis, night.amara)
    with time_machine.travel(night.chat.ends_at + timedelta(hours=2)):
        assert not requests.may_ask(night.linden, night.amara)


def test_the_cover_who_came_is_the_host_everywhere(night):
    theo = factories.make_member("Theo")
    change(night, cover=theo, checked_in_by=theo, led_by=theo)
    assert "Marisol can't come. Theo is keeping the room open for whoever needs it." in page(night)
    night.chat.refresh_from_db()
    frame = live_state.frame_of(night.chat, None, timezone.now())
    assert [(one.name, one.role) for one in frame.led_by] == [("Theo", "host"), ("Amara", "moderator")]


@pytest.mark.parametrize(
    ("minutes", "words", "absent"),
    [
        (49, "Live, until", "Ten minutes left"),
        (52, "Ten minutes left", "Last five minutes"),
        (57, "Last five minutes", "Ten minutes left"),
    ],
)
def test_the_end_is_told_in_time(night, minutes, words, absent):
    with time_machine.travel(night.chat.starts_at + timedelta(minutes=minutes)):
        markup = page(night)
    assert words in markup
    assert absent not in markup


def test_while_everyone_rests_the_box_keeps_the_words_and_says_why(night):
    change(night, paused_until=timezone.now() + timedelta(seconds=50))
    assert "Let's take a minute." in page(night)
    room = night.chat.room.slug
    answer = night.clients["Linden"].post(reverse("room-post", args=[room]), {"body": "My own words"})
    assert answer.status_code == 403
    assert "My own words</textarea>" in answer.content.decode()
    assert not Message.objects.filter(room=night.chat.room).exists()


def test_words_that_come_too_late_can_be_copied(night):
    change(night, closed_at=timezone.now(), closed_because="The line was down")
    answer = night.clients["Linden"].post(reverse("room-post", args=[night.chat.room.slug]), {"body": "My own words"})
    assert "Your words, to copy" in answer.content.decode()
    assert "readonly>My own words</textarea>" in answer.content.decode()
    assert "The line was down" in page(night)


def test_a_full_chat_and_a_guarded_one_say_so_and_let_everyone_read(night, monkeypatch):
    factories.post(night.linden, night.chat.room, "Hello from Linden")
    change(night, seats=1)
    press(night, "Otis", "live-enter")
    full = page(night, "Otis")
    assert "It's full, so that everyone can be heard. You can read along." in full
    assert "Hello from Linden" in full
    assert "See if you can write now" in full
    change(night, seats=None)
    monkeypatch.setattr(live_gate, "_guards", [lambda: False])
    night.otis.joined_at = timezone.now()
    night.otis.save()
    assert "people who are new read along for now" in page(night, "Otis")


def test_leaving_is_one_press_tells_nobody_and_asks_kindly(night):
    before = Message.objects.count()
    answer = press(night, "Linden", "live-leave")
    markup = page(night, query="?" + answer.url.partition("?")[2])
    assert "Nobody was told." in markup
    assert Message.objects.count() == before
    assert "Messages in" not in page(night)
    press(night, "Linden", "live-felt", felt="worse")
    assert Leaving.objects.get().felt == "worse"
    assert "Talk to someone now" in page(night, query="?left")
    press(night, "Linden", "live-enter")
    assert "Messages in" in page(night)


def test_how_one_is_stays_with_oneself_until_there_are_five(night):
    with time_machine.travel(night.chat.ends_at - timedelta(minutes=3)):
        assert press(night, "Linden", "live-felt", felt="better").status_code == 302
        press(night, "Linden", "live-felt", felt="same")
        press(night, "Linden", "live-felt", felt="nonsense")
        assert leaving.said_by(night.linden, night.chat).felt == "same"
        assert leaving.sums(night.chat) is None
        for _ in range(4):
            member = factories.make_member()
            live_places.enter(member, night.chat)
            leaving.say(member, night.chat, felt="better")
        assert leaving.sums(night.chat) == {"better": 4, "same": 1, "worse": 0}


def test_who_was_not_there_is_not_asked_and_nobody_before_the_end(night):
    with pytest.raises(NotOpen):
        leaving.say(night.linden, night.chat, felt="better")
    with time_machine.travel(night.chat.ends_at), pytest.raises(NotOpen):
        leaving.say(night.otis, night.chat, felt="better")
    assert press(night, "Linden", "live-felt", felt="better").status_code == 403
    assert not Leaving.objects.exists()


def test_a_worse_answer_leads_to_people_in_the_piece_that_a_script_gets(night):
    with time_machine.travel(night.chat.ends_at):
        address = reverse("live-felt", args=[night.chat.token]) + "?piece"
        piece = night.clients["Linden"].post(address, {"felt": "worse"}).content.decode()
    assert "<html" not in piece
    assert piece.index(reverse("help-now")) < piece.index("How are you, compared")


def test_after_the_end_there_is_a_summary_people_to_talk_to_and_the_messages(night):
    factories.post(night.linden, night.chat.room, "Hello from Linden")
    with time_machine.travel(night.chat.ends_at + timedelta(hours=1)):
        waiting = page(night)
        assert "Marisol is writing a few lines." in waiting
        assert "Was it worth it?" in waiting
        press(night, "Linden", "live-felt", worth="partly")
        assert Leaving.objects.get().worth == "partly"
        change(night, talked_about=["radios"], what_helped=["getting up"], summed_up_at=timezone.now())
        summed_up = page(night)
        for words in ("What we talked about", "radios", "getting up", "If it stirred things up", "Read the messages"):
            assert words in summed_up
        assert "is writing a few lines" not in summed_up
        read = page(night, query="?read")
        assert "Hello from Linden" in read
        assert "Thank you for being here" in read
        assert 'id="composer"' not in read
        outside = page(night, "Otis", "?read")
        assert "Hello from Linden" not in outside
        assert "Read the messages" not in outside
        assert "Was it worth it?" not in outside
        change(night, emptied_at=timezone.now())
        assert "Its messages have been deleted." in page(night, query="?read")


def test_whoever_leads_it_and_comes_late_may_still_open_it(night):
    change(night, checked_in_at=None)
    late = page(night, "Marisol")
    assert "Not taking place" in late
    assert "Messages in" in late
    assert "Messages in" not in page(night)
    change(night, cancelled_at=timezone.now())
    assert "Messages in" not in page(night, "Marisol")


def test_how_it_stands_is_told_to_scripts_and_what_is_said_inside_stays_inside(night):
    Prompt.objects.create(chat=night.chat, text="Who?", released_at=timezone.now(), released_by=night.marisol)
    change(night, so_far="Radios.", so_far_at=timezone.now())
    address = reverse("live-state", args=[night.chat.token])
    inside, outside = (night.clients[name].get(address).json() for name in ("Linden", "Otis"))
    assert inside["state"] == outside["state"] == "open"
    assert (inside["prompt"]["text"], inside["so_far"]) == ("Who?", "Radios.")
    assert not {"prompt", "so_far", "so_far_at"} & outside.keys()
    assert night.clients["Otis"].get(reverse("live-state", args=["nothing"])).status_code == 404


def test_an_early_host_is_inside_before_anybody_else(night):
    change(night, starts_at=timezone.now() + timedelta(minutes=12), ends_at=timezone.now() + timedelta(minutes=72))
    assert "Opens at" in page(night, "Marisol")
    assert 'id="composer"' in page(night, "Marisol")
    assert "Messages in" not in page(night)
    assert not SignUp.objects.filter(member=night.marisol).exists()
    assert Membership.objects.filter(room=night.chat.room, member=night.linden).exists()
