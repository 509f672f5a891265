"""What could go on after some words, worked out where it is needed and not prepared (after Thompson 1968).

Where one stands is one number: the stop, and above its bits the number of what to return to, innermost first.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from threading import Lock

from moderation.detector.prepared import FIRST, NOWHERE, UNKNOWN, Prepared
from moderation.detector.table import ACCEPTS, ENDS, RETURNS, Table

MOST_STATES = 6000  # that were not prepared
MOST_HELD = 1_000_000  # places in all of them together
_AT_ONCE = 4  # forgotten states that are taken apart for each new one
BREAK = -1
_BITS = 20
_STOP = (1 << _BITS) - 1
_FEW = 8  # ways for each name, so many of which are looked through one by one


@dataclass(slots=True, eq=False)
class State:
    """What could go on after some words."""

    standings: tuple[int, ...] = ()  # those from where any word leads on; once they are asked for, if it is prepared
    prepared: int = -1  # its number, if it is
    leads: tuple[int, ...] | None = None  # for each standing, the row of symbols that lead on; once somebody asked
    onward: tuple[int, ...] = ()  # for each, where any word does; empty when it is nowhere
    accepts: Sequence[int] = ()
    accepts_at_end: Sequence[int] = ()
    moves: dict[int, State | None] = field(default_factory=dict)


UNSEEN = State()


class States:
    """The states of one table. Answers depend on the table alone, never on what was asked before."""

    def __init__(self, table: Table, prepared: Prepared | None = None, most: int | None = None) -> None:
        self._table, self._prepared, self._most = table, prepared, most
        self._names: dict[int, frozenset[int]] = {}
        self.returns = list(prepared.returns) if prepared else [0]  # what a return number stands for
        self._return_numbers = {after: number for number, after in enumerate(self.returns) if number}
        self._lock = Lock()
        self._states: dict[tuple[int, ...], State] = {}
        self._shipped: dict[int, State] = {}
        self._left_over: list[State] = []  # forgotten, and taken apart little by little: all at once takes 10 ms
        self.forget()

    def forget(self) -> None:
        """Forgets every state but those where phrases begin."""
        self._left_over += [*self._states.values(), *self._shipped.values()]
        self._states, self._shipped = {}, {}
        self._held = 0
        if self._prepared:
            self.inner, self.opening = self._of_number(0), self._of_number(1)
        else:
            begin = len(self._table.kinds) - 2
            self.inner, self.opening = self._new((begin,)), self._new((begin + 1,))

    def following(self, state: State, by: int) -> State | None:
        """Where a class of words leads from here."""
        prepared, number = self._prepared, state.prepared
        if prepared is None or number < 0:
            following = self._worked_out(state, by)
        elif found := prepared.move(number, by):
            following = self._of(found)
        elif by and prepared.symbols.meets(prepared.awaits[number], self._named(by)):
            following = self._worked_out(state, by)
        else:
            following = self.further(state)
        state.moves[by] = following
        return following

    def after_end(self, state: State) -> State | None:
        """What is left of a state after the end of a sentence."""
        following = state.moves.get(BREAK, UNSEEN)
        if following is UNSEEN:
            found = self._prepared.broken[state.prepared] if self._prepared and state.prepared >= 0 else UNKNOWN
            following = self._left(state) if found == UNKNOWN else self._of(found)
            state.moves[BREAK] = following
        return following

    def further(self, state: State) -> State | None:
        """Where a word leads of which no phrase speaks here."""
        following = state.moves.get(0, UNSEEN)  # the class of which no phrase speaks anywhere
        if following is UNSEEN:
            found = self._prepared.further[state.prepared] if self._prepared and state.prepared >= 0 else UNKNOWN
            if found == UNKNOWN:
                self._stand(state)
                following = self._state(self._carried(state)) if state.onward else None
            else:
                following = self._of(found)
            state.moves[0] = following
        return following

    def _of(self, found: int) -> State | None:
        return None if found == NOWHERE else self._of_number(found - FIRST)

    def _of_number(self, number: int) -> State:
        state = self._shipped.get(number)
        if state is None:
            state = State(prepared=number)
            if self._prepared and (said := self._prepared.said[number]):
                state.accepts, state.accepts_at_end = self._prepared.accepts[said], self._prepared.at_end[said]
            self._shipped[number] = state
        return state

    def _stand(self, state: State) -> tuple[int, ...]:
        """The rows of symbols that lead on from a state, and where any word does, put where they belong."""
        if state.leads is None:
            table = self._table
            if self._prepared and state.prepared >= 0:
                state.standings = tuple(self._prepared.standings[state.prepared])
            stops = [one & _STOP for one in state.standings]
            onward = tuple(map(table.onward.__getitem__, stops))
            state.onward = onward if any(onward) else ()
            state.leads = tuple([table.led_by[table.rows[one]] for one in stops])
        return state.leads

    def _worked_out(self, state: State, by: int) -> State | None:
        names = self._named(by)
        reached: set[int] = set()
        if names:
            meets, leads = self._table.leads.meets, self._stand(state)
            awaiting = {lead for lead in {*leads} if lead and meets(lead, names)}
            for one, lead in zip(state.standings, leads, strict=True) if awaiting else ():
                if lead in awaiting:
                    self._move(one, names, reached)
        if not reached:
            return self.further(state)
        if state.onward:
            reached |= self._carried(state)
        return self._state(reached)

    def awaited(self, state: State) -> tuple[int, ...]:
        """The symbols that lead on from a state, in order."""
        return tuple(sorted({one for lead in {*self._stand(state)} for one in self._table.leads[lead]}))

    def _move(self, standing: int, names: frozenset[int], reached: set[int]) -> None:
        """Adds where words with these names lead from here by themselves."""
        table, stop, back = self._table, standing & _STOP, standing & ~_STOP
        for at in self._ways(table.rows[stop], names):
            inner = table.within[at]
            reached.add(self._within(table.to[at], inner, back) if inner else back | table.to[at])

    def _ways(self, row: int, names: frozenset[int]) -> Iterable[int]:
        """The ways of this row that have one of these names."""
        table = self._table
        begin, end = table.ways[row], table.ways[row + 1]
        if end - begin <= _FEW * len(names):
            return [at for at in range(begin, end) if table.names[at] in names]
        found: list[int] = []
        for name in names:
            at = bisect_left(table.names, name, begin, end)
            found.extend(range(at, bisect_right(table.names, name, at, end)))
        return found

    def _named(self, by: int) -> frozenset[int]:
        names = self._names.get(by)
        if names is None:
            names = self._names[by] = frozenset(self._table.meanings[by])
        return names

    def _left(self, state: State) -> State | None:
        broken, _ = self._table.broken, self._stand(state)
        return self._state({one & ~_STOP | stop for one in state.standings if (stop := broken[one & _STOP])})

    def _carried(self, state: State) -> set[int]:
        """Where any word leads from here."""
        stops, reached = len(self._table.kinds), set()
        for one, to in zip(state.standings, state.onward, strict=True):
            if to >= stops:
                reached.update(self._pushed(self._table.anything[to - stops], one & ~_STOP))
            elif to:
                reached.add(one & ~_STOP | to)
        return reached

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
            with self._lock:  # two threads must not give out the same number
                number = self._return_numbers.get(after, len(self.returns))
                if number == len(self.returns):
                    self.returns.append(after)
                self._return_numbers[after] = number
        return number

    def _returned(self, standings: Iterable[int]) -> set[int]:
        """These standings, and where one goes on from those where a slot ends."""
        kinds, found = self._table.kinds, set(standings)
        waiting = [one for one in found if kinds[one & _STOP] & RETURNS]
        while waiting:
            after = self.returns[waiting.pop() >> _BITS]
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
            if len(self._states) >= (self._most or MOST_STATES) or self._held > MOST_HELD:
                self.forget()
            del self._left_over[-_AT_ONCE:]
            self._held += len(standings)
            state = self._states[standings] = self._new(standings)
        return state

    def _new(self, standings: tuple[int, ...]) -> State:
        kinds = self._table.kinds
        if not any(map(kinds.__getitem__, map(_STOP.__and__, standings))):
            return self._silent(standings)
        here = sorted(self._returned(standings))
        ends = [one for one in here if kinds[one & _STOP] & ENDS]
        beyond = [other for one in ends for other in self._pushed(self._table.ending_at(one & _STOP), one & ~_STOP)]
        going = tuple([one for one in here if self._goes_on(one & _STOP)])
        accepts, at_end = self._accepted(here), self._accepted(self._returned(beyond)) if ends else ()
        return State(going, accepts=accepts, accepts_at_end=at_end) if accepts or at_end else self._silent(going)

    def _silent(self, standings: tuple[int, ...]) -> State:
        """The state with these standings that ends no phrase."""
        number = self._prepared.find(standings) if self._prepared else None
        return State(standings) if number is None else self._of_number(number)

    def _goes_on(self, stop: int) -> bool:
        return bool(self._table.rows[stop] or self._table.onward[stop])

    def _accepted(self, standings: Iterable[int]) -> tuple[int, ...]:
        kinds, accepted = self._table.kinds, self._table.accepted_at
        return tuple(sorted({n for one in standings if one <= _STOP and kinds[one] & ACCEPTS for n in accepted(one)}))
