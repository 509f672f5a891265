"""What each message says by itself, worked out once, so that reading it again with others costs little.

What a message says alone is most of what it says among others: only phrases and rows of words that cross from one
message into the next have to be looked for anew. The answer is the same as reading all of them as one text.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

from moderation.detector import ngrams
from moderation.detector.kin import Kin
from moderation.detector.matcher import Finds, Match, Matcher
from moderation.detector.paired import Beside
from moderation.detector.reading import Between, Reading, joined, read_alone
from moderation.detector.spelling import Spelling

LONGEST_KEPT = 120  # words of a message that is kept
MOST_KEPT = 60_000  # words of all that are kept
_Found = tuple[tuple[int, int], ...]  # phrases, each with the word at which it ends


@dataclass(frozen=True, slots=True)
class Piece:
    """One message: its words, what begins at each of them, and their rows for the model."""

    reading: Reading
    lead: tuple[bool, bool, bool]  # what its beginning says of the word before: a pause, a question, an end
    numbers: list[int]
    found: list[_Found]  # for each word, the phrases that begin there
    open: list[bool]  # whether what follows the message could lead further from there
    rows: list[array[int]]  # of each word, as `ngrams.by_word` has them

    def __len__(self) -> int:
        return len(self.numbers)


class Pieces:
    """Works pieces out, and keeps those that were read last, so many words of them. Many threads may ask at once."""

    def __init__(self, spelling: Spelling, matcher: Finds, kin: Kin) -> None:
        self._spelling, self._kin = spelling, kin
        self._beside = matcher if isinstance(matcher, Beside) else None  # walks each text anew: it is small
        first = matcher.first if isinstance(matcher, Beside) else matcher
        if not isinstance(first, Matcher):
            raise TypeError("pieces are made with the matcher of a release")
        self._matcher = first
        self._kept: dict[str, tuple[int, Piece]] = {}  # each with its age, those that were asked for last at the end
        self._words = self._age = 0
        self._lock = Lock()

    def of(self, text: str, between: Between) -> Piece:
        """The piece that this text is."""
        with self._lock:
            kept = self._kept.pop(text, None)
            if kept:
                self._kept[text] = self._age, kept[1]
                return kept[1]
        piece = self._made(text, between)
        if len(piece) <= LONGEST_KEPT:
            with self._lock:
                self._keep(text, piece)
        return piece

    def forget(self) -> None:
        """Forgets what nobody has asked for since this was called last."""
        with self._lock:
            for text in [text for text, (age, _) in self._kept.items() if age < self._age]:
                self._drop(text)
            self._age += 1

    def _keep(self, text: str, piece: Piece) -> None:
        if text not in self._kept:
            self._kept[text] = self._age, piece
            self._words += len(piece) + 1  # one more, so that empty ones count
        while self._words > MOST_KEPT:
            self._drop(next(iter(self._kept)))

    def _drop(self, text: str) -> None:
        self._words -= len(self._kept.pop(text)[1]) + 1

    def _made(self, text: str, between: Between) -> Piece:
        reading, lead = read_alone(text, self._spelling, between)
        matcher, size = self._matcher, len(reading.words)
        numbers, stops = matcher.numbered(reading.words), [*reading.ends[:-1], True][:size]
        found: list[_Found] = []
        is_open: list[bool] = []
        for first in range(size):
            here, steps = matcher.from_word(first, numbers, stops)
            found.append(here)
            is_open.append(first + steps >= size)
            between()
        return Piece(reading, lead, numbers, found, is_open, ngrams.by_word(reading.words, self._kin))

    def matches(self, pieces: Sequence[Piece], reading: Reading, between: Between) -> list[Match]:
        """Every match in these pieces, read together as `reading`."""
        found = self._of_release(pieces, reading, between)
        if self._beside:
            found, _ = self._beside.completed(found, reading.words, reading.ends, between)
        return found

    def _of_release(self, pieces: Sequence[Piece], reading: Reading, between: Between) -> list[Match]:
        if len(pieces) == 1:
            return _as_matches(pieces[0].found)
        numbers = [one for piece in pieces for one in piece.numbers]
        stops = [*reading.ends[:-1], True]
        matches: dict[tuple[int, int], int] = {}
        begin = 0
        for piece in pieces:
            is_last = begin + len(piece) == len(numbers)
            for at, (found, is_open) in enumerate(zip(piece.found, piece.open, strict=True)):
                first = begin + at
                if (is_open and not is_last) or (not at and first and not stops[first - 1]):
                    anew, _ = self._matcher.from_word(first, numbers, stops)
                    matches.update(dict.fromkeys(anew, first))
                else:
                    for number, last in found:
                        matches[number, begin + last] = first
            begin += len(piece)
            between()
        return [Match(number, first, last) for (number, last), first in matches.items()]

    def rows(self, pieces: Sequence[Piece], words: Sequence[str]) -> list[array[int]]:
        """For each of these words, which those pieces make up, what `ngrams.by_word` says."""
        if len(pieces) == 1:
            return pieces[0].rows
        found: list[array[int]] = []
        for piece in pieces:
            begin = len(found)
            found += piece.rows
            if begin:
                for at, more in ngrams.across(words, begin, len(found), self._kin):
                    found[at] = found[at] + array("I", more)
        return found


def _as_matches(found: Sequence[_Found]) -> list[Match]:
    matches = {one: first for first, here in enumerate(found) for one in here}
    return [Match(number, first, last) for (number, last), first in matches.items()]


def together(pieces: Sequence[Piece], number: int) -> Reading:
    """These pieces as one reading, whose first message has this number."""
    return joined([(piece.reading, piece.lead) for piece in pieces], number)
