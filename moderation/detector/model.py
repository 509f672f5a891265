"""The statistical half: logistic regression over hashed n-grams and pairs of things, with weights of one byte each."""

from __future__ import annotations

import json
from array import array
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import sqrt
from pathlib import Path
from typing import Any, NamedTuple

from moderation.detector import ngrams
from moderation.detector.finding import Category
from moderation.detector.kin import NONE, Kin
from moderation.detector.reading import Between, nothing

FILE = Path(__file__).resolve().parent.parent / "lexicons" / "model.bin"
MAGIC = b"CLM4"
HEADS = ("risk", "severe", "distress")
WINDOW = 40  # words read at once; of a longer text, the worst window counts
STRIDE = 20
TOPIC_BUCKETS = 1 << 14  # of each category
SHORT = 5  # words; of a shorter text the model's evidence counts in proportion


@dataclass(frozen=True)
class Head:
    """One question to the text: one weight for each n-gram bucket, to be multiplied by `scale`."""

    weights: array[int]
    scale: float
    bias: float

    def log_odds(self, features: Collection[int]) -> float:
        """Log-odds that the answer is yes. Features are divided by the root of their number."""
        if not features:
            return self.bias
        return self.bias + self.scale * sum(map(self.weights.__getitem__, features)) / sqrt(len(features))


@dataclass(frozen=True)
class Topics:
    """Which category a text is about that the model alone flagged: one head each, over fewer buckets."""

    heads: dict[Category, Head] = field(default_factory=dict)

    def best(self, features: Collection[int]) -> Category:
        """The likeliest category; suicide when none was learnt."""
        folded = [one % TOPIC_BUCKETS for one in features]
        odds = {category: head.log_odds(folded) for category, head in self.heads.items()}
        return max(odds, key=odds.__getitem__, default=Category.SUICIDE)


class Carrier(NamedTuple):
    """Words that a model's answer stands on: where they stand, first and last word of each place, and their share."""

    text: str
    places: tuple[tuple[int, int], ...]
    share: float


class Odds(NamedTuple):
    """What the model makes of a text: log-odds of the heads, and where the window with the most risk begins."""

    risk: float
    severe: float
    distress: float
    window: int


@dataclass(frozen=True)
class Model:
    """`risk`: should a moderator look? `severe`: at once? `distress`: is the person having a hard time?"""

    risk: Head
    severe: Head
    distress: Head
    version: str = "none"
    fusion: dict[str, Any] = field(default_factory=dict)
    topics: Topics = field(default_factory=Topics)
    kin: Kin = NONE

    def read(self, words: Sequence[str], between: Between = nothing) -> Odds:
        """Log-odds of each head in its worst window, and the first word of the window with the most risk."""
        heads = (self.risk, self.severe, self.distress)
        best, at = [-1e9] * len(heads), 0
        numbers = ngrams.by_word(words, self.kin)
        for start in range(0, max(1, len(words) - WINDOW + STRIDE), STRIDE):
            features: set[int] = set().union(*numbers[start : start + WINDOW])
            odds = [head.log_odds(features) for head in heads]
            at = start if odds[0] > best[0] else at
            best = list(map(max, best, odds))
            between()
        if len(words) < SHORT:  # two words say little, however much they weigh
            share = len(words) / SHORT
            best = [head.bias + share * (odds - head.bias) for head, odds in zip(heads, best, strict=True)]
        return Odds(best[0], best[1], best[2], at)

    def topic(self, words: Sequence[str]) -> Category:
        """What these words are about, if they are about danger."""
        return self.topics.best(ngrams.of_words(words, self.kin))

    def carriers(self, words: Sequence[str], most: int = 5) -> list[Carrier]:
        """What raised the risk most, or lowered it least: n-grams of whole words, and pairs of words."""
        share = self.risk.scale / sqrt(max(1, len(ngrams.of_words(words, self.kin))))
        weighed = [
            Carrier(text, ((first, last),), share * self._weight(words[first : last + 1], text))
            for text, first, last in ngrams.in_words(words)
        ]
        weighed.extend(self._pairs(words, share))
        weighed.sort(key=lambda one: (-one.share, one.places))
        return weighed[:most]

    def _pairs(self, words: Sequence[str], share: float) -> Iterator[Carrier]:
        things = list(map(self.kin.of, words))
        for last, own in enumerate(things):
            for first in range(max(0, last - ngrams.TOGETHER), last if own else 0):
                pairs = {ngrams.together(one, other) for one in own for other in things[first] if one != other}
                if pairs:
                    weight = sum(self.risk.weights[one] for one in pairs)
                    yield Carrier(f"{words[first]} … {words[last]}", ((first, first), (last, last)), share * weight)

    def _weight(self, words: Sequence[str], text: str) -> int:
        """The weight of one n-gram; a single word stands for the letters in it and what it means, too."""
        if len(words) == 1:
            alone = (ngrams.together(one, one) for one in self.kin.of(text))
            return sum(self.risk.weights[one] for one in (*ngrams.of_word(text), *alone))
        return self.risk.weights[ngrams.bucket(text)]


@cache
def shipped() -> Model:
    """The model of this release; one that knows nothing when its file is missing."""
    return load(FILE.read_bytes()) if FILE.exists() else _ignorant()


def load(content: bytes) -> Model:
    """A model from the content of its file. Raises ValueError when that is something else."""
    if content[:4] != MAGIC:
        raise ValueError("not a model of this detector")
    size = int.from_bytes(content[4:8], "big")
    about = json.loads(content[8 : 8 + size])
    at = 8 + size
    heads: dict[str, Head] = {}
    for name in (*HEADS, *about["topics"]):
        size = ngrams.BUCKETS if name in HEADS else TOPIC_BUCKETS
        weights = array("b", content[at : at + size])
        if len(weights) != size:
            raise ValueError("the model is cut short")
        heads[name] = Head(weights, **about["heads"][name])
        at += size
    topics = Topics({Category(name): heads[name] for name in about["topics"]})
    risk, severe, distress = (heads[name] for name in HEADS)
    return Model(risk, severe, distress, about["version"], about["fusion"], topics, Kin(about["kin"]))


def dump(model: Model) -> bytes:
    """The content of a model's file: the same model gives the same bytes."""
    heads: dict[str, Head] = {name: getattr(model, name) for name in HEADS} | {**model.topics.heads}
    about = {
        "version": model.version,
        "fusion": model.fusion,
        "topics": list(model.topics.heads),
        "kin": model.kin.table,
        "heads": {name: {"scale": head.scale, "bias": head.bias} for name, head in heads.items()},
    }
    written = json.dumps(about).encode()
    weights = b"".join(head.weights.tobytes() for head in heads.values())
    return MAGIC + len(written).to_bytes(4, "big") + written + weights


def _ignorant() -> Model:
    nothing = Head(array("b", bytes(ngrams.BUCKETS)), 1.0, -6.0)
    return Model(nothing, nothing, nothing)
