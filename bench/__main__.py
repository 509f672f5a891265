"""`python -m bench [--quick] [--only fanout,posts,idle,storm,pages,screened,live]`"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import sys
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.meter import counts_instructions
from bench.parts import FULL, QUICK, Run, run_all
from bench.report import Report
from tests.servers import ROOT

KEPT = ROOT / "var" / "bench"
PACKAGES = ("Django", "channels", "daphne", "uvicorn", "uvloop", "websockets", "redis", "psycopg")


def main() -> int:
    """Measures, prints, keeps. The exit code says whether everything could be measured, not how fast it was."""
    options = _options()
    directory = KEPT / f"run-{os.getpid()}"
    directory.mkdir(parents=True)
    begun = time.monotonic()
    run = Run(directory, QUICK if options.quick else FULL, _progress, set(filter(None, options.only.split(","))))
    try:
        run_all(run)
    finally:
        if not options.keep:
            shutil.rmtree(directory, ignore_errors=True)
    _progress("")
    report = {**_machine(), "quick": options.quick, "took_seconds": time.monotonic() - begun}
    _print(report, run)
    path = KEPT / f"{datetime.now(UTC):%Y-%m-%dT%H%M%S}.json"
    path.write_text(json.dumps({**report, "figures": run.figures, "faults": run.faults}, indent=1))
    print(f"\nKept in {path.relative_to(ROOT)}; the run took {report['took_seconds']:.0f} s.")
    return 1 if run.faults else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description="Measures what the community costs on this machine.")
    parser.add_argument("--quick", action="store_true", help="three minutes instead of six, less exact")
    parser.add_argument("--only", default="", help="some of fanout,posts,idle,storm,pages,screened,live")
    parser.add_argument("--keep", action="store_true", help="leave databases and logs in var/bench")
    return parser.parse_args()


def _progress(words: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K{words}", end="", file=sys.stderr, flush=True)


def _machine() -> dict[str, Any]:
    model = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "cpu": model[0].partition(": ")[2] if model else platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load_before": os.getloadavg()[0],
        "work": "k-instr" if counts_instructions() else "CPU µs",
        "versions": {name: version(name) for name in PACKAGES},
    }


def _print(report: dict[str, Any], run: Run) -> None:
    print(f"{report['at']}  {report['cores']} × {report['cpu']}, Linux {report['kernel']}, Python {report['python']}")
    print("  " + ", ".join(f"{name} {number}" for name, number in report["versions"].items()))
    if report["work"] != "k-instr":
        print("  This machine counts no instructions: work is CPU time, which neighbours disturb. Read the ratios.")
    for line in Report(run.figures).lines(report["work"]):
        print(line)
    for fault in run.faults:
        print(f"  NOT MEASURED: {fault}")


if __name__ == "__main__":
    sys.exit(main())
