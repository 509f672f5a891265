"""Error pages: say what happened and what to do, tell nothing else, and keep the words that were typed (W4)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from community.refusals import Refusal

_TYPED = ("body", "note", "bio", "heads_up")


def _page(request: HttpRequest, status: int, title: str, detail: str) -> HttpResponse:
    context = {"title": title, "detail": detail, "status": status, "text": _typed(request)}
    response = render(request, "error.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _typed(request: HttpRequest) -> str:
    if request.method != "POST" or request.content_type == "application/json":
        return ""
    try:
        return "\n\n".join(request.POST[field] for field in _TYPED if request.POST.get(field))
    except Exception:  # noqa: BLE001  (a body that cannot be read is what some of these pages are about)
        return ""


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The page for a `Refusal`; with Retry-After where waiting helps."""
    if refusal.status == 404:
        return not_here(request)
    response = _page(request, refusal.status, _("That didn't go through."), str(refusal.detail))
    if refusal.retry_after:
        response["Retry-After"] = str(int(refusal.retry_after) + 1)
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return _page(
        request, 400, _("That didn't go through."), _("The page sent something we can't read. Please try again.")
    )


def not_open_to_you(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return _page(
        request, 403, _("This isn't open to you."), _("It may be one-to-one, or for a room you haven't joined.")
    )


def not_here(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, also for what is there but not for this person."""
    return _page(request, 404, _("This page isn't here."), _("It may have been taken back by the person who wrote it."))


def form_was_open_too_long(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without a valid token."""
    detail = _("Your words are below, so that you can copy them. Go back and try again.")
    return _page(request, 403, _("That page had been open for a while."), detail)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """429, for the limits that allauth keeps."""
    return _page(request, 429, _("That was a lot of tries."), _("Please wait a few minutes, then try again."))


def broken(request: HttpRequest) -> HttpResponse:
    """500. Must work when nothing else does: no session, no database."""
    return _page(request, 500, _("Something broke on our side."), _("Nothing you did. You can try again in a moment."))
