"""A packed graph made ready to be walked: what happens at a place without another word is worked out beforehand.

A stop is a place where a word leads, together with all that is here too: what stands beside it, slots that begin here,
and what follows a slot that is empty. Stops that cannot be told apart become one.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, chain

from moderation.detector import table as tables
from moderation.detector.packing import ACCEPTS, ANYTHING, BEGINNING, CALLS, ENDING, FREE, GAP, RETURNS, WORDS, Packed
from moderation.detector.rows import Rows, narrow
from moderation.detector.spending import ENDLESS, Spending
from moderation.detector.table import Table
from moderation.detector.vocabulary import Vocabulary

NOTHING = 0  # the stop where nothing goes on
Stack = tuple[int, ...]  # where to go on after the slots that one is in, innermost first
Way = tuple[int, int, int]  # a symbol, the stop it leads to, a row of `pushes`


def close(graph: Packed, spending: Spending = ENDLESS) -> Table:
    """The table of a packed graph. The same graph gives the same numbers. Raises BadPhrase when it is too much work."""
    return _Closer(graph, spending).table()


@dataclass(slots=True)
class _Stop:
    """What there is at a stop."""

    ways: tuple[Way, ...] = ()
    anything: tuple[Stack, ...] = ()
    ending: tuple[Stack, ...] = ()
    accepts: Stack = ()
    returns: bool = False  # the slot that one is in ends here
    broken: int = NOTHING

    def key(self) -> tuple[object, ...]:
        return self.ways, self.anything, self.ending, self.accepts, self.returns, self.broken

    def kind(self) -> int:
        ends, accepts = tables.ENDS if self.ending else 0, tables.ACCEPTS if self.accepts else 0
        return ends | accepts | (tables.RETURNS if self.returns else 0)


class _Closer:
    def __init__(self, graph: Packed, spending: Spending) -> None:
        self._graph, self._spending = graph, spending
        self._number: dict[int, int] = {}  # of the stop at a place
        self._stops = [_Stop()]
        self._known: dict[tuple[object, ...], int] = {self._stops[0].key(): NOTHING}
        self._pushes: dict[Stack, int] = {(): 0}

    def table(self) -> Table:
        for place in sorted(self._led_to()):  # what a place leads to was numbered before it
            self._number[place] = self._numbered(self._stop(place))
        for at_beginning in (False, True):
            self._stops.append(self._here(*self._members(0, at_beginning=at_beginning)))
        return self._laid_out()

    def _led_to(self) -> set[int]:
        """Places where a word or the end of a slot leads."""
        graph = self._graph
        return {*graph.words.items[1::2], *graph.calls.items[1::2], *graph.anything.items, *graph.ending.items}

    def _numbered(self, stop: _Stop) -> int:
        number = self._known.setdefault(stop.key(), len(self._stops))
        if number == len(self._stops):
            self._stops.append(stop)
        return number

    def _stop(self, place: int) -> _Stop:
        members, returns = self._members(place)
        kinds = self._graph.kinds
        left = self._here({one for one in members if not kinds[one[0]] & GAP}, returns=False)
        stop = self._here(members, returns=returns)
        stop.broken = self._numbered(_Stop(left.ways, left.anything))
        return stop

    def _members(self, place: int, *, at_beginning: bool = False) -> tuple[set[tuple[int, Stack]], bool]:
        """The places that are here too, each within the slots that were entered, and whether the own slot ends here."""
        kinds = self._graph.kinds
        seen: set[tuple[int, Stack]] = {(place, ())}
        waiting = list(seen)
        returns = False
        while waiting:
            one, stack = waiting.pop()
            reached = list(self._here_too(one, stack, at_beginning=at_beginning))
            self._spending.spend(1 + len(reached))
            if kinds[one] & RETURNS and stack:
                reached.append((stack[0], stack[1:]))
            returns |= bool(kinds[one] & RETURNS and not stack)
            waiting.extend(other for other in reached if other not in seen)
            seen.update(reached)
        return seen, returns

    def _here_too(self, place: int, stack: Stack, *, at_beginning: bool) -> Iterator[tuple[int, Stack]]:
        graph = self._graph
        kind = graph.kinds[place]
        if kind & FREE:
            yield from ((other, stack) for other in graph.free[place])
        if kind & BEGINNING and at_beginning:
            yield from ((other, stack) for other in graph.beginning[place])
        if kind & CALLS:
            row = graph.calls[place]
            yield from ((row[at], (row[at + 1], *stack)) for at in range(0, len(row), 2))

    def _here(self, members: Iterable[tuple[int, Stack]], returns: bool) -> _Stop:
        """What there is at these places together."""
        graph, number = self._graph, self._number
        ways: set[Way] = set()
        anything: set[Stack] = set()
        ending: set[Stack] = set()
        accepts: set[int] = set()
        for place, stack in members:
            kind, push = graph.kinds[place], self._push(stack)
            if kind & WORDS:
                row = graph.words[place]
                self._spending.spend(len(row) // 2)
                ways.update((row[at], number[row[at + 1]], push) for at in range(0, len(row), 2))
            if kind & ANYTHING:
                anything.update((number[one], push) for one in graph.anything[place])
            if kind & ENDING:
                ending.update((number[one], push) for one in graph.ending[place])
            if kind & ACCEPTS and not stack:
                accepts.update(graph.accepts[place])
        found = (tuple(sorted(one for one in ways if one[1])), tuple(sorted(anything)), tuple(sorted(ending)))
        return _Stop(*found, tuple(sorted(accepts)), returns)

    def _push(self, stack: Stack) -> int:
        row = tuple(self._number[one] for one in reversed(stack))
        return self._pushes.setdefault(row, len(self._pushes))

    def _laid_out(self) -> Table:
        stops, graph = self._stops, self._graph
        rows: dict[tuple[Way, ...], int] = {}
        row_of = [rows.setdefault(one.ways, len(rows)) for one in stops]
        names, to, within = (_array(way[at] for row in rows for way in row) for at in range(3))
        leads: dict[Stack, int] = {}
        led_by = [leads.setdefault(tuple(sorted({way[0] for way in row})), len(leads)) for row in rows]
        anything: dict[tuple[Stack, ...], int] = {}
        onward = [self._onward(one, anything) for one in stops]
        classes, meanings = _classes(graph)
        return Table(
            Vocabulary.of(graph.vocabulary),
            _array(classes),
            Rows.of(meanings),
            kinds=_array(one.kind() for one in stops),
            broken=_array(one.broken for one in stops),
            rows=_array(row_of),
            led_by=_array(led_by),
            leads=Rows.of(leads),
            ways=_array(accumulate(map(len, rows), initial=0)),
            names=names,
            to=to,
            within=within,
            onward=_array(onward),
            anything=Rows.of(chain.from_iterable(one) for one in anything),
            enders=_array(at for at, one in enumerate(stops) if one.ending),
            ending=Rows.of(chain.from_iterable(one.ending) for one in stops if one.ending),
            accepters=_array(at for at, one in enumerate(stops) if one.accepts),
            accepts=Rows.of(one.accepts for one in stops if one.accepts),
            pushes=Rows.of(self._pushes),
        )

    def _onward(self, stop: _Stop, rows: dict[tuple[Stack, ...], int]) -> int:
        if not stop.anything:
            return NOTHING
        if len(stop.anything) == 1 and not stop.anything[0][1]:
            return stop.anything[0][0]
        return len(self._stops) + rows.setdefault(stop.anything, len(rows))


def _classes(graph: Packed) -> tuple[list[int], dict[Stack, int]]:
    """For each of the vocabulary its class; and the classes, each with its symbols: its own, and those of all stems
    that it begins with."""
    vocabulary = graph.vocabulary
    found: dict[Stack, int] = {(): 0}
    lengths = sorted({len(one) - 1 for one in vocabulary if one[-1:] == "*"})
    classes: list[int] = []
    for word, row in vocabulary.items():
        bare = word.removesuffix("*")
        stems = [f"{bare[:length]}*" for length in lengths if length <= len(bare)]
        symbols = {*graph.symbols[row]}.union(*(graph.symbols[vocabulary[one]] for one in stems if one in vocabulary))
        classes.append(found.setdefault(tuple(sorted(symbols)), len(found)))
    return classes, found


def _array(numbers: Iterable[int]) -> array[int]:
    return narrow(array("I", numbers))
