"""What holds for any text at all."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.detector import Severity, screen
from moderation.detector import model as models
from moderation.detector.folding import fold
from moderation.detector.lexicon import shipped
from moderation.detector.matcher import REACH
from moderation.detector.pieces import Pieces, together
from moderation.detector.reading import MOST_READ, MOST_READ_AT_END, nothing, read
from tests.moderation.detector.sentences import FLAGGED, LEFT_ALONE

ANY_TEXT = st.text(st.characters(), max_size=200)
SENTENCES = [one for one in [*FLAGGED, *LEFT_ALONE] if " / " not in one]
SENTENCE = st.sampled_from(SENTENCES)
PLAIN = st.sampled_from([one for one in SENTENCES if one.isascii()])
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
INVISIBLE = st.sampled_from(["\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e", "\u0301", "\ufe0f"])
# No deadlines: what depends on the machine is measured by `make evaluate`.
settings.register_profile("detector", deadline=None, max_examples=60)
settings.load_profile("detector")


@given(ANY_TEXT)
def test_any_text_gets_an_answer_with_spans_inside_it(text: str):
    finding = screen(text)
    assert 0 <= finding.score <= 1
    assert all(0 <= one.start < one.end <= len(text) for one in finding.spans)
    assert all(0 <= one.span.start < one.span.end <= len(text) for one in finding.reasons)


@given(ANY_TEXT)
def test_every_folded_character_knows_where_it_came_from(text: str):
    folded = fold(text)
    assert len(folded.origin) == len(folded.text)
    assert all(0 <= at < len(text) for at in folded.origin)
    assert list(folded.origin) == sorted(folded.origin)


@given(SENTENCE, st.text(max_size=30))
def test_spans_move_with_what_stands_before_the_sentence(sentence: str, before: str):
    prefix = before.replace("\n", " ") + "\n\n"
    for one in read([prefix + sentence], shipped().spelling).spans(0, 0):
        assert 0 <= one.start < one.end <= len(prefix + sentence)


@given(SENTENCE)
def test_each_word_of_a_reading_is_found_at_its_place(sentence: str):
    reading = read([sentence], shipped().spelling)
    for first, last, word in zip(reading.first, reading.last, reading.words, strict=True):
        place = sentence[first : last + 1]
        assert place.strip() == place, word
        assert place


@given(PLAIN)
def test_capital_and_wide_letters_change_nothing(sentence: str):
    plain = screen(sentence)
    for changed in (sentence.upper(), sentence.title(), sentence.translate(FULL_WIDTH)):
        found = screen(changed)
        assert (found.severity, found.score) == (plain.severity, plain.score)


@given(SENTENCE, st.data())
def test_invisible_characters_change_nothing(sentence: str, data: st.DataObject):
    pieces = [letter + (data.draw(INVISIBLE) if data.draw(st.booleans()) else "") for letter in sentence]
    plain, found = screen(sentence), screen("".join(pieces))
    assert (found.severity, found.score, found.category) == (plain.severity, plain.score, plain.category)


@given(SENTENCE, ANY_TEXT)
def test_text_after_a_sentence_never_breaks_the_answer(sentence: str, more: str):
    assert screen(sentence + more).severity in Severity


@given(st.lists(SENTENCE, min_size=1, max_size=6), st.integers(1, 5))
def test_steps_grow_with_the_words_and_with_nothing_else(sentences: list[str], times: int):
    lexicon = shipped()
    reading = read([". ".join(sentences) * times], lexicon.spelling)
    _, steps = lexicon.matcher.matches(reading.words, reading.ends)
    assert steps <= len(reading.words) * REACH


def cut(sentences: list[str]) -> list[str]:
    """Sentences in fragments, as people send them, with the odd message that is only signs or letters."""
    halves = [one.split(" ", len(one) % 5) for one in sentences]
    return [" ".join(words[at:][:2]) for words in halves for at in range(0, len(words), 2)]


@given(
    st.lists(st.one_of(SENTENCE, st.sampled_from(["", "...", "?!", ", and", "k i l l", '"he', "\n\nwhy?"])), max_size=4)
)
def test_messages_read_once_and_put_together_say_what_they_say_as_one_row_of_words(sentences: list[str]):
    lexicon, model, messages = shipped(), models.shipped(), cut(sentences)
    pieces = Pieces(lexicon.spelling, lexicon.matcher, model.kin)
    each = [pieces.of(one, nothing) for one in messages]
    whole, reading = read(messages, lexicon.spelling), together(each, 0)
    assert reading == whole
    assert pieces.matches(each, reading, nothing) == lexicon.matcher.matches(whole.words, whole.ends)[0]
    assert model.weigh(reading.words, pieces.rows(each, reading.words)) == model.read(whole.words)


def test_what_was_read_is_kept_in_bounds_and_forgotten_when_nobody_asks_for_it(monkeypatch):
    lexicon = shipped()
    pieces = Pieces(lexicon.spelling, lexicon.matcher, models.shipped().kin)
    monkeypatch.setattr("moderation.detector.pieces.MOST_KEPT", 100)
    texts = [f"message {n} of a long evening" for n in range(50)]
    first = [pieces.of(one, nothing) for one in texts]
    assert pieces.of(texts[-1], nothing) is first[-1], "the last ones are kept"
    assert pieces.of(texts[0], nothing) is not first[0], "the first had to go"
    pieces.forget()
    assert pieces.of(texts[-1], nothing) is first[-1], "asked for since"
    pieces.forget()
    pieces.forget()
    assert pieces.of(texts[-1], nothing) is not first[-1]


@given(st.lists(SENTENCE, max_size=6), SENTENCE)
def test_the_same_messages_give_the_same_finding(before: list[str], text: str):
    assert screen(text, before=before) == screen(text, before=before)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t ",
        "🎉😀👩‍👩‍👧‍👦" * 50,
        "\u0301\u0302\u0303" * 200,
        "это обычное сообщение",
        "これは普通のメッセージです",
        "هذه رسالة عادية",
        "\ud800 lone \udfff",
        "\u202eevil eb ot tnaw\u202c",
        "\x00\x01\x02",
        "'" * 500,
        '"' * 501,
        "((((((((((",
        "a " * 5000,
        "k i l l " * 500,
        "-" * 3000,
        "ha" * 5000,
        "病" * 800,
        "a" * 20_000,
        "kill " * 4000,
        "i want so to " * 2000,
    ],
)
def test_strange_input_is_answered_and_harmless(text: str):
    assert screen(text).severity in (Severity.NONE, Severity.LOW, Severity.HIGH)


def test_of_a_very_long_text_the_beginning_and_the_end_are_read():
    filler = "the bus was late again and it rained. " * 27_000
    assert len(filler) > 1_000_000
    assert not screen(filler).is_flag
    assert screen("i really want to kill myself. " + filler).is_flag
    found = screen(filler + "i really want to kill myself")
    assert found.is_flag
    assert all((filler + "i really want to kill myself")[one.start : one.end] for one in found.spans)


def test_no_more_than_its_share_of_a_very_long_text_is_read():
    reading = read(["word " * 300_000], shipped().spelling)
    assert sum(b - a + 1 for a, b in zip(reading.first, reading.last, strict=True)) <= MOST_READ + MOST_READ_AT_END
