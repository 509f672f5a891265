"""Recurring work goes round, survives failures, and ends when told to."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command

from community import duties
from community.duties import Duty, Rounds


@pytest.fixture
def only_these() -> Iterator[dict[str, Duty]]:
    """The registry, emptied for the length of a test."""
    kept = dict(duties._duties)
    duties._duties.clear()
    yield duties._duties
    duties._duties.clear()
    duties._duties.update(kept)


def test_a_duty_is_registered_under_its_name(only_these: dict[str, Duty]):
    @duties.duty("water the plants", every_seconds=60)
    def water() -> None: ...

    assert [(one.name, one.every_seconds) for one in duties.all_duties()] == [("water the plants", 60)]


@pytest.mark.logs_errors("a duty fails on purpose")
@pytest.mark.django_db
def test_sweep_does_every_duty_once_also_after_one_failed(only_these: dict[str, Duty]):
    done: list[str] = []
    duties.duty("a", every_seconds=1)(lambda: done.append("a"))
    duties.duty("b", every_seconds=1)(lambda: 1 / 0)
    duties.duty("c", every_seconds=1)(lambda: done.append("c"))
    with pytest.raises(CommandError, match="b"):
        call_command("sweep")
    assert done == ["a", "c"]


@pytest.mark.logs_errors("a duty fails on purpose")
@pytest.mark.django_db(transaction=True)
def test_rounds_go_on_after_a_failure_and_end_when_told():
    twice = threading.Event()
    times: list[int] = []

    def work() -> None:
        times.append(1)
        if len(times) >= 2:
            twice.set()
        raise ValueError("on purpose")

    rounds = Rounds([Duty("stubborn", 0.001, work)])
    rounds.start()
    assert twice.wait(20)
    rounds.stop(wait_seconds=20)
    assert not rounds._thread.is_alive()


def test_letters_are_a_duty():
    assert "letters" in {one.name for one in duties.all_duties()}
