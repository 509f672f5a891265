"""From data to a model file: two heads, then the weights and thresholds that join them with the lexicons."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from math import log
from typing import Any
from zlib import crc32

from moderation.detector import fusion, ngrams
from moderation.detector.context import is_explained, weigh
from moderation.detector.finding import Category, Severity
from moderation.detector.fusion import Evidence
from moderation.detector.lexicon import Lexicon, sources
from moderation.detector.model import Model, Topics
from moderation.detector.reading import read
from moderation.training import synthetic
from moderation.training.corpus import EXAMPLES, NORMAL, Text
from moderation.training.regression import Example, fit, fit_topics, logistic

Say = Callable[[str], None]
ALONE = 0.0025  # of normal messages; what may be flagged without a sign
ALONE_URGENT = 0.009  # what would be, if that went for all; it goes for the few that the second head finds urgent
LOWER = 0.4  # log-odds of the model that both lines are drawn lower, as far as everyday stress allows
URGENT = 1.0  # log-odds of the second head from which that is so
DOUBT = -6.0  # log-odds of the model, up to which a sign flags nothing; lower than what a text of no words gets
WELL = -2.0  # log-odds of the third head, up to which a sign does not make a text low
HIGH = 1.0  # log-odds of the second head from which what is flagged is high
LOW_ALONE = 0.006  # the same for what it may call low
OWN_WEIGHT = 4.0
# How much a text counts: short hand-written cases more than what was collected, and calm texts so much that what they
# have in common with risk weighs little: the line is drawn where a few of a thousand of them lie.
_WEIGHTS = {EXAMPLES: 4.0, "crisis": 0.7, "no_crisis": 1.0, "distress": 5.0, "unlabelled_normal": 20.0}
_TOPICS = frozenset(Category) - {Category.NONE, Category.DISTRESS}
# What signs count beside the model's log-odds; chosen on sentences that were kept from learning.
PROPORTIONS: dict[str, Any] = {
    "bias": 0.0,
    "model": 1.0,
    "signs": [0.0, 0.3, 4.5, 5.5, 6.5],
    "raw": [0.0, 0.0, 0.5, 0.5, 0.5],
    "more": 0.3,
}
_KNOWN: dict[tuple[str, ...], array[int]] = {}  # features of texts, while a model is trained
PRIOR = 1 / 500  # messages that need a moderator, in the community the score is calibrated for


def train(texts: Sequence[Text], lexicon: Lexicon, say: Say) -> Model:
    """A model from the training part of these texts; the same texts and lexicons give the same model."""
    _KNOWN.clear()
    seen = [one for one in texts if not one.held_out]
    say(f"{len(seen)} texts to learn from, {len(texts) - len(seen)} held out")
    risk = fit(list(_risk(seen, lexicon)))
    say("learnt risk")
    severe = fit(list(_severe(seen, lexicon)))
    say("learnt what is severe")
    distress = fit(list(_distress(seen, lexicon)))
    say("learnt distress")
    topics = Topics({Category(name): head for name, head in fit_topics(list(_topics(seen, lexicon))).items()})
    say("learnt topics")
    version = f"m{ngrams.bucket(risk.weights.tobytes().hex()):05x}"
    model = Model(risk, severe, distress, version, topics=topics, kin=synthetic.kin())
    calm = list(_unlearnt(texts, lexicon, model))
    say(f"read {len(calm)} normal texts with heads that had not learnt from them")
    return replace(model, fusion=_fuse(texts, lexicon, model, calm))


def _unlearnt(texts: Sequence[Text], lexicon: Lexicon, model: Model) -> Iterable[Evidence]:
    """The evidence in every normal text, as heads see it that learnt from the other half of them."""
    for part in (0, 1):
        half = {one.id for one in texts if one.label in NORMAL and crc32(one.id.encode()) % 2 == part}
        rest = [one for one in texts if not one.held_out and one.id not in half]
        fresh = replace(model, risk=fit(list(_risk(rest, lexicon))), severe=fit(list(_severe(rest, lexicon))))
        yield from (gather(one, lexicon, fresh) for one in texts if one.id in half)


def _risk(texts: Iterable[Text], lexicon: Lexicon) -> Iterable[Example]:
    """Should a moderator look?"""
    for one in texts:
        weight = _WEIGHTS.get(one.source if one.source == EXAMPLES else one.label, 1.0)
        yield _example(one.messages, lexicon, yes=one.is_risk, weight=weight)
    yield from _own(lexicon, Severity.MODERATE)


def _severe(texts: Iterable[Text], lexicon: Lexicon) -> Iterable[Example]:
    """At once? Learnt from hand-written cases and from ordinary messages only: other labels do not tell."""
    for one in texts:
        if one.source == EXAMPLES:
            yield _example(one.messages, lexicon, yes=one.label in ("high", "imminent"), weight=3.0)
        elif one.label in NORMAL:
            yield _example(one.messages, lexicon, yes=False)
    yield from _own(lexicon, Severity.HIGH)


def _own(lexicon: Lexicon, least: Severity) -> Iterable[Example]:
    for one in synthetic.own():
        sure = one.answers(least)
        weight = OWN_WEIGHT if sure is not None else OWN_WEIGHT / 2
        most = 2.0 if one.level == Severity.IMMINENT else 1.0  # nothing is worse than to miss one
        yield _example(one.messages, lexicon, yes=one.level >= least, weight=most * weight)


def _distress(texts: Iterable[Text], lexicon: Lexicon) -> Iterable[Example]:
    """Is the person having a hard time?"""
    for one in synthetic.own():
        if one.level <= Severity.MODERATE:
            yield _example(one.messages, lexicon, yes=one.level >= Severity.LOW, weight=OWN_WEIGHT)
    for made in synthetic.distressed(sources()):
        yield _example((made,), lexicon, yes=True, weight=0.5)
    for text in texts:
        if text.label in ("low", "moderate"):
            yield _example(text.messages, lexicon, yes=True, weight=3.0)
        elif text.label in NORMAL:
            yield _example(text.messages, lexicon, yes=False)
        elif text.label == "distress":
            yield _example(text.messages, lexicon, yes=False, weight=0.2)


def _topics(texts: Iterable[Text], lexicon: Lexicon) -> Iterable[tuple[array[int], str]]:
    """What is it about? Learnt from what a moderator should look at."""
    hand = [(one.messages, one.category) for one in texts if one.source == EXAMPLES and one.is_risk]
    own = [(one.messages, one.category) for one in synthetic.own() if one.level >= Severity.MODERATE]
    for messages, category in (*hand, *own):
        if category in _TOPICS:
            yield _numbers(messages, lexicon), category


def _example(messages: tuple[str, ...], lexicon: Lexicon, *, yes: bool, weight: float = 1.0) -> Example:
    return Example(_numbers(messages, lexicon), yes, weight)


def _numbers(messages: tuple[str, ...], lexicon: Lexicon) -> array[int]:
    """The features of a text; each text is read once for all heads."""
    if messages not in _KNOWN:
        words = read(messages, lexicon.spelling).words
        _KNOWN[messages] = array("i", sorted(ngrams.of_words(words, synthetic.kin())))
    return _KNOWN[messages]


def gather(one: Text, lexicon: Lexicon, model: Model) -> Evidence:
    """The evidence in a text, as the detector would see it."""
    reading = read(one.messages, lexicon.spelling)
    matches, _ = lexicon.matcher.matches(reading.words, reading.ends)
    signs = weigh(reading, matches, lexicon)
    return fusion.evidence(signs, model.read(reading.words), explained=is_explained(matches, lexicon))


def _fuse(texts: Sequence[Text], lexicon: Lexicon, model: Model, calm: Sequence[Evidence]) -> dict[str, Any]:
    held = [(one, gather(one, lexicon, model)) for one in texts if one.held_out]
    fitted = _weights([(one.is_risk, found) for one, found in held if one.label != "distress"])
    quiet = [found for one, found in held if one.label in NORMAL]
    sums = [fusion.log_odds(one, fitted) for one in calm if one.severity < Severity.MODERATE]
    lower = fitted["model"] * LOWER
    fitted["flag"], fitted["flag_urgent"] = (round(_threshold(sums, one) - lower, 4) for one in (ALONE, ALONE_URGENT))
    fitted |= {"urgent": URGENT, "doubt": DOUBT, "high": HIGH, "well": WELL}
    # Not below what a text of unknown words gets.
    fitted["low_alone"] = max(_threshold([one.distress for one in quiet], LOW_ALONE), round(model.distress.bias + 1, 4))
    return fitted


def _weights(rows: Sequence[tuple[bool, Evidence]]) -> dict[str, Any]:
    """`PROPORTIONS`, scaled and moved so that the score is a chance."""
    answers = [answer for answer, _ in rows]
    yes = max(1, sum(answers))
    balanced = [0.5 / yes if one else 0.5 / max(1, len(rows) - yes) for one in answers]
    scale, bias = logistic([fusion.log_odds(one, PROPORTIONS) for _, one in rows], answers, balanced)
    scaled = {
        name: [round(scale * one, 4) for one in value] if isinstance(value, list) else round(scale * value, 4)
        for name, value in PROPORTIONS.items()
    }
    return {**scaled, "bias": round(bias + log(PRIOR / (1 - PRIOR)), 4)}  # from half and half to the prior


def _threshold(values: Sequence[float], share: float) -> float:
    """The value that only this share of the values exceed, between the two next to it."""
    ranked = sorted(values, reverse=True)
    at = min(len(ranked) - 1, int(share * len(ranked)))
    return round((ranked[at] + ranked[max(0, at - 1)]) / 2, 4)
