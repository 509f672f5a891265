"""Need help now: made from files, without session, database or script, so that it is there whatever is broken."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from community import countries, helplines
from community.choosing import Chosen
from community.exercises import EXERCISES
from community.opening import opening
from community.refusals import NotYours
from community.services.lines_now import lines_now

COUNTRY_COOKIE = "country"
UNKNOWN = ""


@require_safe
def help_now(request: HttpRequest) -> HttpResponse:
    """The emergency number and services of one country: as asked, as remembered, or as the browser's language hints."""
    code, now = country_of(request), timezone.now()
    choice = lines_now(None, now, code)
    first = [(one, _hours(one, now)) for one in choice.lines]
    shown = {(one.content.name, one.channel.shown) for one, _ in first}
    context = {
        "code": code,
        "country": countries.name_of(code),
        "countries": helplines.countries(),
        "emergency": choice.emergency,
        "first": first,
        "is_elsewhere": choice.is_elsewhere,
        "more": [line for line in helplines.lines_for(code) if (line.name, line.shown) not in shown],
        "checked": min((one.checked_on for one in choice.lines if one.checked_on), default=None),
        "exercises": EXERCISES,
    }
    response = render(request, "community/help_now.html", context)
    response["Cache-Control"] = "no-store"
    if "country" in request.GET:
        remember_country(request, response, code)
    return response


def _hours(one: Chosen, now: datetime) -> str:
    """When a line answers, on its own clock: whoever opens this page is not asked where they are."""
    return f"{opening(one.content.hours_of(one.channel), one.content.country, now, '').words}."


def remember_country(request: HttpRequest, response: HttpResponse, code: str) -> None:
    """Keeps a country for this browser session only: a visitor's is kept nowhere else."""
    response.set_cookie(COUNTRY_COOKIE, code, httponly=True, samesite="Lax", secure=request.is_secure())


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
