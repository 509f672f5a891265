"""The frames themselves: whatever arrives becomes a command or a named refusal, never anything else."""

import json
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat import protocol
from chat.protocol import NotUnderstood, parse

CODES = {"text-only", "too-big", "not-text", "not-json", "bad-fields", "unknown-type"}
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(max_size=8), children, max_size=4),
    max_leaves=12,
)
tags = st.sampled_from([protocol.tag_of(command) for command in protocol.COMMANDS])
field_names = st.sampled_from(["ref", "room", "id", "body", "seq", "kind", "on", "position", "positions", "reply_to"])


@given(st.text())
def test_b1_any_text_is_a_command_or_a_named_refusal(text):
    try:
        command = parse(text)
    except NotUnderstood as error:
        assert error.code in CODES
    else:
        assert type(command) in protocol.COMMANDS


@given(tags, st.dictionaries(field_names, json_values))
def test_b1_any_value_in_any_field_is_a_command_or_a_named_refusal(tag, fields):
    try:
        command = parse(json.dumps({**fields, "type": tag}))
    except NotUnderstood as error:
        assert error.code in CODES
    else:
        assert protocol.tag_of(type(command)) == tag


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("", "not-json"),
        ("[]", "not-json"),
        ("null", "not-json"),
        ("[" * 8000, "not-json"),
        ('{"type":' + "9" * 5000 + "}", "not-json"),
        ('{"type":"nonsense","ref":4}', "unknown-type"),
        ('{"type":"room.enter","ref":1}', "bad-fields"),
        ('{"type":"room.enter","ref":-1,"room":"evenings"}', "bad-fields"),
        ('{"type":"room.enter","ref":1,"room":""}', "bad-fields"),
        ('{"type":"message.post","ref":1,"room":"a","id":"not-a-uuid","body":"x"}', "bad-fields"),
        ('{"type":"message.withdraw","ref":1,"room":"a","seq":9007199254740993}', "bad-fields"),
        ('{"type":"read","room":"a","seq":1' + " " * protocol.FRAME_LIMIT + "}", "too-big"),
        ("\ud800", "not-text"),
        (None, "text-only"),
    ],
)
def test_b1_each_malformed_frame_has_its_own_code(frame, code):
    with pytest.raises(NotUnderstood) as caught:
        parse(frame)
    assert caught.value.code == code


def test_b2_a_frame_is_measured_in_bytes_not_characters():
    body = "ü" * (protocol.FRAME_LIMIT // 2)
    with pytest.raises(NotUnderstood, match="too-big"):
        parse(json.dumps({"type": "message.post", "ref": 1, "room": "a", "id": str(uuid4()), "body": body},
                         ensure_ascii=False))  # fmt: skip


def test_r7_a_refused_frame_keeps_its_reference_where_one_can_be_read():
    with pytest.raises(NotUnderstood) as caught:
        parse('{"type":"room.enter","ref":7}')
    assert caught.value.ref == 7


def test_a3_unknown_fields_are_ignored_so_nothing_can_set_author_or_seq():
    command = parse(
        json.dumps({"type": "message.post", "ref": 1, "room": "a", "id": str(uuid4()), "body": "x", "seq": 9,
                    "author": "amara", "at": "2020-01-01T00:00:00Z"})
    )  # fmt: skip
    assert {"seq", "author", "at"}.isdisjoint(command.__struct_fields__)


@given(st.lists(st.builds(protocol.Entry, seq=st.integers(1, 2**53), revision=st.integers(0, 9), at=st.text(),
                          body=st.text(st.characters(exclude_categories=["Cs"]))), max_size=4))  # fmt: skip
def test_r3_a_frame_of_many_encoded_entries_reads_back_as_those_entries(entries):
    frame = protocol.messages_frame("evenings", 3, [protocol.encode_entry(entry) for entry in entries])
    told = json.loads(frame)
    assert told["prev"] == 3
    assert [one["seq"] for one in told["messages"]] == [entry.seq for entry in entries]
    assert [one.get("body", "") for one in told["messages"]] == [entry.body for entry in entries]
