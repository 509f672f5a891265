"""As many posts as the server takes, a fixed number of them in flight: acknowledged posts a second."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from bench.ledger import Ledger
from bench.meter import Meter
from bench.talkers import Talker, open_all, until

IN_FLIGHT = 128
PATIENCE_SECONDS = 10.0
PAIR = 2


async def run(plan: dict[str, Any], kind: type[Talker]) -> dict[str, Any]:
    """Figures of one closed loop in rooms of two."""
    ledger = Ledger()
    people = plan["people"][: plan["sockets"]]
    talkers = [kind(n, person["pair"], ledger, person, plan["server"]) for n, person in enumerate(people)]
    await open_all(talkers)
    loop = _Loop(talkers, ledger)
    loop.begin()
    await asyncio.sleep(plan["warm"])
    ledger.start_again()
    meter, before = Meter(plan["server"]["pids"]), ledger.acked
    meter.start()
    await asyncio.sleep(plan["seconds"])
    used, acked = meter.stop(), ledger.acked - before
    figures = {"acked": acked, "acks_per_second": acked / used["seconds"]}
    loop.end()
    await until(lambda: ledger.heard >= ledger.expected and ledger.acked >= ledger.sent, PATIENCE_SECONDS)
    return {**used, **ledger.summary(), **figures, "unacked": ledger.sent - ledger.acked, "why": ledger.refused[:3]}


class _Loop:
    """Keeps so many posts in flight, each from the member who has waited longest."""

    def __init__(self, talkers: list[Talker], ledger: Ledger) -> None:
        self._resting = deque(talkers)
        self._going = False
        for talker in talkers:
            talker.on_ack = self._answered

    def begin(self) -> None:
        self._going = True
        for _ in range(min(IN_FLIGHT, len(self._resting) // 2)):
            self._next()

    def end(self) -> None:
        self._going = False

    def _next(self) -> None:
        self._resting.popleft().post(PAIR)

    def _answered(self, talker: Talker) -> None:
        self._resting.append(talker)
        if self._going:
            self._next()
