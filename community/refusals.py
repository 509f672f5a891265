"""Polite noes: a code the browser can show, a sentence that says what to do, and when to try again."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refusal(Exception):  # noqa: N818  (a no is not an error)
    """A polite no. Services raise it; only consumers and views translate it."""

    code: str = "refused"
    detail: str | Promise = _("That could not be done.")
    status: int = 400

    def __init__(self, detail: str | Promise | None = None, *, retry_after: float = 0) -> None:
        super().__init__(self.code)
        if detail is not None:
            self.detail = detail
        self.retry_after = retry_after


class NotYours(Refusal):
    """Absent, or not for you: the same answer (promise A4)."""

    code = "not-here"
    detail = _("This isn't here. It may have been taken back by the person who wrote it.")
    status = 404


class NotOpen(Refusal):
    """Known, but not open to this member."""

    code = "not-open"
    detail = _("This isn't open to you.")
    status = 403


class TooFast(Refusal):
    """Too many in a short time; `retry_after` says how long to wait."""

    code = "too-fast"
    detail = _("That was a lot in a short time. You can try again in a moment.")
    status = 429


class Unavailable(Refusal):
    """Our side cannot do it right now; nothing is lost by trying again."""

    code = "unavailable"
    detail = _("Something is slow on our side. Your words are kept; we'll try again.")
    status = 503
