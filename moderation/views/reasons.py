"""Why a case came, for a person to read: each finding with its words, its list and version, and what lowered it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from moderation.console_words import CATEGORIES, LEVELS, LOOKED_FOR
from moderation.services import thresholds
from moderation.services.cases import Case, Line

Places = dict[int, list[tuple[int, int, int]]]  # by seq: number, start, end


@dataclass(frozen=True, slots=True)
class Reason:
    """One finding. `number` is the one beside its marked words; 0 where nothing is marked for it."""

    number: int
    kind: str  # "sign", "context", "model"
    quote: str
    says: str
    category: Any
    rule: str
    version: str
    before: Any
    after: Any
    is_lowered: bool
    weight: str

    @property
    def is_changed(self) -> bool:
        """True when something around it changed what it means."""
        return bool(self.before != self.after)

    @property
    def is_threshold(self) -> bool:
        """True when the site's own threshold moved it."""
        return self.rule == thresholds.RULE


@dataclass(slots=True)
class Why:
    """What was found in one wording."""

    is_present: bool  # the wording that stands now
    words: str
    level: Any
    percent: int
    version: str
    reasons: list[Reason] = field(default_factory=list)
    nth: int = 0  # of the wordings that were replaced, where it is certain which this was
    missing: list[Any] = field(default_factory=list)
    places: Places = field(default_factory=lambda: defaultdict(list))


def of_case(case: Case) -> list[Why]:
    """What was found in each wording of the message, the present one first."""
    line = next((one for one in case.lines if one.is_flagged), None)
    if line is None:
        return []
    texts = _wordings(line, len(case.why))
    found = [_why(one, words, case) for one, words in zip(case.why, texts, strict=True)]
    if found:
        found[-1].is_present = bool(line.body) and found[-1].words == line.body
    for one in found:
        one.nth = line.earlier.index(one.words) + 1 if not one.is_present and one.words in line.earlier else 0
    return [one for one in reversed(found) if one.reasons or one.is_present]


def _wordings(line: Line, number: int) -> list[str]:
    """The text that each reading was of, oldest first; empty where that is not certain."""
    texts = [*line.earlier, *([line.body] if line.body else [])]
    if len(texts) == number:
        return texts
    return [""] * (number - 1) + texts[-1:] if number and texts else [""] * number


def _why(found: dict[str, Any], words: str, case: Case) -> Why:
    bodies = {one.seq: one.body for one in case.lines}
    categories = found["categories"]
    why = Why(
        False,
        words,
        LEVELS.get(found["severity"], ""),
        round(found["score"] * 100),
        found["version"],
        missing=[CATEGORIES[one] for one in LOOKED_FOR if one not in categories],
    )
    own = next(one.seq for one in case.lines if one.is_flagged)
    seqs = dict(enumerate(found["read"]))
    for number, (message, start, end) in enumerate(found["spans"], start=1):
        why.places[seqs.get(message, own)].append((number, start, end))
    for one in found["reasons"]:
        seq = seqs.get(one["span"][0], own)
        why.reasons.append(_reason(one, words if seq == own else bodies.get(seq, ""), why.places[seq]))
    return why


def _reason(one: dict[str, Any], words: str, places: list[tuple[int, int, int]]) -> Reason:
    _, start, end = one["span"]
    rule, _, version = one["rule"].partition("@")
    number = next((number for number, first, last in places if first <= start and end <= last), 0)
    before, after = one["change"]
    return Reason(
        number=0 if one["kind"] == "context" else number,
        kind=one["kind"],
        quote=words[start:end],
        says=one["says"],
        category=CATEGORIES.get(one["category"], ""),
        rule=rule,
        version=version,
        before=LEVELS.get(before, ""),
        after=LEVELS.get(after, ""),
        is_lowered=after < before,
        weight=f"{one['weight']:+.1f}" if one["kind"] == "model" else "",
    )
