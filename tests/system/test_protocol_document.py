"""The protocol document, `chat/protocol.py` and the JavaScript say the same."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from django.apps import apps

from chat import protocol
from chat.models import Reaction
from community.refusals import Refusal

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "protocol.md").read_text(encoding="utf-8")
SCRIPTS = ROOT / "chat" / "static" / "chat" / "js"
CONSOLE = ROOT / "moderation" / "static" / "moderation" / "js"
SCRIPT = (SCRIPTS / "protocol.js").read_text(encoding="utf-8")
FRAMES = [
    (kind, frame) for kind, frames in (("client", protocol.COMMANDS), ("server", protocol.EVENTS)) for frame in frames
]


def section(kind, frame):
    """The part of the document about one frame."""
    half = DOCUMENT.split("## From server to browser")[kind == "server"]
    found = re.search(rf"### {re.escape(protocol.tag_of(frame))}\n(.*?)(?=\n###? |\Z)", half, re.DOTALL)
    assert found, f"{protocol.tag_of(frame)} is not in the document"
    return found.group(1)


def table(words):
    """The field names of the first table."""
    first = words.split("```json")[0]
    return {
        row.split("|")[1].strip()
        for row in first.splitlines()
        if row.startswith("| ") and not row.startswith("| field")
    }


@pytest.mark.parametrize(("kind", "frame"), FRAMES)
def test_every_frame_has_a_section_with_all_its_fields(kind, frame):
    assert table(section(kind, frame)) == set(frame.__struct_fields__)


@pytest.mark.parametrize(("kind", "frame"), FRAMES)
def test_every_example_is_a_frame_of_its_kind(kind, frame):
    examples = re.findall(rf"```json {kind}\n(.*?)\n```", section(kind, frame), re.DOTALL)
    assert examples
    for example in examples:
        if kind == "client":
            assert type(protocol.parse(example)) is frame
        else:
            told = {**msgspec.json.decode(example), "messages": [], "changes": [], "rooms": []}
            msgspec.convert(
                {key: value for key, value in told.items() if key in (*frame.__struct_fields__, "type")}, frame
            )


def test_the_document_has_no_frame_that_the_code_lacks():
    tags = {protocol.tag_of(frame) for _, frame in FRAMES}
    assert set(re.findall(r"^### (\S+)$", DOCUMENT, re.MULTILINE)) == tags


def test_the_entry_of_the_document_is_the_entry_of_the_code():
    words = DOCUMENT.split("An **entry** is")[1]
    assert table(words.split("### changes")[0]) == set(protocol.Entry.__struct_fields__)


def test_every_close_code_stands_in_the_document_and_in_the_script():
    codes = {int(code) for code in protocol.Close}
    listed = DOCUMENT.split("## Close codes")[1].split("## What a client promises")[0]
    assert {int(code) for code in re.findall(r"^\| (\d{4}) ", listed, re.MULTILINE)} == codes
    names = dict(re.findall(r"(\w+): (\d{4})", SCRIPT.split("export const CLOSE")[1].split("};")[0]))
    assert {name: int(code) for name, code in names.items()} == {code.name: int(code) for code in protocol.Close}


def _codes(kind=Refusal):
    for one in kind.__subclasses__():
        yield one.code
        yield from _codes(one)


def test_every_refusal_a_socket_may_answer_stands_in_the_document():
    assert apps.ready
    listed = set(re.findall(r"^\| ([a-z-]+) \|", DOCUMENT.split("### refused")[1].split("### error")[0], re.MULTILINE))
    listed -= {"ref", "code", "detail", "field"}
    elsewhere = {
        "not-open",
        "name",
        "no-device",
        "not-taking",
        "too-new",
        "too-many-requests",
        "plan-closed",
        "not-a-word",
        "last-admin",
        "unreadable",
        "not-whole",
        "too-many-words",
        "bad-content",
        "overtaken",
        "own-words",
        "reason-needed",
        "too-many-saved",
        "nothing-said",
        "terms-first",
        "bad-end",
        "bad-time",
        "bad-watch",
        "break-due",
        "carried-enough",
        "changed",
        "decided",
        "lifted-today",
        "no-shift",
        "not-allowed",
        "not-here-now",
        "not-now",
        "not-sound",
        "not-to-read",
        "others-are-here",
        "spared",
        "still-held",
        "two-check-ins",
        "why-needed",
        "not-so-long",
        "nameless",
        "not-signed",
        "stale",
        "not-held",
        "bad-choice",
        "needs-two",
        "seen",
        "asked-before",
        "worry-closed",
        "in-the-past",
        "taken",
        "two-at-once",
        "no-rest",
        "enough-this-week",
        "enough",
        "bad-story",
        "checklist-open",
        "no-consent",
        "finished",
        "not-yet",
        "not-a-choice",
        "changed-meanwhile",
        "names-somebody",
        "too-many-lines",
        "unsettled",
        "byline-incomplete",
        "bad-picture",
        "enough-stories",
        "enough-pictures",
        "needs-alt",
    }  # fmt: skip  (pages only)
    assert listed == set(_codes()) - elsewhere


def test_every_error_code_stands_in_the_document():
    listed = DOCUMENT.split("### error")[1].split("### room.entered")[0]
    assert set(re.findall(r"`([a-z-]+)`", listed)) == set(protocol.DETAILS)


def test_the_script_makes_every_command_and_hears_every_event():
    script = "".join(path.read_text(encoding="utf-8") for path in (*SCRIPTS.glob("*.js"), *CONSOLE.glob("*.js")))
    for frame in protocol.COMMANDS:
        assert f'type: "{protocol.tag_of(frame)}"' in SCRIPT
    for frame in protocol.EVENTS:
        assert re.search(rf'["\b]?{re.escape(protocol.tag_of(frame))}["\b]?', script), frame


def test_words_of_support_are_the_same_everywhere():
    script = (SCRIPTS / "words.js").read_text(encoding="utf-8").split("reactions: {")[1].split("}")[0]
    assert dict(re.findall(r'"([a-z-]+)": "([^"]+)"', script)) == dict(Reaction.Kind.choices)
    assert all(f"`{kind}`" in DOCUMENT for kind in Reaction.Kind.values)
