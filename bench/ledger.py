"""What every receiver heard, checked: nothing lost, doubled or out of order, and how late it came."""

from __future__ import annotations

from time import monotonic_ns

MARK = b'"body":"~'


class Ledger:
    """Shared by all talkers of one run."""

    def __init__(self) -> None:
        self.sent = 0  # messages
        self.expected = 0  # deliveries
        self.heard = 0
        self.frames = 0
        self.acked = 0
        self.lost = 0
        self.again = 0  # doubled or out of order
        self.refused: list[str] = []
        self.late_ns: list[int] = []
        self.acks_ns: list[int] = []

    def start_again(self) -> None:
        """Forgets latencies and frames so far; counts of what went wrong stay."""
        self.late_ns.clear()
        self.acks_ns.clear()
        self.frames = 0

    def take(self, payload: bytes, at: int, last: dict[bytes, int]) -> None:
        """Checks the message whose body begins at or after `at`; `last` is the receiver's memory by sender."""
        start = payload.find(MARK, at) + len(MARK)
        sender, number, sent_ns = payload[start : payload.find(b"~", start)].split(b"-")
        this, before = int(number), last.get(sender, 0)
        if this != before + 1:
            self.lost += max(this - before - 1, 0)
            self.again += this <= before
        last[sender] = max(this, before)
        self.heard += 1
        self.late_ns.append(monotonic_ns() - int(sent_ns))

    def summary(self) -> dict[str, float]:
        """Counts, and the middle and the 99th percentile of latencies in milliseconds."""
        return {
            "sent": self.sent,
            "heard": self.heard,
            "frames": self.frames,
            "missing": self.expected - self.heard,
            "lost": self.lost,
            "again": self.again,
            "refused": len(self.refused),
            **percentiles("", self.late_ns),
            **percentiles("ack_", self.acks_ns),
        }


def percentiles(name: str, values_ns: list[int]) -> dict[str, float]:
    """`{name}p50`, `{name}p95` and `{name}p99` in milliseconds; empty without values."""
    if not values_ns:
        return {}
    ordered = sorted(values_ns)
    places = {f"p{n}": min(len(ordered) * n // 100, len(ordered) - 1) for n in (50, 95, 99)}
    return {f"{name}{key}": ordered[place] / 1e6 for key, place in places.items()}
