"""From signs and the model to one level and one score.

A sign that context left at moderate or above flags a message, unless the model holds the whole for very harmless; a
sign of something imminent always does. Without such a sign the sum of signs and model flags it when it is greater
than of all but a few in a thousand normal messages, and of a few more when the second head finds it urgent, unless
every sign in it was denied. The level is the worst sign's, and at least high when the second head says so. What is no
flag is low when a sign says so and the third head does not hold the author for well. The score is a logistic function
of that sum, calibrated by `train_detector`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp
from typing import Any

from moderation.detector.context import Sign
from moderation.detector.finding import Category, Severity
from moderation.detector.model import Model, Odds

# Which category names the message when two signs are equally severe: what a moderator must know first.
PRECEDENCE = (
    Category.METHOD_SEEKING, Category.ENCOURAGEMENT, Category.PSYCHOSIS, Category.VIOLENCE, Category.THIRD_PARTY,
    Category.ABUSE, Category.EATING_DISORDER, Category.GOODBYE, Category.SELF_HARM, Category.SUICIDE, Category.DISTRESS,
)  # fmt: skip

_DENIALS = ("negation", "denial")
FLAG_SCORE = 0.01  # the least chance that is said of what repeated distress raised

DEFAULTS: dict[str, Any] = {
    "bias": -5.0,
    "model": 0.6,
    "signs": [0.0, 0.8, 3.5, 5.0, 7.0],  # by severity after context
    "raw": [0.0, 0.1, 0.5, 0.7, 0.9],  # by severity before context
    "more": 0.35,  # each further sign, up to three
    "flag": 99.0,  # the sum from which a message is flagged without a sign
    "urgent": 99.0,  # log-odds of the second head from which a smaller sum is enough
    "flag_urgent": 99.0,  # that sum
    "doubt": -99.0,  # log-odds of the model, up to which a sign that is not imminent flags nothing
    "high": 99.0,  # log-odds of the second head from which what is flagged is high
    "low_alone": 99.0,  # log-odds of the third head from which what is no flag is low without a sign
    "well": -99.0,  # log-odds of the third head, up to which it is not low with a sign either
}


@dataclass(frozen=True)
class Evidence:
    """What fusion goes by: severities of the worst sign after and before context, how many signs, the model's odds."""

    severity: Severity
    raw: Severity
    count: int
    risk: float
    severe: float
    distress: float
    explained: bool = False
    denied: bool = False


def evidence(signs: Sequence[Sign], odds: Odds, *, explained: bool = False) -> Evidence:
    """The evidence in these signs and log-odds."""
    severity = max((one.severity for one in signs), default=Severity.NONE)
    raw = max((one.rule.severity for one in signs), default=Severity.NONE)
    count = len({one.rule.group for one in signs if one.severity >= Severity.MODERATE})
    grave = [one for one in signs if one.rule.severity >= Severity.MODERATE]
    denied = bool(grave) and all(_is_denied(one) for one in grave)
    return Evidence(severity, raw, count, odds.risk, odds.severe, odds.distress, explained, denied)


def _is_denied(sign: Sign) -> bool:
    """Whether a sign was taken as said with "not"."""
    return not sign.severity and any(why in _DENIALS for why, _, _ in sign.changed_by)


def level(found: Evidence, weights: Mapping[str, Any]) -> Severity:
    """How soon someone must look."""
    if _is_told(found, weights) or _is_likely(found, weights):
        return max(found.severity, Severity.HIGH if found.severe >= weights["high"] else Severity.MODERATE)
    if found.severity and found.distress > weights["well"]:
        return Severity.LOW
    return Severity.LOW if found.distress >= weights["low_alone"] and not found.explained else Severity.NONE


def _is_told(found: Evidence, weights: Mapping[str, Any]) -> bool:
    """Whether a sign is reason enough."""
    if found.severity == Severity.IMMINENT:
        return True
    return found.severity >= Severity.MODERATE and found.risk > weights["doubt"]


def _is_likely(found: Evidence, weights: Mapping[str, Any]) -> bool:
    """Whether signs and model together are: less is enough of what is urgent, unless context took its signs away."""
    is_explained_away = found.raw >= Severity.MODERATE and not found.severity
    is_urgent = found.severe >= weights["urgent"] and not is_explained_away
    least = weights["flag_urgent"] if is_urgent else weights["flag"]
    return log_odds(found, weights) >= least and not found.denied


def log_odds(found: Evidence, weights: Mapping[str, Any]) -> float:
    """The score before it becomes a chance; finer than the chance near 0 and 1."""
    more = min(3, max(0, found.count - 1))
    return (
        weights["bias"]
        + weights["model"] * found.risk
        + weights["signs"][found.severity]
        + weights["raw"][found.raw]
        + weights["more"] * more
    )


def score(found: Evidence, weights: Mapping[str, Any]) -> float:
    """The calibrated chance that a moderator should look, 0 to 1."""
    return 1 / (1 + exp(-max(-60.0, min(60.0, log_odds(found, weights)))))


def weights_of(model: Model) -> Mapping[str, Any]:
    """The weights that came with the model, and the usual ones for what it does not say."""
    return {**DEFAULTS, **model.fusion}


def is_unnamed(signs: Sequence[Sign], found: Severity) -> bool:
    """Whether a flag came from the model alone, so that no phrase says what it is about."""
    return found >= Severity.MODERATE > max((one.severity for one in signs), default=Severity.NONE)


def categories(signs: Sequence[Sign], found: Severity, topic: Category | None = None) -> tuple[Category, ...]:
    """What it is about, the most severe first; before them the topic that the model gave it, if it was asked."""
    left = [one for one in signs if one.severity > Severity.NONE]
    ranked = sorted({(-one.severity, PRECEDENCE.index(one.rule.category), one.rule.category) for one in left})
    named = tuple(dict.fromkeys(category for _, _, category in ranked))
    if topic:
        return tuple(dict.fromkeys((topic, *named)))
    return named or ((Category.DISTRESS,) if found else ())
