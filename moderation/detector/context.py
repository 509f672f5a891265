"""What the words around a sign do to it: deny, quote, laugh, offer, look back, or insist.

Context lowers a sign's severity and never hides that it was there: the severity before and after, and the reason,
stay with the finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from moderation.detector.finding import Category, Severity
from moderation.detector.lexicon import Grammar, Lexicon, Rule
from moderation.detector.matcher import Match
from moderation.detector.reading import Reading

_NEGATION_REACH = 3  # words before a sign
_SUBJECT_REACH = 3
_THIRD = Category.THIRD_PARTY


@dataclass
class Sign:
    """A sign that was found, with what context left of it."""

    rule: Rule
    match: Match
    severity: Severity
    changed_by: list[tuple[str, Rule | None, Match | None]] = field(default_factory=list)

    def lower(self, to: Severity, why: str, rule: Rule | None = None, match: Match | None = None) -> None:
        """Lowers the severity to `to`, if it is higher, and remembers why."""
        if to < self.severity:
            self.severity = to
            self.changed_by.append((why, rule, match))


def is_explained(matches: Iterable[Match], lexicon: Lexicon) -> bool:
    """Whether any mark says why a text may sound worse than it is: what the model alone then must not flag."""
    return any(lexicon.rules[one.number].effect in ("cancels", "lowers") for one in matches)


def weigh(reading: Reading, matches: Iterable[Match], lexicon: Lexicon) -> list[Sign]:
    """The signs among these matches, each with the severity that its context leaves it."""
    rules = lexicon.rules
    signs: list[Sign] = []
    marks: list[tuple[Rule, Match]] = []
    for match in matches:
        rule = rules[match.number]
        if rule.effect:
            marks.append((rule, match))
        else:
            signs.append(Sign(rule, match, rule.severity))
    if signs:
        surroundings = _Surroundings(reading, marks, lexicon.grammar)
        for sign in signs:
            surroundings.apply(sign)
    return signs


class _Surroundings:
    def __init__(self, reading: Reading, marks: Sequence[tuple[Rule, Match]], grammars: Mapping[str, Grammar]) -> None:
        self._reading, self._grammars = reading, grammars
        self._sentence = _sentence_numbers(reading.ends)
        self._marks: dict[str, list[tuple[Rule, Match]]] = {}
        for rule, match in marks:
            self._marks.setdefault(rule.effect, []).append((rule, match))

    def apply(self, sign: Sign) -> None:
        """Lets everything around a sign act on it, the strongest first."""
        self._cancel(sign)
        if sign.severity:
            self._quote(sign)
            self._negate(sign)
            self._subject(sign)
            self._lower(sign)
            self._soften(sign)

    def _cancel(self, sign: Sign) -> None:
        own = sign.match
        for rule, match in self._marks.get("cancels", ()):
            if match.first > own.last or match.last < own.first:
                continue
            if rule.kind == "denial" and (self._near("retracts", sign) or not sign.rule.negatable):
                continue
            if rule.kind != "denial" and own.last - own.first > 2 * (match.last - match.first) + 2:
                continue
            sign.lower(Severity.NONE, rule.kind, rule, match)

    def _quote(self, sign: Sign) -> None:
        if all(self._reading.quoted[sign.match.first : sign.match.last + 1]):
            sign.lower(Severity.NONE, "in quotation marks")

    def _negate(self, sign: Sign) -> None:
        if not sign.rule.negatable or self._near("retracts", sign):
            return
        grammar = self._grammars[sign.rule.language]
        for word in self._words_before(sign, _NEGATION_REACH):
            if word in grammar.turns:
                return
            if word in grammar.negators:
                sign.lower(Severity.NONE, "negation")

    def _subject(self, sign: Sign) -> None:
        if sign.rule.person == "any" or self._is_own(sign):
            return
        grammar = self._grammars[sign.rule.language]
        for word in self._words_before(sign, _SUBJECT_REACH):
            if word in grammar.self:
                return
            if word in grammar.others:
                sign.lower(Severity.NONE, "about somebody else")

    def _words_before(self, sign: Sign, reach: int) -> list[str]:
        """Words before the sign, nearest first, as far as the sentence or a comma goes."""
        found: list[str] = []
        at = sign.match.first - 1
        while at >= 0 and len(found) < reach and not self._reading.ends[at] and not self._reading.pauses[at]:
            found.append(self._reading.words[at])
            at -= 1
        return found

    def _is_own(self, sign: Sign) -> bool:
        words = self._reading.words[sign.match.first : sign.match.last + 1]
        grammar = self._grammars[sign.rule.language]
        own = grammar.close | grammar.self if sign.rule.category is _THIRD else grammar.self
        return not own.isdisjoint(words)

    def _lower(self, sign: Sign) -> None:
        for rule, match in self._marks.get("lowers", ()):
            if self._apart(sign.match, match) > 1 or sign.rule.category in rule.spares_categories:
                continue
            if match.first >= sign.match.first and match.last <= sign.match.last and rule.spares:
                continue  # a sign's own words don't speak against it
            if rule.spares == "self" and self._is_own(sign):
                continue
            if rule.spares == "now" and self._near("insists", sign):
                continue
            sign.lower(rule.to, rule.kind, rule, match)

    def _soften(self, sign: Sign) -> None:
        if sign.rule.category is _THIRD or self._near("insists", sign):
            return
        for rule, match in self._marks.get("softens", ()):
            if self._apart(sign.match, match) <= 1 and sign.severity > Severity.NONE:
                floor = Severity.LOW if sign.rule.category is not Category.DISTRESS else Severity.NONE
                sign.lower(max(Severity(sign.severity - 1), floor), rule.kind, rule, match)
                return

    def _near(self, effect: str, sign: Sign) -> bool:
        effects = ("insists", "retracts") if effect == "insists" else (effect,)
        return any(self._apart(sign.match, match) <= 1 for one in effects for _, match in self._marks.get(one, ()))

    def _apart(self, one: Match, other: Match) -> int:
        """How many sentences lie between two matches; 0 in the same one."""
        if self._sentence[other.first] > self._sentence[one.last]:
            return self._sentence[other.first] - self._sentence[one.last]
        return max(0, self._sentence[one.first] - self._sentence[other.last])


def _sentence_numbers(ends: Sequence[bool]) -> list[int]:
    numbers, number = [], 0
    for end in ends:
        numbers.append(number)
        number += end
    return numbers
