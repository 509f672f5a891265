"""Many sockets that say nothing: memory of each, and what their handshakes cost."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Any

from bench.ledger import Ledger
from bench.meter import Meter, pss_kib, tree
from bench.talkers import Talker, open_all

FIRST = 50  # opened before counting, so that what is loaded once is not counted as theirs
SETTLE_SECONDS = 4.0


async def run(plan: dict[str, Any], kind: type[Talker]) -> dict[str, Any]:
    """Figures of `plan["sockets"]` sockets that open and then stay silent."""
    ledger = Ledger()
    people = plan["people"][: plan["sockets"] + FIRST]
    talkers = [kind(n, person["room"], ledger, person, plan["server"]) for n, person in enumerate(people)]
    await open_all(talkers[:FIRST])
    await asyncio.sleep(SETTLE_SECONDS / 2)
    pids = tree(plan["server"]["pids"])
    base, meter, begun = pss_kib(pids), Meter(plan["server"]["pids"]), monotonic()
    meter.start()
    await open_all(talkers[FIRST:])
    used, took = meter.stop(), monotonic() - begun
    await asyncio.sleep(SETTLE_SECONDS)
    count = len(talkers) - FIRST
    each = (pss_kib(pids) - base) / count
    return {**used, "base_mib": base / 1024, "kib_each": each, "handshakes_per_second": count / took, "count": count}
