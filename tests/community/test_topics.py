"""Topics that hurt: what is found, what is stored, and what a member can choose."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from django.db import connection
from django.urls import reverse

from community.models import FoldedTopic
from community.services import topics as services
from community.services.topics import NotAWord, TooManyWords
from community.topics import LABELS, NOTHING, OWN_WORDS, folding_of, plain_form, shared_pieces
from tests.factories import make_member

CASES = json.loads(Path(__file__).parent.with_name("folding_cases.json").read_text(encoding="utf-8"))
PLANTED = "the long corridor"


@pytest.fixture
def ana(db):
    return make_member("ana")


# --- What is found --------------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "plain"), CASES["plain"])
def test_the_plain_form_is_the_one_that_the_script_makes(text, plain):
    assert plain_form(text) == plain


@pytest.mark.parametrize("case", CASES["own"], ids=lambda case: f"{case['own']} in {case['text']}")
def test_own_words_are_found_whole(case):
    assert bool(folding_of([], case["own"]).matches(case["text"])) is case["found"]


FOUND = {
    "loss": [
        "My brother died in May.",
        "Grieving still",
        "I lost my dad",
        "El funeral de mi tío",
        "Estoy de luto",
        "Falleció ayer",
    ],
    "food": [
        "Another binge last night",
        "I weighed myself",
        "counting calories",
        "Tuve un atracón",
        "quiero bajar de peso",
    ],
    "medication": ["New meds today", "sertraline makes me sleepy", "la medicación no ayuda", "mis pastillas"],
    "self-harm": ["I hurt myself again", "thinking of self-harm", "selfharm", "Me corté anoche", "autolesión"],
    "suicide": [
        "feeling suicidal",
        "I want to die",
        "he took his own life",
        "quiero morir",
        "Ideas suicidas",
        "SUICIDE",
    ],
    "abuse": ["He hit me.", "an abusive home", "I was raped", "me pega cuando bebe", "violencia en casa"],
    "pregnancy": ["I'm pregnant", "after my miscarriage", "Estoy embarazada", "un aborto", "gave birth in June"],
    "alcohol": ["I relapsed", "drunk again", "six days sober", "una recaída", "estaba borracho"],
}
NOT_FOUND = ["Good evening, I made soup.", "The tram was late and the day is grey.", "I cut the bread and lost my keys.",
             "Hoy hace sol y camino por el parque.", "I am at a loss for words.", "A herd of cows and a winery tour",
             "My address is a secret", "The dietician said hello"]  # fmt: skip


@pytest.mark.parametrize(("topic", "text"), [(topic, text) for topic, texts in FOUND.items() for text in texts])
def test_a_shared_topic_is_found_in_english_and_spanish(topic, text):
    assert folding_of([topic], []).matches(text) == LABELS[topic]


@pytest.mark.parametrize("text", NOT_FOUND)
def test_everyday_words_are_left_alone(text):
    assert folding_of(LABELS, []).matches(text) == ""


def test_every_piece_is_in_plain_form_and_every_topic_has_both_languages():
    for key, pieces in shared_pieces().items():
        assert len(pieces) > 20, key
        assert [one for one in pieces if plain_form(one).strip() != one.strip()] == []
    assert all(len(key) <= FoldedTopic._meta.get_field("topic").max_length for key in LABELS)


def test_without_rules_or_with_its_own_heads_up_nothing_is_added():
    assert NOTHING.matches("suicide") == ""
    assert not NOTHING
    assert folding_of(["suicide"], []).matches("suicide", "a hard night") == ""


def test_the_longest_message_and_every_rule_take_no_time():
    folding = folding_of(LABELS, [f"word number {n}" for n in range(30)])
    for text in ("lost my lost my " * 250, "x" * 4000, "ﬃ" * 4000, "a\u0301" * 2000, "word number " * 300):
        began = time.perf_counter()
        folding.matches(text)
        assert time.perf_counter() - began < 0.05


# --- What is stored ---------------------------------------------------------------------------------


def test_by_default_nothing_is_folded(ana):
    assert services.folding_for(ana) == NOTHING


def test_topics_and_own_words_are_chosen_and_given_up(ana):
    services.choose(ana, ["loss", "food", "no-such-topic", ""])
    services.add_words(ana, f"  {PLANTED.upper()} ")
    folding = services.folding_for(ana)
    assert folding.matches("The long corridor again") == OWN_WORDS
    assert folding.matches("My weight") == LABELS["food"]
    services.choose(ana, ["food"])
    assert [row.topic for row in FoldedTopic.objects.exclude(topic="")] == ["food"]
    services.remove_words(ana, PLANTED.upper())
    services.choose(ana, [])
    assert services.folding_for(ana) == NOTHING


def test_rules_of_one_member_are_nobody_elses(ana):
    ben = make_member("ben")
    services.add_words(ana, PLANTED)
    services.choose(ana, ["loss"])
    services.remove_words(ben, PLANTED)
    services.choose(ben, [])
    assert services.folding_for(ben) == NOTHING
    assert services.chosen_by(ana).words == [PLANTED]


@pytest.mark.parametrize("words", ["", "a", " ", "x" * 41, "!!", "\u200b\u200b\u200b", "a\x00b", "🙂🙂"])
def test_what_could_not_be_found_is_refused(ana, words):
    with pytest.raises(NotAWord):
        services.add_words(ana, words)
    assert not FoldedTopic.objects.exists()


def test_the_same_words_again_change_nothing_and_thirty_are_enough(ana):
    for number in range(30):
        services.add_words(ana, f"word {number}")
    services.add_words(ana, "Word 7")
    with pytest.raises(TooManyWords):
        services.add_words(ana, "one more")
    assert FoldedTopic.objects.count() == 30


def test_r11_own_words_are_sealed_and_bound_to_their_member(ana):
    ben = make_member("ben")
    services.add_words(ana, PLANTED)
    row = FoldedTopic.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM community_foldedtopic")
        assert "corridor" not in cursor.fetchone()[0]
    FoldedTopic.objects.filter(pk=row.pk).update(member=ben)
    assert services.chosen_by(ben).words == []
    assert services.chosen_by(ben).is_some_closed


def test_r11_words_that_cannot_be_opened_leave_the_rest_working(ana, settings):
    services.add_words(ana, PLANTED)
    services.choose(ana, ["loss"])
    settings.FIELD_KEYS = "2:new-key-new-key-new-key-new-key-new"
    services.add_words(ana, "hospital")
    assert services.folding_for(ana).matches("My mother died") == LABELS["loss"]
    assert services.folding_for(ana).matches("the hospital") == OWN_WORDS
    services.remove_closed(ana)
    assert not services.chosen_by(ana).is_some_closed
    assert services.chosen_by(ana).words == ["hospital"]


def test_r11_own_words_are_sealed_anew_once(ana, settings):
    settings.FIELD_KEYS = "1:old-key-old-key-old-key-old-key-old"
    services.add_words(ana, PLANTED)
    services.choose(ana, ["loss"])
    settings.FIELD_KEYS = "2:new-key-new-key-new-key-new-key-new,1:old-key-old-key-old-key-old-key-old"
    assert [services.rewrap_all(), services.rewrap_all()] == [1, 0]
    settings.FIELD_KEYS = "2:new-key-new-key-new-key-new-key-new"
    assert services.chosen_by(ana).words == [PLANTED]


# --- The page -----------------------------------------------------------------------------------------


def test_the_page_changes_one_thing_at_a_time(ana, client):
    client.force_login(ana)
    page, change = reverse("you-topics"), reverse("topics")
    client.post(change, {"act": "choose", "topic": ["loss", "suicide"]})
    answer = client.post(change, {"act": "add", "words": PLANTED})
    assert answer.url == f"{page}#topics"
    shown = client.get(page).content.decode()
    assert shown.count(" checked") == 2
    assert PLANTED in shown
    client.post(change, {"act": "remove", "words": PLANTED})
    assert PLANTED not in client.get(page).content.decode()


def test_a_refused_word_stays_in_its_box(ana, client):
    client.force_login(ana)
    answer = client.post(reverse("topics"), {"act": "add", "words": "x" * 41})
    assert answer.status_code == 400
    assert f'value="{"x" * 41}"' in answer.content.decode()
    assert "2 to 40 letters" in answer.content.decode()


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example", "/rooms/", ""])
def test_a_change_leads_back_to_its_own_page_only(ana, client, back):
    client.force_login(ana)
    assert client.post(reverse("topics"), {"act": "choose", "back": back}).url == f"{reverse('you-topics')}#topics"
    assert client.post(reverse("topics"), {"act": "choose", "back": "/you/boundaries/"}).url.startswith(
        "/you/boundaries/"
    )
