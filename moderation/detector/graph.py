"""All phrases as one graph of words, sharing beginnings and slots, so that a thousand are followed at once.

A slot is built once and called from many places (a recursive transition network, Woods 1970, without recursion):
where one stands in the graph is a place and the places to return to, innermost first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from moderation.detector.phrases import BadPhrase, Node

MOST_PLACES = 20_000  # of one phrase, with its slots written out

Return = tuple[int, Any] | None  # the place to return to, and where to return to from there
Standing = tuple[int, Return]


class Place:
    """One place in the graph. `gap` places end with their sentence."""

    __slots__ = ("accepts", "anything", "beginning", "calls", "ending", "free", "gap", "returns", "words")

    def __init__(self, *, gap: bool = False, returns: bool = False) -> None:
        self.words: dict[str, tuple[int, ...]] = {}
        self.anything: tuple[int, ...] = ()
        self.free: tuple[int, ...] = ()  # places that are here too
        self.beginning: tuple[int, ...] = ()  # places that are here too at the beginning of a sentence
        self.ending: tuple[int, ...] = ()  # places that are here too at the end of a sentence
        self.calls: tuple[tuple[int, int], ...] = ()  # where a slot begins, and where to go on after it
        self.accepts: tuple[int, ...] = ()
        self.gap = gap
        self.returns = returns


class Graph:
    """Places and the words between them. Place 0 is where every phrase begins."""

    def __init__(self) -> None:
        self.places = [Place()]
        self.prefixes: set[str] = set()
        self.groups: dict[tuple[str, ...], str] = {}  # words that lead to the same place, under one name
        self._shared: dict[tuple[int, Node], int] = {}
        self._slots: dict[str, tuple[int, int]] = {}  # where it begins, and its size

    def define(self, slots: Mapping[str, tuple[tuple[Node, ...], ...]]) -> None:
        """Adds slots for phrases to call. A slot comes after those that it calls."""
        for name, sequences in slots.items():
            start, end = self._new(), self._new(returns=True)
            self._build_any(start, sequences, end)
            self._slots[name] = start, sum(map(self._size, sequences))

    def add(self, sequence: tuple[Node, ...], number: int) -> None:
        """Adds one phrase. Raises BadPhrase when it is empty or unfolds into too much."""
        if self._size(sequence) > MOST_PLACES:
            raise BadPhrase("unfolds into too much; split it")
        end = self._follow(0, sequence)
        if (end, None) in self.standings([(0, None)], at_beginning=True):
            raise BadPhrase("a phrase that matches nothing in particular")
        self.places[end].accepts += (number,)

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
            self.places[place].beginning += (end,)
        elif kind == "end":
            self.places[place].ending += (end,)
        elif kind == "slot":
            self.places[place].calls += ((self._slots[node[1]][0], end),)
        elif kind == "any":
            self._build_any(place, node[1], end)
        else:
            self._lead(place, self._symbol(node), end)
        return end

    def _build_gap(self, place: int, words: int) -> int:
        end = self._new(gap=True)  # what comes after a gap must come in the same sentence
        self.places[place].free += (end,)
        for _ in range(words):
            inner = self._new(gap=True)
            self.places[place].anything += (inner,)
            self.places[inner].free += (end,)
            place = inner
        return end

    def _build_any(self, place: int, sequences: Iterable[tuple[Node, ...]], end: int) -> None:
        singles: list[str] = []
        apart = self._new()  # an alternative shares its beginning with the others, not with whole phrases
        self.places[place].free += (apart,)
        for sequence in sequences:
            if len(sequence) == 1 and sequence[0][0] in ("word", "prefix"):
                singles.append(self._symbol(sequence[0]))
            else:
                last = self._follow(apart, sequence) if sequence else place
                if end not in self.places[last].free:
                    self.places[last].free += (end,)
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
        words = self.places[place].words
        words[symbol] = (*words.get(symbol, ()), end)

    def _new(self, *, gap: bool = False, returns: bool = False) -> int:
        self.places.append(Place(gap=gap, returns=returns))
        return len(self.places) - 1

    def standings(self, where: Iterable[Standing], *, at_beginning: bool = False) -> frozenset[Standing]:
        """These standings and those that are reached from there without another word."""
        seen = set(where)
        waiting = list(seen)
        while waiting:
            number, back = waiting.pop()
            place = self.places[number]
            reached: list[Standing] = [(one, back) for one in place.free]
            if at_beginning:
                reached.extend((one, back) for one in place.beginning)
            reached.extend((start, (after, back)) for start, after in place.calls)
            if place.returns and back:
                reached.append(back)
            for one in reached:
                if one not in seen:
                    seen.add(one)
                    waiting.append(one)
        return frozenset(seen)
