"""Reading before one is asked: a guess that costs nothing but time, bounded, and forgotten."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from moderation import beforehand
from moderation.beforehand import Beforehand, Coming
from moderation.detector import Finding
from moderation.services import readers, windows


class Read:
    """A detector that remembers what it was asked; its answer names that."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []

    def __call__(self, text, *, before, between):
        between()
        self.asked.append((*before, text))
        if text == "bad":
            raise ValueError("planted")
        return Finding(version=" / ".join((*before, text)))


@pytest.fixture
def read():
    return Read()


@pytest.fixture
def ahead(read):
    return Beforehand(read)


def tell(ahead, *texts, where="1 evening"):
    ahead.hear([Coming(where, text) for text in texts])
    while ahead:
        ahead.read_one()


def ask(ahead, *texts):
    return ahead.screen(texts[-1], before=texts[:-1], between=lambda: None).version


def test_what_was_read_with_the_same_before_it_is_not_read_again(ahead, read):
    tell(ahead, "a", "b", "c", "d", "e")
    assert read.asked == [("a",), ("a", "b"), ("a", "b", "c"), ("a", "b", "c", "d"), ("b", "c", "d", "e")]
    before = len(read.asked)
    assert ask(ahead, "b", "c", "d", "e") == "b / c / d / e"
    assert len(read.asked) == before


def test_with_anything_else_before_it_it_is_read_anew(ahead, read):
    tell(ahead, "a", "b")
    assert ask(ahead, "b") == "b"
    assert ask(ahead, "A", "b") == "A / b"
    assert read.asked[-2:] == [("b",), ("A", "b")]


def test_an_answer_is_given_once(ahead, read):
    tell(ahead, "a")
    for _ in range(2):
        assert ask(ahead, "a") == "a"
    assert read.asked == [("a",), ("a",)]


def test_authors_and_rooms_are_kept_apart(ahead, read):
    tell(ahead, "a", where="1 evening")
    tell(ahead, "b", where="2 evening")
    tell(ahead, "c", where="1 morning")
    assert read.asked == [("a",), ("b",), ("c",)]


def test_what_is_asked_before_its_turn_is_read_once_and_stands_before_the_next(ahead, read):
    ahead.hear([Coming("1 evening", "a"), Coming("1 evening", "b")])
    assert ask(ahead, "a") == "a"
    tell(ahead)
    assert read.asked == [("a",), ("a", "b")]


def test_after_two_minutes_it_stands_before_nothing(ahead, read, monkeypatch):
    times = iter((0.0, windows.JUST_BEFORE.total_seconds()))
    monkeypatch.setattr(beforehand, "time", SimpleNamespace(monotonic=lambda: next(times)))
    tell(ahead, "a", "b")
    assert read.asked == [("a",), ("b",)]


def test_a_detector_that_fails_is_asked_again_when_the_answer_is_wanted(ahead, read):
    tell(ahead, "bad")
    with pytest.raises(ValueError, match="planted"):
        ask(ahead, "bad")
    assert len(read.asked) == 2


def test_a_text_that_takes_long_is_left_alone(read):
    def endless(text, *, before, between):
        while True:
            between()

    ahead = Beforehand(endless)
    tell(ahead, "a")
    assert not ahead._ready


def test_long_texts_wait_until_they_are_asked_for(ahead, read):
    tell(ahead, "x" * (beforehand.LONGEST + 1))
    assert read.asked == []


def test_all_that_is_kept_is_bounded_and_can_be_forgotten(ahead):
    for n in range(beforehand.MOST + 10):
        tell(ahead, f"text {n}", where=f"{n} evening")
    ahead.hear([Coming("1 evening", str(n)) for n in range(beforehand.MOST + 10)])
    for n in range(beforehand.MOST + 10):
        ask(ahead, f"other {n}")
    sizes = len(ahead._ready), len(ahead._said), len(ahead._waiting), len(ahead._answered)
    assert sizes == (beforehand.MOST,) * 4
    ahead.forget()
    assert [len(ahead._ready), len(ahead._said), len(ahead._answered)] == [0, 0, 0]


async def test_what_comes_in_on_a_socket_is_told_before_it_is_stored(tabs, ana, room, monkeypatch):
    told: list[Coming] = []
    monkeypatch.setattr(readers, "hint", told.extend)
    tab = await tabs(ana)
    await tab.post(room.slug, "Tea, and the radio.")
    assert told == [Coming(f"{ana.pk} {room.slug}", "Tea, and the radio.")]
