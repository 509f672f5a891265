"""A graph laid out as rows of numbers.

Places that cannot be told apart become one, and places where nothing happens are stepped over.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from moderation.detector.graph import Graph
from moderation.detector.rows import Rows, narrow
from moderation.detector.spending import ENDLESS, Spending

# What there is at a place.
WORDS, ANYTHING, FREE, CALLS, BEGINNING, ENDING, ACCEPTS, RETURNS, GAP = (1 << at for at in range(9))  # as in _WAYS
MATTERS = WORDS | ANYTHING | ENDING | ACCEPTS  # anything can happen here; other places only lead on
_WAYS = ("words", "anything", "free", "calls", "beginning", "ending", "accepts")


@dataclass(frozen=True, slots=True)
class Packed:
    """A finished graph. Place 0 is where every phrase begins; `kinds` says what there is at each."""

    vocabulary: Mapping[str, int]  # words, and stems with their star, to their row of symbols
    symbols: Rows
    kinds: array[int]
    words: Rows  # a symbol, the place it leads to, a symbol, ...
    anything: Rows
    free: Rows
    calls: Rows  # where a slot begins, and where to go on after it, ...
    beginning: Rows
    ending: Rows
    accepts: Rows


def pack(graph: Graph, spending: Spending = ENDLESS) -> Packed:
    """The graph in rows. The same graph gives the same numbers. Raises BadPhrase when it is too much work."""
    return _Packer(graph, spending).packed()


class _Packer:
    def __init__(self, graph: Graph, spending: Spending) -> None:
        self._graph, self._spending = graph, spending
        self._new: dict[int, int] = {}  # places of the graph to packed ones
        self._known: dict[tuple[object, ...], int] = {}
        self._places: list[dict[str, tuple[int, ...]]] = [{}]
        self._kinds = array("I", [0])
        self._symbols: dict[str, int] = {}

    def packed(self) -> Packed:
        for place in self._last_first():
            self._add(place)
        kinds = {f: Rows.of(one.get(f, ()) for one in self._places) for f in _WAYS}
        vocabulary = self._vocabulary()
        rows = Rows.of(vocabulary.values())
        return Packed({word: at for at, word in enumerate(vocabulary)}, rows, narrow(self._kinds), **kinds)

    def _last_first(self) -> Iterator[int]:
        """Every place that can be reached, each after all that it leads to."""
        done: set[int] = set()
        waiting: list[tuple[int, bool]] = [(0, False)]
        while waiting:
            place, is_left = waiting.pop()
            if is_left:
                yield place
            elif place not in done:
                done.add(place)
                waiting.append((place, True))
                waiting.extend((one, False) for one in self._after(place) if one not in done)

    def _after(self, place: int) -> Iterator[int]:
        graph = self._graph
        yield from graph.words.get(place, ())[1::2]
        for ways in (graph.anything, graph.free, graph.beginning, graph.ending):
            yield from ways.get(place, ())
        for call in graph.calls.get(place, ()):
            yield from call

    def _add(self, place: int) -> None:
        ways, kind = self._ways(place)
        if place and not kind & ~FREE and len(ways.get("free", ())) == 1:
            self._new[place] = ways["free"][0]
            return
        key = (kind, *(ways.get(one, ()) for one in _WAYS))
        if place == 0:
            self._places[0], self._kinds[0] = ways, kind
        elif key not in self._known:
            self._known[key] = len(self._places)
            self._places.append(ways)
            self._kinds.append(kind)
        self._new[place] = self._known.get(key, 0)

    def _ways(self, place: int) -> tuple[dict[str, tuple[int, ...]], int]:
        graph, new = self._graph, self._new
        words = graph.words.get(place, ())
        pairs = sorted({(self._symbol(words[at]), new[words[at + 1]]) for at in range(0, len(words), 2)})
        calls = sorted({(new[start], new[after]) for start, after in graph.calls.get(place, ())})
        found = {
            "words": tuple(one for pair in pairs for one in pair),
            "calls": tuple(one for pair in calls for one in pair),
            "free": self._free(place),
            "anything": _all(new, graph.anything.get(place, ())),
            "beginning": _all(new, graph.beginning.get(place, ())),
            "ending": _all(new, graph.ending.get(place, ())),
            "accepts": tuple(sorted(set(graph.accepts.get(place, ())))),
        }
        found = {name: numbers for name, numbers in found.items() if numbers}
        kind = sum(1 << at for at, name in enumerate(_WAYS) if name in found)
        kind |= RETURNS if place in graph.returns else 0
        return found, kind | (GAP if kind & MATTERS and graph.gaps[place] else 0)

    def _free(self, place: int) -> tuple[int, ...]:
        """The places that are here too and where something happens."""
        reached: set[int] = set()
        for one in self._graph.free.get(place, ()):
            number = self._new[one]
            reached.update(self._places[number].get("free", ()))
            if self._kinds[number] & ~FREE:
                reached.add(number)
        self._spending.spend(len(reached))
        return tuple(sorted(reached))

    def _symbol(self, name: str) -> int:
        return self._symbols.setdefault(name, len(self._symbols))

    def _vocabulary(self) -> dict[str, list[int]]:
        """Every word and stem, with the symbols that stand for it: itself and the groups it belongs to."""
        found: dict[str, list[int]] = {}
        for name, number in self._symbols.items():
            if not name.startswith("#"):
                found.setdefault(name, []).append(number)
        for members, name in self._graph.groups.items():
            if name in self._symbols:
                for one in members:
                    found.setdefault(one, []).append(self._symbols[name])
        return {word: sorted(numbers) for word, numbers in sorted(found.items())}


def _all(new: Mapping[int, int], places: Sequence[int]) -> tuple[int, ...]:
    return tuple(sorted({new[one] for one in places}))
