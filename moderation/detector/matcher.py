"""Finds every phrase of a graph in a row of words, in steps that grow with the words and with nothing else.

From each word one walk starts, and no walk is longer than `REACH` words, so a text of n words costs at most
n x REACH steps, whatever a curator writes. What a step leads to is prepared, or worked out once and remembered, and
forgotten as a whole when it grows too large.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from moderation.detector.prepared import Prepared
from moderation.detector.reading import Between, nothing
from moderation.detector.states import UNSEEN, State, States
from moderation.detector.table import Table

REACH = 24  # words
MOST_KNOWN = 24_000  # words whose class is kept


@dataclass(frozen=True, slots=True)
class Match:
    """Phrase `number` covers the words `first` to `last`, both included."""

    number: int
    first: int
    last: int


class Finds(Protocol):
    """What finds phrases."""

    def knows(self, word: str) -> bool:
        """Whether any phrase speaks of this word."""

    def matches(
        self, words: Sequence[str], ends: Sequence[bool], between: Between = nothing
    ) -> tuple[list[Match], int]:
        """Every match, and the number of steps it took. `ends[i]` says that a sentence ends after word `i`."""


class Matcher:
    """Matches one graph. Answers depend on the words alone, never on what was matched before."""

    def __init__(self, table: Table, prepared: Prepared | None = None) -> None:
        self.table = table
        self._states = States(table, prepared)
        self._of_word: dict[str, int] = {}
        stems = [(at, one) for at, one in enumerate(table.vocabulary) if one[-1:] == "*"]
        self._stems = {one[:-1]: table.classes[at] for at, one in stems}
        self._lengths = sorted({len(one) for one in self._stems}, reverse=True)

    def knows(self, word: str) -> bool:
        """Whether any phrase speaks of this word."""
        return bool(self._number(word))

    def matches(
        self, words: Sequence[str], ends: Sequence[bool], between: Between = nothing
    ) -> tuple[list[Match], int]:
        """Every match, and the number of steps it took. `ends[i]` says that a sentence ends after word `i`."""
        numbers = [self._number(word) for word in words]
        stops = [*ends[:-1], True]
        found: dict[tuple[int, int], int] = {}
        steps = 0
        for first in range(len(numbers)):
            steps += self._walk(self._begin(first, stops), first, numbers, stops, found)
            between()
        return [Match(number, first, last) for (number, last), first in found.items()], steps

    def numbered(self, words: Sequence[str]) -> list[int]:
        """A number for each word; the same for all of which phrases speak in the same way, 0 where none does."""
        return [self._number(word) for word in words]

    def from_word(self, first: int, numbers: list[int], stops: list[bool]) -> tuple[tuple[tuple[int, int], ...], int]:
        """Phrases that begin at word `first`, each with its last word, and how many steps it took to find them."""
        found: dict[tuple[int, int], int] = {}
        steps = self._walk(self._begin(first, stops), first, numbers, stops, found)
        return tuple(found), steps

    def words(self) -> list[str]:
        """The words that its phrases speak of, without stems."""
        return [one for one in self.table.vocabulary if one.isalpha()]

    def following(self, word: str, after: State | None = None) -> State | None:
        """Where a word leads from a state; from the beginning of a sentence without one."""
        return self._states.following(after or self._states.opening, self._number(word))

    def _begin(self, first: int, stops: Sequence[bool]) -> State:
        return self._states.opening if first == 0 or stops[first - 1] else self._states.inner

    def _walk(
        self, state: State, first: int, numbers: list[int], ends: list[bool], found: dict[tuple[int, int], int]
    ) -> int:
        for at in range(first, min(first + REACH, len(numbers))):
            following = state.moves.get(numbers[at], UNSEEN)
            if following is UNSEEN:
                following = self._states.following(state, numbers[at])
            if following is None:
                return at - first + 1
            for number in following.accepts:
                found[number, at] = first  # the latest start is the tightest
            if ends[at]:
                for number in following.accepts_at_end:
                    found[number, at] = first
                following = self._states.after_end(following)
                if following is None:
                    return at - first + 1
            state = following
        return min(REACH, len(numbers) - first)

    def _number(self, word: str) -> int:
        number = self._of_word.get(word)
        if number is None:
            number = self._class_of(word)
            if len(self._of_word) < MOST_KNOWN:
                self._of_word[word] = number
        return number

    def _class_of(self, word: str) -> int:
        """The class of a word; of one that no phrase has, the class of the longest stem that it begins with."""
        row = self.table.vocabulary.find(word)
        if row is not None:
            return self.table.classes[row]
        return next((self._stems[word[:size]] for size in self._lengths if word[:size] in self._stems), 0)
