"""Reads messages while they still wait to be stored, so that the answer is there when the storing transaction asks.

A guess, never an answer of its own: what is kept is the detector's answer to a text with certain texts before it, and
only a question for just these gets it. Wrong guesses cost time. All of it is bounded, in memory, and gone in minutes.
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Sequence
from typing import Any, NamedTuple

from moderation import in_time
from moderation.detector import Finding
from moderation.detector.reading import Between
from moderation.detector.window import JOINED_SECONDS
from moderation.in_time import Answer, Read, Wanted

MOST = 2048  # of each kind of thing that is kept: no more drafts can wait to be stored
MOST_BEFORE = 3  # of an author's messages, that one is read along with
LONGEST = 1000  # characters; what is longer is read when it is asked for
SECONDS = 0.05  # for one text


class Coming(NamedTuple):
    """A text that will probably be stored; `where` names its author and the room."""

    where: str
    text: str


class Beforehand:
    """What waits to be read, what was read, and what was said last where."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._waiting: deque[Coming] = deque(maxlen=MOST)
        self._said: OrderedDict[str, deque[tuple[float, str]]] = OrderedDict()
        self._ready: OrderedDict[Wanted, Answer] = OrderedDict()
        self._answered: OrderedDict[str, None] = OrderedDict()  # texts that were asked for before their turn came

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def hear(self, coming: Sequence[Coming]) -> None:
        """These are on their way, in this order."""
        self._waiting.extend(one for one in coming if len(one.text) <= LONGEST)

    def read_one(self) -> None:
        """Reads the one that has waited longest, with what was said before it there as far as that is known."""
        where, text = self._waiting.popleft()
        said, now = self._said.pop(where, None) or deque(maxlen=MOST_BEFORE), time.monotonic()
        if text in self._answered:
            del self._answered[text]
        else:
            wanted = Wanted(text, tuple(words for at, words in said if now - at < JOINED_SECONDS))
            self._ready.update((wanted, one) for one in in_time.read(self._read, [wanted], SECONDS))
        said.append((now, text))
        self._said[where] = said
        _shorten(self._ready, MOST)
        _shorten(self._said, MOST)

    def screen(self, text: str, *, before: tuple[str, ...], between: Between) -> Finding:
        """The finding, if this was read beforehand; else reads it now. It is asked for once, so it is not kept."""
        ready = self._ready.pop(Wanted(text, before), None)
        if ready is not None and ready.finding is not None:
            return ready.finding
        if self._waiting:
            self._answered[text] = None
            _shorten(self._answered, MOST)
        return self._read(text, before=before, between=between)

    def forget(self) -> None:
        """Forgets everything: what was not asked for by now will hardly be."""
        self._ready.clear()
        self._said.clear()
        self._answered.clear()


def _shorten(some: OrderedDict[Any, Any], most: int) -> None:
    while len(some) > most:
        some.popitem(last=False)
