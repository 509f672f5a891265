"""Which names a member may have: readable, not staff-like, not like anybody else's (promises R-13, A8)."""

from __future__ import annotations

import random
import re
import unicodedata

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from community.refusals import Refusal

SHORTEST, LONGEST = 3, 30
DIGITS_THAT_FIND_SOMEBODY = 7
_FORM = re.compile(r"[^\W_](?:[\w.\-]*[^\W_])?\Z")
# What is read as what. Everything ends in a plain Latin letter, so that a skeleton compares by equality.
_READ_AS = {
    "o": "0оοօ", "l": "1iıі|!ӏιíì", "e": "3еεёéèê", "s": "5$ѕś", "a": "4@аαáàâä", "t": "7тτŧ", "b": "8вβ",
    "p": "рρ", "c": "сϲç", "y": "уυýγ", "x": "хχ", "j": "ј", "d": "ԁđð", "h": "һħн", "k": "кκ", "m": "м",
    "n": "пηñ", "r": "г", "u": "иúü", "w": "ωшɯ", "v": "ν", "g": "ɡ9", "z": "2ζ",
}  # fmt: skip
_LOOK_ALIKES = str.maketrans({shape: letter for letter, shapes in _READ_AS.items() for shape in shapes})
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))
_RESERVED = (
    "admin administrator moderator mod moderators leader lead host hosts staff team theteam support helpdesk help "
    "crisis crisisteam crisisline counsellor counselor therapist doctor nurse clinician reviewer curator official "
    "system root owner operator security privacy webmaster postmaster commonlight everyone here all anonymous deleted "
    "null undefined you me samaritans emergency police "
    "moderador moderadora soporte equipo ayuda anfitrion anfitriona terapeuta psicologo psicologa anonimo todos"
).split()
_STAFF_PARTS = "admin moderator moderador crisisteam crisisline supportteam commonlight theteam official".split()
_FIRST = "quiet slow soft early late little open north amber silver mossy gentle distant second seven still".split()
_SECOND = (
    "heron lamp river moss window linden robin harbour meadow kettle lantern willow otter stone wren cloud".split()
)


class NameRefused(Refusal):
    """A name that cannot be had; `detail` says why, kindly."""

    code = "name"

    def __init__(self, detail: str | Promise) -> None:
        super().__init__(detail)


def skeleton(name: str) -> str:
    """What `name` is read as: two names with one skeleton are the same to a tired eye.

    NFKC, case folded, without accents, separators and invisible characters, look-alike letters made one.
    """
    folded = unicodedata.normalize("NFKC", name.translate(_LOOK_ALIKES)).casefold()
    plain = unicodedata.normalize("NFKD", folded)
    letters = "".join(one for one in plain if unicodedata.category(one)[0] in "LNS").translate(_LOOK_ALIKES)
    for pair, letter in _PAIRS:
        letters = letters.replace(pair, letter)
    return letters


_RESERVED_SKELETONS = frozenset(skeleton(word) for word in _RESERVED)
_STAFF_SKELETONS = tuple(skeleton(word) for word in _STAFF_PARTS)


def check(name: str) -> None:
    """Raises `NameRefused` with a kind sentence unless the name has a form a member may have.

    Whether somebody has it already is asked of the database, by skeleton.
    """
    if "@" in name or sum(one.isdigit() for one in name) >= DIGITS_THAT_FIND_SOMEBODY:
        raise NameRefused(_("That could be used to find you."))
    if not SHORTEST <= len(name) <= LONGEST:
        raise NameRefused(_("Write a name with 3 to 30 letters."))
    if not _FORM.match(name) or unicodedata.normalize("NFC", name) != name:
        raise NameRefused(_("Use letters, digits, and . _ or - between them."))
    if len(_scripts(name)) > 1:
        raise NameRefused(_("Use letters of one script, so that nobody can be mistaken for you."))
    if reads_like_staff(name):
        raise NameRefused(_("That name could be taken for someone who looks after this place."))


def reads_like_staff(name: str) -> bool:
    """True for reserved words and for anything that reads like the people who run the place."""
    bare = skeleton(name)
    return bare in _RESERVED_SKELETONS or any(part in bare for part in _STAFF_SKELETONS)


def _scripts(name: str) -> set[str]:
    """The scripts of the letters in a name, by the first word of their Unicode names."""
    words = {unicodedata.name(one, "?").split()[0] for one in name if one.isalpha()}
    japanese = {"CJK", "HIRAGANA", "KATAKANA"}
    return {"JAPANESE"} if words and words <= japanese else words


def suggestions(count: int = 3, *, seed: int | None = None) -> list[str]:
    """Names from a word list, such as "quiet-heron". Whether they are free is for the caller to ask."""
    pick = random.Random(seed)  # noqa: S311
    return [f"{pick.choice(_FIRST)}-{pick.choice(_SECOND)}" for _ in range(count)]
