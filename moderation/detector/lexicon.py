"""Lexicons: one file for each language, read into one matcher. How to write them: docs/detector.md."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any
from zlib import crc32

from moderation.detector.details import Names, names_of
from moderation.detector.finding import Category, Severity
from moderation.detector.folding import fold
from moderation.detector.graph import Graph
from moderation.detector.matcher import Matcher
from moderation.detector.phrases import BadPhrase, PhraseReader
from moderation.detector.spelling import Spelling

LONG = 7  # letters of a name that is known when they are typed one by one
FOLDER = Path(__file__).resolve().parent.parent / "lexicons"


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


@dataclass(frozen=True)
class Grammar:
    """The few words by which context is read, of one language."""

    self: frozenset[str]
    others: frozenset[str]
    close: frozenset[str]  # of a person one knows; a worry about them is no general talk
    negators: frozenset[str]
    turns: frozenset[str]


@dataclass(frozen=True)
class Lexicon:
    """Everything that was read from the files: rules, how words are written, and the matcher of all phrases."""

    rules: tuple[Rule, ...]
    spelling: Spelling
    grammar: Mapping[str, Grammar]  # by language
    matcher: Matcher
    version: str
    sources: Mapping[str, Mapping[str, Any]] = field(repr=False, default_factory=dict)
    details: Names = field(default_factory=Names)


@cache
def shipped() -> Lexicon:
    """The lexicons of this release, read once for each process."""
    return build([tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))])


def build(sources: Iterable[Mapping[str, Any]]) -> Lexicon:
    """A lexicon from the contents of its files. Raises BadPhrase, naming the rule, when a phrase cannot be read."""
    sources = list(sources)
    expand = {token: words for one in sources for token, words in one["spelling"].get("expand", {}).items()}
    graph = Graph()
    rules: list[Rule] = []
    for one in sources:
        rules.extend(_add(graph, one, expand, len(rules)))
    graph.finish()
    names = names_of(sources)
    vocabulary = {symbol for words in graph.words.values() for symbol in words[::2]} | {
        symbol for group in graph.groups for symbol in group
    }
    spelling = Spelling(
        expand,
        core=_words(sources, "core") | {one for one in names.named if len(one) >= LONG},
        near=_words(sources, "near"),
        apart=_words(sources, "apart") | {one for one in vocabulary if one.isalpha()} | names.named,
        glue=_words(sources, "glue"),
    )
    version = "+".join(f"{one['language']}{one['version']}" for one in sources)
    by_language = {one["language"]: one for one in sources}
    return Lexicon(tuple(rules), spelling, _grammars(sources), Matcher(graph), version, by_language, names)


def expand_word(expand: Mapping[str, str], token: str) -> tuple[str, ...]:
    """The words that a word of a phrase spells out, so that curators may write "don't" and mean "do not"."""
    folded = fold(token).text
    known = expand.get(folded) or expand.get(folded.replace("'", ""))
    return tuple(known.split()) if known else (folded.replace("'", ""),)


def _add(graph: Graph, source: Mapping[str, Any], expand: Mapping[str, str], number: int) -> list[Rule]:
    reader = PhraseReader(source["language"], source.get("slots", {}), cache(partial(expand_word, expand)))
    graph.define(reader.all_slots())
    rules = list(_rules(source))
    for at, rule in enumerate(rules):  # read and added one by one: the trees of all of them take more than the graph
        try:
            graph.add(reader.read(rule.phrase), number + at)
        except BadPhrase as problem:
            raise BadPhrase(f"{rule.id}: {problem}") from problem
    return rules


def _rules(source: Mapping[str, Any]) -> Iterator[Rule]:
    for group in source.get("signs", ()):
        for phrase in group["phrases"]:
            yield Rule(
                **_named(source, group, phrase),
                category=Category(group["category"]),
                severity=Severity.named(group["severity"]),
                negatable=group.get("negatable", True),
                person=group.get("person", "self"),
            )
    for group in source.get("marks", ()):
        for phrase in group["phrases"]:
            yield Rule(
                **_named(source, group, phrase),
                kind=group["kind"],
                effect=group["effect"],
                to=Severity.named(group.get("to", "none")),
                spares=group.get("spares", ""),
                spares_categories=frozenset(map(Category, group.get("spares_categories", ()))),
            )


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


def _words(sources: Iterable[Mapping[str, Any]], kind: str) -> frozenset[str]:
    return frozenset(word for one in sources for word in one["spelling"].get(kind, "").split())


def _grammars(sources: Iterable[Mapping[str, Any]]) -> dict[str, Grammar]:
    return {
        one["language"]: Grammar(**{kind: frozenset(words.split()) for kind, words in one["grammar"].items()})
        for one in sources
    }
