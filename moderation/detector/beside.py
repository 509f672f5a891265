"""Phrases of a site beside those of the release: compiled by themselves, found in the same reading of a text.

The release's automaton stays as it was shipped. The site's own is small, made in a fraction of a second, and walked
after it, so that a text of n words costs at most as many steps more. What rests of the release is left out of what was
found; what weighs otherwise is another rule in its place. A release that was changed makes such a file unreadable:
its slots and its spelling are in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from zlib import compress, crc32, decompress, error

from moderation.detector import lexicon as lexicons
from moderation.detector.breadth import breadth
from moderation.detector.closing import close
from moderation.detector.finding import Category, Severity
from moderation.detector.graph import Graph
from moderation.detector.lexicon import Lexicon, Rule
from moderation.detector.matcher import Matcher
from moderation.detector.packing import pack
from moderation.detector.paired import Beside
from moderation.detector.phrases import BadPhrase, PhraseReader
from moderation.detector.rules import Changed
from moderation.detector.spending import Spending
from moderation.detector.table import Table

MAGIC = b"CLS2"
MOST_WORK = 400_000  # places that are looked at while it is compiled; about three seconds
MOST_BYTES = 1_000_000
MOST_UNPACKED = 16_000_000
MOST_AT_ONCE = 400  # phrases that one word may leave unfinished
A_PLACE = 3  # what a place costs to make and to lay out, in looks
Groups = Sequence[Mapping[str, Any]]


class Outdated(ValueError):  # noqa: N818
    """Compiled for another release's lexicons."""


@dataclass(frozen=True, slots=True)
class Extra:
    """A site's groups (`id`, `language`, `category`, `severity`, `reason`, `source`, `phrases`, `negatable`, `person`),
    and what of the release weighs otherwise: (group, phrase or "", severity or "" for rest)."""

    name: str  # ends the version and the rules' ids, such as "s7"
    groups: Groups = ()
    weights: Sequence[tuple[str, str, str]] = ()


def compiled(extra: Extra, *, most_work: int = MOST_WORK) -> bytes:
    """These phrases as `beside` reads them. Raises BadPhrase, naming the rule, or saying that it is all too much."""
    table = _table(extra.groups, most_work)
    at_once = breadth(table, MOST_AT_ONCE) if extra.groups else 0
    if at_once > MOST_AT_ONCE:
        raise BadPhrase(f"too many phrases could go on at once after the same words ({at_once})")
    said = json.dumps({"name": extra.name, "groups": list(extra.groups), "weights": list(extra.weights)})
    body = len(said.encode()).to_bytes(4, "big") + said.encode() + b"".join(table.dump())
    content = MAGIC + lexicons.release() + compress(body, 9)
    if len(content) > MOST_BYTES or len(body) > MOST_UNPACKED:
        raise BadPhrase(f"too large when it is compiled ({len(content)} bytes)")
    return content


def beside(content: bytes, base: Lexicon) -> Lexicon:
    """The release's lexicon with what `compiled` wrote. Raises Outdated for another release, ValueError for no such."""
    if content[: len(MAGIC) - 1] != MAGIC[:-1]:
        raise ValueError("not compiled phrases of a site")
    if content[: len(MAGIC)] != MAGIC or content[len(MAGIC) : len(MAGIC) + 4] != lexicons.release():
        raise Outdated("compiled for other lexicons")
    try:
        body = memoryview(decompress(content[len(MAGIC) + 4 :]))
        size = 4 + int.from_bytes(body[:4], "big")
        said = json.loads(str(body[4:size], "utf-8"))
        return _joined(said, Table.load(body[size:]), base)
    except (error, KeyError, IndexError, TypeError) as trouble:
        raise ValueError("not compiled phrases of a site") from trouble


def _joined(said: Mapping[str, Any], table: Table, base: Lexicon) -> Lexicon:
    name, first = said["name"], base.matcher
    own = tuple(rules(said["groups"], name))
    weights = {(group, phrase): severity for group, phrase, severity in said["weights"]}
    weighed = [(at, _weight(one, weights), one) for at, one in enumerate(base.rules if weights else ())]
    resting = frozenset(at for at, weight, _ in weighed if weight == "")
    changed = {at: _weighed(one, weights, name) for at, weight, one in weighed if weight}
    matcher = Beside(first, Matcher(table) if own else None, len(base.rules), resting)
    return replace(
        base,
        rules=Changed(base.rules, changed, own),
        spelling=base.spelling.knowing(matcher.second.words() if matcher.second else ()),
        matcher=matcher,
        version=f"{base.version}+{name}",
    )


def _weight(rule: Rule, weights: Mapping[tuple[str, str], str]) -> str | None:
    return weights.get((rule.group, rule.phrase), weights.get((rule.group, "")))


def _weighed(rule: Rule, weights: Mapping[tuple[str, str], str], name: str) -> Rule:
    severity = _weight(rule, weights)
    if not severity or rule.effect:
        return rule
    return replace(rule, severity=Severity.named(severity), id=f"{rule.id}+{name}")


def rules(groups: Groups, name: str) -> Iterator[Rule]:
    """The rules of a site's groups, in order."""
    for group in groups:
        for phrase in group["phrases"]:
            yield Rule(
                id=f"{group['language']}.{group['id']}.{crc32(phrase.encode()) & 0xFFFF:04x}@{name}",
                language=group["language"],
                group=f"{group['language']}.{group['id']}",
                phrase=phrase,
                reason=group["reason"],
                source=group["source"],
                category=Category(group["category"]),
                severity=Severity.named(group["severity"]),
                negatable=group["negatable"],
                person=group["person"],
            )


def matcher_of(groups: Groups, *, most_work: int = MOST_WORK) -> Matcher:
    """Only these phrases, to ask where they match. Raises BadPhrase."""
    return Matcher(_table(groups, most_work))


def _table(groups: Groups, most_work: int) -> Table:
    graph, spending = Graph(), Spending(most_work)
    readers = _readers(groups)
    read = [(rule, readers[rule.language]) for rule in rules(groups, "")]
    trees = [(rule, _read(rule, reader)) for rule, reader in read]
    for reader in readers.values():
        graph.define(reader.slots)
    for number, (rule, tree) in enumerate(trees):
        with _named(rule):
            graph.add(tree, number)
        spending.spend(max(0, A_PLACE * len(graph.gaps) - spending.spent))
    graph.finish()
    return close(pack(graph, spending), spending)


def _readers(groups: Groups) -> dict[str, PhraseReader]:
    return {one: reader_of(one) for one in sorted({group["language"] for group in groups})}


def reader_of(language: str) -> PhraseReader:
    """What reads phrases of a language as the release does. Raises BadPhrase for another language."""
    if language not in lexicons.slots():
        raise BadPhrase(f"no lexicon of the language {language}")
    return PhraseReader(language, lexicons.slots()[language], _spell)


def _spell(token: str) -> tuple[str, ...]:
    return lexicons.expand_word(_known(), token)


@cache
def _known() -> Mapping[str, str]:
    return {token: words for one in lexicons.spelt_out().values() for token, words in one.items()}


def _read(rule: Rule, reader: PhraseReader) -> tuple[Any, ...]:
    with _named(rule):
        return reader.read(rule.phrase)


class _named:  # noqa: N801
    """Says of which rule a BadPhrase is."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None, trace: object) -> None:
        if isinstance(problem, BadPhrase):
            problem.group, problem.phrase = self._rule.group, self._rule.phrase
