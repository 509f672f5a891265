"""A bound on the work of compiling phrases: counted, so that the same phrases are refused on every machine."""

from __future__ import annotations

from moderation.detector.phrases import BadPhrase


class Spending:
    """Counts steps of work; more than so many is refused."""

    def __init__(self, most: int) -> None:
        self.most, self.spent = most, 0

    def spend(self, steps: int) -> None:
        """Counts these steps. Raises BadPhrase once there were too many."""
        self.spent += steps
        if self.spent > self.most:
            raise BadPhrase("takes too much work to compile; write fewer gaps, brackets and slots, or split it")


ENDLESS = Spending(1 << 62)  # what the release's own phrases may take
