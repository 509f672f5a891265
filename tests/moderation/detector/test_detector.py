"""The detector on sentences of our own."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from moderation.detector import Category, Finding, Severity, screen
from tests.moderation.detector.sentences import FLAGGED, LEFT_ALONE

MORE = tomllib.loads((Path(__file__).parent / "more_sentences.toml").read_text(encoding="utf-8"))
MISSED = set(MORE["missed"]["texts"])  # known, and written down: a wrong answer that becomes right fails here


def sentences(kind: str) -> list[str]:
    """All sentences of the second file that are to be flagged, or left alone."""
    return [text for group in MORE[kind] for text in group["texts"]]


def known(texts: list[str]) -> list[object]:
    """Each sentence, those that are known to be answered wrongly marked so."""
    wrong = pytest.mark.xfail(reason="known to be missed", strict=True)
    return [pytest.param(text, marks=[wrong] if text in MISSED else []) for text in texts]


def finding(line: str) -> Finding:
    """What is found in one line; " / " parts several messages of one author."""
    *before, text = line.split(" / ")
    return screen(text, before=before)


def test_there_are_hundreds_of_sentences():
    assert len({*FLAGGED, *LEFT_ALONE}) == len(FLAGGED) + len(LEFT_ALONE) >= 400
    assert len(sentences("flag")) + len(sentences("leave")) >= 300


@pytest.mark.parametrize("line", [*known(FLAGGED), *known(sentences("flag"))])
def test_a_moderator_sees_it(line: str):
    found = finding(line)
    assert found.is_flag
    assert found.spans, "every flag is explained by an exact piece of the text"
    assert found.reasons
    assert found.category is not Category.NONE


@pytest.mark.parametrize("line", [*known(LEFT_ALONE), *known(sentences("leave"))])
def test_it_is_left_alone(line: str):
    assert not finding(line).is_flag


HIDDEN = "\u200b"


@pytest.mark.parametrize("line", FLAGGED[::3] + LEFT_ALONE[::3])
def test_case_width_and_invisible_characters_change_no_level(line: str):
    wide = "".join(chr(ord(c) + 0xFEE0) if "a" <= c <= "z" else c for c in line)
    level = finding(line).severity
    assert finding(line.upper()).severity == level
    assert finding(wide).severity == level
    assert finding(line[:2] + HIDDEN + line[2:]).severity == level


GROUPS = tomllib.loads((Path(__file__).parent / "levels.toml").read_text(encoding="utf-8"))["groups"]
# Known to be answered wrongly, and written down; see docs/detector.md.
WRONG = {
    "my doctor asked about suicidal thoughts at my check up",
    "dropped my phone off the balcony, rip",
    "El actor confesó que intentó quitarse la vida en 2010",
    "what should i say to someone who feels suicidal",
    "can't wait to be dead to the world tonight, so tired",
    "i cut myself years ago, those days are behind me",
    "i hate my life right now",
    "i won't be here tomorrow, i'm off on leave",
    "i'm going to end it with my boyfriend tonight, he cheated",
}
LEVELS = [
    pytest.param(one, group["level"], marks=[pytest.mark.xfail(reason="known", strict=True)] if one in WRONG else [])
    for group in GROUPS
    for one in group["texts"].strip().splitlines()
]


@pytest.mark.parametrize(("line", "level"), LEVELS)
def test_the_level_is_the_named_one_or_its_neighbour(line: str, level: str):
    named, found = Severity.named(level), finding(line).severity
    assert (found >= Severity.MODERATE) is (named >= Severity.MODERATE)
    assert abs(found - named) <= 1
