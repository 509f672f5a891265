"""How a line of the log is written, and what none may hold: addresses that are secrets themselves. Pure."""

from __future__ import annotations

import logging
import re

# The address of a member's calendar opens it without a session; see `chat.services.calendars`.
_SECRET = re.compile(r"(/live/feed/)[^\s\"'?]+")


class Line(logging.Formatter):
    """A line without secrets, whoever logged it, and so are the traces below it."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        """The line as it may be kept."""
        return _SECRET.sub(r"\1…", super().format(record))
