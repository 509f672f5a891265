"""The door: a message, and what its author said just before, in; a finding out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from moderation.detector import details, explanation, fusion, ngrams
from moderation.detector import lexicon as lexicons
from moderation.detector import model as models
from moderation.detector.beside import beside
from moderation.detector.context import Sign, is_explained, weigh
from moderation.detector.finding import Category, Finding, Reason, Severity, Span
from moderation.detector.lexicon import Lexicon
from moderation.detector.model import WINDOW, Model
from moderation.detector.pieces import Pieces, together
from moderation.detector.reading import Between, Reading, nothing
from moderation.detector.window import ENOUGH, Earlier, adds_up, read_along


class Detector:
    """A lexicon and a model, put together.

    Answers depend on the messages alone. The last ones that were read are kept as words for a while, bounded, since
    they are read along with what their author says next; `forget` ends that.
    """

    def __init__(self, lexicon: Lexicon, model: Model) -> None:
        self._lexicon, self._model = lexicon, model
        self._weights = fusion.weights_of(model)
        ngrams.pairs(model.kin)  # this and the next put together now, not at the first message
        model.side  # noqa: B018
        self._pieces = Pieces(lexicon.spelling, lexicon.matcher, model.kin)
        self.version = f"{lexicon.version} {model.version}"
        self.spelling = lexicon.spelling

    def screen(
        self,
        text: str,
        *,
        before: Sequence[Earlier] = (),
        low_seconds_ago: Sequence[float] = (),
        between: Between = nothing,
    ) -> Finding:
        """What this message says about danger, read together with the author's messages `before`, oldest first.

        Of `before`, what is known to be older than two minutes is left out. `low_seconds_ago`: how long ago the same
        author's messages were found low in the last day; enough of them make another low one moderate. Spans number
        the messages as given: `before` first, then the text. Never raises, whatever the text. `between` is called
        between portions of the work, each of which is bounded; what it raises ends the reading.
        """
        skipped, earlier = read_along(before)
        alone = self._screen((text,), skipped + len(earlier), between)
        if earlier:
            together = self._screen((*earlier, text), skipped, between)
            both = explanation.merged((*alone.details, *together.details))
            alone = replace(max(together, alone, key=lambda one: (one.severity, one.score)), details=both)
        return _raised(alone, adds_up(low_seconds_ago))

    def forget(self) -> None:
        """Forgets words that were not read since this was called last."""
        self._pieces.forget()

    def gather(self, messages: Sequence[str]) -> fusion.Evidence:
        """The evidence in these messages, for training and evaluation."""
        return self._gather(messages, 0, nothing)[2]

    def every_detail(self, text: str) -> tuple[Span, ...]:
        """Every place of the text that names how, how much or where, whatever it is about; never raises."""
        reading = together([self._pieces.of(text, nothing)], 0)
        found = details.found(reading.words, self._lexicon.details)
        return tuple(span for first, last in found for span in reading.spans(first, last))

    def _gather(
        self, messages: Sequence[str], number: int, between: Between
    ) -> tuple[Reading, list[Sign], fusion.Evidence, int]:
        pieces = [self._pieces.of(one, between) for one in messages]
        reading = together(pieces, number)
        matches = self._pieces.matches(pieces, reading, between)
        signs = weigh(reading, matches, self._lexicon)
        odds = self._model.weigh(reading.words, self._pieces.rows(pieces, reading.words), between)
        found = fusion.evidence(signs, odds, explained=is_explained(matches, self._lexicon))
        return reading, signs, found, odds.window

    def _screen(self, messages: Sequence[str], number: int, between: Between) -> Finding:
        reading, signs, found, window = self._gather(messages, number, between)
        level = fusion.level(found, self._weights)
        topic = self._model.topic(reading.words[window : window + WINDOW]) if fusion.is_unnamed(signs, level) else None
        categories = fusion.categories(signs, level, topic)
        reasons = explanation.reasons(reading, signs, found, level, self._model, window)
        return Finding(
            severity=level,
            score=fusion.score(found, self._weights),
            category=categories[0] if categories else Category.NONE,
            categories=categories,
            spans=explanation.spans(reasons, level) if reasons else (),
            reasons=reasons,
            version=self.version,
            details=self._details(reading, signs, level, categories),
        )

    def _details(
        self, reading: Reading, signs: Sequence[Sign], level: Severity, categories: tuple[Category, ...]
    ) -> tuple[Span, ...]:
        if level < Severity.MODERATE or details.ABOUT.isdisjoint(categories):
            return ()
        return explanation.details(reading, signs, self._lexicon.details)


def _raised(found: Finding, lows: float) -> Finding:
    """A finding as repeated distress leaves it: low becomes moderate when there was enough of it within a day."""
    if found.severity != Severity.LOW or lows < ENOUGH or not found.spans:
        return found
    reason = Reason(
        "context", "window.repeated-distress@1", "distress again and again within a day", found.spans[0],
        found.category, Severity.LOW, Severity.MODERATE,
    )  # fmt: skip
    score = max(found.score, fusion.FLAG_SCORE)
    return replace(found, severity=Severity.MODERATE, score=score, reasons=(*found.reasons, reason))


_shipped: list[Detector] = []


def shipped() -> Detector:
    """The detector of this release, put together once for each process."""
    if not _shipped:
        _shipped.append(Detector(lexicons.shipped(), models.shipped()))
    return _shipped[0]


def with_phrases(compiled: bytes) -> Detector:
    """A detector that looks for these phrases, too, as they were compiled. Raises `beside.Outdated` and ValueError."""
    return Detector(beside(compiled, lexicons.shipped()), models.shipped())


def screen(
    text: str, *, before: Sequence[Earlier] = (), low_seconds_ago: Sequence[float] = (), between: Between = nothing
) -> Finding:
    """What this message says about danger, by the lexicons and the model of this release. See `Detector.screen`."""
    return shipped().screen(text, before=before, low_seconds_ago=low_seconds_ago, between=between)
