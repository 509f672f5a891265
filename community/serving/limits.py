"""What one connection may cost before the application sees it (promises B2 and B6)."""

import re

FRAME_LIMIT = 16 * 1024  # bytes of one socket frame and of one socket message
HEAD_LIMIT = 64 * 1024  # bytes of a request's head; Twisted has its own, smaller
BODY_LIMIT = 1024 * 1024  # bytes of one request body
PICTURE_LIMIT = 5 * 1024 * 1024 + 64 * 1024  # of one that sends a picture for a story
HANDSHAKE_SECONDS = 10
REQUEST_SECONDS = 30  # for a request to arrive and to be answered

_PICTURES = re.compile(r"/stories/mine/\d{1,15}/pictures/")


def body_limit(path: str) -> int:
    """How many bytes the body of a request to this address may have."""
    return PICTURE_LIMIT if _PICTURES.fullmatch(path.partition("?")[0]) else BODY_LIMIT
