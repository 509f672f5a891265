"""What apps above show below a story: comments, a way to report it. The page is there without them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from django.http import HttpRequest
from django.utils.safestring import SafeString

if TYPE_CHECKING:
    from community.models import Story

Piece = Callable[[HttpRequest, "Story"], SafeString]
_pieces: list[tuple[int, Piece]] = []


def shows(place: int) -> Callable[[Piece], Piece]:
    """Enters a piece; those with a lower `place` come first."""

    def enter(piece: Piece) -> Piece:
        if all(known is not piece for _, known in _pieces):
            _pieces.append((place, piece))
            _pieces.sort(key=lambda one: one[0])
        return piece

    return enter


def pieces(request: HttpRequest, story: Story) -> list[SafeString]:
    """Every piece that has something to show."""
    return [shown for shown in (piece(request, story) for _, piece in _pieces) if shown]
