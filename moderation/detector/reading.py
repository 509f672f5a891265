"""A text as a row of words, each knowing where in the original it stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from moderation.detector.finding import Span
from moderation.detector.folding import Folded, fold
from moderation.detector.spelling import Spelling

# What is read of a longer text: its beginning and its end. 1 MB is answered as quickly as a long message.
MOST_READ = 12_000  # characters, from the beginning
MOST_READ_AT_END = 4_000

_TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*|[.!?\n]+|[^\s\w]")
_CHUNK = re.compile(r"\S+")
_ONE_BY_ONE = re.compile(r"(?<![^\W_])[^\W_](?:[ .\-_*/,~+|]{1,3}[^\W_]){1,60}(?![^\W_])")
_QUOTED = re.compile(
    r"\"[^\"\n]{3,300}\""
    r"|(?<![^\s(:])'(?=[^\s'])[^\n']{2,300}(?:'\w[^\n']{0,300}){0,6}'(?![^\s.,!?):])"
)


@dataclass
class Reading:
    """Words of one or more messages in a row. `first[i]`, `last[i]`: the characters of word i in its message."""

    words: list[str] = field(default_factory=list)
    message: list[int] = field(default_factory=list)
    first: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    ends: list[bool] = field(default_factory=list)  # a sentence ends after this word
    pauses: list[bool] = field(default_factory=list)  # a comma or the like comes after this word
    quoted: list[bool] = field(default_factory=list)
    disguised: list[bool] = field(default_factory=list)
    asks: list[bool] = field(default_factory=list)  # a question mark comes after this word

    def lists(self) -> tuple[list[Any], ...]:
        """What is known of each word, one list for each kind of thing."""
        return (self.words, self.message, self.first, self.last, self.ends, self.pauses,
                self.quoted, self.disguised, self.asks)  # fmt: skip

    def spans(self, first: int, last: int) -> tuple[Span, ...]:
        """Where the words `first` to `last` stand in the original; one span for each message they touch."""
        found: list[Span] = []
        for number in sorted(set(self.message[first : last + 1])):
            at = [one for one in range(first, last + 1) if self.message[one] == number]
            found.append(Span(number, min(self.first[one] for one in at), max(self.last[one] for one in at) + 1))
        return tuple(found)

    def sentence_of(self, word: int) -> tuple[int, int]:
        """First and last word of the sentence that this word stands in."""
        first = last = word
        while first > 0 and not self.ends[first - 1]:
            first -= 1
        while last < len(self.words) - 1 and not self.ends[last]:
            last += 1
        return first, last


Between = Callable[[], None]


def nothing() -> None:
    """What happens between two portions of the work, unless the caller wants something else."""


def read(messages: Sequence[str], spelling: Spelling, between: Between = nothing) -> Reading:
    """The words of these messages, oldest first, as one row: what one message begins, the next may end."""
    reading = Reading()
    for number, text in enumerate(messages):
        for begin, piece in _pieces(text):
            _Reader(reading, number, begin, fold(piece), spelling).read()
            between()
    return reading


Lead = tuple[bool, bool, bool]  # what a text begins with says of the word before: a pause, a question, an end


def read_alone(text: str, spelling: Spelling, between: Between = nothing) -> tuple[Reading, Lead]:
    """The words of one message, and what its beginning says of whatever word comes before it."""
    reading = Reading()
    lists = reading.lists()
    for one in lists:
        one.append(False)  # stands for the word before
    for begin, piece in _pieces(text):
        _Reader(reading, 0, begin, fold(piece), spelling).read()
        between()
    lead = reading.pauses[0], reading.asks[0], reading.ends[0]
    for one in lists:
        del one[0]
    return reading, lead


def joined(readings: Sequence[tuple[Reading, Lead]], number: int) -> Reading:
    """Messages that were read alone as one row of words; the first of them has this number."""
    if len(readings) == 1:
        return replace(readings[0][0], message=[number] * len(readings[0][0].words))
    whole = Reading()
    for one, (pauses, asks, ends) in readings:
        if whole.words:
            whole.pauses[-1] |= pauses
            whole.asks[-1] |= asks
            whole.ends[-1] |= ends
        for mine, others in zip(whole.lists(), one.lists(), strict=True):
            mine.extend(others)
        whole.message[len(whole.message) - len(one.words) :] = [number] * len(one.words)
        number += 1
    return whole


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    if len(text) <= MOST_READ + MOST_READ_AT_END:
        yield 0, text
    else:
        yield 0, text[:MOST_READ]
        yield len(text) - MOST_READ_AT_END, text[-MOST_READ_AT_END:]


class _Reader:
    def __init__(self, into: Reading, number: int, begin: int, folded: Folded, spelling: Spelling) -> None:
        self._into, self._number, self._begin = into, number, begin
        self._text, self._origin = folded.text, folded.origin
        self._spelling = spelling
        quoted = [one.span() for one in _QUOTED.finditer(self._text)] if "'" in self._text or '"' in self._text else []
        self._quotes_from = [start for start, _ in quoted]
        self._quotes_to = [end for _, end in quoted]

    def read(self) -> None:
        at = 0
        for start, end, words in self._disguises():
            self._plain(at, start)
            self._add(start, end, words, disguised=True)
            at = end
        self._plain(at, len(self._text))

    def _disguises(self) -> list[tuple[int, int, tuple[str, ...]]]:
        if self._text.isalpha():
            return []
        found = [
            (one.start(), one.end(), words)
            for one in _ONE_BY_ONE.finditer(self._text)
            if (words := self._spelling.joined("".join(filter(str.isalnum, one.group()))))
        ]
        taken = 0
        spaced, found = found, []
        for one in _CHUNK.finditer(self._text):
            while spaced and spaced[0][0] < one.end():
                found.append(spaced.pop(0))
                taken = found[-1][1]
            chunk = one.group()
            if one.start() >= taken and not chunk.isalpha() and (words := self._spelling.undisguised(chunk)):
                found.append((one.start(), one.end(), words))
        return found

    def _plain(self, start: int, end: int) -> None:
        for token in _TOKEN.finditer(self._text, start, end):
            text = token.group()
            if text[0].isalnum():
                self._add(token.start(), token.end(), self._spelling.words(text))
            elif text[0] in ".!?\n":
                self._end_sentence(text)
            else:
                self._sign(token.start(), text)

    def _sign(self, start: int, text: str) -> None:
        if text in ",;:()-\"'":
            if self._into.words and text != "'":
                self._into.pauses[-1] = True
        elif not text.isascii():
            self._add(start, start + 1, self._spelling.words(text))

    def _end_sentence(self, signs: str) -> None:
        if not self._into.words:
            return
        self._into.pauses[-1] = True
        if "?" in signs:
            self._into.asks[-1] = True
        if signs.strip(".") or len(signs) == 1:
            self._into.ends[-1] = True

    def _add(self, start: int, end: int, words: tuple[str, ...], *, disguised: bool = False) -> None:
        into, quoted = self._into, bool(self._quotes_from) and self._is_quoted(start)
        for word in words:
            into.words.append(word)
            into.message.append(self._number)
            into.first.append(self._begin + self._origin[start])
            into.last.append(self._begin + self._origin[end - 1])
            into.quoted.append(quoted)
            into.disguised.append(disguised)
            into.ends.append(False)
            into.pauses.append(False)
            into.asks.append(False)
        if disguised and into.words and self._text[end - 1] in ".!?":
            self._end_sentence(self._text[end - 1])

    def _is_quoted(self, at: int) -> bool:
        before = bisect_right(self._quotes_from, at) - 1
        return before >= 0 and at < self._quotes_to[before]
