"""Two matchers, one after the other: the release's and that of a site's own phrases."""

from __future__ import annotations

from collections.abc import Sequence

from moderation.detector.matcher import Finds, Match, Matcher
from moderation.detector.reading import Between, nothing


class Beside:
    """The release's matcher and another one after it, less what rests. Phrases of the second have later numbers."""

    def __init__(self, first: Finds, second: Matcher | None, later: int, resting: frozenset[int]) -> None:
        self.first, self.second = first, second
        self._later, self._resting = later, resting

    def knows(self, word: str) -> bool:
        """Whether any phrase speaks of this word."""
        return self.first.knows(word) or (self.second is not None and self.second.knows(word))

    def matches(
        self, words: Sequence[str], ends: Sequence[bool], between: Between = nothing
    ) -> tuple[list[Match], int]:
        """Every match, and the number of steps it took."""
        found, steps = self.first.matches(words, ends, between)
        whole, more = self.completed(found, words, ends, between)
        return whole, steps + more

    def completed(
        self, found: list[Match], words: Sequence[str], ends: Sequence[bool], between: Between = nothing
    ) -> tuple[list[Match], int]:
        """What the release's matcher found, less what rests, with what is found besides; and the steps that took."""
        if self._resting:
            found = [one for one in found if one.number not in self._resting]
        if self.second is None:
            return found, 0
        more, steps = self.second.matches(words, ends, between)
        return [*found, *(Match(one.number + self._later, one.first, one.last) for one in more)], steps
