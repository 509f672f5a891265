"""From data to a model file: two heads, then the weights and thresholds that join them with the lexicons."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from math import log
from typing import Any

from moderation.detector import fusion, ngrams
from moderation.detector.context import is_explained, weigh
from moderation.detector.finding import Severity
from moderation.detector.fusion import Evidence
from moderation.detector.lexicon import Lexicon
from moderation.detector.model import Model
from moderation.detector.reading import read
from moderation.training import synthetic
from moderation.training.corpus import EXAMPLES, NORMAL, Text
from moderation.training.regression import Example, fit, logistic

Say = Callable[[str], None]
ALONE = 0.0005  # of normal messages; what the model may flag without a sign
LOW_ALONE = 0.01
PRIOR = 1 / 500  # messages that need a moderator, in the community the score is calibrated for


def train(texts: Sequence[Text], lexicon: Lexicon, say: Say) -> Model:
    """A model from the training part of these texts; the same texts and lexicons give the same model."""
    seen = [one for one in texts if not one.held_out]
    say(f"{len(seen)} texts to learn from, {len(texts) - len(seen)} held out")
    risk = fit([*_risk_examples(seen, lexicon), *_made_up(lexicon)])
    say("learnt risk")
    distress = fit(list(_distress_examples(seen, lexicon)), passes=4)
    say("learnt distress")
    version = f"m{ngrams.bucket(risk.weights.tobytes().hex()):05x}"
    model = Model(risk, distress, version)
    return Model(risk, distress, version, _fuse(texts, lexicon, model, say))


def _risk_examples(texts: Iterable[Text], lexicon: Lexicon) -> Iterable[Example]:
    for one in texts:
        if one.label == "distress":
            yield _example(one.messages, lexicon, yes=False, weight=0.3)
        elif one.source == EXAMPLES:
            yield _example(one.messages, lexicon, yes=one.is_risk, weight=3.0)
        else:
            yield _example(one.messages, lexicon, yes=one.is_risk, weight=2.0 if one.is_risk else 1.0)


def _made_up(lexicon: Lexicon) -> Iterable[Example]:
    for text in synthetic.risky(lexicon.sources):
        yield _example((text,), lexicon, yes=True, weight=0.5)
    for text in synthetic.harmless():
        yield _example((text,), lexicon, yes=False, weight=1.0)


def _distress_examples(texts: Iterable[Text], lexicon: Lexicon) -> Iterable[Example]:
    for one in texts:
        if one.label in ("distress", "low"):
            yield _example(one.messages, lexicon, yes=True)
        elif one.label in NORMAL:
            yield _example(one.messages, lexicon, yes=False)


def _example(messages: Sequence[str], lexicon: Lexicon, *, yes: bool, weight: float = 1.0) -> Example:
    words = read(messages, lexicon.spelling).words
    return Example(array("l", sorted(ngrams.of_words(words))), yes, weight)


def gather(one: Text, lexicon: Lexicon, model: Model) -> Evidence:
    """The evidence in a text, as the detector would see it."""
    reading = read(one.messages, lexicon.spelling)
    matches, _ = lexicon.matcher.matches(reading.words, reading.ends)
    risk, distress, _ = model.read(reading.words)
    signs = weigh(reading, matches, lexicon)
    return fusion.evidence(signs, risk, distress, explained=is_explained(matches, lexicon))


def _fuse(texts: Sequence[Text], lexicon: Lexicon, model: Model, say: Say) -> dict[str, Any]:
    held = [(one, gather(one, lexicon, model)) for one in texts if one.held_out or one.label in NORMAL]
    quiet = [found for one, found in held if one.label in NORMAL and one.held_out]
    fitted = _weights([(one.is_risk, found) for one, found in held if one.held_out and one.label != "distress"])
    fitted["moderate_alone"] = _threshold(
        [one.risk for one in quiet if one.raw < Severity.MODERATE and not one.explained], ALONE
    )
    fitted["low_alone"] = _threshold([one.distress for one in quiet], LOW_ALONE)
    say(f"fused on {len(held)} texts")
    return fitted


def _weights(rows: Sequence[tuple[bool, Evidence]]) -> dict[str, Any]:
    answers = [answer for answer, _ in rows]
    yes = max(1, sum(answers))
    balanced = [0.5 / yes if one else 0.5 / max(1, len(rows) - yes) for one in answers]
    found = logistic([_columns(one) for _, one in rows], answers, balanced)
    shift = log(PRIOR / (1 - PRIOR))  # from half and half to the prior
    steps = [0.0]
    for at in range(4):
        steps.append(round(steps[-1] + found[1 + at], 4))
    return {
        "model": round(found[0], 4),
        "signs": steps,
        "raw": [0.0, 0.0, *[round(found[5], 4)] * 3],
        "more": round(found[6], 4),
        "bias": round(found[7] + shift, 4),
    }


def _columns(found: Evidence) -> list[float]:
    steps = [
        float(found.severity >= one) for one in (Severity.LOW, Severity.MODERATE, Severity.HIGH, Severity.IMMINENT)
    ]
    return [found.risk, *steps, float(found.raw >= Severity.MODERATE), float(min(3, max(0, found.count - 1)))]


def _threshold(values: Sequence[float], share: float) -> float:
    """The value that only this share of the values exceed, between the two next to it."""
    ranked = sorted(values, reverse=True)
    at = min(len(ranked) - 1, int(share * len(ranked)))
    return round((ranked[at] + ranked[max(0, at - 1)]) / 2, 4)
