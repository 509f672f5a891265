"""The phrase language: what curators write, read into a small tree.

    word        that word, after spelling was set right ("wanna" is "want to")
    suicid*     any word that begins so (at least three letters before the star)
    (a|b c)     one of these        [a|b]    one of these, or nothing
    {slot}      one of a named list ..  ..5  a gap of up to 3 words, up to 5 words, within one sentence
    ^  $        the beginning or end of a sentence

A tree is made of tuples: `("word", w)`, `("prefix", p)`, `("gap", n)`, `("any", sequences)`, `("slot", name)`,
`("start",)` and `("end",)`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

LONGEST_PHRASE = 2500  # characters
LONGEST_GAP = 8  # words
DEEPEST = 6  # slots within slots and brackets within brackets

Node = tuple[Any, ...]
_TOKEN = re.compile(r"\.\.\d*|[()\[\]|^$]|\{[a-z_]+\}|[^\s()\[\]{}|^$]+")
_ANCHORS: dict[str, Node] = {"^": ("start",), "$": ("end",)}
_CLOSING = {"(": ")", "[": "]"}


class BadPhrase(ValueError):  # noqa: N818  (named like Refusal)
    """A phrase that cannot be read; the message says why, for the curator who wrote it."""

    group = phrase = ""  # of which it is, where that is known


class PhraseReader:
    """Reads phrases of one language, with its slots and its way of spelling words out."""

    def __init__(self, language: str, slots: Mapping[str, list[str]], spell: Callable[[str], tuple[str, ...]]) -> None:
        self._language = language
        self._sources = slots
        self._spell = spell
        self.slots: dict[str, tuple[tuple[Node, ...], ...]] = {}  # those read so far, after the ones they call

    def read(self, phrase: str, depth: int = 0) -> tuple[Node, ...]:
        """The phrase as a sequence of nodes. Raises BadPhrase when it is no phrase."""
        if len(phrase) > LONGEST_PHRASE:
            raise BadPhrase(f"longer than {LONGEST_PHRASE} characters")
        tokens = _TOKEN.findall(phrase)
        if "".join(tokens) != "".join(phrase.split()):
            raise BadPhrase(f"not understood: {phrase}")
        sequence, at = self._sequence(tokens, 0, depth)
        if at != len(tokens):
            raise BadPhrase(f"a bracket too many: {phrase}")
        return sequence

    def all_slots(self) -> Mapping[str, tuple[tuple[Node, ...], ...]]:
        """Every slot of the language, each after those that it calls. Raises BadPhrase when one cannot be read."""
        for name in self._sources:
            self._slot(name, 0)
        return self.slots

    def _sequence(self, tokens: list[str], at: int, depth: int) -> tuple[tuple[Node, ...], int]:
        if depth > DEEPEST:
            raise BadPhrase("nested too deeply")
        nodes: list[Node] = []
        while at < len(tokens) and tokens[at] not in ("|", ")", "]"):
            if tokens[at] in _CLOSING:
                node, at = self._alternatives(tokens, at, depth + 1)
                nodes.append(node)
            else:
                nodes.extend(self._single(tokens[at], depth))
                at += 1
        return tuple(nodes), at

    def _alternatives(self, tokens: list[str], at: int, depth: int) -> tuple[Node, int]:
        opening, found = tokens[at], []
        while at < len(tokens) and tokens[at] not in (")", "]"):
            sequence, at = self._sequence(tokens, at + 1, depth)
            found.append(sequence)
        if at == len(tokens) or tokens[at] != _CLOSING[opening]:
            raise BadPhrase("a bracket is not closed")
        if opening == "[":
            found.append(())
        return ("any", tuple(found)), at + 1

    def _single(self, token: str, depth: int) -> tuple[Node, ...]:
        if token.startswith(".."):
            return (("gap", _gap(token)),)
        if token in _ANCHORS:
            return (_ANCHORS[token],)
        if token.startswith("{"):
            return (("slot", self._slot(token[1:-1], depth)),)
        if token.endswith("*"):
            return (("prefix", _prefix(token)),)
        if "*" in token:
            raise BadPhrase(f"a star belongs at the end of a word: {token}")
        return tuple(("word", word) for word in self._spell(token))

    def _slot(self, name: str, depth: int) -> str:
        if name not in self._sources:
            raise BadPhrase(f"no slot is called {name}")
        full_name = f"{self._language}:{name}"
        if full_name not in self.slots:
            self.slots[full_name] = tuple(self.read(one, depth + 1) for one in self._sources[name])
        return full_name


def _gap(token: str) -> int:
    words = int(token[2:] or 3)
    if not 1 <= words <= LONGEST_GAP:
        raise BadPhrase(f"a gap is 1 to {LONGEST_GAP} words")
    return words


def _prefix(token: str) -> str:
    if len(token) < 4 or "*" in token[:-1]:
        raise BadPhrase(f"at least three letters before the star, and one star at the end: {token}")
    return token[:-1]
