"""What each phrase means: rules, put together when somebody asks for them, since most are never asked for."""

from __future__ import annotations

from abc import abstractmethod
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Any, overload
from zlib import crc32

from moderation.detector.finding import Category, Severity
from moderation.detector.rows import dumped, framed, loaded

_KEPT = 1024  # rules that were asked for last


@dataclass(frozen=True, slots=True)
class Rule:
    """One phrase and what it means. A rule with an `effect` is a mark: it changes what signs mean."""

    id: str  # language.group.checksum@version
    language: str
    group: str
    phrase: str
    reason: str
    source: str
    category: Category = Category.NONE
    severity: Severity = Severity.NONE
    negatable: bool = True  # "not" before it takes it away
    person: str = "self"  # or "any": whether it must be about the writer
    kind: str = ""
    effect: str = ""  # cancels, lowers, softens, insists, retracts
    to: Severity = Severity.NONE
    spares: str = ""
    spares_categories: frozenset[Category] = frozenset()


class _Row(Sequence[Rule]):
    """Rules by number, without all of them in memory."""

    @abstractmethod
    def _rule(self, number: int) -> Rule: ...

    @overload
    def __getitem__(self, at: int) -> Rule: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Rule, ...]: ...
    def __getitem__(self, at: int | slice) -> Rule | tuple[Rule, ...]:
        if isinstance(at, slice):
            return tuple(self._rule(one) for one in range(*at.indices(len(self))))
        if not -len(self) <= at < len(self):
            raise IndexError(at)
        return self._rule(at % len(self))

    def __iter__(self) -> Iterator[Rule]:
        return (self._rule(at) for at in range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Row) and len(self) == len(other) and all(map(Rule.__eq__, self, other))

    __hash__ = None  # type: ignore[assignment]


class Rules(_Row):
    """The rules of lexicons. Of `sources`, the contents of their files, groups need not hold phrases, but how many."""

    def __init__(self, sources: Iterable[Mapping[str, Any]], text: bytes, ends: array[int]) -> None:
        self._groups = [(one, group, kind) for one, kind, group in _groups(sources)]
        self._begins = list(accumulate((_size(group) for _, group, _ in self._groups), initial=0))
        self._text, self._ends = text, ends
        self._known = lru_cache(maxsize=_KEPT)(self._made)

    @classmethod
    def of(cls, sources: Sequence[Mapping[str, Any]]) -> Rules:
        """The rules in the contents of lexicon files."""
        phrases = [one.encode() for _, _, group in _groups(sources) for one in group["phrases"]]
        return cls(sources, b"".join(phrases), array("I", accumulate(map(len, phrases), initial=0)))

    def dump(self) -> Iterator[bytes]:
        """The phrases as two pieces of a file."""
        yield from framed(self._text)
        yield from dumped(self._ends)

    @classmethod
    def load(cls, sources: Sequence[Mapping[str, Any]], text: memoryview, ends: memoryview) -> Rules:
        """Rules whose phrases `dump` wrote. Raises ValueError when they are not as many as their groups say."""
        rules = cls(sources, bytes(text), loaded(ends))
        if len(rules) != len(rules._ends) - 1:
            raise ValueError("phrases are missing")
        return rules

    def __len__(self) -> int:
        return self._begins[-1]

    def _rule(self, number: int) -> Rule:
        return self._known(number)

    def _made(self, number: int) -> Rule:
        at = bisect_right(self._begins, number) - 1
        source, group, kind = self._groups[at]
        phrase = str(self._text[self._ends[number] : self._ends[number + 1]], "utf-8")
        return Rule(**_named(source, group, phrase), **(_sign(group) if kind == "signs" else _mark(group)))


class Changed(_Row):
    """Rules, some of which are others here, and further ones after them."""

    def __init__(self, rules: Sequence[Rule], changed: Mapping[int, Rule], further: Sequence[Rule]) -> None:
        self._rules, self._changed, self._further = rules, changed, further

    def __len__(self) -> int:
        return len(self._rules) + len(self._further)

    def _rule(self, number: int) -> Rule:
        if number >= len(self._rules):
            return self._further[number - len(self._rules)]
        return self._changed.get(number) or self._rules[number]


def without_phrases(source: Mapping[str, Any]) -> dict[str, Any]:
    """The contents of a lexicon file as `Rules.load` wants them: how many phrases, and no slots."""
    kept = {key: one for key, one in source.items() if key != "slots"}
    for kind in ("signs", "marks"):
        kept[kind] = [{**group, "phrases": len(group["phrases"])} for group in source.get(kind, ())]
    return kept


def _groups(sources: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], str, Mapping[str, Any]]]:
    return ((one, kind, group) for one in sources for kind in ("signs", "marks") for group in one.get(kind, ()))


def _size(group: Mapping[str, Any]) -> int:
    phrases = group["phrases"]
    return phrases if isinstance(phrases, int) else len(phrases)


def _sign(group: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "category": Category(group["category"]),
        "severity": Severity.named(group["severity"]),
        "negatable": group.get("negatable", True),
        "person": group.get("person", "self"),
    }


def _mark(group: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": group["kind"],
        "effect": group["effect"],
        "to": Severity.named(group.get("to", "none")),
        "spares": group.get("spares", ""),
        "spares_categories": frozenset(map(Category, group.get("spares_categories", ()))),
    }


def _named(source: Mapping[str, Any], group: Mapping[str, Any], phrase: str) -> dict[str, Any]:
    name = f"{source['language']}.{group['id']}"
    return {
        "id": f"{name}.{crc32(phrase.encode()) & 0xFFFF:04x}@{source['version']}",
        "language": source["language"],
        "group": name,
        "phrase": phrase,
        "reason": group["reason"],
        "source": group["source"],
    }
