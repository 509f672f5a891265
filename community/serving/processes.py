"""Several web processes on one listening socket: started, started again when one dies, ended together."""

from __future__ import annotations

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence

HARD_END_SECONDS = 20.0
LONGEST_BACK_OFF = 30.0
LIVED_LONG_ENOUGH = 60.0

log = logging.getLogger(__name__)


class Place:
    """One of the processes, and what to know about it when it has to be started again."""

    def __init__(self, command: Sequence[str], descriptor: int) -> None:
        self._command = command
        self._descriptor = descriptor
        self._deaths = 0
        self._start_at = 0.0
        self._started_at = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def look_after(self) -> None:
        """Starts the process if it is not there, with a growing pause after each early death."""
        if self.process is not None and self.process.poll() is not None:
            self._mourn(self.process.returncode)
        if self.process is None and time.monotonic() >= self._start_at:
            self._started_at = time.monotonic()
            self.process = subprocess.Popen(self._command, pass_fds=[self._descriptor])  # noqa: S603  (our own words)

    def signal(self, number: int) -> None:
        """Passes a signal on, if there is anyone to hear it."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def _mourn(self, code: int) -> None:
        self.process = None
        lived = time.monotonic() - self._started_at
        self._deaths = 0 if lived > LIVED_LONG_ENOUGH else self._deaths + 1
        pause = min(LONGEST_BACK_OFF, 0.25 * 2**self._deaths) if self._deaths > 1 else 0.0
        self._start_at = time.monotonic() + pause
        log.warning("A web process ended with %s; another starts in %.1f s", code, pause)


class Parent:
    """Looks after `count` processes until told to end."""

    def __init__(self, listening: socket.socket, count: int, arguments: Sequence[str]) -> None:
        descriptor = listening.fileno()
        listening.set_inheritable(True)
        base = [sys.executable, sys.argv[0], "serve", "--fd", str(descriptor), *arguments]
        # The first one also does the duties; when it dies, the one that takes its place goes on with them.
        self._places = [Place(base if number == 0 else [*base, "--no-duties"], descriptor) for number in range(count)]
        self._ending_by: float | None = None

    def run(self) -> int:
        """Returns the exit code once all have ended."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        while self._ending_by is None:
            for place in self._places:
                place.look_after()
            time.sleep(0.2)
        return self._wait(self._ending_by)

    def _end(self, number: int, _frame: object) -> None:
        self._ending_by = self._ending_by or time.monotonic() + HARD_END_SECONDS
        for place in self._places:
            place.signal(signal.SIGTERM)

    def _wait(self, until: float) -> int:
        # Ended by the signal itself: it had only begun to start, so nothing was in hand.
        fine = (0, -signal.SIGTERM, -signal.SIGINT)
        codes = [_code_of(place.process, until) for place in self._places if place.process is not None]
        return max((abs(code) for code in codes if code not in fine), default=0)


def _code_of(process: subprocess.Popen[bytes], until: float) -> int:
    try:
        return process.wait(max(0.1, until - time.monotonic()))
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return os.EX_TEMPFAIL
