"""The load generator: a process of its own on a core of its own. A plan on stdin, figures on stdout."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import resource
import sys
from typing import Any

import uvloop

from bench.loads import fanout, idle, live, pages, posts, screened, storm
from bench.meter import pin
from bench.talkers import MemberTalker, Talker

LOADS = {
    "fanout": fanout.run,
    "idle": idle.run,
    "live": live.run,
    "pages": pages.run,
    "posts": posts.run,
    "screened": screened.run,
    "storm": storm.run,
}


async def _run(plan: dict[str, Any]) -> dict[str, Any]:
    kind = MemberTalker if plan["server"]["speaks"] == "commonlight" else Talker
    async with asyncio.timeout(plan["at_most"]):
        return await LOADS[plan["load"]](plan, kind)


def main() -> None:
    """Runs one plan."""
    pin(os.getpid(), 1)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 65536), most))
    plan = json.load(sys.stdin)
    gc.disable()  # a run is short, and a pause of the generator would look like one of the server
    figures = uvloop.run(_run(plan))
    own = os.times()
    json.dump({**figures, "generator_cpu": own.user + own.system}, sys.stdout)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
