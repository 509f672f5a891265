"""Lexicons: one file for each language, read into one matcher. How to write them: docs/detector.md."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any
from zlib import compress, crc32, decompress

from moderation.detector.closing import Table, close
from moderation.detector.details import Names, names_of
from moderation.detector.finding import Category, Severity
from moderation.detector.folding import fold
from moderation.detector.graph import Graph
from moderation.detector.matcher import Finds, Matcher
from moderation.detector.packing import pack
from moderation.detector.phrases import BadPhrase, PhraseReader
from moderation.detector.spelling import Spelling

LONG = 7  # letters of a name that is known when they are typed one by one
FOLDER = Path(__file__).resolve().parent.parent / "lexicons"
COMPILED = FOLDER / "phrases.bin"
MAGIC = b"CLP2"


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
    matcher: Finds
    version: str
    details: Names


@cache
def shipped() -> Lexicon:
    """The lexicons of this release, read once for each process: as compiled, or from their files if those are newer."""
    content = COMPILED.read_bytes() if COMPILED.exists() else b""
    if content[: len(MAGIC) + 4] == MAGIC + _checksum(_written()):
        return load(content)
    return build(sources())


def sources() -> list[dict[str, Any]]:
    """The contents of the lexicon files of this release, in order of language."""
    return _parsed(_written())


def _written() -> Iterator[bytes]:
    return (path.read_bytes() for path in sorted(FOLDER.glob("*.toml")))


def _parsed(written: Iterable[bytes]) -> list[dict[str, Any]]:
    import tomllib  # only where lexicons are compiled or changed

    return [tomllib.loads(one.decode()) for one in written]


@cache
def release() -> bytes:
    """Four bytes that tell the lexicons of this release from those of another one."""
    return _checksum(_written())


def _checksum(written: Iterable[bytes]) -> bytes:
    found = 0
    for at, one in enumerate(written):  # one file after the other: what is read at once stays with the process
        found = crc32(one.replace(b"\r\n", b"\n"), crc32(b"\0", found) if at else 0)
    return found.to_bytes(4, "big")


def build(sources: Iterable[Mapping[str, Any]]) -> Lexicon:
    """A lexicon from the contents of its files. Raises BadPhrase, naming the rule, when a phrase cannot be read."""
    sources = list(sources)
    return _joined(sources, _table(sources))


def _table(sources: Sequence[Mapping[str, Any]]) -> Table:
    known = expand(sources)
    graph = Graph()
    count = 0
    for one in sources:
        count += _add(graph, one, known, count)
    graph.finish()
    return close(pack(graph))


def _joined(sources: Sequence[Mapping[str, Any]], table: Table) -> Lexicon:
    names = names_of(sources)
    spelling = Spelling(
        expand(sources),
        core=_words(sources, "core") | {one for one in names.named if len(one) >= LONG},
        near=_words(sources, "near"),
        apart=_words(sources, "apart") | {one for one in table.vocabulary if one.isalpha()} | names.named,
        glue=_words(sources, "glue"),
    )
    version = "+".join(f"{one['language']}{one['version']}" for one in sources)
    rules = tuple(rule for one in sources for rule in _rules(one))
    return Lexicon(rules, spelling, _grammars(sources), Matcher(table), version, names)


def compiled() -> bytes:
    """The lexicon files of this release as `shipped` reads them fastest: all but slots, and the table of the graph."""
    written = list(_written())
    parsed = _parsed(written)
    kept = json.dumps([{key: one[key] for key in one if key != "slots"} for one in parsed], ensure_ascii=False)
    body = len(kept.encode()).to_bytes(4, "big") + kept.encode() + b"".join(_table(parsed).dump())
    return MAGIC + _checksum(written) + compress(body, 9)


def load(content: bytes) -> Lexicon:
    """A lexicon from what `compiled` wrote. Raises ValueError when it is something else."""
    if content[: len(MAGIC)] != MAGIC:
        raise ValueError("not compiled lexicons of this detector")
    body = memoryview(decompress(memoryview(content)[len(MAGIC) + 4 :]))  # copies would stay with the process
    size = 4 + int.from_bytes(body[:4], "big")
    return _joined(json.loads(str(body[4:size], "utf-8")), Table.load(body[size:]))


def expand(sources: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """What tokens spell out, of all these languages together."""
    return {token: words for one in sources for token, words in one["spelling"].get("expand", {}).items()}


def expand_word(spelt: Mapping[str, str], token: str) -> tuple[str, ...]:
    """The words that a word of a phrase spells out, so that curators may write "don't" and mean "do not"."""
    folded = fold(token).text
    known = spelt.get(folded) or spelt.get(folded.replace("'", ""))
    return tuple(known.split()) if known else (folded.replace("'", ""),)


@cache
def slots() -> Mapping[str, Mapping[str, list[str]]]:
    """The named lists that phrases of each language may call; kept once somebody has asked."""
    return {one["language"]: one.get("slots", {}) for one in sources()}


@cache
def spelt_out() -> Mapping[str, Mapping[str, str]]:
    """What tokens of each language spell out, as written in its file; kept once somebody has asked."""
    return {one["language"]: one["spelling"].get("expand", {}) for one in sources()}


def _add(graph: Graph, source: Mapping[str, Any], known: Mapping[str, str], number: int) -> int:
    """How many rules a language added to the graph."""
    reader = PhraseReader(source["language"], source.get("slots", {}), cache(partial(expand_word, known)))
    graph.define(reader.all_slots())
    count = 0
    for rule in _rules(source):  # read and added one by one: the trees of all of them take more than the graph
        try:
            graph.add(reader.read(rule.phrase), number + count)
        except BadPhrase as problem:
            raise BadPhrase(f"{rule.id}: {problem}") from problem
        count += 1
    return count


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
