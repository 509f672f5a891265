"""Why: rules with their versions, exact places in the original text, what lowered it, what the model went by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from moderation.detector.context import Sign
from moderation.detector.details import Names, found
from moderation.detector.finding import Category, Finding, Reason, Severity, Span
from moderation.detector.fusion import Evidence
from moderation.detector.matcher import Match
from moderation.detector.model import WINDOW, Model
from moderation.detector.reading import Reading


def reasons(
    reading: Reading, signs: Sequence[Sign], evidence: Evidence, level: Severity, model: Model, window: int
) -> tuple[Reason, ...]:
    """Everything that spoke for or against the level, the most severe first."""
    ranked = sorted(signs, key=lambda one: (-one.severity, -one.rule.severity, one.match.first, one.match.last))
    listed = [reason for sign in ranked for reason in _of_sign(reading, sign)]
    if level > evidence.severity:
        listed.extend(_of_model(reading, model, window))
    elif level < evidence.severity:
        listed.append(_doubted(listed[0], level, model))
    return tuple(dict.fromkeys(listed))


def _doubted(sign: Reason, level: Severity, model: Model) -> Reason:
    """That the model held a sign for harmless, and what was left of it."""
    name = f"model.{model.version}"
    return Reason("context", name, "the other words speak against it", sign.span, sign.category, sign.after, level)


def _of_sign(reading: Reading, sign: Sign) -> Iterator[Reason]:
    rule, match = sign.rule, sign.match
    for span in reading.spans(match.first, match.last):
        yield Reason("sign", rule.id, rule.reason, span, rule.category, rule.severity, sign.severity)
    for why, mark, at in sign.changed_by:
        for span in _where(reading, at or match):
            name = mark.id if mark else f"context.{why.replace(' ', '-')}@1"
            says = mark.reason if mark else why
            yield Reason("context", name, says, span, rule.category, rule.severity, sign.severity)


def _where(reading: Reading, match: Match) -> Sequence[Span]:
    return reading.spans(match.first, match.last)


def _of_model(reading: Reading, model: Model, window: int) -> Iterator[Reason]:
    words = reading.words[window : window + WINDOW]
    carriers = model.carriers(words)
    for one in [one for one in carriers if one.share > 0] or carriers[:1]:
        for span in (span for first, last in one.places for span in reading.spans(window + first, window + last)):
            yield Reason("model", f"model.{model.version}", f"n-gram: {one.text}", span, weight=round(one.share, 3))


def spans(listed: Iterable[Reason], level: Severity) -> tuple[Span, ...]:
    """Where to look: the places of the signs that still count, or of the n-grams when there are none."""
    listed = list(listed)
    counted = [one.span for one in listed if one.kind == "sign" and one.after > Severity.NONE]
    if not counted or level > max(one.after for one in listed if one.kind == "sign"):
        counted += [one.span for one in listed if one.kind == "model"]
    return merged(counted)


def details(reading: Reading, signs: Sequence[Sign], names: Names) -> tuple[Span, ...]:
    """Where it says how, how much or where; a question for a way to die is one as a whole."""
    asked = [
        one.match for one in signs if one.rule.category is Category.METHOD_SEEKING and one.severity > Severity.NONE
    ]
    places = [*found(reading.words, names), *((one.first, one.last) for one in asked)]
    return merged(span for first, last in places for span in reading.spans(first, last))


def merged(several: Iterable[Span]) -> tuple[Span, ...]:
    """These spans in order, overlapping ones made one."""
    kept: list[Span] = []
    for one in sorted(several, key=lambda one: (one.message, one.start, one.end)):
        if kept and kept[-1].message == one.message and one.start <= kept[-1].end:
            kept[-1] = Span(one.message, kept[-1].start, max(kept[-1].end, one.end))
        else:
            kept.append(one)
    return tuple(kept)


def in_words(finding: Finding, messages: Sequence[str]) -> str:
    """A finding for a person to read: one line for the answer, one for each reason."""
    lines = [
        f"{finding.severity.label} ({', '.join(finding.categories) or 'nothing found'}), score {finding.score:.4f}"
    ]
    for one in finding.reasons:
        quoted = messages[one.span.message][one.span.start : one.span.end]
        change = "" if one.before == one.after else f", {one.before.label} became {one.after.label}"
        weight = f", weight {one.weight:+.2f}" if one.kind == "model" else ""
        lines.append(f"  {one.kind:<8}{quoted!r}: {one.says}{change}{weight}  [{one.rule}]")
    lines.append(f"  {finding.version}")
    return "\n".join(lines)
