"""The queues of this process between sockets and database threads."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from django.db import Error as DatabaseError

from chat.batching import Batcher
from chat.services import arrivals as _arrivals
from chat.services import changes as _changes
from chat.services import messages as _messages
from chat.services import rooms as _rooms
from chat.services import telling as _telling
from chat.threads import reading, writing
from community.refusals import Refusal, Unavailable

log = logging.getLogger("chat.socket")

posts: Batcher[_messages.Draft, _messages.Stored] = Batcher(
    _messages.store, writing, most=64, coming=_telling.let_others_know
)
changes: Batcher[_changes.Act, _changes.Changed] = Batcher(_changes.do_each, writing, most=8)
reads: Batcher[tuple[int, str, int], None] = Batcher(_rooms.mark_all_read, writing, most=256)
arrivals: Batcher[str, _arrivals.Arrival | None] = Batcher(_arrivals.meet, reading, most=64)
entrances: Batcher[tuple[int, str], _rooms.Entrance] = Batcher(_rooms.enter_each, reading, most=256)


async def idle() -> None:
    """Returns once everything taken in so far is answered."""
    for queue in (posts, changes, reads, arrivals, entrances):
        await queue.idle()


def as_refusal(error: BaseException) -> Refusal:
    """What a command that failed is answered with. What is neither a no nor the database's is logged, by its kind."""
    if isinstance(error, Refusal):
        return error
    if not isinstance(error, DatabaseError | TimeoutError | asyncio.CancelledError):
        log.error("a command failed: %s", type(error).__name__)
    return Unavailable(retry_after=2)


def look_away(done: asyncio.Future[Any]) -> None:
    """Takes note of how a future ended, so that nobody is told that it was forgotten."""
    if not done.cancelled():
        done.exception()
