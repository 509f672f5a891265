"""Works out, where lexicons are compiled, the states that ordinary sentences visit.

Which ones those are is said by rows of words, written as a tree: how deep, and the word. At the root is a mark for
where one begins, before a sentence or within one; among the words, one for the end of a sentence.
"""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TypeVar

from moderation.detector.hashed import slots_of
from moderation.detector.matcher import Matcher
from moderation.detector.prepared import FIRST, NOWHERE, UNKNOWN, Prepared, checksum
from moderation.detector.rows import Rows, narrow
from moderation.detector.states import BREAK, State, States
from moderation.detector.table import Table

BEFORE, WITHIN, END, NOBODY = "^", "-", "$", "_"  # the last: a word that no phrase speaks of
_MOST = 1 << 20  # states on the way; few of them are kept
Path = tuple[str, ...]
Row = TypeVar("Row", bound=Hashable)


def read(written: str) -> Iterator[Path]:
    """Every row of words in such a tree, each after those that it goes on from."""
    path: list[str] = []
    for line in written.splitlines():
        depth, word = line.split(" ")
        path[int(depth) :] = [word]
        yield tuple(path)


def write(paths: Iterable[Path]) -> str:
    """The tree of these rows of words; each has to come with all that it goes on from."""
    return "".join(f"{len(one) - 1} {one[-1]}\n" for one in sorted(paths))


def prepare(table: Table, paths: Iterable[Path]) -> Prepared:
    """The states on these ways. The same table and ways give the same numbers."""
    return _Preparer(table, paths).prepared()


@dataclass
class _Known:
    """States that are the same for whoever goes on from them, and where words lead from there."""

    state: State
    moves: dict[int, State | None] = field(default_factory=dict)


class _Preparer:
    def __init__(self, table: Table, paths: Iterable[Path]) -> None:
        self._states = States(table, most=_MOST)
        self._number = Matcher(table).numbered
        self._known: list[_Known] = []
        self._numbers: dict[tuple[Sequence[int], ...], int] = {}
        self._add(self._states.inner)
        self._add(self._states.opening)
        self._walk(paths)

    def _walk(self, paths: Iterable[Path]) -> None:
        at: list[State | None] = []
        for path in paths:
            del at[len(path) - 1 :]
            at.append(self._step(at[-1] if at else None, path))

    def _step(self, state: State | None, path: Path) -> State | None:
        word = path[-1]
        if len(path) == 1:
            return self._states.opening if word == BEFORE else self._states.inner
        if state is None:
            return None
        by = BREAK if word == END else self._number([word])[0]
        following = self._states.after_end(state) if by == BREAK else self._states.following(state, by)
        if by > 0:
            self._known[self._add(state)].moves[by] = following
        if following:
            self._add(following)
        return following

    def _add(self, state: State) -> int:
        key = state.standings, state.accepts, state.accepts_at_end
        number = self._numbers.setdefault(key, len(self._known))
        if number == len(self._known):
            self._known.append(_Known(state))
        return number

    def prepared(self) -> Prepared:
        states = [one.state for one in self._known]
        said, sayings = _shared((tuple(one.accepts), tuple(one.accepts_at_end)) for one in states)
        awaits, symbols = _shared(self._states.awaited(one) for one in states)
        moves = [sorted(one.moves.items()) for one in self._known]
        return Prepared(
            standings=Rows.of(one.standings for one in states),
            said=said,
            accepts=Rows.of(one for one, _ in sayings),
            at_end=Rows.of(one for _, one in sayings),
            further=_array(self._code(self._states.further(one)) for one in states),
            broken=_array(self._code(self._states.after_end(one)) for one in states),
            moves=_array(accumulate(map(len, moves), initial=0)),
            by=_array(by for row in moves for by, _ in row),
            to=_array(self._code(to) for row in moves for _, to in row),
            awaits=awaits,
            symbols=Rows.of(symbols),
            returns=_array(self._states.returns),
            slots=self._slots(),
        )

    def _code(self, state: State | None) -> int:
        if state is None:
            return NOWHERE
        number = self._numbers.get((state.standings, state.accepts, state.accepts_at_end))
        return UNKNOWN if number is None else number + FIRST

    def _slots(self) -> array[int]:
        """Where those are found that end no phrase."""
        known = enumerate(one.state for one in self._known)
        silent = ((checksum(one.standings), at) for at, one in known if not one.accepts and not one.accepts_at_end)
        return slots_of(silent, len(self._known))


def _shared(rows: Iterable[Row]) -> tuple[array[int], list[Row]]:
    """For each row its number, and the rows, each once."""
    known: dict[Row, int] = {}
    return _array(known.setdefault(one, len(known)) for one in rows), list(known)


def _array(numbers: Iterable[int]) -> array[int]:
    return narrow(array("I", numbers))
