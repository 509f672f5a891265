"""Finds every phrase of a graph in a row of words, in steps that grow with the words and with nothing else.

From each word one walk starts, and no walk is longer than `REACH` words, so a text of n words costs at most
n x REACH steps, whatever a curator writes. What a step leads to is worked out once and remembered (a deterministic
automaton built as it is needed, after Thompson 1968), and forgotten as a whole when it grows too large.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from moderation.detector.graph import Graph, Standing
from moderation.detector.reading import Between, nothing

REACH = 24  # words
MOST_STATES = 6000
_BREAK = -1


@dataclass(frozen=True, slots=True)
class Match:
    """Phrase `number` covers the words `first` to `last`, both included."""

    number: int
    first: int
    last: int


@dataclass(slots=True)
class _State:
    standings: frozenset[Standing]
    accepts: tuple[int, ...]
    accepts_at_end: tuple[int, ...]
    moves: dict[int, _State | None] = field(default_factory=dict)


class Matcher:
    """Matches one graph. Answers depend on the words alone, never on what was matched before."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._symbols: list[frozenset[str]] = []
        self._numbers: dict[frozenset[str], int] = {}
        self._of_word: dict[str, int] = {}
        self._groups_of: dict[str, tuple[str, ...]] = _groups_by_member(graph)
        self._lengths = sorted({len(one) for one in graph.prefixes})
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
        graph = self._graph
        if symbol == _BREAK:
            return self._state(frozenset(one for one in state.standings if not graph.gaps[one[0]]))
        names = self._symbols[symbol]
        reached: set[Standing] = set()
        for number, back in state.standings:
            for one in graph.anything.get(number, ()):
                reached.add((one, back))
            words = graph.words.get(number, ())
            for at in range(0, len(words), 2):
                if words[at] in names:
                    reached.add((words[at + 1], back))
        return self._state(graph.standings(reached))

    def _state(self, standings: frozenset[Standing]) -> _State | None:
        if not standings:
            return None
        if standings not in self._states:
            if len(self._states) >= MOST_STATES:
                self._forget()
            one_copy = self._standings.setdefault
            kept = frozenset([one_copy(one, one) for one in standings])  # the same standings are in many states
            self._states[kept] = self._new_state(kept)
        return self._states[standings]

    def _new_state(self, standings: frozenset[Standing]) -> _State:
        ways = self._graph.ending
        ending = self._graph.standings((end, back) for number, back in standings for end in ways.get(number, ()))
        return _State(standings, self._accepted(standings), self._accepted(ending))

    def _accepted(self, standings: frozenset[Standing]) -> tuple[int, ...]:
        accepts = self._graph.accepts
        return tuple(sorted({rule for number, back in standings if back is None for rule in accepts.get(number, ())}))

    def _forget(self) -> None:
        self._states: dict[frozenset[Standing], _State] = {}
        self._standings: dict[Standing, Standing] = {}
        self._inner = self._new_state(self._graph.standings([(0, None)]))
        self._opening = self._new_state(self._graph.standings([(0, None)], at_beginning=True))

    def _number(self, word: str) -> int:
        number = self._of_word.get(word)
        if number is None:
            number = self._numbered(self._names(word))
            if len(self._of_word) < 4 * MOST_STATES:
                self._of_word[word] = number
        return number

    def _names(self, word: str) -> frozenset[str]:
        stems = [f"{word[:length]}*" for length in self._lengths if word[:length] in self._graph.prefixes]
        own = [word] if word in self._groups_of else []
        named = [name for symbol in (word, *stems) for name in self._groups_of.get(symbol, ()) if name != word]
        return frozenset((*own, *stems, *named))

    def _numbered(self, names: frozenset[str]) -> int:
        if names not in self._numbers:
            self._numbers[names] = len(self._symbols)
            self._symbols.append(names)
        return self._numbers[names]


def _groups_by_member(graph: Graph) -> dict[str, tuple[str, ...]]:
    """For every word and stem of the graph, the names of the groups it belongs to."""
    found: dict[str, list[str]] = {}
    for words in graph.words.values():
        for symbol in words[::2]:
            if not symbol.startswith("#"):
                found.setdefault(symbol, [])
    for group, name in graph.groups.items():
        for symbol in group:
            found.setdefault(symbol, []).append(name)
    return {symbol: tuple(names) for symbol, names in found.items()}
