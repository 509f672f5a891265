"""What a member agrees to when joining: four plain lines, each with its own version. The texts are the record."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Line:
    """One line to agree to. A changed text needs a new version, and everybody is asked again."""

    kind: str
    version: str
    title: str | Promise
    text: str | Promise
    is_required: bool = True

    def hash(self) -> str:
        """SHA-256 of the exact words shown, in hexadecimal."""
        return hashlib.sha256(f"{self.title}\n{self.text}".encode()).hexdigest()


LINES = (
    Line(
        "rules",
        "2026-11",
        _("How we talk here"),
        _("I've read the six house rules and will keep to them."),
    ),
    Line(
        "health",
        "2026-11",
        _("Words about my health"),
        _(
            "What I write here can say something about my health. I agree that it is stored and shown in the rooms "
            "I write in. Software looks for words that can mean someone is in danger, and a moderator may then read "
            "that message. I can take this back at any time; posting then stops."
        ),
    ),
    Line(
        "retention",
        "2026-11",
        _("How long it is kept"),
        _("Messages in rooms are kept for 180 days. I can take my own back at any time before."),
    ),
    Line(
        "research",
        "2026-11",
        _("Research (optional)"),
        _("Counts without names may be shared with researchers. My words are never part of that."),
        is_required=False,
    ),
)
REQUIRED = tuple(line for line in LINES if line.is_required)
