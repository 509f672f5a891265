"""Messages of others about topics that hurt arrive folded; one's own, and those of everybody else's page, do not."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client
from django.urls import reverse

from community.services import topics
from tests.factories import join, make_member, make_room, post

pytestmark = pytest.mark.django_db
LONG = "I made soup and sat by the window until the street was quiet again, and then I thought of the funeral."


@pytest.fixture
def room():
    return make_room("evenings")


@pytest.fixture
def ana(room):
    ana = make_member("ana")
    join(ana, room)
    topics.choose(ana, ["loss"])
    topics.add_words(ana, "corridor")
    return ana


@pytest.fixture
def ben(room):
    ben = make_member("ben")
    join(ben, room)
    return ben


def page_of(member, path=None):
    client = Client()
    client.force_login(member)
    return client.get(path or reverse("room", args=["evenings"])).content.decode()


def message(page, seq):
    return re.search(rf'<li class="msg[^>]*id="m-{seq}".*?</li>', page, re.DOTALL)[0]


def heads_up(page, seq):
    found = re.search(r'data-slot="headsup-words"[^>]*>(.*?)</span>', message(page, seq))
    return found[1] if found else ""


def test_others_messages_are_folded_with_neutral_words(room, ana, ben):
    for words in ("My father died in May.", "that corridor again", "I made soup."):
        post(ben, room, words)
    page = page_of(ana)
    assert [heads_up(page, seq) for seq in (1, 2, 3)] == [
        "loss and grief",
        "something you asked to be warned about",
        "",
    ]
    assert "<details" in message(page, 1)


def test_nobody_elses_page_changes(room, ana, ben):
    post(ben, room, "My father died in May.")
    cleo = make_member("cleo")
    join(cleo, room)
    for member in (ben, cleo):
        page = page_of(member)
        assert heads_up(page, 1) == ""
        assert 'id="folding"' not in page


def test_ones_own_words_stay_open_and_an_authors_heads_up_stays(room, ana, ben):
    post(ana, room, "My father died in May.")
    post(ben, room, "The funeral is on Friday.", heads_up="family")
    page = page_of(ana)
    assert [heads_up(page, seq) for seq in (1, 2)] == ["", "family"]


def test_a_quotation_does_not_unfold(room, ana, ben):
    post(ben, room, LONG)
    post(ben, room, "Thank you for saying it", reply_to=1)
    post(ana, room, "Sitting with you", reply_to=1)
    post(ben, room, "And to you", reply_to=3)
    page = page_of(ana)
    for seq in (2, 3):
        assert "loss and grief" in message(page, seq)
        assert "I made soup" not in message(page, seq)
    assert "Sitting with you" in message(page, 4)
    assert "I made soup" in message(page_of(ben), 2)


def test_the_page_of_a_message_folds_too(room, ana, ben):
    post(ben, room, "My father died in May.")
    assert heads_up(page_of(ana, reverse("message", args=["evenings", 1])), 1) == "loss and grief"


def test_the_rules_are_on_the_members_own_page_which_is_not_stored(room, ana):
    client = Client()
    client.force_login(ana)
    answer = client.get(reverse("room", args=["evenings"]))
    assert answer["Cache-Control"] == "no-store"
    data = re.search(r'<script id="folding" type="application/json">(.*?)</script>', answer.content.decode())
    rules = json.loads(data[1])
    assert [rule["words"] for rule in rules] == ["loss and grief", "something you asked to be warned about"]
    assert rules[1]["pieces"] == [" corridor "]


def test_own_words_cannot_break_out_of_the_page(room, ana):
    topics.add_words(ana, "</script><b>x")
    page = page_of(ana)
    assert "<b>x" not in page
