"""Which rows of words ordinary sentences lead the matcher through: what is worth preparing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter

from moderation.detector import lexicon, preparing
from moderation.detector.lexicon import Lexicon
from moderation.detector.matcher import REACH, Matcher
from moderation.detector.preparing import BEFORE, END, NOBODY, WITHIN, Path
from moderation.detector.reading import Reading, read
from moderation.detector.states import BREAK, State, States
from moderation.training import synthetic

Edge = tuple[State, str]
LEAST = 6  # sentences that take a way which is worth preparing


def written() -> str:
    """The rows of words that our own sentences lead through, as `preparing.read` reads them."""
    found = lexicon.build(lexicon.sources())
    return preparing.write(learnt(found, (one.messages for one in synthetic.own()), LEAST))


def learnt(found: Lexicon, sentences: Iterable[Sequence[str]], least: int) -> list[Path]:
    """Rows of words that lead along each way which at least so many of these sentences take."""
    matcher = found.matcher
    if not isinstance(matcher, Matcher):
        raise TypeError("ways are learnt of the release's phrases alone")
    states, count = States(matcher.table, most=1 << 30), Counter[Edge]()
    for messages in sentences:
        reading = read(messages, found.spelling)
        count.update(set(_edges(states, reading, matcher.numbered(reading.words))))
    return list(_paths(states, matcher, _in_order(count, least)))


def _in_order(count: Counter[Edge], least: int) -> list[tuple[str, State]]:
    often = [(word, state) for (state, word), times in count.items() if times >= least]
    return sorted(often, key=itemgetter(0))


def _edges(states: States, reading: Reading, classes: Sequence[int]) -> Iterator[Edge]:
    ends = [*reading.ends[:-1], True]
    for first in range(len(classes)):
        state: State | None = states.opening if first == 0 or ends[first - 1] else states.inner
        for at in range(first, min(first + REACH, len(classes))):
            if state is None:
                break
            yield state, reading.words[at] if classes[at] else NOBODY
            state = _after(states, state, classes[at])
            if state and ends[at]:
                yield state, END
                state = states.after_end(state)


def _after(states: States, state: State, by: int) -> State | None:
    return state.moves[by] if by in state.moves else states.following(state, by)


def _paths(states: States, matcher: Matcher, edges: Iterable[tuple[str, State]]) -> Iterator[Path]:
    """For each of these ways the shortest row of words that takes it."""
    onward: dict[State, dict[int, str]] = {}
    for word, state in edges:
        by = BREAK if word == END else matcher.numbered([word])[0]
        onward.setdefault(state, {}).setdefault(by, word)
    reached: dict[State, Path] = {states.opening: (BEFORE,), states.inner: (WITHIN,)}
    waiting = list(reached)
    yield from reached.values()
    for state in waiting:  # grows while it is read
        for by, word in onward.get(state, {}).items():
            yield (*reached[state], word)
            following = states.after_end(state) if by == BREAK else _after(states, state, by)
            if following and following not in reached:
                reached[following] = (*reached[state], word)
                waiting.append(following)
