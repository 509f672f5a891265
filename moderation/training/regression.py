"""Logistic regression over hashed n-grams, fitted by scikit-learn, which only this command needs and no server has."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any
from warnings import catch_warnings

from moderation.detector.model import DAMPING, TOPIC_BUCKETS, Head
from moderation.detector.ngrams import BUCKETS

LOOSE = 30.0  # inverse of the strength of regularisation; chosen on sentences that were then put aside
STEPS = 150  # taken whole: where a search stops by itself hangs on a few texts more or less, and what it finds with it
NEVER = 1e-9  # the tolerance at which it would stop
TOPIC_STEPS = 400
SELDOM = 2  # texts; what fewer of them have says nothing yet


TOPICS_LOOSE = 30.0
FEWEST = 10  # texts of a category that is learnt


@dataclass(frozen=True)
class Example:
    """Features of a text, whether the answer is yes, and how much it counts."""

    features: array[int]
    yes: bool
    weight: float = 1.0


def fit(examples: Sequence[Example]) -> Head:
    """A head with weights of one byte. The same examples give the same head on the same machine."""
    from sklearn.linear_model import LogisticRegression

    features = [one.features for one in examples]
    table = _table(features, BUCKETS, _often(features))
    found = LogisticRegression(C=LOOSE, max_iter=STEPS, tol=NEVER)
    with catch_warnings(action="ignore"):  # that it has not converged
        found.fit(table, [one.yes for one in examples], sample_weight=[one.weight for one in examples])
    return _rounded(found.coef_[0].tolist(), float(found.intercept_[0]))


def fit_topics(rows: Sequence[tuple[array[int], str]]) -> dict[str, Head]:
    """One head for each name that these features go with often enough; each name counts the same."""
    from sklearn.linear_model import LogisticRegression

    often = Counter(name for _, name in rows)
    rows = [(features, name) for features, name in rows if often[name] >= FEWEST]
    if len({name for _, name in rows}) < 3:  # of two, the regression would make one head
        return {}
    table = _table([features for features, _ in rows], TOPIC_BUCKETS)
    found = LogisticRegression(C=TOPICS_LOOSE, max_iter=TOPIC_STEPS, class_weight="balanced")
    found.fit(table, [name for _, name in rows])
    learnt = zip(found.classes_.tolist(), found.coef_.tolist(), found.intercept_.tolist(), strict=True)
    return {name: _rounded(weights, bias) for name, weights, bias in learnt}


def _often(texts: Sequence[array[int]]) -> set[int]:
    """The features of more than one author's making: those that several texts have."""
    counts = Counter(number for one in texts for number in set(one))
    return {number for number, count in counts.items() if count >= SELDOM}


def _table(features: Sequence[array[int]], buckets: int, known: Collection[int] | None = None) -> Any:
    from scipy.sparse import csr_matrix

    columns, values, ends = array("l"), array("d"), array("l", [0])
    for one in features:
        kept = one if known is None else [number for number in one if number in known]
        columns.extend(number % buckets for number in kept)
        values.extend([1 / sqrt(len(one) + DAMPING)] * len(kept))  # all count, as when a text is read
        ends.append(len(columns))
    table = csr_matrix((values, columns, ends), shape=(len(features), buckets))
    table.sum_duplicates()
    return table


def _rounded(weights: Sequence[float], bias: float) -> Head:
    largest = max(1e-9, sorted(map(abs, weights))[-max(1, len(weights) // 2000)])  # outliers are cut off
    scale = largest / 127
    return Head(array("b", [max(-127, min(127, round(one / scale))) for one in weights]), scale, bias)


def logistic(values: Sequence[float], answers: Sequence[bool], importance: Sequence[float]) -> tuple[float, float]:
    """By what a value is multiplied, and what is added, to make it the log-odds of the answer; never less for more."""
    from sklearn.linear_model import LogisticRegression

    mean = sum(importance) / len(importance)  # or the little regularisation there is would hang on their number
    found = LogisticRegression().fit([[one] for one in values], answers, [one / mean for one in importance])
    return max(0.0, float(found.coef_[0][0])), float(found.intercept_[0])
