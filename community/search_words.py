"""Words as the search sees them: without case and accents, in any script; what is near a misspelt one. Pure.

Index and questions pass through the same `terms`, so whatever is dropped here is dropped on both sides. Languages that
are written without spaces between words are cut into single characters and pairs.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path

from community.topics import plain_form

LONGEST_QUERY, MOST_WORDS, MOST_TERMS, LONGEST_WORD = 400, 8, 24, 40
SHOWN = 80  # characters of a question that a page repeats
BEGINNINGS_FROM = 4  # letters: shorter words are met whole, except the last one, which may still be being typed
SPELT_FROM, TWO_FAULTS_FROM, COMPARED = 4, 7, 7
_SYNONYMS = Path(__file__).with_name("seed") / "synonyms.toml"
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
RUNS = re.compile(f"[{_UNSPACED}]+|[^{_UNSPACED}]+")
IS_UNSPACED = re.compile(f"[{_UNSPACED}]")
# Letters that people write in another way and that Unicode does not take apart.
SAME = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ى": "ي", "ی": "ي", "ک": "ك",
     "ة": "ه"}
)  # fmt: skip
_NOT_SHOWN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufffd]")


@dataclass(frozen=True, slots=True)
class Term:
    """One piece to be found; with `is_beginning`, whatever begins with it."""

    text: str
    is_beginning: bool = False


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a question: `terms` are all to be found, or else any of `others`, which mean the same."""

    text: str
    terms: tuple[Term, ...]
    others: tuple[Term, ...] = ()

    @property
    def may_be_misspelt(self) -> bool:
        """True for words of at least four letters in a script with spaces."""
        return len(self.text) >= SPELT_FROM and self.text.isalpha() and not IS_UNSPACED.search(self.text)


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody looks for. `shown` is safe to repeat on a page; without words there is nothing to find."""

    shown: str
    words: tuple[Word, ...] = ()

    def spelt(self, better: dict[str, str]) -> Question:
        """The same question with some words written in another way."""
        return ask(" ".join(better.get(word.text, word.text) for word in self.words))

    def terms(self) -> tuple[Term, ...]:
        """Everything that a result may have been found by, for marking it."""
        return tuple(term for word in self.words for term in (*word.terms, *word.others))


def ask(query: str) -> Question:
    """The question in `query`, whatever is in it. Only its first 400 characters and eight words count."""
    cut = query[:LONGEST_QUERY]
    shown = " ".join(_NOT_SHOWN.sub(" ", cut).split())
    found = list(dict.fromkeys(_runs(cut)))[:MOST_WORDS]
    words = [_word(text, is_last=place == len(found) - 1) for place, text in enumerate(found)]
    return Question(shown if len(shown) <= SHOWN else f"{shown[: SHOWN - 1]}…", tuple(words))


def _word(text: str, *, is_last: bool) -> Word:
    if IS_UNSPACED.match(text):
        return Word(text, tuple(Term(one) for one in (_pairs(text) or [text])[:MOST_TERMS]))
    begins = is_last or len(text) >= BEGINNINGS_FROM
    same = synonyms().get(text) or synonyms().get(singular(text)) or ()
    others = tuple(Term(one, len(one) >= BEGINNINGS_FROM) for one in same if one != text)
    return Word(text, (Term(singular(text) if begins else text, begins),), others)


def singular(word: str) -> str:
    """The word without the "s" of a plural, in the languages that have one. Found as a beginning, so both match."""
    return word[:-1] if len(word) > BEGINNINGS_FROM and word.endswith("s") and word[-2] not in "sui" else word


def terms(text: str) -> list[str]:
    """What `text` can be found by: its words in order, again and again those that stand there more than once."""
    found: list[str] = []
    for run in _runs(text):
        found += [*run, *_pairs(run)] if IS_UNSPACED.match(run) else [run]
    return found


def _runs(text: str) -> Iterator[str]:
    for word in plain_form(text).translate(SAME).split():
        yield from (run[:LONGEST_WORD] for run in RUNS.findall(word))


def _pairs(run: str) -> list[str]:
    return [run[place : place + 2] for place in range(len(run) - 1)]


@cache
def synonyms() -> dict[str, tuple[str, ...]]:
    """For each word of the table, those that mean the same."""
    groups = tomllib.loads(_SYNONYMS.read_text(encoding="utf-8"))["groups"]
    plain = [tuple(dict.fromkeys(run for word in group for run in _runs(word))) for group in groups]
    return {word: group for group in plain for word in group}


def holds(text: str, question: Question) -> bool:
    """Whether `text` has every word of the question, or others that mean the same. For texts that are in no index."""
    plain = plain_form(text).translate(SAME)
    return all(
        all(_is_in(plain, one) for one in word.terms) or any(_is_in(plain, one) for one in word.others)
        for word in question.words
    )


def _is_in(plain: str, term: Term) -> bool:
    if IS_UNSPACED.match(term.text):
        return term.text in plain
    return (f" {term.text}" if term.is_beginning else f" {term.text} ") in plain


# --- Spelling ----------------------------------------------------------------------------------


def is_spelling_kept(word: str) -> bool:
    """Whether misspelt words may be taken for this one."""
    return SPELT_FROM <= len(word) <= LONGEST_WORD and word.isalpha() and not IS_UNSPACED.search(word)


def near(word: str) -> set[str]:
    """Keys of which two words have one in common when they are one or two faults apart: at most 29.

    The beginning of the word, and what is left of it without one letter, or without two in longer words.
    """
    start = word[:COMPARED]
    keys = {start}
    for count in range(1, faults_allowed(word) + 1):
        keys |= {"".join(kept) for kept in combinations(start, len(start) - count)}
    return keys


def faults_allowed(word: str) -> int:
    """How many wrong, missing, doubled or swapped letters still mean this word."""
    return 2 if len(word) >= TWO_FAULTS_FROM else 1


def faults(word: str, other: str) -> int:
    """How many letters have to be changed, added, dropped or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(word, 1):
        older, before, row = before, row, [i]
        for j, meant in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != meant))
            if i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == meant:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
    return row[-1]


def nearest(word: str, candidates: Iterable[tuple[str, int]]) -> str:
    """The word most likely meant, of (word, how often it is used); empty when none is near enough."""
    allowed = faults_allowed(word)
    ranked = [
        (distance, word[0] != other[0], -uses, other)
        for other, uses in candidates
        if abs(len(word) - len(other)) <= allowed and 0 < (distance := faults(word, other)) <= allowed
    ]
    return min(ranked)[3] if ranked else ""
