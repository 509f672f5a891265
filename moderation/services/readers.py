"""Who reads: the reader beside this process, or this process itself while that is missing, busy or starting.

A web process has one reader (`moderation.reader`) from when it serves until it ends; everything else reads by itself.
A reader that is silent for longer than it may be is killed, what it was given is left to the sweep, and another starts.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence

from django.conf import settings

from community.duties import duty
from moderation import in_time, reader
from moderation.beforehand import Coming
from moderation.in_time import Answer, Wanted
from moderation.services import lexicon_in_force

GRACE_SECONDS = 1.0  # that an answer may take beyond what the reading may
READY_SECONDS, PHRASES_SECONDS = 60.0, 5.0  # that a start may take, and to read other phrases
BUSY_SECONDS = 0.05  # that one waits for another's turn
LONGEST_PAUSE, LIVED_LONG_ENOUGH = 60.0, 60.0  # seconds; a pause stands between one early end and the next start
ENDS = ("lost", "stuck", "outdated")
log = logging.getLogger("moderation.screening")
tally: Counter[str] = Counter()  # of this process: batches read "aside" and "here", and how readers ended


def read(wanted: Sequence[Wanted], seconds: float) -> list[Answer]:
    """An answer for each text, in order, up to the first for which there was no time. Never raises.

    Looks for other phrases in force as `lexicon_in_force.reader` does.
    """
    screen = lexicon_in_force.reader()
    answers = _place.read(wanted, seconds)
    tally["here" if answers is None else "aside"] += 1
    return in_time.read(screen, wanted, seconds) if answers is None else answers


def hint(coming: list[Coming]) -> None:
    """These texts will soon be asked for, as far as one can tell. Does not wait."""
    _place.hint(coming)


def begin() -> None:
    """From now on a reader stands beside this process; until it is ready, this process reads by itself."""
    if settings.SCREENING and settings.READER_PROCESS:
        _place.open()


def end() -> None:
    """Ends the reader; none is wanted any more."""
    _place.close()


@duty("the reader", every_seconds=2)
def pid() -> int | None:
    """The process of a reader that can be asked, if there is one. Starts one when one is wanted and it is time."""
    return _place.pid()


class _OtherRelease(ValueError):  # noqa: N818
    """The reader found other files than this process, which began before they were replaced."""


class _Beside:
    """One reader, and the socket it is asked over."""

    def __init__(self) -> None:
        self._line, theirs = socket.socketpair()
        self._hints, heard = socket.socketpair(type=socket.SOCK_DGRAM)
        with theirs, heard:
            try:
                self._process = _process(theirs.fileno(), heard.fileno())
            except OSError:
                self._line.close()
                self._hints.close()
                raise
        self._began_at = time.monotonic()
        self._phrases = b""
        self._is_ready = False
        self._hinting = threading.Lock()  # held for a moment only
        self.pid = self._process.pid

    def age(self) -> float:
        """Seconds since it was started."""
        return time.monotonic() - self._began_at

    def is_ready(self) -> bool:
        """True once it has read its files; does not wait. Raises what `reader.ask` raises."""
        if not self._is_ready:
            self._is_ready = self._has_spoken()
            if not self._is_ready and self.age() > READY_SECONDS:
                raise TimeoutError
        return self._is_ready

    def _has_spoken(self) -> bool:
        try:
            self._line.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        self._line.settimeout(GRACE_SECONDS)
        reader.hear(self._line)
        log.info("A reader stands beside this process")
        return True

    def read(self, wanted: Sequence[Wanted], seconds: float) -> list[Answer]:
        """Its answers, by the phrases in force. Raises what `reader.ask` raises."""
        phrases = lexicon_in_force.compiled()
        if phrases != self._phrases:
            self._line.settimeout(PHRASES_SECONDS)
            reader.ask(self._line, reader.Phrases(phrases))
            self._phrases = phrases
        self._line.settimeout(in_time.WALL_SHARE * max(seconds, 0) + GRACE_SECONDS)
        answers = reader.ask(self._line, reader.Batch(seconds, list(wanted)))
        if {one.finding.version for one in answers if one.finding} - {lexicon_in_force.version()}:
            raise _OtherRelease
        return answers

    def hint(self, coming: list[Coming]) -> None:
        """Tells it of these. Does not wait."""
        with self._hinting:
            reader.hint(self._hints, coming)

    def end(self) -> None:
        """Ends it, whatever it is doing."""
        with self._hinting:  # no number of a socket is closed while somebody sends to it
            self._hints.close()
        self._line.close()
        self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(GRACE_SECONDS)


def _process(*numbers: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  (our own words)
        [sys.executable, "-m", "moderation.reader", *map(str, numbers)],
        cwd=settings.BASE_DIR,
        env={},  # it has no use for keys and passwords
        pass_fds=numbers,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,  # what Python says at an end may hold words
    )


class _Place:
    """Where a reader stands beside this process, or none does."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._reader: _Beside | None = None
        self._is_open = False
        self._start_at, self._ends = 0.0, 0

    def open(self) -> None:
        """A reader is wanted here."""
        with self._turn:
            self._is_open = True
            self._ready()

    def close(self) -> None:
        """None is."""
        with self._turn:
            self._is_open, self._start_at, self._ends = False, 0.0, 0
            self._end()

    def pid(self) -> int | None:
        """The process of the reader that is ready."""
        if not self._turn.acquire(timeout=BUSY_SECONDS):  # it is being asked, so it is there
            one = self._reader
            return one.pid if one else None
        try:
            found = self._ready()
            return found.pid if found else None
        finally:
            self._turn.release()

    def read(self, wanted: Sequence[Wanted], seconds: float) -> list[Answer] | None:
        """The reader's answers: none when it was stuck. None when there is nobody to ask."""
        if not self._is_open or not self._turn.acquire(timeout=BUSY_SECONDS):
            return None
        try:
            return self._ask(wanted, seconds)
        finally:
            self._turn.release()

    def hint(self, coming: list[Coming]) -> None:
        """Tells the reader, if there is one, what it will soon be asked for."""
        one = self._reader
        if one is not None:
            one.hint(coming)

    def _ask(self, wanted: Sequence[Wanted], seconds: float) -> list[Answer] | None:
        found = self._ready()
        if found is None:
            return None
        try:
            return found.read(wanted, seconds)
        except UnicodeError:  # half a character can't be told, and nothing was
            return None
        except TimeoutError:
            self._lose("stuck")
            return []
        except _OtherRelease:
            self._is_open = False
            self._lose("outdated")  # and this process reads by itself until it is started again
        except (OSError, EOFError, ValueError):
            self._lose("lost")
        return None

    def _ready(self) -> _Beside | None:
        """The reader, once it is ready; starts one when it is time."""
        self._start()
        try:
            return self._reader if self._reader and self._reader.is_ready() else None
        except (OSError, EOFError, ValueError):
            self._lose("lost")
            return None

    def _start(self) -> None:
        if self._reader is None and self._is_open and time.monotonic() >= self._start_at:
            try:
                self._reader = _Beside()
            except OSError as error:
                log.error("No reader can be started: %s", error)  # noqa: TRY400
                self._start_at = time.monotonic() + LONGEST_PAUSE

    def _lose(self, why: str) -> None:
        """Ends the reader. The next one comes at once, and after a pause when several ended early."""
        tally[why] += 1
        log.error("The reader is %s", why)
        is_early = self._reader is None or self._reader.age() < LIVED_LONG_ENOUGH
        self._ends = self._ends + 1 if is_early else 0
        self._start_at = time.monotonic() + (min(2.0**self._ends, LONGEST_PAUSE) if self._ends > 1 else 0)
        self._end()
        self._start()

    def _end(self) -> None:
        one, self._reader = self._reader, None
        if one is not None:
            one.end()


_place = _Place()
