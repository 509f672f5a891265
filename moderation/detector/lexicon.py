"""Lexicons: one file for each language, read into one matcher. How to write them: docs/detector.md."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zlib import compress, crc32, decompress

from moderation.detector import table as tables
from moderation.detector.details import Names, names_of
from moderation.detector.folding import fold
from moderation.detector.matcher import Finds, Matcher
from moderation.detector.prepared import Prepared
from moderation.detector.rows import framed, pieces
from moderation.detector.rules import Rule, Rules, without_phrases
from moderation.detector.spelling import Spelling
from moderation.detector.table import Table

__all__ = ["Grammar", "Lexicon", "Rule", "build", "compiled", "load", "shipped"]

LONG = 7  # letters of a name that is known when they are typed one by one
FOLDER = Path(__file__).resolve().parent.parent / "lexicons"
COMPILED, ORDINARY = FOLDER / "phrases.bin", FOLDER / "ordinary.txt"
MAGIC = b"CLP3"


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

    rules: Sequence[Rule]
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
    rules = Rules.of(sources)
    return _joined(sources, rules, _table(sources, rules))


def _table(sources: Sequence[Mapping[str, Any]], rules: Sequence[Rule]) -> Table:
    from moderation.detector import assembling  # only where lexicons are compiled or changed

    known = expand(sources)
    return assembling.table(sources, rules, lambda token: expand_word(known, token))


def _joined(
    sources: Sequence[Mapping[str, Any]], rules: Sequence[Rule], table: Table, prepared: Prepared | None = None
) -> Lexicon:
    names = names_of(sources)
    spelling = Spelling(
        expand(sources),
        core=_words(sources, "core") | {one for one in names.named if len(one) >= LONG},
        near=_words(sources, "near"),
        apart=_words(sources, "apart") | names.named,
        glue=_words(sources, "glue"),
        known=table.vocabulary,
    )
    version = "+".join(f"{one['language']}{one['version']}" for one in sources)
    return Lexicon(rules, spelling, _grammars(sources), Matcher(table, prepared), version, names)


def compiled() -> bytes:
    """The lexicon files of this release as `shipped` reads them fastest: all but slots, the table of the graph, and
    what of its states ordinary sentences visit."""
    from moderation.detector import preparing

    written = list(_written())
    parsed = _parsed(written)
    rules = Rules.of(parsed)
    table = _table(parsed, rules)
    kept = json.dumps([without_phrases(one) for one in parsed], ensure_ascii=False).encode()
    prepared = preparing.prepare(table, preparing.read(ORDINARY.read_text("utf-8")))
    return (
        MAGIC
        + _checksum(written)
        + compress(b"".join((*framed(kept), *rules.dump(), *table.dump(), *prepared.dump())), 9)
    )


def load(content: bytes) -> Lexicon:
    """A lexicon from what `compiled` wrote. Raises ValueError when it is something else."""
    if content[: len(MAGIC)] != MAGIC:
        raise ValueError("not compiled lexicons of this detector")
    found = list(pieces(decompress(memoryview(content)[len(MAGIC) + 4 :])))  # copies would stay with the process
    sources = json.loads(bytes(found[0]))
    rules, end = Rules.load(sources, *found[1:3]), 3 + tables.PIECES
    return _joined(sources, rules, Table.of(found[3:end]), Prepared.of(found[end:]))


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


def _words(sources: Iterable[Mapping[str, Any]], kind: str) -> frozenset[str]:
    return frozenset(word for one in sources for word in one["spelling"].get(kind, "").split())


def _grammars(sources: Iterable[Mapping[str, Any]]) -> dict[str, Grammar]:
    return {
        one["language"]: Grammar(**{kind: frozenset(words.split()) for kind, words in one["grammar"].items()})
        for one in sources
    }
