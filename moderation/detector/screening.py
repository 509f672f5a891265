"""The door: a message, and what its author said just before, in; a finding out."""

from __future__ import annotations

from collections.abc import Sequence

from moderation.detector import explanation, fusion
from moderation.detector import lexicon as lexicons
from moderation.detector import model as models
from moderation.detector.context import is_explained, weigh
from moderation.detector.finding import Category, Finding
from moderation.detector.lexicon import Lexicon
from moderation.detector.model import Model
from moderation.detector.reading import read

MOST_BEFORE = 4  # earlier messages of the same author that are read along


class Detector:
    """A lexicon and a model, put together. Keeps nothing of what it reads."""

    def __init__(self, lexicon: Lexicon, model: Model) -> None:
        self._lexicon, self._model = lexicon, model
        self._weights = fusion.weights_of(model)
        self.version = f"{lexicon.version} {model.version}"

    def screen(self, text: str, *, before: Sequence[str] = ()) -> Finding:
        """What this message says about danger, read together with the author's messages `before`, oldest first.

        Spans number the messages that were read: `before` first, then the text. Never raises, whatever the text.
        """
        earlier = tuple(before)[-MOST_BEFORE:]
        if not earlier:
            return self._screen((text,))
        skipped = len(before) - len(earlier)
        together = self._screen((*earlier, text), number=skipped)
        alone = self._screen((text,), number=skipped + len(earlier))
        return max(together, alone, key=lambda one: (one.severity, one.score))

    def gather(self, messages: Sequence[str]) -> fusion.Evidence:
        """The evidence in these messages, for training and evaluation."""
        return self._gather(messages)[2]

    def _gather(self, messages: Sequence[str]):  # type: ignore[no-untyped-def]
        reading = read(messages, self._lexicon.spelling)
        matches, _ = self._lexicon.matcher.matches(reading.words, reading.ends)
        signs = weigh(reading, matches, self._lexicon)
        risk, distress, window = self._model.read(reading.words)
        return (
            reading,
            signs,
            fusion.evidence(signs, risk, distress, explained=is_explained(matches, self._lexicon)),
            window,
        )

    def _screen(self, messages: Sequence[str], number: int = 0) -> Finding:
        reading, signs, found, window = self._gather(messages)
        reading.message = [one + number for one in reading.message] if number else reading.message
        level = fusion.level(found, self._weights)
        categories = fusion.categories(signs, level)
        reasons = explanation.reasons(reading, signs, found, level, self._model, window)
        return Finding(
            severity=level,
            score=fusion.score(found, self._weights),
            category=categories[0] if categories else Category.NONE,
            categories=categories,
            spans=explanation.spans(reasons, level) if reasons else (),
            reasons=reasons,
            version=self.version,
        )


_shipped: list[Detector] = []


def shipped() -> Detector:
    """The detector of this release, put together once for each process."""
    if not _shipped:
        _shipped.append(Detector(lexicons.shipped(), models.shipped()))
    return _shipped[0]


def screen(text: str, *, before: Sequence[str] = ()) -> Finding:
    """What this message says about danger, by the lexicons and the model of this release. See `Detector.screen`."""
    return shipped().screen(text, before=before)
