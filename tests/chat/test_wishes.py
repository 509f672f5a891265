"""Asking for a live chat: three who want the same are seen; who they are is not, and no one's words before that."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from chat.models import Wish
from chat.services import wishes
from community.refusals import NotYours
from tests.chat.test_races import racing
from tests.factories import make_live_chat, make_member, unhurried

pytestmark = pytest.mark.django_db


def topics(member):
    """What the member sees, with how many want it."""
    return [(one.topic, one.people, one.is_mine, one.is_seen) for one in wishes.shown(member)]


def test_the_same_said_differently_is_one_wish_and_three_make_it_seen():
    ana, ben, cleo, dara = (make_member(name) for name in ("ana", "ben", "cleo", "dara"))
    for member, words in ((ana, "Going back to work"), (ana, "going back to work"), (ben, "  GOING back,\nto work. ")):
        wishes.ask(member, words)
    assert topics(ben) == [("Going back to work", 2, True, False)]
    assert topics(dara) == [("Going back to work", 2, False, False)]
    wishes.join(cleo, Wish.objects.get().pk)
    assert topics(cleo) == [("Going back to work", 3, True, True)]


def test_what_only_one_asked_for_is_shown_to_nobody_else():
    ana, ben = make_member("ana"), make_member("ben")
    wish = wishes.ask(ana, "planted: nightjar")
    assert topics(ben) == []
    with pytest.raises(NotYours):
        wishes.join(ben, wish.pk)
    wishes.take_back(ben, wish.pk)
    assert topics(ana) == [("planted: nightjar", 1, True, False)]


def test_a_member_has_three_at_a_time_and_may_take_one_back():
    ana = make_member("ana")
    for words in ("Mornings", "Sundays", "Letters"):
        wishes.ask(ana, words)
    with pytest.raises(wishes.Enough):
        wishes.ask(ana, "Neighbours")
    assert Wish.objects.count() == 3
    wishes.take_back(ana, Wish.objects.earliest("pk").pk)
    wishes.ask(ana, "Neighbours")
    assert {topic for topic, *_ in topics(ana)} == {"Sundays", "Letters", "Neighbours"}


@pytest.mark.delivery
@pytest.mark.django_db(transaction=True)
def test_three_who_ask_at_once_make_one_wish():
    people = [make_member(f"member{number}") for number in range(3)]
    racing(lambda member: wishes.ask(member, "Mornings"), people)
    assert Wish.objects.get().members.count() == 3


def test_answered_and_forgotten_wishes_go_and_may_be_asked_for_again():
    ana = make_member("ana")
    wishes.ask(ana, "Mornings")
    Wish.objects.update(answered_at=timezone.now(), answer="declined")
    assert topics(ana) == []
    wishes.ask(ana, "Mornings")
    for days, left in ((31, 1), (91, 0)):
        with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
            assert (wishes.forget_old(), Wish.objects.count()) == (1, left)


def test_the_page_asks_joins_and_takes_back_by_plain_forms(client):
    ana, others = make_member("ana"), [make_member(), make_member()]
    make_live_chat(begins_in=-2 * 24 * 3600, topic="Sundays", checked_in_at=timezone.now())
    for one in others:
        wishes.ask(one, "Being the only one awake")
    client.force_login(ana)
    page = reverse("live-ask")
    shown = client.get(page).content.decode()
    assert "Being the only one awake" in shown
    assert "Sundays" in shown
    assert not [one.name for one in others if one.name in shown]
    common = Wish.objects.get().pk
    for body in ({"join": common}, {"topic": "Sundays"}, {"take_back": common}):
        assert client.post(page, body).status_code == 302
    assert [topic for topic, *_ in topics(ana) if topic == "Sundays"] == ["Sundays"]
    assert Wish.objects.get(pk=common).members.count() == 2
    with unhurried():
        for body, status in (({"topic": "x" * 81}, 400), ({"topic": "\u200b"}, 400), ({"join": "9" * 99}, 404)):
            assert client.post(page, body).status_code == status


def test_who_may_not_write_now_may_not_ask_either(client):
    ana = make_member("ana", silenced_until=timezone.now() + timedelta(hours=1))
    client.force_login(ana)
    assert 'name="topic"' not in client.get(reverse("live-ask")).content.decode()
    assert client.post(reverse("live-ask"), {"topic": "Mornings"}).status_code == 404
    assert not Wish.objects.exists()
