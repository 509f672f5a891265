"""Need help now: made from files, without session, database or script, so that it is there whatever is broken."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from community import helplines
from community.exercises import EXERCISES
from community.refusals import NotYours

COUNTRY_COOKIE = "country"
UNKNOWN = ""


@require_safe
def help_now(request: HttpRequest) -> HttpResponse:
    """The emergency number and services of one country: as asked, as remembered, or as the browser's language hints."""
    code = country_of(request)
    lines = helplines.lines_for(code)
    first = [line for line in lines if line.is_general][: helplines.SHOWN_FIRST] or list(lines[: helplines.SHOWN_FIRST])
    context = {
        "code": code,
        "country": helplines.name_of(code) if code else "",
        "countries": helplines.countries(),
        "emergency": helplines.emergency(code),
        "first": first,
        "more": [line for line in lines if line not in first],
        "exercises": EXERCISES,
    }
    response = render(request, "community/help_now.html", context)
    response["Cache-Control"] = "no-store"
    if "country" in request.GET:
        # For this browser session only: a visitor's country is kept nowhere else.
        response.set_cookie(COUNTRY_COOKIE, code, httponly=True, samesite="Lax", secure=request.is_secure())
    return response


def country_of(request: HttpRequest) -> str:
    """A country code we know numbers for, or empty."""
    if "country" in request.GET:
        asked = request.GET["country"]
        return asked.upper() if helplines.is_known(asked) else UNKNOWN
    kept = request.COOKIES.get(COUNTRY_COOKIE, "")
    if helplines.is_known(kept):
        return kept.upper()
    return helplines.guess(request.headers.get("Accept-Language", ""))


@require_safe
def all_countries(request: HttpRequest) -> HttpResponse:
    """Every country on one page: what the service worker keeps for offline."""
    listed = [(name, helplines.emergency(code), helplines.lines_for(code)) for code, name in helplines.countries()]
    response = render(request, "community/help_all.html", {"listed": listed})
    response["Cache-Control"] = "public, max-age=3600"
    return response


@require_safe
def exercise(request: HttpRequest, slug: str) -> HttpResponse:
    """Something small for the next ten minutes: plain text."""
    found = next((one for one in EXERCISES if one.slug == slug), None)
    if found is None:
        raise NotYours
    response = render(request, "community/help_exercise.html", {"exercise": found})
    response["Cache-Control"] = "public, max-age=3600"
    return response
