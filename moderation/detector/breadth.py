"""How many phrases some words leave unfinished at once: what one step of the matcher may cost at most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from moderation.detector.matcher import REACH, Matcher
from moderation.detector.states import State
from moderation.detector.table import Table

_BEGINNINGS, _TRIED, _PATIENCE = 3, 24, 4


def breadth(table: Table, enough: int) -> int:
    """At how many places one can stand at once, by the words that lead to most; looks no further than `enough`.

    A search, not a proof: from the broadest beginnings it goes on with the word that leaves most unfinished.
    """
    matcher, words = Matcher(table), list(table.vocabulary)
    broadest = sorted(_after_each(matcher, words, None), key=_width, reverse=True)[:_BEGINNINGS]
    few = {*words[:: 1 + len(words) // _TRIED], *_commonest(table)}
    return max((_broadest_after(matcher, few, one, enough) for one in broadest), default=0)


def _broadest_after(matcher: Matcher, words: Iterable[str], state: State, enough: int) -> int:
    widths = [_width(state)]
    for _ in range(REACH):
        after = list(_after_each(matcher, words, state))
        if widths[-1] > enough or not after:
            break
        state = max(after, key=_width)
        widths.append(_width(state))
        if max(widths[:-_PATIENCE], default=0) >= max(widths[-_PATIENCE:]):
            break
    return max(widths)


def _commonest(table: Table) -> list[str]:
    """The words that most ways have: what many phrases go on with."""
    ways: Counter[int] = Counter()
    for row, stops in Counter(table.rows).items():
        for at in range(table.ways[row], table.ways[row + 1]):
            ways[table.names[at]] += stops
    classes = [sum(ways[one] for one in table.meanings[by]) for by in table.classes]
    count = dict(zip(table.vocabulary, classes, strict=True))
    return sorted(count, key=lambda word: (-count[word], word))[:_TRIED]


def _after_each(matcher: Matcher, words: Iterable[str], state: State | None) -> Iterable[State]:
    return (one for word in words if (one := matcher.following(word.rstrip("*"), state)) is not None)


def _width(state: State) -> int:
    return len(state.standings)
