"""The parts of a run: which servers, which loads, how often, in turns so that a bad minute hits all alike."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.servers import Bare, Database, Ours, Screened, Server, Tutorial, postgres, sqlite
from tests.servers import ROOT, CannotStart, Postgres, Valkey, ended

AT_MOST_SECONDS = 90
SOCKETS = 500
GUESTS, LIVE_AT_MOST = 1000, 240  # in a live chat, seconds
OF_THEIR_OWN = {"pages", "screened", "live"}  # parts that fill databases of their own


@dataclass(frozen=True)
class Size:
    """How long and how often."""

    repeats: int
    seconds: float
    warm: float
    idle: int
    storm: int
    pages: int
    messages: int
    screened: float


FULL = Size(repeats=3, seconds=3.0, warm=0.7, idle=1000, storm=1000, pages=300, messages=1_000_000, screened=60.0)
QUICK = Size(repeats=1, seconds=2.0, warm=0.5, idle=500, storm=1000, pages=150, messages=1_000_000, screened=10.0)


@dataclass
class Run:
    """One run of the benchmark: where it works, what it found, what it could not do."""

    directory: Path
    size: Size
    say: Callable[[str], None]
    only: set[str] = field(default_factory=set)
    figures: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def load(self, key: str, server: Server, people: list[dict[str, str]], **plan: Any) -> None:
        """Lets the generator work on one server, and keeps what it found under `key`."""
        plan = {"people": people, "server": server.told(), "at_most": AT_MOST_SECONDS, **plan}
        command = [sys.executable, "-m", "bench.load"]
        self.say(key)
        try:
            done = subprocess.run(
                command, input=json.dumps(plan), capture_output=True, text=True, cwd=ROOT, timeout=plan["at_most"] + 15
            )
            self.figures.setdefault(key, []).append(json.loads(done.stdout))
        except (subprocess.TimeoutExpired, ValueError):
            ending = done.stderr[-600:] if "done" in locals() else "it took too long"
            self.faults.append(f"{key}: {ending}")


def run_all(run: Run) -> None:
    """Every part, on servers that are ended whatever happens. A part that cannot be measured costs no other."""
    database = sqlite(run.directory)
    if not run.only or run.only - OF_THEIR_OWN:
        database.fill(max(run.size.idle + 50, run.size.storm))
    parts = {"fanout": _fanout, "posts": _posts, "idle": _idle, "storm": _storm, "pages": _pages}
    parts |= {"screened": _screened, "live": _live}
    for name, part in parts.items():
        if run.only and name not in run.only:
            continue
        with ExitStack() as stack:
            try:
                part(run, stack, database)
            except (CannotStart, RuntimeError, subprocess.TimeoutExpired) as error:
                run.faults.append(f"{name}: {error}")


def _up(run: Run, stack: ExitStack, server: Any) -> Any:
    stack.enter_context(ended(server))
    return server.start()


def _layer(run: Run, stack: ExitStack) -> Valkey | None:
    try:
        return _up(run, stack, Valkey(run.directory))
    except CannotStart as error:
        run.faults.append(f"without a Redis layer: {error}")
        return None


def _fanout(run: Run, stack: ExitStack, database: Database) -> None:
    """Rooms of fifty: 1,000 and 10,000 deliveries a second, and a busy rate."""
    layer = _layer(run, stack)
    tutorials = [Tutorial(name, run.directory, one) for one in (None, layer) for name in ("daphne", "uvicorn")]
    ours = [Ours(name, run.directory, database) for name in ("uvicorn", "daphne")]
    servers = [
        _up(run, stack, one) for one in (Bare("bare", run.directory), *ours, *(tutorials if layer else tutorials[:2]))
    ]
    rates = {
        "bare": (1_000, 10_000, 40_000),
        "ours-uvicorn-sqlite": (1_000, 10_000, 40_000),
        "ours-daphne-sqlite": (1_000, 10_000),
    }
    for _ in range(run.size.repeats):
        for rate in (1_000, 10_000, 40_000):
            for server in servers:
                if rate in rates.get(server.name, (1_000,)):
                    plan = {"rate": rate, "sockets": SOCKETS, "seconds": run.size.seconds, "warm": run.size.warm}
                    run.load(f"fanout {rate} {server.name}", server, database.people, load="fanout", **plan)


def _posts(run: Run, stack: ExitStack, database: Database) -> None:
    """Rooms of two: as many acknowledged posts as it takes, on SQLite and on PostgreSQL."""
    servers = [(_up(run, stack, Bare("bare", run.directory)), database.people)]
    servers += [(_up(run, stack, Tutorial("uvicorn", run.directory)), database.people)]
    servers += [
        (_up(run, stack, Ours(name, run.directory, database)), database.people) for name in ("uvicorn", "daphne")
    ]
    try:
        beside = _up(run, stack, Postgres(run.directory))
        other = postgres(beside).fill(SOCKETS)
        servers.append((_up(run, stack, Ours("uvicorn", run.directory, other)), other.people))
    except (CannotStart, RuntimeError) as error:
        run.faults.append(f"without PostgreSQL: {error}")
    for _ in range(run.size.repeats):
        for server, people in servers:
            plan = {"sockets": SOCKETS, "seconds": run.size.seconds, "warm": run.size.warm}
            run.load(f"posts {server.name}", server, people, load="posts", **plan)


def _idle(run: Run, stack: ExitStack, database: Database) -> None:
    """Silent sockets: each time a fresh server, since memory once taken is not given back."""
    makers = [
        lambda: Bare("bare", run.directory),
        lambda: Ours("uvicorn", run.directory, database),
        lambda: Ours("daphne", run.directory, database),
        lambda: Tutorial("uvicorn", run.directory),
    ]
    for _ in range(min(run.size.repeats, 2)):
        for make in makers:
            with ExitStack() as inner:
                server = _up(run, inner, make())
                run.load(f"idle {server.name}", server, database.people, load="idle", sockets=run.size.idle)


def _storm(run: Run, stack: ExitStack, database: Database) -> None:
    """Everybody drops and comes back."""
    servers = [_up(run, stack, Ours(name, run.directory, database)) for name in ("uvicorn", "daphne")]
    for _ in range(min(run.size.repeats, 2)):
        for server in servers:
            run.load(f"storm {server.name}", server, database.people, load="storm", sockets=run.size.storm)


def _pages(run: Run, stack: ExitStack, _: Database) -> None:
    """A room of a million messages, in a database of its own."""
    database = sqlite(run.directory, "long").fill(1000, run.size.messages)
    servers = [_up(run, stack, Ours(name, run.directory, database)) for name in ("uvicorn", "daphne")]
    for _ in range(min(run.size.repeats, 2)):
        for server in servers:
            plan = {"room": "long", "top": run.size.messages, "count": run.size.pages}
            run.load(f"pages {server.name}", server, database.people[:1], load="pages", **plan)


def _screened(run: Run, stack: ExitStack, _: Database) -> None:
    """Five hundred posts a second for a minute, each read for danger as it is stored, one in fifty worrying."""
    databases = [sqlite(run.directory, "screened").fill(SOCKETS)]
    try:
        databases.append(postgres(_up(run, stack, Postgres(run.directory)), "screened").fill(SOCKETS))
    except (CannotStart, RuntimeError) as error:
        run.faults.append(f"without PostgreSQL: {error}")
    for database in databases:
        server = Screened("uvicorn", run.directory, database)
        plan = {"rate": 500, "sockets": SOCKETS, "seconds": run.size.screened, "warm": run.size.warm}
        key = f"screened {server.name}"
        with ended(server):
            server.start()
            with server.watched() as seen:
                run.load(key, server, database.people, load="screened", **plan)
            run.figures[key][-1].update(seen)


def _live(run: Run, stack: ExitStack, _: Database) -> None:
    """A live chat of 1,000 members at five posts a second, on one Daphne with screening and the duties on."""
    database = sqlite(run.directory, "live").fill(GUESTS, live=True)
    server = _up(run, stack, Screened("daphne", run.directory, database))
    plan = {"rate": 5, "seconds": run.size.screened, "warm": 2.0, "at_most": LIVE_AT_MOST}
    run.load(f"live {server.name}", server, database.people, load="live", **plan)
