"""Characters: from anything Unicode allows to plain small letters, with the way back to the original text."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

# Letters of other scripts that look like Latin ones (after Unicode TS 39, confusables), written by sight.
_LOOK_ALIKES = dict(
    zip(
        "авекмнорстухіјѕԁһɩɑαβεικνορτυχωıłøđᴀʙᴄᴅᴇɢʜɪᴊᴋʟᴍɴᴏᴘʀᴛᴜᴠᴡʏᴢꜱꜰ’‘‛ʼ`´“”„«»—–‐‑−¡¿",
        "abekmhopctyxijsdhiaabeiknoptuxwilodabcdeghijklmnoprtuvwyzsf''''''\"\"\"\"\"-----!?",
        strict=True,
    )
)


@dataclass(frozen=True)
class Folded:
    """Small, plain characters; `origin[i]` is where character `i` came from in the original text."""

    text: str
    origin: Sequence[int]


def fold(text: str) -> Folded:
    """The text without case, width, accents, invisible characters and look-alikes. One pass over the text."""
    if text.isascii():
        return Folded(_without_controls(text.lower()), range(len(text)))
    known = {character: _plain(character) for character in set(text)}
    if all(len(plain) == 1 for plain in known.values()):
        return Folded(text.translate({ord(character): plain for character, plain in known.items()}), range(len(text)))
    pieces = [known[character] for character in text]
    return Folded("".join(pieces), [at for at, plain in enumerate(pieces) for _ in plain])


_CONTROLS = dict.fromkeys((*range(10), *range(11, 32), 127), " ")


def _without_controls(text: str) -> str:
    return text if text.isprintable() else text.translate(_CONTROLS)


@lru_cache(maxsize=4096)
def _plain(character: str) -> str:
    if character in _LOOK_ALIKES:
        return _LOOK_ALIKES[character]
    decomposed = unicodedata.normalize("NFKD", character)
    return "".join(_plain_part(part) for part in decomposed.casefold())


def _plain_part(part: str) -> str:
    if part.isascii():
        return _without_controls(part.lower())
    category = unicodedata.category(part)
    if category in ("Mn", "Me", "Cf", "Cs"):
        return ""  # accents, enclosing marks, zero-width and direction marks, halves of surrogate pairs
    if category[0] in "ZC":
        return " "
    return _LOOK_ALIKES.get(part, part)
