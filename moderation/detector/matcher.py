"""Finds every phrase of a graph in a row of words, in steps that grow with the words and with nothing else.

From each word one walk starts, and no walk is longer than `REACH` words, so a text of n words costs at most
n x REACH steps, whatever a curator writes. What a step leads to is worked out once and remembered (a deterministic
automaton built as it is needed, after Thompson 1968), and forgotten as a whole when it grows too large.

Where one stands is one number: the stop, and above its bits the number of what to return to, innermost first.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import NamedTuple, Protocol

from moderation.detector.closing import Table
from moderation.detector.packing import ACCEPTS, ENDING, RETURNS
from moderation.detector.reading import Between, nothing

REACH = 24  # words
MOST_STATES = 6000
MOST_HELD = 1_000_000  # places in all remembered states together
_BREAK = -1
_BITS = 20
_STOP = (1 << _BITS) - 1
_FEW = 8  # ways that are looked through one by one


@dataclass(frozen=True, slots=True)
class Match:
    """Phrase `number` covers the words `first` to `last`, both included."""

    number: int
    first: int
    last: int


class _Word(NamedTuple):
    """All words of which phrases speak in the same way."""

    names: frozenset[int]
    awaited: frozenset[int]  # rows of symbols among which any of its names is


@dataclass(slots=True)
class State:
    """What could go on after some words."""

    standings: tuple[int, ...]  # those from where any word leads on
    leads: tuple[int, ...] = ()  # for each, the row of symbols that do
    onward: tuple[int, ...] = ()  # for each, where any word does; empty when it is nowhere
    accepts: tuple[int, ...] = ()
    accepts_at_end: tuple[int, ...] = ()
    moves: dict[int, State | None] = field(default_factory=dict)
    further: list[State | None] = field(default_factory=list)  # where all other words lead, once it is known


_UNKNOWN = State(())


class Finds(Protocol):
    """What finds phrases."""

    def knows(self, word: str) -> bool:
        """Whether any phrase speaks of this word."""

    def matches(
        self, words: Sequence[str], ends: Sequence[bool], between: Between = nothing
    ) -> tuple[list[Match], int]:
        """Every match, and the number of steps it took. `ends[i]` says that a sentence ends after word `i`."""


class Matcher:
    """Matches one graph. Answers depend on the words alone, never on what was matched before."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._words: list[_Word] = []
        self._numbers: dict[frozenset[int], int] = {}
        self._of_word: dict[str, int] = {}
        self._leads: dict[int, frozenset[int]] = {}
        self._returns: list[int] = [0]  # what a return number stands for; there are no more than ways to call slots
        self._return_numbers: dict[int, int] = {}
        self._lengths = sorted({len(one) - 1 for one in table.vocabulary if one[-1:] == "*"})
        self._forget()

    def knows(self, word: str) -> bool:
        """Whether any phrase speaks of this word."""
        return bool(self._words[self._number(word)].names)

    def matches(
        self, words: Sequence[str], ends: Sequence[bool], between: Between = nothing
    ) -> tuple[list[Match], int]:
        """Every match, and the number of steps it took. `ends[i]` says that a sentence ends after word `i`."""
        numbers = [self._number(word) for word in words]
        stops = [*ends[:-1], True]
        found: dict[tuple[int, int], int] = {}
        steps = 0
        for first in range(len(numbers)):
            state = self._opening if first == 0 or ends[first - 1] else self._inner
            steps += self._walk(state, first, numbers, stops, found)
            between()
        return [Match(number, first, last) for (number, last), first in found.items()], steps

    def words(self) -> list[str]:
        """The words that its phrases speak of, without stems."""
        return [one for one in self._table.vocabulary if one.isalpha()]

    def following(self, word: str, after: State | None = None) -> State | None:
        """Where a word leads from a state; from the beginning of a sentence without one."""
        return self._following(after or self._opening, self._number(word))

    def _walk(
        self, state: State, first: int, numbers: list[int], ends: list[bool], found: dict[tuple[int, int], int]
    ) -> int:
        for at in range(first, min(first + REACH, len(numbers))):
            following = state.moves.get(numbers[at], _UNKNOWN)
            if following is _UNKNOWN:
                following = self._following(state, numbers[at])
            if following is None:
                return at - first + 1
            for number in following.accepts:
                found[number, at] = first  # the latest start is the tightest
            if ends[at]:
                for number in following.accepts_at_end:
                    found[number, at] = first
                following = self._after_end(following)
                if following is None:
                    return at - first + 1
            state = following
        return min(REACH, len(numbers) - first)

    def _following(self, state: State, number: int) -> State | None:
        """Where a word leads from here."""
        word = self._words[number]
        if word.awaited.isdisjoint(state.leads):
            following = self._further(state)
        else:
            reached = self._carried(state) if state.onward else set()
            self._move(state, word, reached)
            following = self._state(reached)
        state.moves[number] = following
        return following

    def _after_end(self, state: State) -> State | None:
        """What is left of a state after the end of a sentence."""
        following = state.moves.get(_BREAK, _UNKNOWN)
        if following is _UNKNOWN:
            broken = self._table.broken
            left = {one & ~_STOP | stop for one in state.standings if (stop := broken[one & _STOP])}
            following = state.moves[_BREAK] = self._state(left)
        return following

    def _further(self, state: State) -> State | None:
        """Where a word leads of which no phrase speaks here."""
        if not state.further:
            state.further.append(self._state(self._carried(state)) if state.onward else None)
        return state.further[0]

    def _carried(self, state: State) -> set[int]:
        """Where any word leads from here."""
        stops = len(self._table.kinds)
        reached = {one & ~_STOP | to for one, to in zip(state.standings, state.onward, strict=True) if to}
        if max(state.onward) >= stops:
            for one, to in zip(state.standings, state.onward, strict=True):
                if to >= stops:
                    reached.discard(one & ~_STOP | to)
                    reached.update(self._pushed(self._table.anything[to - stops], one & ~_STOP))
        return reached

    def _move(self, state: State, word: _Word, reached: set[int]) -> None:
        """Adds where this word leads from here by itself."""
        table, awaited = self._table, word.awaited
        for one, lead in zip(state.standings, state.leads, strict=True):
            if lead in awaited:
                stop, back = one & _STOP, one & ~_STOP
                for at in self._ways(stop, lead, word.names):
                    inner = table.within[at]
                    reached.add(self._within(table.to[at], inner, back) if inner else back | table.to[at])

    def _ways(self, stop: int, lead: int, names: frozenset[int]) -> Iterable[int]:
        """The ways from this stop that have one of these names."""
        table = self._table
        begin, end = table.ways[stop], table.ways[stop + 1]
        if end - begin <= _FEW:
            return [at for at in range(begin, end) if table.names[at] in names]
        found: list[int] = []
        for name in names & self._lead(lead):
            at = bisect_left(table.names, name, begin, end)
            found.extend(range(at, bisect_right(table.names, name, at, end)))
        return found

    def _lead(self, row: int) -> frozenset[int]:
        lead = self._leads.get(row)
        if lead is None:
            lead = self._leads[row] = frozenset(self._table.leads[row])
        return lead

    def _pushed(self, row: Sequence[int], back: int) -> list[int]:
        return [self._within(row[at], row[at + 1], back) for at in range(0, len(row), 2)]

    def _within(self, stop: int, push: int, back: int) -> int:
        """To stand at this stop, within slots after which to go on at these places, and then as before."""
        for after in self._table.pushes[push]:
            back = self._return_number(back | after) << _BITS
        return back | stop

    def _return_number(self, after: int) -> int:
        number = self._return_numbers.get(after)
        if number is None:
            number = self._return_numbers[after] = len(self._returns)
            self._returns.append(after)
        return number

    def _returned(self, standings: Iterable[int]) -> set[int]:
        """These standings, and where one goes on from those where a slot ends."""
        kinds, found = self._table.kinds, set(standings)
        waiting = [one for one in found if kinds[one & _STOP] & RETURNS]
        while waiting:
            after = self._returns[waiting.pop() >> _BITS]
            if after not in found:
                found.add(after)
                if kinds[after & _STOP] & RETURNS:
                    waiting.append(after)
        return found

    def _state(self, reached: set[int]) -> State | None:
        if not reached:
            return None
        standings = tuple(sorted(reached))
        state = self._states.get(standings)
        if state is None:
            if len(self._states) >= MOST_STATES or self._held > MOST_HELD:
                self._forget()
            self._held += len(standings)
            state = self._states[standings] = self._new_state(standings)
        return state

    def _new_state(self, standings: tuple[int, ...]) -> State:
        table = self._table
        stops = [one & _STOP for one in standings]
        if not any(map(table.kinds.__getitem__, stops)):
            return self._going(standings, stops)
        here = sorted(self._returned(standings))
        ends = [one for one in here if table.kinds[one & _STOP] & ENDING]
        beyond = [other for one in ends for other in self._pushed(table.ending[one & _STOP], one & ~_STOP)]
        going = tuple(one for one in here if table.led_by[one & _STOP] or table.onward[one & _STOP])
        state = self._going(going, [one & _STOP for one in going])
        state.accepts = self._accepted(here)
        state.accepts_at_end = self._accepted(self._returned(beyond)) if ends else ()
        return state

    def _going(self, standings: tuple[int, ...], stops: list[int]) -> State:
        leads = tuple(map(self._table.led_by.__getitem__, stops))
        onward = tuple(map(self._table.onward.__getitem__, stops))
        return State(standings, leads, onward if any(onward) else ())

    def _accepted(self, standings: Iterable[int]) -> tuple[int, ...]:
        kinds, accepts = self._table.kinds, self._table.accepts
        return tuple(
            sorted({rule for one in standings if one <= _STOP and kinds[one] & ACCEPTS for rule in accepts[one]})
        )

    def _forget(self) -> None:
        begin = len(self._table.kinds) - 2
        self._states: dict[tuple[int, ...], State] = {}
        self._held = 0
        self._inner, self._opening = self._new_state((begin,)), self._new_state((begin + 1,))
        for state in (self._inner, self._opening):
            self._lead(state.leads[0])

    def _number(self, word: str) -> int:
        number = self._of_word.get(word)
        if number is None:
            number = self._numbered(self._rows(word))
            if len(self._of_word) < 4 * MOST_STATES:
                self._of_word[word] = number
        return number

    def _rows(self, word: str) -> list[int]:
        """The rows of the vocabulary for this word: its own, and those of stems that it begins with."""
        vocabulary = self._table.vocabulary
        known = [word, *[f"{word[:length]}*" for length in self._lengths if length <= len(word)]]
        return [vocabulary[one] for one in known if one in vocabulary]

    def _numbered(self, rows: list[int]) -> int:
        symbols, awaited = self._table.symbols, self._table.awaited
        names = frozenset(chain.from_iterable([symbols[one] for one in rows]))
        number = self._numbers.get(names)
        if number is None:
            number = self._numbers[names] = len(self._words)
            self._words.append(_Word(names, frozenset(chain.from_iterable([awaited[one] for one in rows]))))
        return number
