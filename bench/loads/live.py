"""A live chat of a thousand: five posts a second from its members, some of whom lose their line and come back.

Every member has to get every message in order. What is told beside messages is counted: the number of people here, and
how the chat stands.
"""

from __future__ import annotations

import asyncio
from itertools import cycle
from typing import Any

from bench.ledger import Ledger
from bench.meter import Meter
from bench.talkers import MemberTalker, open_all, until

PATIENCE_SECONDS = 30.0
A_ROUND = 1.0  # seconds between two who lose their line
SIDE = {b'{"type":"presence"': "presence", b'{"type":"live.state"': "states"}


async def run(plan: dict[str, Any], kind: type[MemberTalker]) -> dict[str, Any]:
    """Figures of `plan["seconds"]` at `plan["rate"]` posts a second."""
    ledger, side = Ledger(), dict.fromkeys(SIDE.values(), 0)
    talkers = [
        _guest(kind, side)(n, person["live"], ledger, person, plan["server"]) for n, person in enumerate(plan["people"])
    ]
    begun = asyncio.get_running_loop().time()
    await open_all(talkers)
    opened = asyncio.get_running_loop().time() - begun
    await _talk(talkers, plan["rate"], plan["warm"])
    await until(lambda: ledger.heard >= ledger.expected, PATIENCE_SECONDS)
    ledger.start_again()
    side.update(dict.fromkeys(side, 0))
    before, meter = ledger.heard, Meter(plan["server"]["pids"])
    meter.start()
    over = asyncio.Event()
    going = asyncio.create_task(_come_and_go(talkers, over))
    await _talk(talkers, plan["rate"], plan["seconds"])
    over.set()
    await going
    await until(lambda: ledger.heard >= ledger.expected and ledger.acked >= ledger.sent, PATIENCE_SECONDS)
    figures = {"deliveries": ledger.heard - before, "people": len(talkers), "opened_seconds": opened}
    each = {f"{name}_each": count / len(talkers) for name, count in side.items()}
    unacked = {"unacked": ledger.sent - ledger.acked, "why": ledger.refused[:3]}
    return {**meter.stop(), **ledger.summary(), **figures, **each, **unacked}


def _guest(kind: type[MemberTalker], side: dict[str, int]) -> type[MemberTalker]:
    """A talker that also counts what is told beside messages."""

    class Guest(kind):  # type: ignore[misc, valid-type]
        is_away = False

        def heard(self, payload: bytes) -> None:
            for begins, name in SIDE.items():
                side[name] += payload.startswith(begins)
            super().heard(payload)

    return Guest


async def _talk(talkers: list[Any], rate: float, seconds: float) -> None:
    """One member after the other, each when it is due; whoever has no line is passed over."""
    loop, turns = asyncio.get_running_loop(), cycle(talkers)
    begun = loop.time()
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(begun + number / rate - loop.time(), 0))
        talker = next(one for one in turns if not one.is_away)
        talker.post(len(talkers))


async def _come_and_go(talkers: list[Any], over: asyncio.Event) -> None:
    """Once a second, one of those at the end of the list loses their line and comes back to where they were."""
    for talker in cycle(reversed(talkers)):
        if over.is_set():
            return
        talker.is_away = True
        talker.wire.drop()
        await asyncio.sleep(A_ROUND)
        talker.position = (talker.seq, talker.revision)  # with what was already on its way when the line went
        await talker.open()
        talker.is_away = False
