"""Rooms of fifty at a steady rate: work per delivery, latency, and whether anything was lost or doubled."""

from __future__ import annotations

import asyncio
from itertools import cycle
from typing import Any

from bench.ledger import Ledger
from bench.meter import Meter
from bench.talkers import Talker, open_all, until

ROOM = 50
PATIENCE_SECONDS = 10.0


async def run(plan: dict[str, Any], kind: type[Talker]) -> dict[str, Any]:
    """Figures of one run of `plan["seconds"]` at `plan["rate"]` deliveries a second."""
    ledger = Ledger()
    people = plan["people"][: plan["sockets"]]
    talkers = [kind(n, person["room"], ledger, person, plan["server"]) for n, person in enumerate(people)]
    await open_all(talkers)
    per_second = plan["rate"] / ROOM
    await _stream(talkers, per_second, plan["warm"])
    await until(lambda: ledger.heard >= ledger.expected, PATIENCE_SECONDS)
    ledger.start_again()
    before, meter = ledger.heard, Meter(plan["server"]["pids"])
    meter.start()
    await _stream(talkers, per_second, plan["seconds"])
    await until(lambda: ledger.heard >= ledger.expected, PATIENCE_SECONDS)
    used = meter.stop()
    gone = [t.closed_with for t in talkers if t.closed_with is not None]
    return {
        **used,
        **ledger.summary(),
        "deliveries": ledger.heard - before,
        "closed": len(gone),
        "why": ledger.refused[:3],
    }


async def _stream(talkers: list[Talker], per_second: float, seconds: float) -> None:
    """Posts from one member after the other, in one room after the other, each when it is due."""
    turns = cycle(_turns(talkers))
    loop = asyncio.get_running_loop()
    begun, sent = loop.time(), 0
    while sent < per_second * seconds:
        due = min(int((loop.time() - begun) * per_second) + 1, int(per_second * seconds))
        for _ in range(due - sent):
            next(turns).post(ROOM)
        sent = max(due, sent)
        if sent >= int(per_second * seconds):
            return
        await asyncio.sleep(max(begun + sent / per_second - loop.time(), 0))


def _turns(talkers: list[Talker]) -> list[Talker]:
    rooms: dict[str, list[Talker]] = {}
    for talker in talkers:
        rooms.setdefault(talker.room, []).append(talker)
    return [talker for row in zip(*rooms.values(), strict=True) for talker in row]
