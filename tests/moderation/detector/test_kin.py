"""Words that stand for the same thing, and what the model may say about them together."""

from __future__ import annotations

import pytest

from moderation.detector import ngrams, shipped
from moderation.detector.kin import NONE, Kin
from moderation.training import corpus, synthetic

TABLE = Kin({"pills": "pills pastilla*", "all": "all todas", "took": "took tome"})


@pytest.mark.parametrize(
    ("word", "things"),
    [("pills", (0,)), ("pastillas", (0,)), ("pastill", ()), ("todas", (1,)), ("todasx", ()), ("", ()), ("tea", ())],
)
def test_a_word_stands_for_what_the_table_says(word: str, things: tuple[int, ...]):
    assert TABLE.of(word) == things


def test_things_named_together_have_one_number_in_either_order_and_language():
    assert ngrams.together(2, 5) == ngrams.together(5, 2)
    english = set(ngrams.by_word(["took", "all", "pills"], TABLE)[-1])
    spanish = set(ngrams.by_word(["tome", "todas", "pastillas"], TABLE)[-1])
    assert {ngrams.together(0, 0), ngrams.together(0, 1), ngrams.together(0, 2)} <= english & spanish


def test_things_far_apart_are_not_together():
    words = ["took", *["tea"] * ngrams.TOGETHER, "pills"]
    assert ngrams.together(0, 2) not in ngrams.of_words(words, TABLE)
    assert ngrams.together(0, 2) in ngrams.of_words([*words[1:-1], "took", "pills"], TABLE)


def test_without_a_table_there_are_words_only():
    assert ngrams.of_words(["took", "pills"], NONE) < ngrams.of_words(["took", "pills"], TABLE)


def test_every_word_of_the_table_is_written_as_it_is_read():
    for words in synthetic.kin().table.values():
        assert words == words.casefold()
        assert words.isascii()


def test_the_shipped_model_knows_the_table_it_learnt_from():
    assert shipped()._model.kin.table == synthetic.kin().table


def test_nothing_that_is_kept_for_measuring_is_learnt_from():
    learnt = {one.messages for one in synthetic.own()}
    both = sum(one.messages in learnt for one in corpus.kept())  # a number: nobody reads the texts, here neither
    assert both == 0
