"""The statistical half: logistic regression over hashed n-grams and pairs of things, with weights of one byte each."""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from math import sqrt
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple
from zlib import compress, decompress, error

from moderation.detector import ngrams
from moderation.detector.finding import Category
from moderation.detector.kin import NONE, Classes, Kin
from moderation.detector.reading import Between, nothing
from moderation.detector.rows import dumped, framed, little, loaded, pieces

FILE = Path(__file__).resolve().parent.parent / "lexicons" / "model.bin"
MAGIC = b"CLM6"
HEADS = ("risk", "severe", "distress")
STRIDE = 20  # words
WINDOW = 2 * STRIDE  # words read at once; of a longer text, the worst window counts
TOPIC_BUCKETS = 1 << 14  # of each category
_BITS, _WIDE = 20, 32  # of a sum over one row of features, over several
_FIELD, _WIDE_FIELD = (1 << _BITS) - 1, (1 << _WIDE) - 1
_MOST = 1 << _BITS - 8  # features whose sums stay apart
_KNOWN = 4096  # words whose weights are kept
_RAISED = bytes((one + 128) % 256 for one in range(256))
_LOW = bytes(one << 4 & 255 for one in range(256))
_HIGH = bytes(one >> 4 for one in range(256))
DAMPING = 10  # features that every text is taken to have more, so that few of them say less
SHORT = 5  # words; of a shorter text the model's evidence counts in proportion


@dataclass(frozen=True)
class Head:
    """One question to the text: one weight for each n-gram bucket, to be multiplied by `scale`."""

    weights: array[int]
    scale: float
    bias: float

    def log_odds(self, total: int, count: int) -> float:
        """Log-odds that the answer is yes, for the sum of so many weights, divided by about the root of that."""
        return self.bias + self.scale * total / sqrt(count + DAMPING)


class Side:
    """Weights of up to three heads side by side in one number for each bucket, so that one sum adds up all of them.

    A weight with 128 added fills 8 of 20 bits, so that sums of up to 4,096 of them stay apart. What is added up of a
    row of features is one number, too, which can be added to those of other rows: 32 bits for each head, above them
    how many features there are.
    """

    def __init__(self, heads: Sequence[Head]) -> None:
        self._heads = heads
        self._places = range(len(heads))
        weights = array("Q", [0]) * len(heads[0].weights)
        written = memoryview(weights).cast("B")
        for place, head in zip(self._places, heads, strict=True):
            first, is_halved = divmod(_BITS * place, 8)
            raised = head.weights.tobytes().translate(_RAISED)
            written[first::8] = raised.translate(_LOW) if is_halved else raised
            if is_halved:
                written[first + 1 :: 8] = raised.translate(_HIGH)
        self._weights = little(weights)

    def added(self, features: Sequence[int]) -> int:
        """The weights of these features, added up for each head, and how many there are."""
        if len(features) > _MOST:
            return self.added(features[:_MOST]) + self.added(features[_MOST:])
        if len(features) < 2:  # of which `itemgetter` makes no tuple
            total = sum(self._weights[one] for one in features)
        else:
            total = sum(itemgetter(*features)(self._weights))  # half the time of a call for each
        wide = len(features) << _WIDE * len(self._places)
        for place in self._places:
            wide |= (total >> _BITS * place & _FIELD) << _WIDE * place
        return wide

    def log_odds(self, added: int) -> list[float]:
        """Log-odds of each head, for what was added up."""
        count = added >> _WIDE * len(self._places)
        sums = [(added >> _WIDE * place & _WIDE_FIELD) - 128 * count for place in self._places]
        return [head.log_odds(one, count) for head, one in zip(self._heads, sums, strict=True)]


@dataclass(frozen=True)
class Topics:
    """Which category a text is about that the model alone flagged: one head each, over fewer buckets."""

    heads: dict[Category, Head] = field(default_factory=dict)

    def best(self, features: Iterable[int]) -> Category:
        """The likeliest category; suicide when none was learnt."""
        folded = [one % TOPIC_BUCKETS for one in features]
        odds = [one for side in self._sides for one in side.log_odds(side.added(folded))]
        return max(zip(odds, self.heads, strict=True), key=itemgetter(0), default=(0, Category.SUICIDE))[1]

    @cached_property
    def _sides(self) -> list[Side]:
        heads = list(self.heads.values())
        return [Side(heads[at : at + 3]) for at in range(0, len(heads), 3)]


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
        return self.weigh(words, ngrams.by_word(words, self.kin), between)

    def weigh(self, words: Sequence[str], rows: Sequence[array[int]], between: Between = nothing) -> Odds:
        """The same for words whose rows are known, as `ngrams.by_word` has them."""
        best, at = [-1e9] * len(HEADS), 0
        said, found = _stride(words, rows, 0)
        for start in range(0, max(1, len(words) - STRIDE), STRIDE):  # two strides make a window
            said_next, found_next = _stride(words, rows, start + STRIDE)
            alone = map(self.alone, said | said_next)
            odds = self.side.log_odds(sum(alone, self.side.added([*found | found_next])))
            at = start if odds[0] > best[0] else at
            best = list(map(max, best, odds))
            said, found = said_next, found_next
            between()
        if len(words) < SHORT:  # two words say little, however much they weigh
            share, heads = len(words) / SHORT, (self.risk, self.severe, self.distress)
            best = [head.bias + share * (odds - head.bias) for head, odds in zip(heads, best, strict=True)]
        return Odds(best[0], best[1], best[2], at)

    @cached_property
    def alone(self) -> Callable[[str], int]:
        """What a word weighs by itself, as `Side.added` has it."""
        return lru_cache(maxsize=_KNOWN)(lambda word: self.side.added(ngrams.known(word, self.kin).numbers))

    @cached_property
    def side(self) -> Side:
        """Its heads, to be added up together."""
        return Side((self.risk, self.severe, self.distress))

    def topic(self, words: Sequence[str]) -> Category:
        """What these words are about, if they are about danger."""
        return self.topics.best(ngrams.of_words(words, self.kin))

    def carriers(self, words: Sequence[str], most: int = 5) -> list[Carrier]:
        """What raised the risk most, or lowered it least: n-grams of whole words, and pairs of words."""
        share = self.risk.scale / sqrt(DAMPING + len(ngrams.of_words(words, self.kin)))
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
            return sum(self.risk.weights[one] for one in (*ngrams.known(text, self.kin).numbers, *alone))
        return self.risk.weights[ngrams.bucket(text)]


def _stride(words: Sequence[str], rows: Sequence[array[int]], start: int) -> tuple[set[str], set[int]]:
    """The different words from `start`, and all of their rows."""
    return set(words[start : start + STRIDE]), set[int]().union(*rows[start : start + STRIDE])


@cache
def shipped() -> Model:
    """The model of this release; one that knows nothing when its file is missing."""
    return load(FILE.read_bytes()) if FILE.exists() else _ignorant()


def load(content: bytes) -> Model:
    """A model from the content of its file. Raises ValueError when that is something else."""
    if content[:4] != MAGIC:
        raise ValueError("not a model of this detector")
    try:
        about, weights, sums, numbers = pieces(decompress(content[4:]))
    except error as wrong:
        raise ValueError("the model is cut short") from wrong
    told = json.loads(bytes(about))
    sizes = {name: ngrams.BUCKETS if name in HEADS else TOPIC_BUCKETS for name in (*HEADS, *told["topics"])}
    if sum(sizes.values()) != len(weights):
        raise ValueError("the weights are not those of this model")
    heads, at = {}, 0
    for name, size in sizes.items():
        heads[name] = Head(array("b", weights[at : at + size].tobytes()), **told["heads"][name])
        at += size
    topics = Topics({Category(name): heads[name] for name in told["topics"]})
    risk, severe, distress = (heads[name] for name in HEADS)
    kin = Kin(told["kin"], Classes(loaded(sums), loaded(numbers)))
    return Model(risk, severe, distress, told["version"], told["fusion"], topics, kin)


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
    weights, classes = b"".join(head.weights.tobytes() for head in heads.values()), model.kin.classes
    written = [*framed(json.dumps(about).encode()), *framed(weights), *dumped(classes.sums), *dumped(classes.numbers)]
    return MAGIC + compress(b"".join(written), 9)


def _ignorant() -> Model:
    nothing = Head(array("b", bytes(ngrams.BUCKETS)), 1.0, -6.0)
    return Model(nothing, nothing, nothing)
