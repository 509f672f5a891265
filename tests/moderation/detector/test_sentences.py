"""Levels, categories, and what context does to them."""

from __future__ import annotations

import pytest

from moderation.detector import Category, Severity, screen


@pytest.mark.parametrize(
    ("text", "severity", "category"),
    [
        ("i cry every night and i feel so lonely", Severity.LOW, Category.DISTRESS),
        ("i wish i would not wake up tomorrow", Severity.MODERATE, Category.SUICIDE),
        ("i am going to kill myself", Severity.HIGH, Category.SUICIDE),
        ("i have the pills in my hand", Severity.IMMINENT, Category.SUICIDE),
        ("i cut myself again", Severity.MODERATE, Category.SELF_HARM),
        ("how many tablets does it take to die", Severity.HIGH, Category.METHOD_SEEKING),
        ("goodbye everyone, this is my last message", Severity.HIGH, Category.GOODBYE),
        ("kill yourself", Severity.HIGH, Category.ENCOURAGEMENT),
        ("my friend wants to kill herself", Severity.MODERATE, Category.THIRD_PARTY),
        ("my husband hits me", Severity.MODERATE, Category.ABUSE),
        ("i make myself throw up after dinner", Severity.MODERATE, Category.EATING_DISORDER),
        ("the voices tell me to kill myself", Severity.HIGH, Category.PSYCHOSIS),
        ("i am going to shoot up the school", Severity.HIGH, Category.VIOLENCE),
        ("me siento muy sola y triste", Severity.LOW, Category.DISTRESS),
        ("ojalá no despertara mañana", Severity.MODERATE, Category.SUICIDE),
        ("quiero matarme", Severity.HIGH, Category.SUICIDE),
        ("tengo el frasco de pastillas en las manos", Severity.IMMINENT, Category.SUICIDE),
    ],
)
def test_each_level_and_category_has_its_place(text: str, severity: Severity, category: Category):
    finding = screen(text)
    assert (finding.severity, finding.category) == (severity, category)


def test_laughter_lowers_by_one_level_and_insisting_takes_that_back():
    assert screen("i wish i was dead lol").severity == Severity.MODERATE
    assert screen("i wish i was dead lol, not joking").severity == Severity.HIGH


def test_a_denial_is_believed_until_it_is_taken_back():
    assert not screen("i don't want to kill myself").is_flag
    assert screen("i said i was fine but i lied").is_flag


def test_what_lowered_a_sign_is_shown_with_both_severities():
    reasons = screen("ten years ago i cut myself, life is good now").reasons
    assert [one for one in reasons if one.kind == "context" and one.after < one.before]


def test_fragments_are_read_together_and_the_span_says_which_message():
    finding = screen("die", before=["i want", "to"])
    assert finding.severity == Severity.HIGH
    assert {one.message for one in finding.spans} == {0, 1, 2}


def test_harmless_words_after_a_fragment_take_it_back():
    assert not screen("my hair blue", before=["i really want to", "dye"]).is_flag


def test_a_worse_message_has_a_higher_score():
    ordered = [
        "see you at eight tomorrow",
        "i wish i would not wake up",
        "i have the pills in my hand and will take them all",
    ]
    scores = [screen(one).score for one in ordered]
    assert scores == sorted(set(scores))


def test_words_inside_other_words_are_no_sign():
    assert not screen("a skilled painter studied therapist diets in Essex").reasons


def test_what_was_written_longer_than_two_minutes_ago_is_no_fragment_of_this():
    assert screen("die", before=[(40, "i want"), (20, "to")]).severity == Severity.HIGH
    assert screen("die", before=[(400, "i want"), (300, "to")]).severity < Severity.HIGH


def test_spans_number_the_messages_as_they_were_given():
    finding = screen("to die", before=[(900, "hello"), (30, "i truly want")])
    assert {one.message for one in finding.spans} == {1, 2}


def test_repeated_distress_within_a_day_makes_a_moderator_look():
    sad = "i feel so alone and i cry every night"
    assert screen(sad, low_seconds_ago=[3600]).severity == Severity.LOW
    again = screen(sad, low_seconds_ago=[600, 3600, 7200, 9000])
    assert again.severity == Severity.MODERATE
    assert again.spans
    assert again.reasons[-1].rule == "window.repeated-distress@1"


def test_distress_fades_and_a_harmless_message_is_not_raised():
    sad = "i feel so alone and i cry every night"
    assert screen(sad, low_seconds_ago=[80_000] * 4).severity == Severity.LOW
    assert screen(sad, low_seconds_ago=[90_000] * 40).severity == Severity.LOW
    assert screen("see you at eight", low_seconds_ago=[60] * 20).severity == Severity.NONE
