"""Logistic regression in plain Python: the same data give the same weights, on any machine."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, sqrt
from random import Random

from moderation.detector.model import Head
from moderation.detector.ngrams import BUCKETS

PASSES = 6
STEP = 0.35
DECAY = 2e-6  # of the weights, for each example


@dataclass(frozen=True)
class Example:
    """Features of a text, whether the answer is yes, and how much it counts."""

    features: array[int]
    yes: bool
    weight: float = 1.0


def fit(examples: Sequence[Example], *, seed: int = 20, passes: int = PASSES) -> Head:
    """A head with weights of one byte, by stochastic gradient descent with steps that shrink (AdaGrad, Duchi 2011)."""
    weights, squares = array("d", bytes(8 * BUCKETS)), array("d", [1e-4]) * BUCKETS
    bias, order = -3.0, list(range(len(examples)))
    shuffle = Random(seed).shuffle  # noqa: S311  (the same order every time is the point)
    for number in range(passes):
        shuffle(order)
        for at in order:
            bias += _learn(examples[at], weights, squares, bias, STEP / (1 + number / 2))
    return _rounded(weights, bias)


def _learn(example: Example, weights: array[float], squares: array[float], bias: float, step: float) -> float:
    share = 1 / sqrt(max(1, len(example.features)))
    odds = bias + share * sum([weights[one] for one in example.features])
    wrong = (1 / (1 + exp(-max(-30.0, min(30.0, odds)))) - example.yes) * example.weight
    slope = wrong * share
    if abs(slope) < 1e-5:
        return 0.0
    for one in example.features:
        squares[one] += slope * slope
        weights[one] -= step * (slope / sqrt(squares[one]) + DECAY * weights[one])
    return -0.02 * wrong


def _rounded(weights: array[float], bias: float) -> Head:
    largest = max(1e-9, sorted(map(abs, weights))[-max(1, BUCKETS // 2000)])  # outliers are cut off
    scale = largest / 127
    return Head(array("b", [max(-127, min(127, round(one / scale))) for one in weights]), scale, bias)


def logistic(rows: Sequence[Sequence[float]], answers: Sequence[bool], importance: Sequence[float]) -> list[float]:
    """Weights of a few columns (never below 0, so that more evidence never lowers a score); the last is the bias."""
    found = [0.0] * (len(rows[0]) + 1)
    total = sum(importance)
    for _ in range(400):
        slopes = [0.0] * len(found)
        for row, answer, counts in zip(rows, answers, importance, strict=True):
            odds = found[-1] + sum(a * b for a, b in zip(found, row, strict=False))
            wrong = (1 / (1 + exp(-max(-30.0, min(30.0, odds)))) - answer) * counts / total
            for at, value in enumerate(row):
                slopes[at] += wrong * value
            slopes[-1] += wrong
        found = [max(0.0, one - 2.0 * slope) for one, slope in zip(found[:-1], slopes, strict=False)] + [
            found[-1] - 2.0 * slopes[-1]
        ]
    return found
