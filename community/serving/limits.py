"""What one connection may cost before the application sees it (promises B2 and B6)."""

FRAME_LIMIT = 16 * 1024  # bytes of one socket frame and of one socket message
HEAD_LIMIT = 64 * 1024  # bytes of a request's head; Twisted has its own, smaller
BODY_LIMIT = 1024 * 1024  # bytes of one request body
HANDSHAKE_SECONDS = 10
REQUEST_SECONDS = 30  # for a request to arrive and to be answered
