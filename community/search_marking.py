"""What was found, marked in a text, and the place of a text in which it stands. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from community.search_words import IS_UNSPACED, RUNS, SAME, Term
from community.topics import plain_form


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text; `is_found` when it is what somebody looked for."""

    text: str
    is_found: bool = False


_PARTS = re.compile("(?:[^\\W_]|[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0dff])+")


def marked(text: str, sought: tuple[Term, ...]) -> list[Piece]:
    """`text` in pieces, those that answer to a term marked. Put together again they are the text."""
    pieces: list[Piece] = []
    end = 0
    for match in _PARTS.finditer(text):
        if match.start() > end:
            _add(pieces, Piece(text[end : match.start()]))
        for run in RUNS.findall(match.group()):
            for piece in _pieces_of(run, sought):
                _add(pieces, piece)
        end = match.end()
    if text[end:]:
        _add(pieces, Piece(text[end:]))
    return pieces


def _pieces_of(run: str, sought: tuple[Term, ...]) -> Iterator[Piece]:
    if not IS_UNSPACED.match(run):
        plain = plain_form(run).translate(SAME).strip()
        yield Piece(run, any(plain == one.text or (one.is_beginning and plain.startswith(one.text)) for one in sought))
        return
    covered = {
        place + step
        for one in sought
        for place in range(len(run))
        if IS_UNSPACED.match(one.text) and _is_at(run, place, one.text)
        for step in range(len(one.text))
    }
    yield from (Piece(letter, place in covered) for place, letter in enumerate(run))


def _is_at(run: str, place: int, term: str) -> bool:
    return plain_form(run[place : place + len(term)]).strip() == term


def _add(pieces: list[Piece], piece: Piece) -> None:
    if pieces and pieces[-1].is_found == piece.is_found:
        pieces[-1] = replace(pieces[-1], text=pieces[-1].text + piece.text)
    else:
        pieces.append(piece)


def around(text: str, sought: tuple[Term, ...], length: int = 160) -> list[Piece]:
    """The part of `text` in which something was found first, marked, on one line."""
    line = " ".join(text.split())
    at = _first(line, sought)
    start = max(0, at - length // 3)
    if start:
        start = line.find(" ", start, at) + 1 or start
    cut = line[start : start + length]
    if start + length < len(line):
        cut = f"{cut.rsplit(' ', 1)[0] if ' ' in cut[length // 2 :] else cut}…"
    return marked(f"…{cut}" if start else cut, sought)


def _first(line: str, sought: tuple[Term, ...]) -> int:
    """Where the first of them stands; 0 for nowhere. Reads no further: a text may be long."""
    for match in _PARTS.finditer(line):
        at = match.start()
        for run in RUNS.findall(match.group()):
            for piece in _pieces_of(run, sought):
                if piece.is_found:
                    return at
                at += len(piece.text)
    return 0
