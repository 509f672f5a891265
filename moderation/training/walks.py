"""Which rows of words ordinary sentences lead the matcher through: what is worth preparing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from moderation.detector.lexicon import Lexicon
from moderation.detector.matcher import REACH
from moderation.detector.preparing import BEFORE, END, WITHIN, Path
from moderation.detector.reading import read
from moderation.detector.states import State, States

Edge = tuple[State, str]


def learnt(lexicon: Lexicon, sentences: Iterable[Sequence[str]], least: int) -> list[Path]:
    """Rows of words that lead along each way which at least so many of these sentences take."""
    count: Counter[Edge] = Counter()
    states = States(lexicon.matcher._table, most=1 << 30)
    for messages in sentences:
        count.update(set(_edges(lexicon, states, messages)))
    return sorted(_paths(states, {edge for edge, times in count.items() if times >= least}, lexicon))


def _edges(lexicon: Lexicon, states: States, messages: Sequence[str]) -> Iterator[Edge]:
    reading = read(messages, lexicon.spelling)
    ends = [*reading.ends[:-1], True]
    classes = lexicon.matcher.numbered(reading.words)
    for first in range(len(classes)):
        state: State | None = states.opening if first == 0 or ends[first - 1] else states.inner
        for at in range(first, min(first + REACH, len(classes))):
            if state is None:
                break
            yield state, reading.words[at] if classes[at] else "_"
            state = _after(states, state, classes[at])
            if state and ends[at]:
                yield state, END
                state = states.after_end(state)


def _after(states: States, state: State, by: int) -> State | None:
    return state.moves[by] if by in state.moves else states.following(state, by)


def _paths(states: States, edges: set[Edge], lexicon: Lexicon) -> Iterator[Path]:
    """For each of these ways the shortest row of words that takes it."""
    onward: dict[State, list[str]] = {}
    for state, word in sorted(edges, key=lambda edge: edge[1]):
        onward.setdefault(state, []).append(word)
    reached: dict[State, Path] = {states.opening: (BEFORE,), states.inner: (WITHIN,)}
    waiting = list(reached)
    yield from reached.values()
    for state in waiting:  # grows while it is read
        taken: set[int] = set()
        for word in onward.get(state, ()):
            by = -1 if word == END else lexicon.matcher.numbered([word])[0]
            if by in taken:
                continue
            taken.add(by)
            yield (*reached[state], word)
            following = states.after_end(state) if word == END else _after(states, state, by)
            if following and following not in reached:
                reached[following] = (*reached[state], word)
                waiting.append(following)
