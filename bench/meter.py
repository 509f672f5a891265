"""Work and memory of a process tree: instructions where the machine counts them, else CPU time."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from functools import cache
from pathlib import Path

SCHED_CLOCK = 2  # the kernel's name for "nanoseconds on a CPU, all threads of a process, also ended ones"


@cache
def counts_instructions() -> bool:
    """True when `perf` can count instructions here; many virtual machines cannot."""
    command = ["perf", "stat", "-x,", "-e", "instructions:u,instructions:k", "true"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, timeout=10).stderr
    except (OSError, subprocess.TimeoutExpired):
        return False
    return len(re.findall(r"^\d+,", said, re.MULTILINE)) == 2


def tree(roots: list[int]) -> list[int]:
    """These processes and all their descendants."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (parent := _parent(entry)):
            children.setdefault(parent, []).append(int(entry.name))
    found, waiting = [], list(roots)
    while waiting:
        found.append(pid := waiting.pop())
        waiting += children.get(pid, [])
    return found


def _parent(entry: Path) -> int:
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def cpu_seconds(pids: list[int]) -> float:
    """CPU time these processes have used since they began."""
    total = 0.0
    for pid in pids:
        try:
            total += time.clock_gettime((~pid << 3) | SCHED_CLOCK)
        except OSError:
            continue
    return total


def pss_kib(pids: list[int]) -> int:
    """Memory of these processes, pages they share with others counted in parts."""
    total = 0
    for pid in pids:
        said = Path(f"/proc/{pid}/smaps_rollup").read_text()
        total += int(re.search(r"^Pss:\s+(\d+)", said, re.MULTILINE)[1])  # type: ignore[index]
    return total


class Meter:
    """What a process tree did between `start` and `stop`."""

    def __init__(self, roots: list[int]) -> None:
        self._roots = roots
        self._perf: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Begins to count."""
        self._pids = tree(self._roots)
        if counts_instructions():
            which = ",".join(map(str, self._pids))
            command = ["perf", "stat", "-x,", "-e", "instructions:u,instructions:k", "-p", which]
            self._perf = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
            time.sleep(0.2)  # perf says nothing when it is ready
        self._cpu, self._at = cpu_seconds(self._pids), time.monotonic()

    def stop(self) -> dict[str, float]:
        """Seconds passed, CPU seconds, and instructions where they can be counted."""
        used = {"seconds": time.monotonic() - self._at, "cpu": cpu_seconds(self._pids) - self._cpu}
        if self._perf is not None:
            self._perf.send_signal(signal.SIGINT)
            said = self._perf.communicate(timeout=10)[1]
            used["instructions"] = float(sum(map(int, re.findall(r"^(\d+),", said, re.MULTILINE))))
        return used


def pin(pid: int, core: int) -> None:
    """Keeps a process on one core, so that server and generator do not share one. Nothing on a single core."""
    cores = sorted(os.sched_getaffinity(0) | os.sched_getaffinity(pid))
    if len(cores) > 1:
        os.sched_setaffinity(pid, {cores[core % len(cores)]})
