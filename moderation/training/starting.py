"""What the detector costs a process that has not used it: seconds to import and load, memory, and long messages."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from moderation.detector import Severity
from moderation.training import synthetic

LONG = 2000  # characters
_PROBE = """
import sys
from time import perf_counter
def memory():
    try:
        return int(open("/proc/self/statm").read().split()[1]) * 4096 / 1e6
    except OSError:
        return float("nan")
text, before, begun = sys.stdin.read(), memory(), perf_counter()
from moderation.detector import shipped
detector = shipped()
loaded, after, times = perf_counter() - begun, memory(), []
for _ in range(3):
    begun = perf_counter()
    detector.screen(text)
    times.append(1000 * (perf_counter() - begun))
print(f"{loaded:.2f} {after - before:.0f} {times[0]:.1f} {times[-1]:.1f}")
"""


def report() -> Iterator[str]:
    """The figures of a fresh process, to be read by a person. Memory is known on Linux alone."""
    calm = [". ".join(one.messages) for one in synthetic.own() if one.level == Severity.NONE]
    text = ". ".join(calm)[:LONG]
    done = subprocess.run([sys.executable, "-c", _PROBE], input=text, capture_output=True, text=True, check=True)  # noqa: S603
    seconds, megabytes, first, again = done.stdout.split()
    yield f"Start: {seconds} s to import and load, {megabytes} MB more"
    yield f"A message of {LONG:,} characters: {first} ms the first time in a process, then {again} ms"
