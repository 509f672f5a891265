"""What apps above show beside something to read, by what it is about. The page is there without them."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.safestring import SafeString

Piece = Callable[[HttpRequest, str], SafeString]
_pieces: list[Piece] = []
log = logging.getLogger(__name__)


def shows(piece: Piece) -> Piece:
    """Enters a piece; it is given the words that tell what the page is about, and returns nothing or a section."""
    if piece not in _pieces:
        _pieces.append(piece)
    return piece


def pieces(request: HttpRequest, about: str) -> list[SafeString]:
    """Every piece that has something to show beside this; what the database has no answer for is left out."""
    return [shown for shown in (_of(piece, request, about) for piece in _pieces) if shown]


def _of(piece: Piece, request: HttpRequest, about: str) -> SafeString:
    try:
        return piece(request, about)
    except DatabaseError as error:
        log.warning("a piece beside a page is missing: %s", type(error).__name__)
        return SafeString("")
