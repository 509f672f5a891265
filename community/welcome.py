"""What apps above show on the landing page. The page is there without them, whatever is broken."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.safestring import SafeString

Piece = Callable[[HttpRequest], SafeString]
_pieces: list[Piece] = []
log = logging.getLogger(__name__)


def shows(piece: Piece) -> Piece:
    """Enters a piece of the landing page."""
    if piece not in _pieces:
        _pieces.append(piece)
    return piece


def pieces(request: HttpRequest) -> list[SafeString]:
    """Every piece, in the order in which they were entered; what the database has no answer for is left out."""
    return [shown for shown in (safely(piece, request) for piece in _pieces) if shown]


def safely(piece: Piece, request: HttpRequest) -> SafeString:
    """This piece, or nothing when the database has no answer for it."""
    try:
        return piece(request)
    except DatabaseError as error:
        log.warning("a piece of the landing page is missing: %s", type(error).__name__)
        return SafeString("")
