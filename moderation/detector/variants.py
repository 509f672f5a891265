"""A phrase written out: some of the rows of words that it stands for, and how people type its words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from moderation.detector import lexicon as lexicons
from moderation.detector.beside import reader_of
from moderation.detector.phrases import Node

GAP = "…"
_WAYS = 6  # of each bracket or slot, so that what comes after it is varied, too
Slots = Mapping[str, tuple[tuple[Node, ...], ...]]


def written_out(phrase: str, language: str, most: int = 24) -> tuple[str, ...]:
    """Up to `most` rows of words that this phrase finds, with an ellipsis for a gap. Raises BadPhrase."""
    nodes, slots = _read(phrase, language)
    rows = (" ".join(words) for words in _rows(nodes, slots))
    return tuple(islice(dict.fromkeys(islice((row for row in rows if row), 20 * most)), most))


def typed_for(phrase: str, language: str, most: int = 40) -> tuple[tuple[str, str], ...]:
    """What people type for the words of this phrase ("wanna", "want to"). Raises BadPhrase."""
    nodes, slots = _read(phrase, language)
    rows = {f" {' '.join(words)} " for words in islice(_rows(nodes, slots), 200)}
    known = lexicons.spelt_out()[language]
    found = ((token, words) for token, words in known.items() if any(f" {words} " in row for row in rows))
    return tuple(islice(found, most))


def _read(phrase: str, language: str) -> tuple[Sequence[Node], Slots]:
    reader = reader_of(language)
    return reader.read(phrase), reader.slots


def _rows(nodes: Sequence[Node], slots: Slots) -> Iterator[tuple[str, ...]]:
    if not nodes:
        yield ()
        return
    for first in _of(nodes[0], slots):
        yield from ((*first, *rest) for rest in islice(_rows(nodes[1:], slots), 200))


def _of(node: Node, slots: Slots) -> Iterator[tuple[str, ...]]:
    kind = node[0]
    if kind in ("word", "prefix"):
        yield (node[1],)
    elif kind == "gap":
        yield (GAP,)
    elif kind in ("any", "slot"):
        for sequence in islice(node[1] if kind == "any" else slots[node[1]], _WAYS):
            yield from islice(_rows(sequence, slots), _WAYS)
    else:
        yield ()
