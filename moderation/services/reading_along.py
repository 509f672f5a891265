"""The detector reads along with whoever writes a story, and says what a reader could take amiss. It blocks nothing."""

from __future__ import annotations

import time
from collections.abc import Iterator

from django.utils.translation import gettext as _

from community import text
from community.services import stories
from moderation.detector import Category, Finding, Severity, screen

SECONDS, MOST, PIECE = 1.5, 6, 1200
SHOWN = 90  # characters of the author's own words
METHODS = frozenset({Category.METHOD_SEEKING})
OWN_LIFE = frozenset({Category.SUICIDE, Category.SELF_HARM, Category.GOODBYE})


class _TimeIsUp(Exception):  # noqa: N818
    """The reading has taken as long as it may."""


@stories.reads_along
def remarks(body: str) -> list[str]:
    """Sentences for the author, each with the number of its paragraph. Within a bounded time, then what was found."""
    ends = time.monotonic() + SECONDS

    def between() -> None:
        if time.monotonic() > ends:
            raise _TimeIsUp

    found: list[str] = []
    try:
        for number, piece in _pieces(body):
            between()
            if said := _remark(screen(piece, between=between), number, piece):
                found.append(said)
            if len(found) >= MOST:
                break
    except _TimeIsUp:
        found.append(_("It is long, so only its beginning was looked at here. The clinician reads all of it."))
    return list(dict.fromkeys(found))


def _pieces(body: str) -> Iterator[tuple[int, str]]:
    for number, block in enumerate(text.story_to_blocks(body), 1):
        plain = text.html_to_plain(block)
        for start in range(0, len(plain), PIECE):
            yield number, plain[start : start + PIECE]


def _remark(finding: Finding, number: int, piece: str) -> str:
    if finding.severity < Severity.MODERATE:
        return ""
    said = {"n": number, "words": _words(finding, piece)}
    about = set(finding.categories)
    if finding.details or METHODS & about:
        return _("Paragraph %(n)s: a reader could take this as a description of a method: “%(words)s”") % said
    if Category.EATING_DISORDER in about:
        return _("Paragraph %(n)s: numbers and ways of not eating can pull a reader along: “%(words)s”") % said
    if Category.ENCOURAGEMENT in about:
        return _("Paragraph %(n)s: a reader could take this as being told to hurt themselves: “%(words)s”") % said
    if OWN_LIFE & about:
        return _("Paragraph %(n)s may be hard to read for somebody who is in it now: “%(words)s” "
                 "A heads-up, and a word about where help came from, make it easier.") % said  # fmt: skip
    return ""


def _words(finding: Finding, piece: str) -> str:
    for span in (*finding.details, *finding.spans):
        if span.message == 0:
            start = max(0, piece.rfind(" ", 0, max(0, span.start - 20)))
            return text.quote(piece[start : max(span.end, start + SHOWN)], SHOWN)
    return text.quote(piece, SHOWN)
