"""Sentences of our own to learn from, and some made from the lexicons' phrases: no member's words."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from moderation.detector.finding import Severity
from moderation.detector.kin import Classes, Kin
from moderation.detector.phrases import Node, PhraseReader

OWN, SENTENCES = Path(__file__).parent / "own.toml", Path(__file__).parent / "sentences"
KIN, CLASSES = Path(__file__).parent / "kin.txt", Path(__file__).parent / "classes.txt"
FRAMES = ("{}", "{}", "{}", "honestly {}", "{} i guess", "hey, {}", "sorry but {}", "{} and i needed to say it")
FILLER = ("it", "this", "now", "me", "so", "the")


def distressed(sources: Sequence[Mapping[str, Any]], each: int = 12, seed: int = 6) -> Iterator[str]:
    """Sentences that phrases of low severity match, `each` for every phrase."""
    return _said(sources, {"low"}, each, seed)


def _said(sources: Sequence[Mapping[str, Any]], severities: set[str], each: int, seed: int) -> Iterator[str]:
    random = Random(seed)  # noqa: S311  (a choice that can be repeated)
    for source in sources:
        reader = PhraseReader(source["language"], source["slots"], lambda token: (token,))
        groups = [one for one in source["signs"] if one["severity"] in severities]
        for phrase in (phrase for group in groups for phrase in group["phrases"]):
            sequence = reader.read(phrase)
            for _ in range(each):
                yield random.choice(FRAMES).format(" ".join(_say(sequence, reader, random)))


@dataclass(frozen=True)
class Sentence:
    """A sentence, or messages in a row, that was written to learn from, and what a moderator may make of it."""

    messages: tuple[str, ...]
    level: Severity
    accept: tuple[Severity, ...]
    category: str = ""

    def answers(self, least: Severity) -> bool | None:
        """Whether it is at least so severe; None when moderators may differ about that."""
        found = {one >= least for one in (self.level, *self.accept)}
        return found.pop() if len(found) == 1 else None


def own() -> Iterator[Sentence]:
    """Every sentence that was written to learn from, in a fixed order."""
    for group in tomllib.loads(OWN.read_text(encoding="utf-8"))["groups"]:
        level = Severity.named(group["level"])
        for line in group["texts"].strip().splitlines():
            yield Sentence(tuple(line.split(" / ")), level, (level,))
    for path in sorted(SENTENCES.glob("*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                yield _sentence(line)


@cache
def kin() -> Kin:
    """The table of words that stand for the same thing, and the classes of words."""
    return Kin(dict(_table(KIN)), Classes.of(words.split() for _, words in _table(CLASSES)))


def _table(path: Path) -> Iterator[tuple[str, str]]:
    """Names and the words after them, line by line."""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, _, words = line.partition(":")
            yield name, words.strip()


def _sentence(line: str) -> Sentence:
    level, accept, category, _kind, _language, said = line.split("\t")
    accepted = tuple(Severity.named(one) for one in accept.split(","))
    return Sentence(tuple(said.split(" / ")), Severity.named(level), accepted, category)


def _say(sequence: Sequence[Node], reader: PhraseReader, random: Random) -> Iterator[str]:
    for node in sequence:
        kind = node[0]
        if kind in ("word", "prefix"):
            yield node[1]
        elif kind == "gap" and random.random() < 0.3:
            yield random.choice(FILLER)
        elif kind in ("any", "slot"):
            choices = node[1] if kind == "any" else reader.slots[node[1]]
            spare = [one for one in choices if not one]
            brief = bool(spare) and random.random() < 0.6
            yield from _say(spare[0] if brief else random.choice(choices), reader, random)
