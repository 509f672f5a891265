"""What an app above shows beside a member's own messages, to them only. Chat shows it and knows nothing of it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from django.http import HttpRequest
from django.utils.safestring import SafeString

log = logging.getLogger("chat.beside")
Pieces = Callable[[HttpRequest, list[int]], dict[int, SafeString]]
_makers: list[Pieces] = []


def makes_pieces(function: Pieces) -> Pieces:
    """Enters a function that gives pieces of a page by message id, for the member who asks for the page."""
    if function not in _makers:
        _makers.append(function)
    return function


def pieces(request: HttpRequest, message_ids: Sequence[int]) -> dict[int, SafeString]:
    """Pieces of a page beside these messages of the member's own, in the order of their makers.

    A maker that fails costs its piece, not the page.
    """
    found: dict[int, SafeString] = {}
    for make in _makers if message_ids else ():
        try:
            for pk, piece in make(request, list(message_ids)).items():
                found[pk] = found.get(pk, SafeString()) + piece
        except Exception as error:  # noqa: BLE001  (a room is read whatever fails beside it)
            log.error("a piece beside messages could not be made: %s", type(error).__name__)  # noqa: TRY400
    return found
