"""Between SIGTERM and the end: unready at once, sockets told to come back, what is in hand finished."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Awaitable, Callable

from community import readiness

DRAIN_SECONDS = 9.0  # the hub spreads its closes over five of them
FINISH_SECONDS = 5.0  # for pages still being made
HARD_END_SECONDS = 18.0  # promise F2 allows 20 until the process is gone

log = logging.getLogger(__name__)


class Ending:
    """Answers SIGTERM and SIGINT: drains once, then calls `finish`. A second signal does not wait."""

    def __init__(self, finish: Callable[[], Awaitable[None]]) -> None:
        self._finish = finish
        self._task: asyncio.Task[None] | None = None

    def listen_on(self, loop: asyncio.AbstractEventLoop) -> None:
        """Takes the two signals over; call it in the main thread."""
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.begin, loop)

    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Starts to end. Called again, it stops waiting for anybody."""
        if self._task is not None:
            end_now("asked twice")
        readiness.begin_draining()
        end_hard_after(HARD_END_SECONDS)
        self._task = loop.create_task(self._end())

    async def _end(self) -> None:
        try:
            await readiness.drain(DRAIN_SECONDS)
        finally:
            await self._finish()


def end_hard_after(seconds: float) -> None:
    """Ends the process after so long, whatever hangs. What was acknowledged is stored, so nothing is lost."""
    watchdog = threading.Timer(seconds, end_now, ["something did not finish in time"])
    watchdog.daemon = True
    watchdog.start()


def end_now(why: str) -> None:
    """Leaves without another word to anyone."""
    log.warning("Ending at once: %s", why)
    logging.shutdown()
    os._exit(0)
