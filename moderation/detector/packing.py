"""A graph laid out as rows of numbers: what the matcher walks, and what is shipped instead of being built anew.

Places that cannot be told apart become one, and places where nothing happens are stepped over.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from moderation.detector.graph import Graph

# What there is at a place.
WORDS, ANYTHING, FREE, CALLS, BEGINNING, ENDING, ACCEPTS, RETURNS, GAP = (1 << at for at in range(9))  # as in _WAYS
MATTERS = WORDS | ANYTHING | ENDING | ACCEPTS  # anything can happen here; other places only lead on
_WAYS = ("words", "anything", "free", "calls", "beginning", "ending", "accepts")


@dataclass(frozen=True, slots=True)
class Rows:
    """Many short rows of numbers in two arrays: row `at` is `items[starts[at]:starts[at + 1]]`."""

    starts: array[int]
    items: array[int]

    def __getitem__(self, at: int) -> array[int]:
        return self.items[self.starts[at] : self.starts[at + 1]]

    @classmethod
    def of(cls, rows: Iterable[Iterable[int]]) -> Rows:
        """These rows, laid out."""
        starts, items = array("I", [0]), array("I")
        for row in rows:
            items.extend(row)
            starts.append(len(items))
        return cls(_narrow(starts), _narrow(items))


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

    def dump(self) -> Iterator[bytes]:
        """The numbers as bytes, each array after its length; the vocabulary first, a word a line."""
        yield from _framed("\n".join(self.vocabulary).encode())
        for one in self._arrays():
            yield from _framed(one.typecode.encode() + _little(one).tobytes())

    def _arrays(self) -> Iterator[array[int]]:
        for rows in (self.symbols, *(getattr(self, one) for one in _WAYS)):
            yield rows.starts
            yield rows.items
        yield self.kinds

    @classmethod
    def load(cls, content: bytes) -> Packed:
        """What `dump` wrote. Raises ValueError when it is cut short."""
        pieces = list(_pieces(content))
        if len(pieces) != 2 * (len(_WAYS) + 1) + 2:
            raise ValueError("not a packed graph")
        words = str(pieces[0], "utf-8").split("\n")
        arrays = [_little(array(chr(one[0]), bytes(one[1:]))) for one in pieces[1:]]
        symbols, *ways = [Rows(arrays[at], arrays[at + 1]) for at in range(0, len(arrays) - 1, 2)]
        named = dict(zip(_WAYS, ways, strict=True))
        return cls({word: at for at, word in enumerate(words)}, symbols, arrays[-1], **named)


def _narrow(numbers: array[int]) -> array[int]:
    return array("H", numbers) if max(numbers, default=0) < 1 << 16 else numbers


def _framed(content: bytes) -> Iterator[bytes]:
    yield len(content).to_bytes(4, "little")
    yield content


def _pieces(content: bytes) -> Iterator[memoryview]:
    view, at = memoryview(content), 0
    while at < len(content):
        end = at + 4 + int.from_bytes(view[at : at + 4], "little")
        if end > len(content):
            raise ValueError("the packed graph is cut short")
        yield view[at + 4 : end]
        at = end


def _little(numbers: array[int]) -> array[int]:
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers


def pack(graph: Graph) -> Packed:
    """The graph as the matcher walks it. The same graph gives the same numbers."""
    return _Packer(graph).packed()


class _Packer:
    def __init__(self, graph: Graph) -> None:
        self._graph = graph
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
        return Packed({word: at for at, word in enumerate(vocabulary)}, rows, _narrow(self._kinds), **kinds)

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
