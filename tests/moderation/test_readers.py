"""The reader beside a web process: answers as that process would, holds no secret, and is missed without any loss."""

from __future__ import annotations

import os
import resource
import signal
from pathlib import Path

import pytest

from chat.models import Message
from moderation import detector, reader
from moderation.detector import Finding, Severity
from moderation.in_time import Answer, Wanted
from moderation.models import Flag, Screening
from moderation.services import lexicon_in_force, phrase_compiling, readers, screening, sweeping
from tests.factories import join, make_member, make_room, post
from tests.moderation.detector.sentences import FLAGGED
from tests.moderation.phrases import SITE, make_draft
from tests.servers import until

CALM, DANGER = "Tea, and the radio.", "I don't want to be here tonight"


@pytest.fixture
def beside():
    """A reader beside this process that can be asked: its process."""
    readers.tally.clear()
    readers.begin()
    until(readers.pid, "the reader is not ready")
    yield readers.pid()
    readers.end()
    assert readers.pid() is None


@pytest.fixture
def evening(db):
    """ana in a room; she can post there."""
    ana, room = make_member("ana"), make_room("evening")
    join(ana, room)
    return lambda words: post(ana, room, words)


def here(wanted: list[Wanted]) -> list[Finding]:
    return [detector.screen(one.text, before=one.before) for one in wanted]


def found(answers: list[Answer]) -> list[Finding | None]:
    return [one.finding for one in answers]


@pytest.mark.django_db
def test_it_answers_in_every_field_what_this_process_would(beside):
    lines = [line.split(" / ") for line in FLAGGED] + [[CALM], ["k i l l me", "jk"], ["🌧" * 40]]
    wanted = [Wanted(messages[-1], tuple(messages[:-1])) for messages in lines]
    assert found(readers.read(wanted, 60)) == here(wanted)
    assert found(readers.read([wanted[0]] * 3, 60)) == here([wanted[0]] * 3), "asked again"
    assert readers.tally == {"aside": 2}


@pytest.mark.django_db
def test_what_was_told_beforehand_is_answered_as_what_was_not(beside):
    told = [("1 evening", f"{CALM} {n}") for n in range(40)] + [("2 evening", line) for line in FLAGGED]
    readers.hint([reader.Coming(*one) for one in told])
    lasts: dict[str, list[str]] = {}
    wanted = []
    for where, text in told:
        said = lasts.setdefault(where, [])
        wanted.append(Wanted(text, tuple(said[-3:])))
        said.append(text)
    assert found(readers.read(wanted, 60)) == here(wanted)
    assert found(readers.read([Wanted(told[3][1])], 60)) == here([Wanted(told[3][1])]), (
        "another window than was guessed"
    )


def test_a_message_is_read_aside_and_danger_opens_a_flag(beside, evening):
    evening(CALM)
    evening(DANGER)
    assert readers.tally == {"aside": 2}
    assert list(Screening.objects.order_by("pk").values_list("severity", flat=True)) == [0, Severity.MODERATE]
    assert Flag.objects.get().message.body == DANGER


def test_it_is_told_neither_keys_nor_addresses_and_holds_nothing_open(beside):
    assert Path(f"/proc/{beside}/environ").read_bytes() == b""
    held = [os.readlink(path) for path in Path(f"/proc/{beside}/fd").iterdir()]
    assert sorted(one.partition(":")[0] for one in held) == [*["/dev/null"] * 3, "socket", "socket"]


@pytest.mark.django_db
def test_signals_that_end_the_web_process_let_it_finish_for_that(beside):
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        os.kill(beside, number)
    assert found(readers.read([Wanted(DANGER)], 60)) == here([Wanted(DANGER)])
    assert (readers.pid(), readers.tally) == (beside, {"aside": 1})


@pytest.mark.logs_errors("the reader is killed on purpose")
def test_r1_killed_its_work_is_done_here_and_another_comes(beside, evening):
    os.kill(beside, signal.SIGKILL)
    evening(DANGER)
    assert readers.tally == {"here": 1, "lost": 1}
    assert Flag.objects.get().message.body == DANGER
    until(readers.pid, "no other reader came")
    assert readers.pid() != beside
    evening(CALM)
    assert readers.tally == {"here": 1, "lost": 1, "aside": 1}


@pytest.mark.logs_errors("the reader is stopped on purpose")
def test_r1_a_reader_that_is_stuck_is_killed_and_what_it_was_given_is_swept(beside, evening, monkeypatch):
    monkeypatch.setattr(readers, "GRACE_SECONDS", 0.05)
    monkeypatch.setattr(screening, "BUDGET_SECONDS", 0.01)
    os.kill(beside, signal.SIGSTOP)
    evening(DANGER)
    assert Message.objects.get().body == DANGER
    assert readers.tally == {"aside": 1, "stuck": 1}
    assert not Screening.objects.exists()
    assert not Path(f"/proc/{beside}").exists()
    assert sweeping.sweep() == 1
    assert Flag.objects.get().message.body == DANGER


@pytest.mark.logs_errors("readers are killed on purpose")
def test_after_several_early_ends_the_next_one_waits_and_one_that_lived_long_is_followed_at_once(beside, monkeypatch):
    def killed() -> int | None:
        os.kill(readers.pid(), signal.SIGKILL)
        readers.read([Wanted(CALM)], 60)
        return readers._place._reader and until(readers.pid, "no other reader came")

    monkeypatch.setattr(lexicon_in_force, "look", lambda: None)
    killed()
    assert readers._place._reader is not None
    killed()
    assert readers._place._reader is None, "the second early end"
    readers.read([Wanted(CALM)], 60)
    assert readers._place._reader is None
    monkeypatch.setattr(readers._place, "_start_at", 0.0)
    until(readers.pid, "its time has come")
    monkeypatch.setattr(readers, "LIVED_LONG_ENOUGH", 0.0)
    killed()
    assert readers._place._reader is not None


@pytest.mark.logs_errors("no process can be started on purpose")
def test_where_none_can_be_started_this_process_reads(settings, evening, monkeypatch):
    monkeypatch.setattr(readers.sys, "executable", "/nowhere")
    readers.tally.clear()
    readers.begin()
    evening(DANGER)
    readers.end()
    assert (readers.tally, Flag.objects.count()) == ({"here": 1}, 1)


@pytest.mark.logs_errors("the reader is stopped on purpose")
def test_hints_to_a_reader_that_is_stuck_wait_for_nobody(beside):
    os.kill(beside, signal.SIGSTOP)
    for n in range(2000):
        readers.hint([reader.Coming("1 evening", f"{n} " + "x" * 900)])
    readers.hint([reader.Coming("1 evening", "x" * 900)] * 200)
    os.kill(beside, signal.SIGCONT)


@pytest.mark.django_db
def test_while_somebody_else_asks_it_one_reads_here(beside):
    with readers._place._turn:
        assert found(readers.read([Wanted(DANGER)], 60)) == here([Wanted(DANGER)])
    assert readers.tally == {"here": 1}


@pytest.mark.django_db
def test_half_a_character_can_not_be_told_and_is_read_here(beside):
    odd = Wanted("I want to die \ud83d", ("\udc00",))
    readers.hint([reader.Coming("1 evening", odd.text)])
    assert found(readers.read([odd], 60)) == here([odd])
    assert readers.tally == {"here": 1}
    assert readers.pid() == beside


@pytest.mark.django_db
@pytest.mark.logs_errors("the reader is of another release on purpose")
def test_a_reader_of_another_release_is_not_asked_again(beside, monkeypatch):
    monkeypatch.setattr(lexicon_in_force, "version", lambda: "what was here when this process began")
    assert found(readers.read([Wanted(DANGER)], 60)) == here([Wanted(DANGER)])
    assert readers.tally == {"here": 1, "outdated": 1}
    assert readers.pid() is None


@pytest.mark.django_db
def test_it_looks_for_the_phrases_in_force_and_no_longer_for_those_before(beside, monkeypatch):
    compiled = phrase_compiling.compiled_of(make_draft(make_member("ada")))
    asked = [Wanted("cannot do another winter")]
    for content in (compiled, b"", compiled):
        with monkeypatch.context() as patched:
            there = lexicon_in_force.loaded(content) if content else None
            held = lexicon_in_force._Held(looked_at=float("inf"), detector=there, compiled=content)
            patched.setattr(lexicon_in_force, "_held", held)
            expected = lexicon_in_force.reader()(asked[0].text)
            assert found(readers.read(asked, 60)) == [expected]
            assert any(SITE in one.rule for one in expected.reasons) is bool(content)
    assert readers.tally == {"aside": 3}


def test_it_comes_also_when_more_than_a_thousand_files_are_open(settings):
    most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(most[0], min(4096, most[1])), most[1]))
    with open(os.devnull) as nothing:
        more = [os.dup(nothing.fileno()) for _ in range(1100)]
    try:
        readers.begin()
        until(readers.pid, "the reader is not ready")
    finally:
        readers.end()
        for one in more:
            os.close(one)
        resource.setrlimit(resource.RLIMIT_NOFILE, most)


@pytest.mark.parametrize("off", ["SCREENING", "READER_PROCESS"])
def test_switched_off_none_comes(settings, off):
    setattr(settings, off, False)
    readers.begin()
    assert readers.pid() is None
    readers.end()
