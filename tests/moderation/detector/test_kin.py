"""Words that stand for the same thing, and what the model may say about them together."""

from __future__ import annotations

from array import array
from collections import Counter

import pytest

from moderation.detector import ngrams, shipped
from moderation.detector.kin import NONE, Classes, Kin
from moderation.detector.model import Head, Side
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


def test_each_thing_of_a_word_is_together_with_all_that_the_twelve_words_before_it_stand_for():
    table = Kin({"a": "x", "b": "x y", "c": "y z"})
    words = ["x", "z", "tea", "y", "y", *["tea"] * (ngrams.TOGETHER - 2), "x", "z", "tea", "y"]
    for last, found in enumerate(ngrams.by_word(words, table)):
        before = [other for word in words[max(0, last - ngrams.TOGETHER) : last] for other in table.of(word)]
        pairs = [ngrams.together(one, other) for one in table.of(words[last]) for other in (one, *before)]
        assert set(found) == {*ngrams.by_word(words, NONE)[last], *pairs}
        assert len(found) == len(set(found)), "each once"


def test_heads_added_up_together_give_what_each_gives_alone():
    heads = [
        Head(array("b", [(7 * at + 50 * one) % 256 - 128 for at in range(9_000)]), 0.5 + one, 1.0) for one in range(3)
    ]
    side = Side(heads)
    for number in (0, 1, 700, 4_096, 4_097, 9_000):
        expected = [head.log_odds(sum(head.weights[:number]), number) for head in heads]
        assert side.log_odds(side.added(range(number))) == expected
        assert side.log_odds(sum(side.added([at]) for at in range(number))) == expected, "one by one"


def test_a_word_said_again_weighs_nothing_more():
    model = shipped()._model
    assert model.read(["a"] * 10) == model.read(["a"] * 35)
    assert sorted(ngrams.of_words(["took", "took", "took"] * 5, TABLE)) == sorted(ngrams.of_words(["took"] * 4, TABLE))


def test_without_a_table_there_are_words_only():
    assert set(ngrams.of_words(["took", "pills"], NONE)) < set(ngrams.of_words(["took", "pills"], TABLE))


def test_every_word_of_the_table_is_written_as_it_is_read():
    for words in synthetic.kin().table.values():
        assert words == words.casefold()
        assert words.isascii()


def test_the_shipped_model_knows_the_table_it_learnt_from():
    assert shipped()._model.kin.table == synthetic.kin().table
    assert shipped()._model.kin.classes == synthetic.kin().classes


def test_nothing_that_is_kept_for_measuring_is_learnt_from():
    learnt = {one.messages for one in synthetic.own()}
    both = sum(one.messages in learnt for one in corpus.kept())  # a number: nobody reads the texts, here neither
    assert both == 0


def test_every_set_that_is_kept_for_measuring_is_read_whole_and_has_its_own_cases():
    kept = list(corpus.kept())
    assert Counter(one.source for one in kept) == {
        "unseen": 299,
        "fresh": 247,
        "verify": 366,
        "judge": 300,
        "allusive": 761,
    }
    assert len(kept) - len({one.id for one in kept}) == 0
    assert len(kept) - len({one.messages for one in kept}) == 0
    assert sum(one.label not in one.accept or not one.held_out for one in kept) == 0


CLASSED = Kin({}, Classes.of([["mom", "wife", "jefe"], ["pills", "food"]]))


def test_a_word_is_of_the_first_class_that_names_it_or_of_none():
    classes = Classes.of([["mom", "wife"], ["wife", "pills"]])
    assert [classes.number(one) for one in (b"mom", b"wife", b"pills", b"pill", b"")] == [1, 1, 2, 0, 0]
    assert Classes.of(()).number(b"mom") == 0


def test_words_of_a_class_share_the_rows_that_name_it():
    mine, others = (set(ngrams.by_word(["told", "my", word, "of"], CLASSED)[3]) for word in ("mom", "wife"))
    unlike = set(ngrams.by_word(["told", "my", "dog", "of"], CLASSED)[3])
    assert len(mine & others) > len(mine & unlike)
    assert set(ngrams.known("mom", CLASSED).numbers) & set(ngrams.known("jefe", CLASSED).numbers)


def test_rows_read_in_two_parts_are_those_read_at_once():
    words = "i told my wife and my mom of the pills and the food today".split()
    table = Kin(TABLE.table, CLASSED.classes)
    whole = [set(one) for one in ngrams.by_word(words, table)]
    for begin in range(1, len(words)):
        halves = [set(one) for half in (words[:begin], words[begin:]) for one in ngrams.by_word(half, table)]
        for at, more in ngrams.across(words, begin, len(words), table):
            halves[at].update(more)
        assert halves == whole


def test_no_word_of_the_classes_is_in_two_of_them():
    table = synthetic.kin().classes
    assert len(table.sums) == len(set(table.sums)) > 15_000
    assert max(table.numbers) == len(set(table.numbers))
