"""Frames that the application makes itself are the ones a WebSocket library would make."""

from __future__ import annotations

import pytest
from websockets.frames import Frame, Opcode

from chat.outlet import as_bytes


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 70_000])
def test_a_text_becomes_the_same_bytes_as_in_a_library(size: int):
    text = "a" * size
    assert as_bytes(text) == Frame(Opcode.TEXT, text.encode()).serialize(mask=False)


def test_length_is_counted_in_bytes_not_in_characters():
    text = "ü€😀" * 20
    assert as_bytes(text) == Frame(Opcode.TEXT, text.encode()).serialize(mask=False)
