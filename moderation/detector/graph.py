"""All phrases as one graph of words, sharing beginnings and slots, so that a thousand are followed at once.

A slot is built once and called from many places (a recursive transition network, Woods 1970, without recursion).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from moderation.detector.phrases import BadPhrase, Node

MOST_PLACES = 20_000  # of one phrase, with its slots written out


class Graph:
    """Places and the words between them. Place 0 is where every phrase begins.

    Most places have one way on, so that each kind of way is kept for those places alone that have it.
    """

    def __init__(self) -> None:
        self.words: dict[int, tuple[Any, ...]] = {}  # a word, the place it leads to, a word, ...
        self.anything: dict[int, tuple[int, ...]] = {}
        self.free: dict[int, tuple[int, ...]] = {}  # places that are here too
        self.beginning: dict[int, tuple[int, ...]] = {}  # places that are here too at the beginning of a sentence
        self.ending: dict[int, tuple[int, ...]] = {}  # places that are here too at the end of a sentence
        self.calls: dict[int, tuple[tuple[int, int], ...]] = {}  # where a slot begins, and where to go on after it
        self.accepts: dict[int, tuple[int, ...]] = {}
        self.gaps = bytearray()  # 1 for places that end with their sentence
        self.returns: set[int] = set()
        self.prefixes: set[str] = set()
        self.groups: dict[tuple[str, ...], str] = {}  # words that lead to the same place, under one name
        self._shared: dict[tuple[int, Node], int] = {}
        self._slots: dict[str, tuple[int, int, bool]] = {}  # where it begins, its size, whether it may be empty
        self._new()

    def define(self, slots: Mapping[str, tuple[tuple[Node, ...], ...]]) -> None:
        """Adds slots for phrases to call. A slot comes after those that it calls."""
        for name, sequences in slots.items():
            start, end = self._new(), self._new()
            self.returns.add(end)
            self._build_any(start, sequences, end)
            size, empty = sum(map(self._size, sequences)), any(map(self._may_be_empty, sequences))
            self._slots[name] = start, size, empty

    def add(self, sequence: tuple[Node, ...], number: int) -> None:
        """Adds one phrase. Raises BadPhrase when it is empty or unfolds into too much."""
        if self._size(sequence) > MOST_PLACES:
            raise BadPhrase("unfolds into too much; split it")
        if self._may_be_empty(sequence):
            raise BadPhrase("a phrase that matches nothing in particular")
        end = self._follow(0, sequence)
        _append(self.accepts, end, number)

    def finish(self) -> None:
        """Forgets what only adding needs. No phrase can be added afterwards."""
        self._shared.clear()
        self._slots.clear()

    def _may_be_empty(self, sequence: Iterable[Node]) -> bool:
        return all(self._node_may_be_empty(node) for node in sequence)

    def _node_may_be_empty(self, node: Node) -> bool:
        if node[0] == "any":
            return any(self._may_be_empty(one) for one in node[1])
        if node[0] == "slot":
            return self._slots[node[1]][2]
        return node[0] not in ("word", "prefix")

    def _size(self, sequence: Iterable[Node]) -> int:
        size = 0
        for node in sequence:
            if node[0] == "slot":
                size += self._slots[node[1]][1]
            elif node[0] == "any":
                size += sum(map(self._size, node[1]))
            else:
                size += node[1] if node[0] == "gap" else 1
        return size

    def _follow(self, place: int, sequence: Iterable[Node]) -> int:
        for node in sequence:
            key = (place, node)
            if key not in self._shared:
                self._shared[key] = self._build(place, node)
            place = self._shared[key]
        return place

    def _build(self, place: int, node: Node) -> int:
        kind = node[0]
        if kind == "gap":
            return self._build_gap(place, node[1])
        end = self._new()
        if kind == "start":
            _append(self.beginning, place, end)
        elif kind == "end":
            _append(self.ending, place, end)
        elif kind == "slot":
            _append(self.calls, place, (self._slots[node[1]][0], end))
        elif kind == "any":
            self._build_any(place, node[1], end)
        else:
            self._lead(place, self._symbol(node), end)
        return end

    def _build_gap(self, place: int, words: int) -> int:
        entrance, end = self._new(gap=True), self._new(gap=True)  # what comes after a gap, comes in the same sentence
        _append(self.free, place, entrance)
        _append(self.free, entrance, end)
        place = entrance
        for _ in range(words):
            inner = self._new(gap=True)
            _append(self.anything, place, inner)
            _append(self.free, inner, end)
            place = inner
        return end

    def _build_any(self, place: int, sequences: Iterable[tuple[Node, ...]], end: int) -> None:
        singles: list[str] = []
        apart = self._new()  # an alternative shares its beginning with the others, not with whole phrases
        _append(self.free, place, apart)
        for sequence in sequences:
            if len(sequence) == 1 and sequence[0][0] in ("word", "prefix"):
                singles.append(self._symbol(sequence[0]))
            else:
                last = self._follow(apart, sequence) if sequence else place
                if end not in self.free.get(last, ()):
                    _append(self.free, last, end)
        if len(singles) > 2:
            group = tuple(sorted(set(singles)))
            singles = [self.groups.setdefault(group, f"#{len(self.groups)}")]
        for symbol in singles:
            self._lead(place, symbol, end)

    def _symbol(self, node: Node) -> str:
        if node[0] == "prefix":
            self.prefixes.add(node[1])
            return f"{node[1]}*"
        return node[1]

    def _lead(self, place: int, symbol: str, end: int) -> None:
        self.words[place] = (*self.words.get(place, ()), symbol, end)

    def _new(self, *, gap: bool = False) -> int:
        self.gaps.append(gap)
        return len(self.gaps) - 1


def _append(ways: dict[int, tuple[Any, ...]], place: int, way: Any) -> None:
    ways[place] = (*ways.get(place, ()), way)
