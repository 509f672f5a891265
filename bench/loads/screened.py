"""Posts at a steady rate for a minute, a few of them worrying: does the server keep up, and is any left unread?"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from bench.ledger import Ledger
from bench.meter import Meter
from bench.talkers import PADDING, Talker, open_all, until

PAIR, PATIENCE_SECONDS = 2, 20.0
ONE_IN = 50
WORRYING = (
    " I don't want to be here tonight, and nobody would notice.",
    " I want to die. I have forty paracetamol here.",
)


async def run(plan: dict[str, Any], kind: type[Talker]) -> dict[str, Any]:
    """Figures of `plan["seconds"]` in rooms of two, at `plan["rate"]` posts a second or as many as the server takes."""
    ledger = Ledger()
    people = plan["people"][: plan["sockets"]]
    talkers = [kind(n, person["pair"], ledger, person, plan["server"]) for n, person in enumerate(people)]
    await open_all(talkers)
    pace = _Pace(talkers, ledger)
    await pace.keep(plan["rate"], plan["warm"])
    ledger.start_again()
    meter, before = Meter(plan["server"]["pids"]), ledger.acked
    meter.start()
    await pace.keep(plan["rate"], plan["seconds"])
    used, acked = meter.stop(), ledger.acked - before
    figures = {"acked": acked, "acks_per_second": acked / used["seconds"], "worrying": pace.worrying}
    await until(lambda: ledger.heard >= ledger.expected and ledger.acked >= ledger.sent, PATIENCE_SECONDS)
    return {**used, **ledger.summary(), **figures, "unacked": ledger.sent - ledger.acked, "why": ledger.refused[:3]}


class _Pace:
    """Posts when it is due, from the member who has waited longest; nobody posts again before their answer."""

    def __init__(self, talkers: list[Talker], ledger: Ledger) -> None:
        self._resting, self._ledger = deque(talkers), ledger
        self.worrying = 0
        for talker in talkers:
            talker.on_ack = self._resting.append

    async def keep(self, rate: float, seconds: float) -> None:
        """What is not sent when it is due is not sent later: the figure is what the server took."""
        loop = asyncio.get_running_loop()
        begun, due = loop.time(), 0
        while (passed := loop.time() - begun) < seconds:
            now_due = int(passed * rate) + 1
            for _ in range(min(now_due - due, len(self._resting))):
                self._post()
            due = now_due
            await asyncio.sleep(max(begun + due / rate - loop.time(), 0.001))

    def _post(self) -> None:
        is_worrying = self._ledger.sent % ONE_IN == ONE_IN - 1
        words = WORRYING[self.worrying % len(WORRYING)] if is_worrying else PADDING
        self.worrying += is_worrying
        self._resting.popleft().post(PAIR, words)
