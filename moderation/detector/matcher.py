"""Finds every phrase of a graph in a row of words, in steps that grow with the words and with nothing else.

From each word one walk starts, and no walk is longer than `REACH` words, so a text of n words costs at most
n x REACH steps, whatever a curator writes. What a step leads to is worked out once and remembered (a deterministic
automaton built as it is needed, after Thompson 1968), and forgotten as a whole when it grows too large.

Where one stands is one number: the place, and above its bits the number of what to return to, innermost first.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from moderation.detector.packing import ACCEPTS, ANYTHING, BEGINNING, CALLS, ENDING, FREE, GAP, MATTERS, RETURNS, Packed
from moderation.detector.reading import Between, nothing

REACH = 24  # words
MOST_STATES = 6000
_BREAK = -1
_BITS = 20
_PLACE = (1 << _BITS) - 1
_LEADS = FREE | CALLS | BEGINNING | RETURNS
_INDEXED = 32  # standings; where one stands at so many places at once, and _OFTEN, the next words are looked up
_OFTEN = 4


@dataclass(frozen=True, slots=True)
class Match:
    """Phrase `number` covers the words `first` to `last`, both included."""

    number: int
    first: int
    last: int


@dataclass(slots=True)
class _State:
    standings: array[int]
    accepts: tuple[int, ...]
    accepts_at_end: tuple[int, ...]
    moves: dict[int, _State | None] = field(default_factory=dict)
    index: dict[int, list[int]] | None = None  # by symbol; -1 holds those that any word leads on to


class Matcher:
    """Matches one graph. Answers depend on the words alone, never on what was matched before."""

    def __init__(self, graph: Packed) -> None:
        self._graph = graph
        self._symbols: list[frozenset[int]] = []
        self._numbers: dict[frozenset[int], int] = {}
        self._of_word: dict[str, int] = {}
        self._returns: list[int] = [0]  # what a return number stands for; there are no more than ways to call slots
        self._return_numbers: dict[int, int] = {}
        self._lengths = sorted({len(one) - 1 for one in graph.vocabulary if one[-1:] == "*"})
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
        try:
            return state.moves[symbol]
        except KeyError:
            following = self._step(state, symbol)
            state.moves[symbol] = following
            return following

    def _step(self, state: _State, symbol: int) -> _State | None:
        if symbol == _BREAK:
            kinds = self._graph.kinds
            return self._state([one for one in state.standings if not kinds[one & _PLACE] & GAP])
        if state.index is None and len(state.standings) >= _INDEXED and len(state.moves) >= _OFTEN:
            state.index = self._indexed(state.standings)
        names = self._symbols[symbol]
        if state.index is None:
            return self._state(self._closed(self._led(state.standings, names)))
        reached = set(state.index.get(-1, ()))
        for name in names if len(names) < len(state.index) else names & state.index.keys():
            reached.update(state.index.get(name, ()))
        return self._state(self._closed(reached))

    def _led(self, standings: Iterable[int], names: frozenset[int]) -> set[int]:
        """Where a word with these names leads to from here."""
        starts, items = self._graph.words.starts, self._graph.words.items
        reached = set(self._carried(standings))
        for one in standings:
            place = one & _PLACE
            for at in range(starts[place], starts[place + 1], 2):
                if items[at] in names:
                    reached.add(one - place | items[at + 1])
        return reached

    def _carried(self, standings: Iterable[int]) -> list[int]:
        kinds, anything = self._graph.kinds, self._graph.anything
        some = [one for one in standings if kinds[one & _PLACE] & ANYTHING]
        return [one & ~_PLACE | place for one in some for place in anything[one & _PLACE]]

    def _indexed(self, standings: Iterable[int]) -> dict[int, list[int]]:
        starts, items = self._graph.words.starts, self._graph.words.items
        found = {-1: self._carried(standings)}
        for one in standings:
            place = one & _PLACE
            for at in range(starts[place], starts[place + 1], 2):
                found.setdefault(items[at], []).append(one - place | items[at + 1])
        return found

    def _closed(self, where: Iterable[int], *, at_beginning: bool = False) -> list[int]:
        """These standings and those that are reached from there without another word, where anything can happen."""
        graph, kinds = self._graph, self._graph.kinds
        seen = set(where)
        waiting = [one for one in seen if kinds[one & _PLACE] & _LEADS]
        while waiting:
            one = waiting.pop()
            place, back = one & _PLACE, one & ~_PLACE
            kind = kinds[place]
            reached = [back | other for other in graph.free[place]] if kind & FREE else []
            if kind & BEGINNING and at_beginning:
                reached.extend(back | other for other in graph.beginning[place])
            if kind & CALLS:
                reached.extend(self._called(place, back))
            if kind & RETURNS and back:
                reached.append(self._returns[back >> _BITS])
            for other in reached:
                if other not in seen:
                    seen.add(other)
                    if kinds[other & _PLACE] & _LEADS:
                        waiting.append(other)
        return sorted(one for one in seen if kinds[one & _PLACE] & MATTERS)

    def _called(self, place: int, back: int) -> Iterable[int]:
        row = self._graph.calls[place]
        for at in range(0, len(row), 2):
            after = back | row[at + 1]
            number = self._return_numbers.get(after)
            if number is None:
                number = self._return_numbers[after] = len(self._returns)
                self._returns.append(after)
            yield number << _BITS | row[at]

    def _state(self, standings: list[int]) -> _State | None:
        if not standings:
            return None
        packed = array("Q", standings)
        key = packed.tobytes()
        if key not in self._states:
            if len(self._states) >= MOST_STATES:
                self._forget()
            self._states[key] = self._new_state(packed)
        return self._states[key]

    def _new_state(self, standings: array[int]) -> _State:
        kinds, ending = self._graph.kinds, self._graph.ending
        ends = [
            one & ~_PLACE | end for one in standings if kinds[one & _PLACE] & ENDING for end in ending[one & _PLACE]
        ]
        return _State(standings, self._accepted(standings), self._accepted(self._closed(ends)) if ends else ())

    def _accepted(self, standings: Iterable[int]) -> tuple[int, ...]:
        kinds, accepts = self._graph.kinds, self._graph.accepts
        return tuple(
            sorted({rule for one in standings if one <= _PLACE and kinds[one] & ACCEPTS for rule in accepts[one]})
        )

    def _forget(self) -> None:
        self._states: dict[bytes, _State] = {}
        self._inner = self._new_state(array("Q", self._closed([0])))
        self._opening = self._new_state(array("Q", self._closed([0], at_beginning=True)))

    def _number(self, word: str) -> int:
        number = self._of_word.get(word)
        if number is None:
            number = self._numbered(self._names(word))
            if len(self._of_word) < 4 * MOST_STATES:
                self._of_word[word] = number
        return number

    def _names(self, word: str) -> frozenset[int]:
        vocabulary, symbols = self._graph.vocabulary, self._graph.symbols
        known = [word, *(f"{word[:length]}*" for length in self._lengths if length <= len(word))]
        return frozenset(name for one in known if one in vocabulary for name in symbols[vocabulary[one]])

    def _numbered(self, names: frozenset[int]) -> int:
        if names not in self._numbers:
            self._numbers[names] = len(self._symbols)
            self._symbols.append(names)
        return self._numbers[names]
