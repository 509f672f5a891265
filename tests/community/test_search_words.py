"""Words as the search sees them: any script, any accent, misspelt ones; and questions that are no words at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community import danger, search_words
from community.search_marking import around, marked
from community.search_words import ask, faults, holds, near, nearest, terms

ANY_TEXT = st.text(max_size=300) | st.text(
    alphabet=st.characters(categories=["Cs", "Cc", "Cf", "So", "Lo", "Mn"]), max_size=80
)


def plain(pieces):
    """The pieces put together again, and what of them is marked."""
    return "".join(piece.text for piece in pieces), [piece.text for piece in pieces if piece.is_found]


@pytest.mark.parametrize(
    ("one", "other"),
    [("SUEÑO", "sueno"), ("Straße", "strasse"), ("ŁÓDŹ", "lodz"), ("Ångström", "angstrom"), ("Ελπίς", "ελπις"), ("ｓｌｅｅｐ", "sleep"),
     ("أمل", "امل"), ("が", "か"), ("한", "한"), ("smørbrød", "smorbrod")],
)  # fmt: skip
def test_case_and_accents_are_ignored_on_both_sides(one, other):
    assert terms(one) == terms(other)


def test_words_without_spaces_are_found_by_their_characters_and_pairs():
    assert {"い", "の", "いの", "電話"} <= set(terms("いのちの電話"))
    assert [term.text for term in ask("電話").words[0].terms] == ["電話"]
    assert [term.text for term in ask("電").words[0].terms] == ["電"]


def test_longer_words_and_the_last_one_are_beginnings():
    words = ask("an old problems re").words
    assert [(word.terms[0].text, word.terms[0].is_beginning) for word in words] == [
        ("an", False), ("old", False), ("problem", True), ("re", True),
    ]  # fmt: skip


def test_words_that_mean_the_same_are_found_too():
    others = {term.text for term in ask("insomnio").words[0].others}
    assert {"sleep", "schlaf", "sueno"} <= others


@pytest.mark.parametrize("group", sorted(set(search_words.synonyms().values())))
def test_every_group_of_the_table_is_small(group):
    assert 2 <= len(group) <= 20


@pytest.mark.parametrize(
    ("written", "meant"),
    [("slepe", "sleep"), ("anxeity", "anxiety"), ("depresion", "depression"), ("insmonia", "insomnia"), ("helpp", "help"), ("suport", "support"),
     ("samaratins", "samaritans"), ("bereavment", "bereavement")],
)  # fmt: skip
def test_a_misspelt_word_shares_a_key_with_the_one_that_was_meant(written, meant):
    assert near(written) & near(meant)
    assert nearest(written, [(meant, 1), ("elsewhere", 90)]) == meant


def test_the_word_in_more_use_wins_and_a_far_one_never_does():
    assert nearest("slepp", [("slept", 2), ("sleep", 9)]) == "sleep"
    assert nearest("slepp", [("elephant", 500)]) == ""
    assert faults("abcd", "badc") == 2


@given(
    st.text(alphabet="abcdefgh", min_size=4, max_size=12),
    st.integers(0, 11),
    st.sampled_from("abcxyz"),
    st.sampled_from("+-=~"),
)
def test_one_fault_anywhere_is_always_near(word, at, letter, kind):
    at %= len(word)
    other = {"+": word[:at] + letter + word[at:], "-": word[:at] + word[at + 1 :], "=": word[:at] + letter + word[at + 1 :],
             "~": word[:at] + word[at : at + 2][::-1] + word[at + 2 :]}[kind]  # fmt: skip
    assert faults(word, other) <= 1
    assert len(other) < 4 or near(word) & near(other)
    assert len(near(word)) <= 29


@given(ANY_TEXT)
def test_whatever_is_asked_is_bounded_and_can_be_shown(text):
    question = ask(text)
    question.shown.encode("utf-8")
    assert len(question.shown) <= search_words.SHOWN
    assert len(question.words) <= search_words.MOST_WORDS
    for term in question.terms():
        assert term.text.isalnum() or not term.text
        term.text.encode("utf-8")


@given(ANY_TEXT, ANY_TEXT)
def test_marking_changes_no_text(text, query):
    assert plain(marked(text, ask(query).terms()))[0] == text


def test_what_was_found_is_marked_and_nothing_else():
    assert plain(marked("Sleep, sleeping and asleep", ask("sleep").terms()))[1] == ["Sleep", "sleeping"]
    assert plain(marked("いのちの電話 (Inochi)", ask("電話").terms()))[1] == ["電話"]
    assert plain(marked("El SUEÑO", ask("sueno").terms()))[1] == ["SUEÑO"]


def test_the_part_with_what_was_found_is_shown():
    text = "word " * 200 + "sleep at last " + "word " * 200
    shown, found = plain(around(text, ask("sleep").terms()))
    assert found == ["sleep"]
    assert len(shown) <= 170
    assert shown.startswith("…")
    assert shown.endswith("…")


def test_texts_that_are_in_no_index_hold_a_question_by_the_same_rules():
    assert holds("Sleeping badly, niño", ask("nino sleep"))
    assert holds("mucho sueño", ask("sleep"))
    assert not holds("asleep", ask("leep"))
    assert holds("いのちの電話", ask("電話"))


@pytest.mark.parametrize(
    "words",
    ["suicide", "SUICÍDIO", "how to kill myself", "quiero morir", "Selbstmord", "je veux mourir", "quero morrer", "хочу умереть",
     "死にたい", "自杀", "자살", "انتحار", "आत्महत्या", "intihar"],
)  # fmt: skip
def test_words_of_danger_are_known_in_many_languages(words):
    assert danger.is_danger(words)


MISSPELT = ["sucide", "suiside", "how to commit siucide", "suizit", "overdoes", "selbsmord", "Suicdal thoughts"]
LOOK_ALIKE = [
    "homicide",
    "decide",
    "suitcase",
    "inside",
    "outside",
    "sunrise",
    "sucrose",
    "guide",
    "pesticide",
    "sunlight",
]


@pytest.mark.parametrize("words", MISSPELT)
def test_words_of_danger_are_known_when_they_are_misspelt(words):
    assert danger.is_danger(words)


@pytest.mark.parametrize("word", LOOK_ALIKE)
def test_words_that_look_a_little_like_them_are_not(word):
    assert not danger._is_listed(word)


@pytest.mark.parametrize(
    "words", ["sleep", "anxiety at work", "grief", "students", "", "😀", "diet plan", "the old curtain"]
)
def test_other_words_are_no_danger(words):
    assert not danger.is_danger(words)


def test_the_detector_knows_sentences_that_the_list_does_not():
    assert not danger._is_listed("I have the pills ready and I am ending this tonight")
    assert danger.is_danger("I have the pills ready and I am ending this tonight")


@given(ANY_TEXT)
def test_any_text_can_be_asked_about(text):
    danger.is_danger(text)


def test_the_list_stands_when_a_sieve_fails(monkeypatch, caplog):
    def broken(text):
        raise ValueError(text)

    monkeypatch.setattr(danger, "_sieves", [broken])
    assert danger.is_danger("suicide")
    assert not danger.is_danger("planted-word-41")
    assert "planted-word-41" not in caplog.text
    assert "ValueError" in caplog.text
