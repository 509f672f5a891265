"""Everybody's connection drops, each room goes on for twenty messages, and everybody comes back at once."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Any

from bench.ledger import Ledger
from bench.meter import Meter
from bench.talkers import MemberTalker, open_all, until

MISSED = 20
PATIENCE_SECONDS = 60.0


async def run(plan: dict[str, Any], kind: type[MemberTalker]) -> dict[str, Any]:
    """Figures of two storms; the worse of them counts."""
    ledger, aside = Ledger(), Ledger()
    people = plan["people"][: plan["sockets"]]
    talkers = [kind(n, person["room"], ledger, person, plan["server"]) for n, person in enumerate(people)]
    keepers = {person["room"]: (n, person) for n, person in enumerate(people)}
    staying = [kind(10_000 + n, room, aside, person, plan["server"]) for room, (n, person) in keepers.items()]
    await open_all(talkers + staying)
    storms = [await _storm(talkers, staying, aside, plan) for _ in range(2)]
    worse = max(storms, key=lambda storm: storm["seconds"])
    return {**worse, "storms": [storm["seconds"] for storm in storms], **_wrong(ledger), "count": len(talkers)}


async def _storm(
    talkers: list[MemberTalker], staying: list[MemberTalker], aside: Ledger, plan: dict[str, Any]
) -> dict[str, float]:
    for talker in talkers:
        talker.position = (talker.seq, talker.revision)
        talker.wire.drop()
    await asyncio.sleep(1)
    for _ in range(MISSED):
        for keeper in staying:
            keeper.post(1)
        await until(lambda: aside.acked >= aside.sent, PATIENCE_SECONDS)
    meter, begun = Meter(plan["server"]["pids"]), monotonic()
    meter.start()
    back: set[int] = set()
    for talker in talkers:
        talker.goal = talker.seq + MISSED
        talker.on_goal = lambda one: back.add(one.number)
    await asyncio.wait_for(open_all(talkers, at_once=len(talkers)), PATIENCE_SECONDS)
    await until(lambda: len(back) == len(talkers), PATIENCE_SECONDS)
    used = meter.stop()
    return {**used, "seconds": monotonic() - begun, "not_back": len(talkers) - len(back)}


def _wrong(ledger: Ledger) -> dict[str, Any]:
    return {"lost": ledger.lost, "again": ledger.again, "heard": ledger.heard, "why": ledger.refused[:3]}
