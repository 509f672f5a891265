"""The lexicon files, and the language they are written in."""

from __future__ import annotations

import zlib

import pytest

from moderation.detector import Detector, Severity, lexicon, model, preparing, states
from moderation.detector.matcher import Matcher
from moderation.detector.phrases import BadPhrase
from moderation.detector.reading import read
from moderation.detector.vocabulary import Vocabulary
from tests.moderation.detector.sentences import FLAGGED, LEFT_ALONE

LEXICON = lexicon.shipped()


def detector_with(
    *phrases: str, slots: dict[str, list[str]] | None = None, marks: list[dict] | None = None
) -> Detector:
    sign = {
        "id": "test", "category": "suicide", "severity": "high", "reason": "a test", "source": "this test",
        "phrases": list(phrases),
    }  # fmt: skip
    grammar = {"self": "i me", "others": "you he", "close": "he", "negators": "not", "turns": "but"}
    source = {
        "language": "xx", "version": 7, "spelling": {"expand": {"dont": "do not"}}, "grammar": grammar,
        "slots": slots or {}, "signs": [sign], "marks": marks or [],
    }  # fmt: skip
    return Detector(lexicon.build([source]), model._ignorant())


@pytest.mark.parametrize(("language", "least"), [("en", 300), ("es", 150)])
def test_there_are_enough_phrases_each_with_its_papers(language: str, least: int):
    signs = [one for one in LEXICON.rules if one.language == language and not one.effect]
    assert len({one.phrase for one in signs}) >= least
    assert all(one.category and one.severity and one.reason and one.source for one in signs)


def test_rule_ids_are_unique_and_name_their_list_and_version():
    ids = [(one.id, one.phrase) for one in LEXICON.rules]
    assert len(ids) == len(set(ids))
    assert all(one.id.startswith(f"{one.language}.") and one.id.endswith("@1") for one in LEXICON.rules)


def test_every_severity_and_category_is_used_in_both_languages():
    for language in ("en", "es"):
        signs = [one for one in LEXICON.rules if one.language == language and not one.effect]
        assert {one.severity for one in signs} == set(Severity) - {Severity.NONE}
        assert len({one.category for one in signs}) == 11


@pytest.mark.parametrize(
    ("phrase", "text", "is_found"),
    [
        ("red door", "a red door", True),
        ("red door", "a red, door", True),
        ("red door", "reddoor", False),
        ("red .. door", "red and blue door", True),
        ("red .. door", "red and blue and green old door", False),
        ("red .. door", "it is red. a door", False),
        ("(red|dark blue) door", "dark blue door", True),
        ("red [old|new] door", "red door", True),
        ("red [old|new] door", "red new door", True),
        ("^ red", "red", True),
        ("^ red", "it is red", False),
        ("red $", "it is red. yes", True),
        ("red $", "red yes", False),
        ("paint* door", "painted door", True),
        ("{colour} door", "blue door", True),
        ("don't open", "dont open", True),
    ],
)
def test_phrases_mean_what_the_manual_says(phrase: str, text: str, is_found: bool):
    assert detector_with(phrase, slots={"colour": ["blue", "red"]}).screen(text).is_flag is is_found


@pytest.mark.parametrize(
    "phrase",
    ["", "..", "[red]", "(red", "red)", "{unknown} door", "re*", "r*d door", "red ..99 door", "a" * 3000, "^ $",
     "(" * 9 + "a" + ")" * 9],
)  # fmt: skip
def test_a_phrase_that_cannot_be_meant_is_refused(phrase: str):
    with pytest.raises(BadPhrase):
        detector_with(phrase)


def test_a_phrase_that_unfolds_into_too_much_is_refused():
    slots = {"a": ["x y z w v"] * 30, "b": ["{a} {a} {a} {a} {a}"] * 30}
    with pytest.raises(BadPhrase):
        detector_with("{b} {b} {b}", slots=slots)


def test_an_evil_phrase_costs_no_more_steps_than_a_tame_one():
    evil = detector_with("(a|a a|[a] a) ..8 (a|a a) ..8 (a|a a) ..8 b")
    words = ["a"] * 400
    _, steps = evil._lexicon.matcher.matches(words, [False] * 400)
    assert steps <= 400 * 24


def test_a_mark_cancels_what_it_overlaps():
    mark = {
        "id": "m",
        "kind": "idiom",
        "effect": "cancels",
        "reason": "r",
        "source": "s",
        "phrases": ["red door paint"],
    }
    detector = detector_with("red door", marks=[mark])
    assert detector.screen("red door").is_flag
    assert not detector.screen("red door paint").is_flag


def test_the_compiled_phrases_are_those_of_the_files():
    assert lexicon.COMPILED.read_bytes() == lexicon.compiled(), "run: manage.py compile_lexicons"
    assert lexicon.build(lexicon.sources()).rules == LEXICON.rules


@pytest.mark.parametrize("content", [b"", b"nonsense", lexicon.MAGIC + b"0000" + zlib.compress(b"\0\0\0\2[]\1")])
def test_broken_compiled_phrases_are_refused(content: bytes):
    with pytest.raises(ValueError, match=r"."):
        lexicon.load(content)


def test_lexicons_changed_after_compiling_are_read_from_their_files(tmp_path, monkeypatch):
    for path in lexicon.FOLDER.glob("*.toml"):
        (tmp_path / path.name).write_text(path.read_text(encoding="utf-8").replace("version = 1", "version = 2", 1))
    monkeypatch.setattr(lexicon, "FOLDER", tmp_path)
    assert lexicon.shipped.__wrapped__().version == "en2+es2"


def test_forgetting_everything_known_changes_no_answer(monkeypatch):
    words = "i am so tired of it all and i really want to die tonight my friend said kill yourself".split()
    ends = [False] * len(words)
    calm = LEXICON.matcher
    monkeypatch.setattr(states, "MOST_STATES", 3)
    assert lexicon.build(lexicon.sources()).matcher.matches(words, ends) == calm.matches(words, ends)


def test_prepared_states_change_no_answer():
    plain = Matcher(LEXICON.matcher.table)
    for text in (*FLAGGED, *LEFT_ALONE):
        reading = read([text], LEXICON.spelling)
        assert LEXICON.matcher.matches(reading.words, reading.ends) == plain.matches(reading.words, reading.ends)


def test_an_old_list_of_ordinary_words_is_no_trouble():
    path = ("-", "i", "want", "nosuchword", "to")
    written = preparing.write(path[:end] for end in range(1, 6))
    assert list(preparing.read(written)) == sorted(path[:end] for end in range(1, 6))
    prepared = Matcher(LEXICON.matcher.table, preparing.prepare(LEXICON.matcher.table, preparing.read(written)))
    words = "i want to die".split()
    assert prepared.matches(words, [False] * 4) == LEXICON.matcher.matches(words, [False] * 4)


def test_a_vocabulary_numbers_its_words_and_no_others():
    words = ["die", "", "niño", "d", "suicid*", *map(str, range(300))]
    known = Vocabulary.of(words)
    assert list(known) == words
    assert [known.find(word) for word in words] == list(range(len(words)))
    assert not any(word in known for word in ("di", "die\n", "niñ", "\ud800", "301"))


def test_the_finding_names_the_versions_that_made_it():
    finding = detector_with("red door").screen("red door")
    assert finding.version.startswith("xx7")
    assert finding.reasons[0].rule.endswith("@7")
