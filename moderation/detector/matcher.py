"""Finds every phrase of a graph in a row of words, in steps that grow with the words and with nothing else.

From each word one walk starts, and no walk is longer than `REACH` words, so a text of n words costs at most
n x REACH steps, whatever a curator writes. What a step leads to is worked out once and remembered (a deterministic
automaton built as it is needed, after Thompson 1968), and forgotten as a whole when it grows too large.

Where one stands is one number: the stop, and above its bits the number of what to return to, innermost first.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from moderation.detector.closing import Table
from moderation.detector.packing import ACCEPTS, ENDING, RETURNS
from moderation.detector.reading import Between, nothing

REACH = 24  # words
MOST_STATES = 6000
_BREAK = -1
_BITS = 20
_STOP = (1 << _BITS) - 1


@dataclass(frozen=True, slots=True)
class Match:
    """Phrase `number` covers the words `first` to `last`, both included."""

    number: int
    first: int
    last: int


@dataclass(slots=True)
class _State:
    standings: tuple[int, ...]  # those from where any word leads on
    accepts: tuple[int, ...]
    accepts_at_end: tuple[int, ...]
    moves: dict[int, _State | None] = field(default_factory=dict)


_UNKNOWN = _State((), (), ())


class Matcher:
    """Matches one graph. Answers depend on the words alone, never on what was matched before."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._symbols: list[frozenset[int]] = []
        self._numbers: dict[frozenset[int], int] = {}
        self._of_word: dict[str, int] = {}
        self._leads: list[frozenset[int] | None] = [None] * (len(table.leads.starts) - 1)
        self._returns: list[int] = [0]  # what a return number stands for; there are no more than ways to call slots
        self._return_numbers: dict[int, int] = {}
        self._lengths = sorted({len(one) - 1 for one in table.vocabulary if one[-1:] == "*"})
        self._forget()

    def knows(self, word: str) -> bool:
        """Whether any phrase speaks of this word."""
        return bool(self._symbols[self._number(word)])

    def matches(
        self, words: Sequence[str], ends: Sequence[bool], between: Between = nothing
    ) -> tuple[list[Match], int]:
        """Every match, and the number of steps it took. `ends[i]` says that a sentence ends after word `i`."""
        numbers = [self._number(word) for word in words]
        found: dict[tuple[int, int], int] = {}
        steps = 0
        for first in range(len(numbers)):
            state = self._opening if first == 0 or ends[first - 1] else self._inner
            steps += self._walk(state, first, numbers, ends, found)
            between()
        return [Match(number, first, last) for (number, last), first in found.items()], steps

    def _walk(
        self,
        state: _State | None,
        first: int,
        numbers: list[int],
        ends: Sequence[bool],
        found: dict[tuple[int, int], int],
    ) -> int:
        last_word = len(numbers) - 1
        for at in range(first, min(first + REACH, len(numbers))):
            state = self._next(state, numbers[at])  # type: ignore[arg-type]
            if state is None:
                return at - first + 1
            for number in state.accepts:
                found[number, at] = first  # the latest start is the tightest
            if ends[at] or at == last_word:
                for number in state.accepts_at_end:
                    found[number, at] = first
                state = self._next(state, _BREAK)
                if state is None:
                    return at - first + 1
        return min(REACH, len(numbers) - first)

    def _next(self, state: _State, symbol: int) -> _State | None:
        following = state.moves.get(symbol, _UNKNOWN)
        if following is _UNKNOWN:
            led = self._broken(state) if symbol == _BREAK else self._led(state.standings, self._symbols[symbol])
            following = state.moves[symbol] = self._state(led) if led else None
        return following

    def _broken(self, state: _State) -> set[int]:
        """What is left of a state after the end of a sentence."""
        broken = self._table.broken
        return {one & ~_STOP | stop for one in state.standings if (stop := broken[one & _STOP])}

    def _led(self, standings: Iterable[int], names: frozenset[int]) -> set[int]:
        """Where a word with these names leads to from here."""
        led_by, leads, onward, stops = self._table.led_by, self._leads, self._table.onward, len(self._table.kinds)
        reached: set[int] = set()
        for one in standings:
            stop = one & _STOP
            lead = leads[led_by[stop]] or self._lead(led_by[stop])
            if not lead.isdisjoint(names):
                reached.update(self._moved(stop, one - stop, lead & names))
            if further := onward[stop]:
                if further < stops:
                    reached.add(one - stop | further)
                else:
                    reached.update(self._pushed(self._table.anything[further - stops], one - stop))
        return reached

    def _lead(self, row: int) -> frozenset[int]:
        lead = self._leads[row] = frozenset(self._table.leads[row])
        return lead

    def _moved(self, stop: int, back: int, names: Iterable[int]) -> Iterator[int]:
        table = self._table
        begin, end = table.ways[stop], table.ways[stop + 1]
        for name in names:
            at = bisect_left(table.names, name, begin, end)
            while at < end and table.names[at] == name:
                yield self._within(table.to[at], table.within[at], back) if table.within[at] else back | table.to[at]
                at += 1

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

    def _state(self, reached: set[int]) -> _State:
        standings = tuple(sorted(reached))
        state = self._states.get(standings)
        if state is None:
            if len(self._states) >= MOST_STATES:
                self._forget()
            state = self._states[standings] = self._new_state(standings)
        return state

    def _new_state(self, standings: tuple[int, ...]) -> _State:
        kinds = self._table.kinds
        if not any([kinds[one & _STOP] for one in standings]):  # noqa: C419  (a list is quicker here)
            return _State(standings, (), ())
        here = sorted(self._returned(standings))
        ending = self._table.ending
        ends = [one for one in here if kinds[one & _STOP] & ENDING]
        beyond = [other for one in ends for other in self._pushed(ending[one & _STOP], one & ~_STOP)]
        going = tuple(one for one in here if self._goes_on(one & _STOP))
        return _State(going, self._accepted(here), self._accepted(self._returned(beyond)) if ends else ())

    def _goes_on(self, stop: int) -> bool:
        return bool(self._table.led_by[stop] or self._table.onward[stop])

    def _accepted(self, standings: Iterable[int]) -> tuple[int, ...]:
        kinds, accepts = self._table.kinds, self._table.accepts
        return tuple(
            sorted({rule for one in standings if one <= _STOP and kinds[one] & ACCEPTS for rule in accepts[one]})
        )

    def _forget(self) -> None:
        begin = len(self._table.kinds) - 2
        self._states: dict[tuple[int, ...], _State] = {}
        self._inner, self._opening = _State((begin,), (), ()), _State((begin + 1,), (), ())

    def _number(self, word: str) -> int:
        number = self._of_word.get(word)
        if number is None:
            number = self._numbered(self._names(word))
            if len(self._of_word) < 4 * MOST_STATES:
                self._of_word[word] = number
        return number

    def _names(self, word: str) -> frozenset[int]:
        vocabulary, symbols = self._table.vocabulary, self._table.symbols
        known = [word, *(f"{word[:length]}*" for length in self._lengths if length <= len(word))]
        return frozenset(name for one in known if one in vocabulary for name in symbols[vocabulary[one]])

    def _numbered(self, names: frozenset[int]) -> int:
        if names not in self._numbers:
            self._numbers[names] = len(self._symbols)
            self._symbols.append(names)
        return self._numbers[names]
