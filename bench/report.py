"""From figures to a table a person can read, with the goals beside them."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median
from typing import Any

Figures = dict[str, list[dict[str, Any]]]


class Report:
    """Medians of the repeats, ratios against the bare server of the same run."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def value(self, key: str, name: str, per: str = "") -> float | None:
        """The median of `name` (for each `per`) over the repeats of `key`, None where it was not measured."""
        runs = [one for one in self._figures.get(key, []) if name in one and (not per or one.get(per))]
        return median(one[name] / (one[per] if per else 1) for one in runs) if runs else None

    def work(self, key: str, per: str) -> float | None:
        """Thousands of instructions for each `per` where they were counted, else microseconds of CPU."""
        instructions = self.value(key, "instructions", per)
        if instructions is not None:
            return instructions / 1e3
        cpu = self.value(key, "cpu", per)
        return cpu * 1e6 if cpu is not None else None

    def lines(self, unit: str) -> Iterator[str]:
        """The whole table."""
        yield from self._fanout(unit)
        yield from self._posts(unit)
        yield from self._idle()
        yield from self._storm()
        yield from self._pages()
        yield from self._screened(unit)
        yield from self._live()
        yield from self._faults()

    def _fanout(self, unit: str) -> Iterator[str]:
        yield f"\nOne delivery, rooms of 50, 500 sockets ({unit} of the server; its Valkey counted)"
        yield row("deliveries/s and server", unit, "× bare", "p50 ms", "p99 ms", "msgs/frame", "wrong")
        for key in [key for key in self._figures if key.startswith("fanout ")]:
            _, rate, name = key.split()
            work, bare = self.work(key, "deliveries"), self.work(f"fanout {rate} bare", "deliveries")
            per_frame = self.value(key, "deliveries", "frames")
            cells = (work, ratio(work, bare), self.value(key, "p50"), self.value(key, "p99"), per_frame)
            yield row(f"{int(rate):>7,} {name}", *cells, self._wrong(key))
        at_10k = ratio(
            self.work("fanout 10000 ours-uvicorn-sqlite", "deliveries"), self.work("fanout 10000 bare", "deliveries")
        )
        yield goal(
            "under Uvicorn at 10,000/s at most 1.6 × the bare server", at_10k, at_10k is not None and at_10k <= 1.6
        )

    def _posts(self, unit: str) -> Iterator[str]:
        yield "\nPosts in rooms of two, 128 in flight (work includes two deliveries and PostgreSQL)"
        yield row("server", "acked/s", unit, "× bare", "p50 ms", "p99 ms", "wrong")
        bare = self.work("posts bare", "acked")
        for key in [key for key in self._figures if key.startswith("posts ")]:
            work = self.work(key, "acked")
            cells = (self.value(key, "acks_per_second"), work, ratio(work, bare))
            yield row(key.split()[1], *cells, self.value(key, "ack_p50"), self.value(key, "ack_p99"), self._wrong(key))
        rate = self.value("posts ours-uvicorn-sqlite", "acks_per_second")
        yield goal("on SQLite FULL under Uvicorn at least 2,000 acked posts/s", rate, (rate or 0) >= 2000)

    def _idle(self) -> Iterator[str]:
        yield "\nSilent sockets, signed in (PSS)"
        yield row("server", "KiB each", "× bare", "base MiB", "CPU ms each", "opened/s")
        bare = self.value("idle bare", "kib_each")
        for key in [key for key in self._figures if key.startswith("idle ")]:
            each, cpu = self.value(key, "kib_each"), self.value(key, "cpu", "count")
            cells = (each, ratio(each, bare), self.value(key, "base_mib"), cpu * 1e3 if cpu else None)
            yield row(key.split()[1], *cells, self.value(key, "handshakes_per_second"))
        each = self.value("idle ours-uvicorn-sqlite", "kib_each")
        yield goal("at most 40 KiB a socket", each, each is not None and each <= 40)

    def _storm(self) -> Iterator[str]:
        yield "\nEverybody back at once, 20 messages missed (the worse of two storms)"
        yield row("server", "people", "seconds", "CPU ms each", "not back", "wrong")
        for key in [key for key in self._figures if key.startswith("storm ")]:
            cpu = self.value(key, "cpu", "count")
            cells = (self.value(key, "count"), self.value(key, "seconds"), cpu * 1e3 if cpu else None)
            yield row(key.split()[1], *cells, self.value(key, "not_back"), self._wrong(key))
        took = self.value("storm ours-uvicorn-sqlite", "seconds")
        yield goal("1,000 people back within 5 s", took, took is not None and took <= 5)

    def _pages(self) -> Iterator[str]:
        yield "\nA page of 50 of a room of 1,000,000 messages, one at a time"
        yield row("server and page", "p50 ms", "p99 ms", "CPU ms")
        worst = None
        for key in [key for key in self._figures if key.startswith("pages ")]:
            for name in ("newest", "middle"):
                part = Report({key: [one[name] for one in self._figures[key]]})
                cpu = part.value(key, "cpu", "count")
                yield row(
                    f"{key.split()[1]} {name}",
                    part.value(key, "p50"),
                    part.value(key, "p99"),
                    cpu * 1e3 if cpu else None,
                )
                if "uvicorn" in key:
                    worst = max(worst or 0, part.value(key, "p99") or 0)
        yield goal("p99 at most 10 ms under Uvicorn", worst, worst is not None and worst <= 10)

    def _screened(self, unit: str) -> Iterator[str]:
        yield "\n500 posts a second in rooms of two, each read as it is stored, one in fifty flagged"
        yield row("server", "acked/s", unit, "ack p95 ms", "flags", "missed", "flag p95 ms", "flag worst", "unread")
        for key in [key for key in self._figures if key.startswith("screened ")]:
            names = ("acks_per_second", "ack_p95", "flags", "flag_p95", "flag_worst", "unread")
            rate, ack, flags, late, worst, unread = (self.value(key, name) for name in names)
            missed = sum(max(one["worrying"] - one.get("flags", 0), 0) for one in self._figures[key])
            yield row(key.split()[1], rate, self.work(key, "acked"), ack, flags, missed, late, worst, unread)
            yield row("  the generator beside it, µs a post", self._share(key))
            lost = sum(int(one.get("unread", 0) or one["worrying"] > one.get("flags", 0)) for one in self._figures[key])
            yield goal("500 a second", rate, (rate or 0) >= 495)
            yield goal("a flag is in the queue within 2,000 ms", worst, worst is not None and worst <= 2000)
            yield goal("no screening lost", float(lost), lost == 0)

    def _share(self, key: str) -> float | None:
        """CPU microseconds of the generator for each message it sent, opening its sockets included."""
        each = self.value(key, "generator_cpu", "sent")
        return each * 1e6 if each is not None else None

    def _live(self) -> Iterator[str]:
        yield "\nA live chat of 1,000, five posts a second, one member a second losing their line and coming back"
        yield row("server", "messages", "p50 ms", "p95 ms", "p99 ms", "% of a core", "presence", "states", "wrong")
        for key in [key for key in self._figures if key.startswith("live ")]:
            cpu = self.value(key, "cpu", "seconds")
            names = ("presence_each", "states_each")
            late = (self.value(key, name) for name in ("sent", "p50", "p95", "p99"))
            cells = (*late, cpu * 100 if cpu else None, *(self.value(key, name) for name in names))
            yield row(key.split()[1], *cells, self._wrong(key))
            p95, wrong = self.value(key, "p95"), self._wrong(key)
            yield goal("p95 at most 1,000 ms", p95, p95 is not None and p95 <= 1000)
            yield goal("every member gets every message in order", float(wrong), wrong == 0)

    def _wrong(self, key: str) -> int:
        names = ("missing", "lost", "again", "refused", "unacked", "not_back", "closed")
        return sum(int(one.get(name, 0)) for one in self._figures[key] for name in names)

    def _faults(self) -> Iterator[str]:
        wrong = [key for key in self._figures if not key.startswith(("idle", "pages")) and self._wrong(key)]
        yield "\nLost, doubled, out of order, refused or closed: " + (
            ", ".join(wrong) if wrong else "nothing, anywhere."
        )


def ratio(one: float | None, other: float | None) -> float | None:
    """How many times `other`."""
    return one / other if one is not None and other else None


def row(name: str, *cells: float | str | None) -> str:
    """One line of a table."""
    return f"  {name:34}" + "".join(f"{_cell(cell):>12}" for cell in cells)


def _cell(cell: float | str | None) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, str):
        return cell
    return f"{cell:,.0f}" if isinstance(cell, int) or cell >= 100 else f"{cell:,.2f}"


def goal(words: str, value: float | None, holds: bool) -> str:
    """Whether a goal is reached."""
    if value is None:
        return f"  goal: {words}: not measured"
    return f"  goal: {words}: {_cell(value)}, {'reached' if holds else 'MISSED'}"
