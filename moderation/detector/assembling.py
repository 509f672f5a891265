"""Phrases of lexicons put together into the table of one graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from moderation.detector.closing import close
from moderation.detector.graph import Graph
from moderation.detector.packing import pack
from moderation.detector.phrases import BadPhrase, PhraseReader
from moderation.detector.rules import Rule
from moderation.detector.table import Table


def table(
    sources: Sequence[Mapping[str, Any]], rules: Sequence[Rule], spell: Callable[[str], tuple[str, ...]]
) -> Table:
    """The table of these rules, with the slots of their languages. Raises BadPhrase, naming the rule."""
    graph, spell = Graph(), cache(spell)
    for one in sources:
        reader = PhraseReader(one["language"], one.get("slots", {}), spell)
        graph.define(reader.all_slots())
        for number, rule in enumerate(rules):  # one by one: the trees of all of them take more than the graph
            if rule.language == one["language"]:
                _add(graph, reader, rule, number)
    graph.finish()
    return close(pack(graph))


def _add(graph: Graph, reader: PhraseReader, rule: Rule, number: int) -> None:
    try:
        graph.add(reader.read(rule.phrase), number)
    except BadPhrase as problem:
        raise BadPhrase(f"{rule.id}: {problem}") from problem
