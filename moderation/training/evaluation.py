"""Measures the detector on held-out data: recall at fixed alarm rates, per category and kind, alarms per source."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from time import perf_counter

from moderation.detector import Detector, Finding, Severity
from moderation.training.corpus import EXAMPLES, KEPT, NORMAL, Text

RATES = (0.01, 0.001)


@dataclass(frozen=True)
class Answer:
    """A text and what the detector made of it, with the seconds that took."""

    text: Text
    finding: Finding
    seconds: float


def ask(detector: Detector, texts: Iterable[Text]) -> list[Answer]:
    """Every text's finding, one after the other, in one process."""
    return [_ask(detector, one) for one in texts]


def _ask(detector: Detector, text: Text) -> Answer:
    begun = perf_counter()
    finding = detector.screen(text.messages[-1], before=text.messages[:-1])
    return Answer(text, finding, perf_counter() - begun)


def report(answers: Sequence[Answer]) -> Iterator[str]:
    """The figures, line by line, to be read by a person. Quotes no text."""
    by_source: dict[str, list[Answer]] = defaultdict(list)
    for one in answers:
        by_source[one.text.source].append(one)
    quiet = [one for one in answers if one.text.label in NORMAL and one.text.source not in (EXAMPLES, *KEPT)]
    yield from _recall(by_source, quiet)
    yield from _alarms(by_source)
    for name in KEPT:
        yield from _cases(name, by_source.get(name, []))
    examples = by_source.get(EXAMPLES, [])
    yield from _cases("read, not trained on", [one for one in examples if one.text.held_out])
    yield from _cases("trained on", [one for one in examples if not one.text.held_out])
    yield from _times(answers)


def threshold(scores: Sequence[float], rate: float) -> float:
    """The score that at most this share of the scores exceed."""
    ranked = sorted(scores, reverse=True)
    return ranked[min(len(ranked) - 1, int(rate * len(ranked)))] if ranked else 1.0


def _recall(by_source: dict[str, list[Answer]], quiet: Sequence[Answer]) -> Iterator[str]:
    yield "Nothing learns from “unseen”, “fresh”, “verify”, “judge”, “allusive”."
    yield "Who wrote “fresh” and “verify” wrote phrases, too: go by “unseen” and “judge”; “allusive” is hard."
    yield f"Recall, texts not trained on (thresholds from {len(quiet)} normal messages; ± is one standard error)"
    limits = [threshold([one.finding.score for one in quiet], rate) for rate in RATES]
    for source, found in sorted(by_source.items()):
        risky = [one for one in found if one.text.is_risk and one.text.held_out]
        if risky:
            shown = "   ".join(
                f"{_share(sum(one.finding.score > limit for one in risky), len(risky))} at {100 * rate:g} %"
                for rate, limit in zip(RATES, limits, strict=True)
            )
            own = _share(sum(one.finding.is_flag for one in risky), len(risky))
            yield f"  {source:<24} {len(risky):>5} texts   {shown}   {own} at the shipped levels"


def _alarms(by_source: dict[str, list[Answer]]) -> Iterator[str]:
    yield "Alarms per 1,000 texts where no risk is labelled (moderate or above; high or above; low)"
    for source, found in sorted(by_source.items()):
        calm = [one.finding.severity for one in found if not one.text.is_risk]
        if calm and source not in (EXAMPLES, *KEPT):
            flags = sum(one >= Severity.MODERATE for one in calm)
            high = sum(one >= Severity.HIGH for one in calm)
            low = sum(one == Severity.LOW for one in calm)
            rates = [1000 * one / len(calm) for one in (flags, high, low)]
            yield f"  {source:<24} {len(calm):>5} texts   {rates[0]:7.2f} {rates[1]:7.2f} {rates[2]:7.1f}"


def _cases(name: str, some: Sequence[Answer]) -> Iterator[str]:
    if not some:
        return
    yield f"Hand-written cases, {name}: accepted level {_share(sum(map(_is_accepted, some)), len(some))}"
    needs = [one for one in some if one.text.needs_flag]
    harmless = [one for one in some if not {"moderate", "high", "imminent"} & set(one.text.accept)]
    flagged = sum(one.finding.is_flag for one in needs)
    left = sum(not one.finding.is_flag for one in harmless)
    yield f"  flagged, of those that need it: {_share(flagged, len(needs))}"
    yield f"  left alone, of the harmless: {_share(left, len(harmless))}"
    worst = [one for one in some if one.text.label == "imminent"]
    yield f"  imminent, flagged: {_share(sum(one.finding.is_flag for one in worst), len(worst))}"
    yield from _by_language(some)
    yield from _by(some, "kind")
    yield from _by(some, "category")


def _by_language(answers: Sequence[Answer]) -> Iterator[str]:
    for name in sorted({one.text.language for one in answers} - {""}):
        some = [one for one in answers if one.text.language == name]
        needs = [one for one in some if one.text.needs_flag]
        good, flagged = sum(map(_is_accepted, some)), sum(one.finding.is_flag for one in needs)
        yield f"  in {name}: accepted {_share(good, len(some))}, flagged {_share(flagged, len(needs))}"


def _by(answers: Sequence[Answer], trait: str) -> Iterator[str]:
    total = Counter(getattr(one.text, trait) for one in answers)
    good = Counter(getattr(one.text, trait) for one in answers if _is_accepted(one))
    yield f"  by {trait}: " + ", ".join(f"{name} {good[name]}/{total[name]}" for name in sorted(total))


def _is_accepted(one: Answer) -> bool:
    return one.finding.severity.label in one.text.accept


def _times(answers: Sequence[Answer]) -> Iterator[str]:
    spent = sorted(one.seconds for one in answers)
    chat = [one.seconds for one in answers if sum(map(len, one.text.messages)) <= 300]
    mean = 1000 * sum(chat) / max(1, len(chat))
    yield f"Time: mean {mean:.3f} ms a message of up to 300 characters, 99 % of all within {_ms(spent, 0.99)} ms"
    explained = [one for one in answers if one.finding.is_flag]
    yield f"Flags explained by a span: {_share(sum(bool(one.finding.spans) for one in explained), len(explained))}"


def _ms(spent: Sequence[float], part: float) -> str:
    return f"{1000 * spent[int(part * (len(spent) - 1))]:.2f}" if spent else "–"


def _share(some: int, of: int) -> str:
    if not of:
        return "–"
    share = some / of
    return f"{100 * share:.1f} ± {100 * sqrt(share * (1 - share) / of):.1f} %"
