"""Work that arrives together is done together: one hop to a database thread for many requests.

What was queued while the last batch ran is the next batch; nothing lingers to wait for company.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from django.db import InterfaceError, OperationalError

from chat.threads import DatabaseThread
from community.refusals import Unavailable

T = TypeVar("T")
R = TypeVar("R")


class Busy(Unavailable):
    """The queue is full; nothing was taken in."""

    code = "busy"


class Batcher(Generic[T, R]):
    """Hands items to `work` in order, up to `most` at a time; at most `waiting` are queued.

    `coming` is told of them as they come in, in the event loop; it neither waits nor raises.
    """

    def __init__(
        self,
        work: Callable[[list[T]], Sequence[R | Exception]],
        thread: DatabaseThread,
        *,
        most: int = 64,
        waiting: int = 2000,
        coming: Callable[[list[T]], None] | None = None,
    ) -> None:
        self._work = work
        self._thread = thread
        self._most = most
        self._waiting = waiting
        self._queue: deque[tuple[T, asyncio.Future[R]]] = deque()
        self._runner: asyncio.Task[None] | None = None
        self._coming, self._untold = coming, list[T]()

    def submit(self, item: T) -> asyncio.Future[R]:
        """A future of what `work` makes of `item`. Raises `Busy` when the queue is full.

        Items keep the order in which they were submitted.
        """
        if len(self._queue) >= self._waiting:
            raise Busy(retry_after=2)
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()
        self._queue.append((item, future))
        if self._coming is not None:
            if not self._untold:
                loop.call_soon(self._tell, self._coming)
            self._untold.append(item)
        if self._runner is None or self._runner.done() or self._runner.get_loop() is not loop:
            self._runner = loop.create_task(self._run())
        return future

    def _tell(self, coming: Callable[[list[T]], None]) -> None:
        items, self._untold = self._untold, []
        coming(items)

    def __len__(self) -> int:
        return len(self._queue)

    async def idle(self) -> None:
        """Returns once everything submitted so far has been answered."""
        while self._runner is not None and not self._runner.done():
            await asyncio.wait({self._runner})

    async def _run(self) -> None:
        while self._queue:
            batch = [self._queue.popleft() for _ in range(min(self._most, len(self._queue)))]
            await self._do(batch)

    async def _do(self, batch: list[tuple[T, asyncio.Future[R]]]) -> None:
        try:
            results = await self._thread.run(self._work, [item for item, _ in batch])
        except Exception as error:  # noqa: BLE001  (whatever failed is told to whoever waits)
            await self._apart(batch, error)
            return
        for (_, future), result in zip(batch, results, strict=True):
            _settle(future, result)

    async def _apart(self, batch: list[tuple[T, asyncio.Future[R]]], error: Exception) -> None:
        # One bad item must not refuse its neighbours; but when the database is away, trying each is pointless.
        if len(batch) == 1 or isinstance(error, OperationalError | InterfaceError | TimeoutError):
            for _, future in batch:
                _settle(future, error)
            return
        for pair in batch:
            await self._do([pair])


def _settle(future: asyncio.Future[R], result: R | Exception) -> None:
    if future.done():
        return
    if isinstance(result, Exception):
        future.set_exception(result)
    else:
        future.set_result(result)
