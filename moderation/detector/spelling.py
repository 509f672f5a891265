"""Words as people type them, set right: contractions, slang, slips of the finger, letters swapped for signs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from copy import copy
from functools import lru_cache

_LEET = str.maketrans("013457@$!|+€¥£", "oieastasiiteyl")
_SOUNDS = {"2": "to", "4": "for"}  # written for the word that sounds like it
_SEPARATORS = str.maketrans("", "", "-._~/|+*,")
LONGEST_WORD = 40  # letters; longer ones are nobody's word
_SHORTEST_NEAR = 6
_LONGEST_PART = 12
_REPEATED = re.compile(r"(.)\1", re.DOTALL)
_TWO_OR_MORE, _THREE_OR_MORE = re.compile(r"(.)\1+", re.DOTALL), re.compile(r"(.)\1{2,}", re.DOTALL)


class Spelling:
    """One or more languages' ways of writing, as data: what a token spells out.

    `expand` maps a token to the words it stands for; `core` are words that people disguise; `near` are those of which
    one wrong, missing, extra or swapped letter is forgiven, except when that makes a word of `apart`; `glue` are
    small words that are written together with core words; words of letters in `known` are `apart`, too.
    """

    def __init__(
        self,
        expand: Mapping[str, str],
        core: Iterable[str] = (),
        near: Iterable[str] = (),
        apart: Iterable[str] = (),
        glue: Iterable[str] = (),
        known: Collection[str] = (),
    ) -> None:
        self._expand = {token: tuple(words.split()) for token, words in expand.items()}
        self._core = frozenset(core)
        self._more = frozenset(apart) | self._core | frozenset(self._expand)
        self._vocabulary = known
        self._glue = frozenset(glue) | self._core
        self._by_deletion = _deletions(near)
        self.words = lru_cache(maxsize=8192)(self._words)

    def knowing(self, words: Iterable[str]) -> Spelling:
        """The same spelling, which takes these words, too, as they are typed; all else is shared."""
        other = copy(self)
        other._more = self._more.union(words)
        other.words = lru_cache(maxsize=8192)(other._words)
        return other

    @property
    def apart(self) -> frozenset[str]:
        """Words that are taken as they are typed."""
        return self._more.union(one for one in self._vocabulary if one.isalpha())

    def _is_apart(self, word: str) -> bool:
        return word in self._more or (word in self._vocabulary and word.isalpha())

    def _words(self, token: str) -> tuple[str, ...]:
        """The words a token spells out; the token itself when there is nothing to set right."""
        known = self._known(token)
        if known:
            return known
        if len(token) > LONGEST_WORD or len(token) < 3 or not token.isalpha():
            return (token,)
        return self._squeezed(token) or self._nearly(token) or self._parted(token) or (token,)

    def _known(self, token: str) -> tuple[str, ...]:
        if token in self._expand:
            return self._expand[token]
        bare = token.replace("'", "")
        if bare in self._expand:
            return self._expand[bare]
        if bare in self._core or bare == token:
            return (bare,) if self._is_apart(bare) else ()
        if token.endswith("'s"):
            return self._known(token[:-2]) or (token[:-2],)
        return (bare,)

    def undisguised(self, chunk: str) -> tuple[str, ...]:
        """The core word that a chunk with digits or signs stands for ("k!ll", "su*cide", "k-m-s"), or nothing."""
        if len(chunk) > LONGEST_WORD:
            return ()
        bare = chunk.strip("*.,!?-_~\"'()#")
        for shape in (bare,) if bare.isalpha() else _unsigned(bare):
            found = self._core_or_glued(shape)
            if found:
                return found
        return self._censored(bare) if "*" in bare or "#" in bare else ()

    def joined(self, letters: str) -> tuple[str, ...]:
        """The words that letters typed one by one make up ("k i l l"), or nothing."""
        found = self._core_or_glued(letters) or self._core_or_glued(letters.translate(_LEET))
        if not found and letters[:1] in _SOUNDS and len(letters) > 2:
            rest = self.joined(letters[1:])
            return (_SOUNDS[letters[0]], *rest) if rest else ()
        return found

    def _core_or_glued(self, shape: str) -> tuple[str, ...]:
        if len(shape) < 2:
            return ()
        if shape in self._core:
            return self._expand.get(shape, (shape,))
        squeezed = _squeeze(shape)
        if squeezed in self._core:
            return self._expand.get(squeezed, (squeezed,))
        return self._parted(shape, shortest=5)

    def _censored(self, bare: str) -> tuple[str, ...]:
        for word in sorted(self._core):
            if len(word) == len(bare) > 2 and all(a == b or a in "*#" for a, b in zip(bare, word, strict=True)):
                return self._expand.get(word, (word,))
        return ()

    def _squeezed(self, token: str) -> tuple[str, ...]:
        if not _REPEATED.search(token):
            return ()
        for shape in (_squeeze(token, 2), _squeeze(token)):
            if shape != token and len(shape) > 2 and self._is_apart(shape):
                return self._expand.get(shape, (shape,))
        shape = _squeeze(token, 2)
        return (shape,) if len(shape) < len(token) else ()

    def _nearly(self, token: str) -> tuple[str, ...]:
        if len(token) < _SHORTEST_NEAR - 1:
            return ()
        for shape in (token, *_without_one(token)):
            for word in self._by_deletion.get(shape, ()):
                if word[0] == token[0] and _one_edit_apart(word, token):
                    return self._expand.get(word, (word,))
        return ()

    def _parted(self, token: str, shortest: int = 7) -> tuple[str, ...]:
        """A token as a row of known words, when one of them is a core word: "killmyself", "wanttodie"."""
        if not shortest <= len(token) <= LONGEST_WORD:
            return ()
        parts: dict[int, tuple[str, ...]] = {0: ()}  # by where they end
        for start in range(len(token)):
            if start in parts:
                for end in range(start + 1, min(start + _LONGEST_PART, len(token)) + 1):
                    if end not in parts and (piece := token[start:end]) in self._glue:
                        parts[end] = (*parts[start], piece)
        whole = parts.get(len(token))
        if whole is None or len(whole) > 8 or not any(len(one) > 2 and one in self._core for one in whole):
            return ()
        return tuple(word for one in whole for word in self._expand.get(one, (one,)))


def _unsigned(chunk: str) -> tuple[str, str]:
    """A chunk without the signs in it, and with letters for those that stand for letters."""
    return chunk.translate(_SEPARATORS), chunk.translate(_LEET).translate(_SEPARATORS)


def _squeeze(token: str, most: int = 1) -> str:
    """The token with no more than so many of the same letter in a row."""
    if not _REPEATED.search(token):
        return token
    return (_TWO_OR_MORE if most == 1 else _THREE_OR_MORE).sub(r"\1" * most, token)


def _without_one(word: str) -> list[str]:
    return [word[:at] + word[at + 1 :] for at in range(len(word))]


def _deletions(words: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """For each word and each of it less one letter, the words it may have been (symmetric deletion, Garbe 2012)."""
    found: dict[str, list[str]] = {}
    for word in words:
        for shape in {word, *_without_one(word)}:
            found.setdefault(shape, []).append(word)
    return {shape: tuple(whole) for shape, whole in found.items()}


def _one_edit_apart(word: str, token: str) -> bool:
    start = 0
    while start < min(len(word), len(token)) and word[start] == token[start]:
        start += 1
    mine, theirs = word[start:], token[start:]
    return (
        mine[1:] == theirs[1:]
        or mine[1:] == theirs
        or mine == theirs[1:]
        or (mine[1::-1] == theirs[:2] and mine[2:] == theirs[2:])
    )
