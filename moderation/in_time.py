"""Messages are read one after the other, within a time: by whoever stores them, or by the reader beside it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from moderation.detector import Finding

Read = Callable[..., Finding]
WALL_SHARE = 8  # so many times as long as the work may take, by the clock, at most
LOOK_EVERY = 16  # portions of work, some tens of microseconds each: reading the clock is a call to the kernel


class Wanted(NamedTuple):
    """A text to be read, and what its author said just before, oldest first."""

    text: str
    before: tuple[str, ...] = ()


class Answer(NamedTuple):
    """What was found; nothing when the detector failed, which `trouble` names by its kind and never by its words."""

    finding: Finding | None = None
    trouble: str = ""


class _Late(Exception):  # noqa: N818
    """The time is spent."""


class Budget:
    """So many seconds of this thread's own work, and a multiple of them by the clock on the wall.

    On a machine that others keep busy the clock alone would put off what has to be done anyhow, and costs more then.
    """

    def __init__(self, seconds: float) -> None:
        self._work = time.thread_time() + seconds
        self._wall = time.monotonic() + seconds * WALL_SHARE
        self._asked = 0

    def is_over(self) -> bool:
        """True once either is spent."""
        return time.thread_time() > self._work or time.monotonic() > self._wall

    def mind(self) -> None:
        """What the detector calls between bounded portions of its work: no text holds a transaction for long."""
        self._asked += 1
        if self._asked % LOOK_EVERY == 1 and self.is_over():
            raise _Late


def read(screen: Read, wanted: Sequence[Wanted], seconds: float) -> list[Answer]:
    """An answer for each text, in order, up to the first for which there was no time. Never raises."""
    budget, answers = Budget(seconds), list[Answer]()
    for one in wanted:
        try:
            budget.mind()
            answers.append(Answer(screen(one.text, before=one.before, between=budget.mind)))
        except _Late:
            break
        except Exception as error:  # noqa: BLE001  (whatever it is, the message is stored; its text may hold words)
            answers.append(Answer(trouble=type(error).__name__))
    return answers
