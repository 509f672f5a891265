"""What one connection may cost before the application sees it (promises B2 and B6)."""

import re

FRAME_LIMIT = 16 * 1024  # bytes of one socket frame and of one socket message
HEAD_LIMIT = 64 * 1024  # bytes of a request's head; Twisted has its own, smaller
BODY_LIMIT = 1024 * 1024  # bytes of one request body
PICTURE_LIMIT = 5 * 1024 * 1024 + 64 * 1024  # of one that sends a picture for a story
READ_ON = 4  # times the limit: so much is read and thrown away, so that a browser hears why
HANDSHAKE_SECONDS = 10
REQUEST_SECONDS = 30  # for a request to arrive and to be answered

# Said by the server itself: the application is not asked about what is too large.
TOO_LARGE = (
    b'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    b'<meta name="color-scheme" content="light dark"><title>Too large</title><h1>This is more than fits.</h1>'
    b"<p>Nothing of it was taken. What was kept before is as it was. For a picture, five megabytes fit.</p>"
    b'<p>If you need someone now: <a href="/help-now/">Need help now</a></p></html>'
)
TOO_LARGE_HEAD = (
    (b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(TOO_LARGE)).encode()),
    (b"cache-control", b"no-store"), (b"content-security-policy", b"default-src 'none'"),
    (b"x-content-type-options", b"nosniff"), (b"connection", b"close"),
)  # fmt: skip

_PICTURES = re.compile(r"/stories/mine/\d{1,15}/pictures/")


def body_limit(path: str) -> int:
    """How many bytes the body of a request to this address may have."""
    return PICTURE_LIMIT if _PICTURES.fullmatch(path.partition("?")[0]) else BODY_LIMIT
