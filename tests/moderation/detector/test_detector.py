"""The detector on sentences of our own, and on whatever text there is."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.detector import Severity, screen
from tests.moderation.detector.sentences import FLAGGED, LEFT_ALONE
from tests.system.source import ROOT

MORE = tomllib.loads((Path(__file__).parent / "more_sentences.toml").read_text(encoding="utf-8"))
MISSED = set(MORE["missed"]["texts"])  # known, and written down: a wrong answer that becomes right fails here


def sentences(kind: str) -> list[str]:
    """All sentences of the second file that are to be flagged, or left alone."""
    return [text for group in MORE[kind] for text in group["texts"]]


def known(texts: list[str]) -> list[object]:
    """Each sentence, those that are known to be answered wrongly marked so."""
    wrong = pytest.mark.xfail(reason="known to be missed", strict=True)
    return [pytest.param(text, marks=[wrong] if text in MISSED else []) for text in texts]


def finding(line: str):
    """What is found in one line; " / " parts several messages of one author."""
    *before, text = line.split(" / ")
    return screen(text, before=before)


def test_there_are_hundreds_of_sentences():
    assert len(FLAGGED) + len(LEFT_ALONE) >= 400
    assert len(sentences("flag")) + len(sentences("leave")) >= 300


@pytest.mark.parametrize("line", [*known(FLAGGED), *known(sentences("flag"))])
def test_a_moderator_sees_it(line: str):
    found = finding(line)
    assert found.is_flag
    assert found.spans, "every flag is explained by an exact piece of the text"


@pytest.mark.parametrize("line", [*known(LEFT_ALONE), *known(sentences("leave"))])
def test_it_is_left_alone(line: str):
    assert not finding(line).is_flag


ODD = ["", " ", "🙂" * 500, "\u0301" * 3000, "\ud800", "\u202e" * 200 + "abc", "\x00\x01", "病" * 800, "a" * 20000, "kill " * 4000,
       "نص عربي قصير", "i want to " * 2000]  # fmt: skip


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_odd_texts_are_answered(text: str):
    assert screen(text).severity in Severity


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_spans_lie_inside_the_text_whatever_it_is(text: str):
    found = screen(text)
    assert all(0 <= span.start < span.end <= len(text) for span in found.spans)
    assert 0 <= found.score <= 1
    assert screen(text) == found


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(FLAGGED + LEFT_ALONE), st.text(max_size=60))
def test_appending_text_never_raises(line: str, more: str):
    assert finding(line + more).severity in Severity


HIDDEN = "\u200b"


@pytest.mark.parametrize("line", FLAGGED[::3] + LEFT_ALONE[::3])
def test_case_width_and_invisible_characters_change_no_level(line: str):
    wide = "".join(chr(ord(c) + 0xFEE0) if "a" <= c <= "z" else c for c in line)
    level = finding(line).severity
    assert finding(line.upper()).severity == level
    assert finding(wide).severity == level
    assert finding(line[:2] + HIDDEN + line[2:]).severity == level


def classify(*arguments: str, given_lines: str = "") -> subprocess.CompletedProcess[str]:
    """Runs `manage.py classify` as somebody in a shell would."""
    command = [sys.executable, "manage.py", "classify", *arguments]
    return subprocess.run(command, cwd=ROOT, input=given_lines, capture_output=True, text=True, timeout=60)


def test_the_command_streams_json_lines_and_reports_bad_ones_by_number():
    lines = [
        '{"id": "a", "text": "i keep thinking about killing myself"}',
        "not json",
        '{"id": "b", "messages": ["hello", "all well"]}',
    ]
    answer = classify("--jsonl", given_lines="\n".join(lines))
    found = {one["id"]: one for one in map(json.loads, answer.stdout.splitlines())}
    assert (found["a"]["level"], found["b"]["level"]) == ("high", "none")
    assert {"id", "level", "score", "category", "spans", "reasons"} <= found["a"].keys()
    assert "2" in answer.stderr


def test_the_command_explains_one_message_to_a_person():
    assert "high" in classify("i keep thinking about killing myself").stdout
