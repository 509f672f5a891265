"""Database threads of this process, each keeping its own connection.

Under ASGI every synchronous request runs in a thread of its own, so kept connections pile up or are
never reused. The socket side therefore has one writer thread and a few reader threads that live as
long as the process. Statements are short and time-limited by the database settings.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection

P = ParamSpec("P")
R = TypeVar("R")
LONGEST_WAIT_SECONDS = 10.0


class DatabaseThread:
    """Runs synchronous work in `size` threads that keep their database connections."""

    def __init__(self, name: str, size: int = 1) -> None:
        self._name = name
        self._size = size
        self._pool: ThreadPoolExecutor | None = None

    async def run(self, work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """What `work(*args)` returns or raises. Raises TimeoutError after ten seconds."""
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._size, thread_name_prefix=self._name)
        loop = asyncio.get_running_loop()
        done = loop.run_in_executor(self._pool, lambda: _with_fresh_line(lambda: work(*args, **kwargs)))
        return await asyncio.wait_for(done, LONGEST_WAIT_SECONDS)

    def close(self) -> None:
        """Ends the threads and their connections; the next `run` starts new ones."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        everyone = threading.Barrier(self._size)  # so that each thread closes its own, and none closes twice
        for _ in range(self._size):
            pool.submit(_close_after, everyone)
        pool.shutdown(wait=True)


def _close_after(everyone: threading.Barrier) -> None:
    with contextlib.suppress(threading.BrokenBarrierError):
        everyone.wait(LONGEST_WAIT_SECONDS)
    connection.close()


def _with_fresh_line(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except (OperationalError, InterfaceError):
        connection.close()  # the next work finds out by itself whether the database is back
        raise


writing = DatabaseThread("write")
reading = DatabaseThread("read", size=2)


def close_all() -> None:
    """Ends every database thread of this process."""
    writing.close()
    reading.close()
