"""The servers that are measured, each on core 0 unless it says otherwise, and a free port of the loopback address."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench.meter import pin
from tests.servers import ROOT, Postgres, Process, Valkey, answers, free_port

# For a load from one address, by members who never rest: raised limits, the same checks.
LIMITS = {"LIMITS_SCALE": "100000", "SOCKETS_PER_ADDRESS": "100000", "SOCKETS_PER_PROCESS": "100000"}
PYTHON = sys.executable
WATCHED_SECONDS = 90


class Server(Process, ABC):
    """One server of the comparison, as the generator is told of it."""

    speaks = "plainly"
    is_pinned = True

    def __init__(self, name: str, directory: Path, *, beside: tuple[Process, ...] = ()) -> None:
        super().__init__(name, directory)
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self._beside = beside  # databases and layers whose work counts too

    @abstractmethod
    def command(self) -> list[str]:
        """How it is started."""

    def environment(self) -> Mapping[str, str]:
        """What it is told."""
        return os.environ | {"PYTHONPATH": _python_path()}

    def start(self) -> Server:
        """Starts it and waits until it listens."""
        self.run(self.command(), cwd=ROOT, env=dict(self.environment()))
        if self.is_pinned:
            pin(self.process.pid, 0)
        self.wait_until(lambda: answers(self.port))
        return self

    def told(self) -> dict[str, Any]:
        """What the generator has to know."""
        pids = [one.process.pid for one in (self, *self._beside)]
        return {"port": self.port, "origin": self.origin, "speaks": self.speaks, "pids": pids}


class Bare(Server):
    """`websockets.broadcast` on uvloop."""

    def command(self) -> list[str]:
        """How it is started."""
        return [PYTHON, "-m", "bench.references.bare", str(self.port)]


class Tutorial(Server):
    """The Channels tutorial's consumer under Daphne or Uvicorn, in memory or with `layer_url` over Redis."""

    def __init__(self, server: str, directory: Path, layer: Valkey | None = None) -> None:
        beside = (layer,) if layer else ()
        super().__init__(f"tutorial-{server}-{'pubsub' if layer else 'memory'}", directory, beside=beside)
        self._server, self._layer = server, layer

    def command(self) -> list[str]:
        """How it is started."""
        app = "bench.references.tutorial:application"
        if self._server == "daphne":
            where = f"tcp:port={self.port}:interface=127.0.0.1:backlog=4096"
            return [PYTHON, "-m", "daphne", "-e", where, "-v", "0", "--access-log", os.devnull, app]
        how = [
            "--ws",
            "websockets-sansio",
            "--ws-per-message-deflate",
            "false",
            "--backlog",
            "4096",
            "--lifespan",
            "off",
        ]
        return [PYTHON, "-m", "uvicorn", "--port", str(self.port), "--log-level", "warning", *how, app]

    def environment(self) -> Mapping[str, str]:
        """What it is told."""
        return {**super().environment(), "LAYER_URL": self._layer.url if self._layer else ""}


class Ours(Server):
    """`manage.py serve` on a database of its own, with everything it checks and stores."""

    speaks = "commonlight"

    def __init__(self, server: str, directory: Path, database: Database) -> None:
        super().__init__(f"ours-{server}-{database.kind}", directory, beside=database.beside)
        self._server, self._database = server, database

    def command(self) -> list[str]:
        """How it is started."""
        serve = [PYTHON, "manage.py", "serve", "--no-duties", "--server", self._server]
        return [*serve, "--host", "127.0.0.1", "--port", str(self.port)]

    def environment(self) -> Mapping[str, str]:
        """What it is told."""
        return {**_settings(self.directory, self.origin), "DATABASE_URL": self._database.url}


class Screened(Ours):
    """The same with screening on, the duties that sweep what was missed, and its reader on any core that is free."""

    is_pinned = False

    def command(self) -> list[str]:
        """How it is started."""
        return [one for one in super().command() if one != "--no-duties"]

    def environment(self) -> Mapping[str, str]:
        """What it is told."""
        return {**super().environment(), "SCREENING": "1"}

    @contextlib.contextmanager
    def watched(self) -> Iterator[dict[str, Any]]:
        """Somebody looks at the queue meanwhile; what they saw is in the dictionary afterwards."""
        seen: dict[str, Any] = {}
        watcher = subprocess.Popen(
            [PYTHON, "-m", "bench.watcher"],
            cwd=ROOT,
            env=dict(self.environment()),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        pin(watcher.pid, 1)
        with watcher:
            watcher.stdout.readline()  # type: ignore[union-attr]
            try:
                yield seen
                said, _ = watcher.communicate(timeout=WATCHED_SECONDS)
                seen.update(json.loads(said))
            finally:
                watcher.kill()


class Database:
    """A migrated database with people in it."""

    def __init__(self, kind: str, directory: Path, url: str, beside: tuple[Process, ...] = ()) -> None:
        self.kind, self.url, self.beside = kind, url, beside
        self._environment = {**_settings(directory, "http://127.0.0.1"), "DATABASE_URL": url}
        self.people: list[dict[str, str]] = []

    def fill(self, people: int, messages: int = 0, *, live: bool = False) -> Database:
        """Makes the tables and the people."""
        self._run("manage.py", "migrate", "--run-syncdb", "--verbosity", "0")
        self.people = json.loads(self._run("-m", "bench.people", str(people), str(messages), *["live"][:live]))
        return self

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [PYTHON, *arguments], cwd=ROOT, env=self._environment, capture_output=True, text=True, timeout=300
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)} failed:\n{done.stderr[-3000:]}")
        return done.stdout


def sqlite(directory: Path, name: str = "sqlite") -> Database:
    """A new SQLite database on disk."""
    return Database("sqlite", directory, f"sqlite:///{directory / name}.sqlite3")


def postgres(server: Postgres, name: str = "bench") -> Database:
    """A new database of a PostgreSQL server."""
    server.sql(f"CREATE DATABASE {name}")
    return Database("postgres", server.directory, server.url(name), (server,))


def _settings(directory: Path, origin: str) -> dict[str, str]:
    """The whole environment of the application: nothing of this machine's own `.env` gets in."""
    return {
        **{key: os.environ[key] for key in ("PATH", "LD_LIBRARY_PATH") if key in os.environ},
        **LIMITS,
        "HOME": str(directory),
        "PYTHONPATH": _python_path(),
        "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE", "community.settings"),
        "BASE_URL": origin,
        "ALLOWED_HOSTS": "127.0.0.1",
        "EXTRA_ORIGINS": "",
        "SECRET_KEY": "only-for-measuring-Wq7Zt2Lx9Vb4Nc6Hm8Rk1Jd5Fs3Gp0Ya",
        "FIELD_KEYS": "1:Zm9yLW1lYXN1cmluZy1vbmx5LTMyLWJ5dGVzLWtleSE=",
        "EMAIL_URL": "console://",
        "REDIS_URL": "",
        "DEBUG": "0",
        "DEMO": "0",
        "PLAIN_STATIC": "1",
        "LOG_LEVEL": "WARNING",
        "GUARDED_ROOMS": "0",  # nobody is on shift, and members write more than once in thirty seconds
    }


def _python_path() -> str:
    return os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH", ""), str(ROOT)]))
