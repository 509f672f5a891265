"""Logistic regression over hashed n-grams, fitted by scikit-learn, which only this command needs and no server has."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, sqrt

from moderation.detector.model import Head
from moderation.detector.ngrams import BUCKETS

LOOSE = 30.0  # inverse of the strength of regularisation; chosen on sentences that were then put aside
STEPS = 400


@dataclass(frozen=True)
class Example:
    """Features of a text, whether the answer is yes, and how much it counts."""

    features: array[int]
    yes: bool
    weight: float = 1.0


def fit(examples: Sequence[Example]) -> Head:
    """A head with weights of one byte. The same examples give the same head on the same machine."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    columns, values, ends = array("l"), array("d"), array("l", [0])
    for one in examples:
        columns.extend(one.features)
        values.extend([1 / sqrt(max(1, len(one.features)))] * len(one.features))
        ends.append(len(columns))
    table = csr_matrix((values, columns, ends), shape=(len(examples), BUCKETS))
    found = LogisticRegression(C=LOOSE, max_iter=STEPS)
    found.fit(table, [one.yes for one in examples], sample_weight=[one.weight for one in examples])
    return _rounded(found.coef_[0].tolist(), float(found.intercept_[0]))


def _rounded(weights: Sequence[float], bias: float) -> Head:
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
