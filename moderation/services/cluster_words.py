"""What several members' words have in common: ways to die, and names. Looks at words, keeps none."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from moderation.detector import lexicon
from moderation.detector.folding import fold

_WORD = re.compile(r"[^\W\d_][\w'’-]*")
_SENTENCE = re.compile(r"[.!?…:;\n]+|[\"“”«»]")
SHORTEST = 3
LONGEST = 40
# Written with a capital, and no name of anything that happened.
COMMON = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august"
    " september october november december christmas easter god jesus english spanish lunes martes miercoles jueves"
    " viernes sabado domingo navidad dios ill ive im id".split()
)


@dataclass(slots=True)
class Named:
    """A word and who used it."""

    word: str
    authors: set[int] = field(default_factory=set)
    messages: list[int] = field(default_factory=list)


Said = tuple[int, int, str]  # key of a message, its author, and the words to look at


def shared(said: Iterable[Said], words_of: Callable[[str], Iterable[str]]) -> dict[str, Named]:
    """Who used which of the words that `words_of` finds in a text; each author once for a word."""
    found: dict[str, Named] = defaultdict(lambda: Named(""))
    for message, author, text in said:
        for word in set(words_of(text)):
            one = found[word]
            one.word = word
            one.authors.add(author)
            one.messages.append(message)
    return dict(found)


def ways(text: str) -> list[str]:
    """The names of means and places in a text that the lexicons list, as they write them."""
    names = _details()
    return [word for word in _WORD.findall(fold(text).text) if word in names]


def _details() -> frozenset[str]:
    details = lexicon.shipped().details
    return details.named | details.places


def names(text: str) -> list[str]:
    """Words within sentences that begin with a capital, folded: names of people, places and things."""
    found: list[str] = []
    for sentence in _SENTENCE.split(unicodedata.normalize("NFKC", text)):
        words = _WORD.findall(sentence)
        found += [word for word in words[1:] if word[0].isupper() and not word.isupper()]
    folded = (fold(word).text.strip("'’-").removesuffix("'s").removesuffix("’s") for word in found)
    return [word for word in folded if SHORTEST <= len(word) <= LONGEST and word not in COMMON]
