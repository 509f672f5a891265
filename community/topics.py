"""Topics that hurt: which messages a member wants to meet folded. Pure; the script `chat/js/fold.js` does the same.

A text is brought into a plain form, " lowercase words without accents ", and each topic is a list of pieces to find in
it. A piece that ends with a space is a whole word or phrase, one without is the beginning of a word. All of it takes
linear time. What the shared topics are recognised by stands in `seed/topics.toml`.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS = Path(__file__).with_name("seed") / "topics.toml"
LABELS: dict[str, str | Promise] = {
    "loss": _("loss and grief"),
    "food": _("food and weight"),
    "medication": _("medication"),
    "self-harm": _("self-harm"),
    "suicide": _("suicide"),
    "abuse": _("violence and abuse"),
    "pregnancy": _("pregnancy and birth"),
    "alcohol": _("alcohol and drugs"),
}
OWN_WORDS = _("something you asked to be warned about")
_WORD = re.compile(r"[^\W_]+")
# Written without spaces between words: such words are found anywhere.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Rule:
    """What is found by any of `pieces` gets the heads-up `words`."""

    words: str
    pieces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Folding:
    """What one member wants folded. Without rules nothing is."""

    rules: tuple[Rule, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.rules)

    def matches(self, text: str, heads_up: str = "") -> str:
        """The neutral heads-up to show over `text`; empty if none is needed, or if it already has one."""
        if heads_up or not self.rules:
            return ""
        plain = plain_form(text)
        return next((rule.words for rule in self.rules if any(piece in plain for piece in rule.pieces)), "")

    def for_script(self) -> list[dict[str, Any]]:
        """The rules as the page of this member carries them."""
        return [{"words": rule.words, "pieces": list(rule.pieces)} for rule in self.rules]


NOTHING = Folding()


def plain_form(text: str) -> str:
    """The words of `text` in lower case, without accents and invisible characters, each between single spaces."""
    if not text.isascii():
        text = _bare(_bare(text).lower()).replace("ß", "ss").replace("ς", "σ")
    return f" {' '.join(_WORD.findall(text.lower()))} "


def _bare(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(one for one in decomposed if unicodedata.category(one) not in ("Mn", "Mc", "Me", "Cf"))


def piece_of(words: str) -> str:
    """What a member's own word or phrase is recognised by; empty when there is no letter or digit in it."""
    plain = plain_form(words)
    if not plain.strip():
        return ""
    return plain.strip() if _UNSPACED.search(plain) else plain


def folding_of(keys: Iterable[str], own: Iterable[str]) -> Folding:
    """The rules for these shared topics and own words."""
    chosen = set(keys)
    rules = [Rule(str(label), shared_pieces()[key]) for key, label in LABELS.items() if key in chosen]
    if pieces := tuple(piece for words in own if (piece := piece_of(words))):
        rules.append(Rule(str(OWN_WORDS), pieces))
    return Folding(tuple(rules))


@cache
def shared_pieces() -> dict[str, tuple[str, ...]]:
    """What each shared topic is recognised by, in every language at once: many people mix them."""
    with WORDS.open("rb") as file:
        found = tomllib.load(file)
    return {key: tuple(_piece(one) for language in found[key].values() for one in language) for key in LABELS}


def _piece(one: str) -> str:
    return f" {one[:-1]}" if one.endswith("*") else f" {one} "
