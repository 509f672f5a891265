"""Work that comes round again: named functions with a period, run by a thread of the web process,
by `manage.py work`, or once by `manage.py sweep`. Each duty only does what rows say is still undone.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import close_old_connections, connections

Work = Callable[[], object]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Duty:
    """One piece of recurring work."""

    name: str
    every_seconds: float
    work: Work

    def run(self) -> bool:
        """Does the work once. False when it failed; the next round tries again."""
        close_old_connections()
        try:
            self.work()
        except Exception:
            log.exception("The duty %s failed; it will be tried again", self.name)
            return False
        finally:
            close_old_connections()
        return True


_duties: dict[str, Duty] = {}


def duty(name: str, *, every_seconds: float) -> Callable[[Work], Work]:
    """Registers a function as a duty. It must be harmless when two processes do it at once."""

    def register(function: Work) -> Work:
        _duties[name] = Duty(name, every_seconds, function)
        return function

    return register


def all_duties() -> list[Duty]:
    """Every registered duty, by name."""
    return [_duties[name] for name in sorted(_duties)]


class Rounds:
    """Goes round all duties until told to stop. One thread, so duties never crowd the database."""

    def __init__(self, duties: list[Duty]) -> None:
        self._due = dict.fromkeys(duties, 0.0)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self.go, name="duties", daemon=True)

    def start(self) -> None:
        """Goes round in a thread of its own."""
        self._thread.start()

    def stop(self, *, wait_seconds: float = 0) -> None:
        """Ends after the duty in hand, and waits for that at most so long."""
        self._stop.set()
        if wait_seconds and self._thread.is_alive():
            self._thread.join(wait_seconds)

    def go(self) -> None:
        """Goes round in this thread until `stop` is called."""
        while self._due and not self._stop.is_set():
            for one in [one for one, at in self._due.items() if at <= time.monotonic()]:
                one.run()
                self._due[one] = time.monotonic() + one.every_seconds
            self._stop.wait(max(0.0, min(self._due.values()) - time.monotonic()))
        connections.close_all()
