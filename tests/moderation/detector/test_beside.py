"""A site's own phrases beside the release's: whatever people write, reading stays bounded, or it is refused."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moderation.detector import Severity, lexicon, shipped
from moderation.detector import model as models
from moderation.detector.beside import MOST_AT_ONCE, MOST_BYTES, MOST_WORK, Extra, Outdated, beside, compiled
from moderation.detector.breadth import breadth
from moderation.detector.matcher import REACH
from moderation.detector.phrases import BadPhrase
from moderation.detector.reading import read
from moderation.detector.screening import Detector

BASE = lexicon.shipped()
GROUP = {
    "id": "site-x", "language": "en", "category": "suicide", "severity": "high", "negatable": True, "person": "any",
    "reason": "r", "source": "s",
}  # fmt: skip
TEXT = "i want you to know that a b c word1 i the other2 zorb a zorbing i i i went ever3 w4 and then nothing " * 10
STORMS = {
    "gaps": [f"(i|a{n}) ..8 word{n}" for n in range(1000)],
    "two gaps": [f"i ..8 word{n} ..8 other{n} ..8 third{n}" for n in range(10_000)],
    "slots": [f"(me|you|they|a{n}) {{a}} [b{n}] ..8 word{n}" for n in range(600)],
    "prefixes": [f"abc* (d{n}|abcd*) ..8 (e{n}|abce*) ..8 f{n}" for n in range(900)],
}


def made(phrases, weights=(), name="s7"):
    return compiled(Extra(name, [{**GROUP, "phrases": list(phrases)}] if phrases else [], list(weights)))


def steps_of(found):
    reading = read((TEXT,), found.spelling)
    return found.matcher.matches(reading.words, reading.ends)[1], len(reading.words)


_word = st.one_of(
    st.sampled_from(["i", "the", "quarry", "wor*", "zorb", "don't", "{a}", "{die}", "..", "..8", "^", "$"]),
    st.text(
        st.characters(exclude_categories=["Cs", "Cc", "Zs"], exclude_characters="()[]{}|^$* "), min_size=1, max_size=8
    ),
)
_phrase = st.recursive(
    st.lists(_word, min_size=1, max_size=6).map(" ".join),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map(lambda some: f"({'|'.join(some)})"),
        inner.map(lambda one: f"[{one}]"),
        st.lists(inner, min_size=2, max_size=3).map(" ".join),
    ),
    max_leaves=12,
)


@given(st.lists(_phrase, min_size=1, max_size=8, unique=True))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_phrases_are_refused_or_cost_no_more_steps_than_the_bound(phrases: list[str]):
    try:
        content = made(phrases)
    except BadPhrase:
        return
    steps, words = steps_of(beside(content, BASE))
    assert steps <= 2 * words * REACH
    assert len(content) <= MOST_BYTES


@pytest.mark.parametrize("storm", STORMS)
def test_storms_of_gaps_slots_and_prefixes_are_refused(storm):
    with pytest.raises(BadPhrase, match="too m"):
        made(STORMS[storm])


def test_ten_thousand_ordinary_phrases_are_compiled_within_the_bounds():
    found = beside(made(f"we{n % 900} ever{n} went*" for n in range(10_000)), BASE)
    steps, words = steps_of(found)
    assert steps <= 2 * words * REACH
    assert breadth(found.matcher.second.table, MOST_AT_ONCE) <= MOST_AT_ONCE


def test_the_bound_on_work_is_counted_so_that_every_machine_refuses_the_same():
    extra = Extra("s1", [{**GROUP, "phrases": ["i ..8 (a|b c) ..8 zorb"]}])
    with pytest.raises(BadPhrase, match="too much work"):
        compiled(extra, most_work=20)
    assert compiled(extra, most_work=MOST_WORK) == compiled(extra)


@pytest.mark.parametrize("odd", ["ｑuarry", "quаrry", "q\u0301uarry", "QUARRY", "🌑 quarry", "q" * 300, "ﷺ", "İ"])
def test_odd_letters_in_a_phrase_are_folded_or_refused_and_break_nothing(odd):
    try:
        found = Detector(beside(made([odd]), BASE), models.shipped())
    except BadPhrase:
        return
    for text in (odd, f"the {odd} tonight", "\u202equarry\u0000", "quarry " * 3000):
        assert found.screen(text).version.endswith(models.shipped().version)


def test_own_phrases_are_found_and_the_release_finds_what_it_found():
    found = Detector(beside(made(["the quarry"]), BASE), models.shipped())
    reason = found.screen("see you at the quarry").reasons[0]
    assert (reason.rule[:10], reason.rule[-3:], reason.after) == ("en.site-x.", "@s7", Severity.HIGH)
    for text in ("I want to kill myself", "this is killing me lol", "tea and the radio"):
        mine, theirs = found.screen(text), shipped().screen(text)
        assert (mine.severity, mine.reasons, mine.score) == (theirs.severity, theirs.reasons, theirs.score)


def test_what_rests_is_not_found_and_what_weighs_otherwise_says_so():
    text = "I know exactly how I will. I don't feel safe with myself"
    group = next(one.rule for one in shipped().screen(text).reasons if one.kind == "sign").rpartition(".")[0]
    rests = Detector(beside(made([], [(group, "", "")]), BASE), models.shipped())
    weighs = Detector(beside(made([], [(group, "", "low")]), BASE), models.shipped())
    assert not [one for one in rests.screen(text).reasons if one.rule.startswith(f"{group}.")]
    changed = [one for one in weighs.screen(text).reasons if one.kind == "sign" and one.rule.startswith(f"{group}.")]
    assert {(one.before, one.rule.endswith("+s7")) for one in changed} == {(Severity.LOW, True)}


def test_another_release_or_other_bytes_are_never_read_as_phrases():
    content = made(["the quarry"])
    with pytest.raises(Outdated):
        beside(content[:4] + b"\0\0\0\0" + content[8:], BASE)
    for cut in (b"", content[:4], content[:8], content[:-9], b"CLP2" + content[4:], content[:20] + b"x" * 40):
        with pytest.raises(ValueError, match=r".*"):
            beside(cut, BASE)
