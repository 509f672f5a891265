"""Ways to get help beside a member's own message: as a piece of the room's page, and as a page of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from chat import beside
from chat.views.rooms import me, page_url
from community import helplines
from community.choosing import Choice, Chosen
from community.models import Member
from community.opening import opening
from community.refusals import NotYours
from community.views.helping import COUNTRY_COOKIE, remember_country
from moderation.models import SupportOffer
from moderation.offers import frame_of
from moderation.services import guarding, support

LINES_SHOWN = 2
ANSWERS = (SupportOffer.State.FOLDED, SupportOffer.State.NOT_NOW, SupportOffer.State.NOT_MEANT)
EVENING_FROM, EVENING_TO = 18, 5


@dataclass(frozen=True, slots=True)
class Way:
    """One line on the card and when it answers."""

    one: Chosen
    hours: str


@beside.makes_pieces
def _pieces(request: HttpRequest, message_ids: list[int]) -> dict[int, SafeString]:
    found = support.offers_beside(me(request), message_ids)
    around = _around(request) if found else {}
    return {message_id: _piece(request, made, around) for message_id, made in found.items()}


@require_http_methods(["GET", "POST"])
@login_required
def offer(request: HttpRequest, token: str) -> HttpResponse:
    """One's own offer: to read, to answer, and to choose another country for. Others find nothing here."""
    is_piece = "piece" in request.GET
    made = support.offer_for(me(request), token)
    if request.method == "POST":
        made = _answered(me(request), token, request.POST.get("answer", ""))
        if not is_piece:
            return redirect(_beside(made))
    if is_piece:
        response = HttpResponse(_piece(request, made, _around(request)))
    else:
        context = {**_around(request), **_about(made), "is_page": True, "back": _beside(made)}
        response = render(request, "moderation/support.html", context)
    if helplines.is_known(request.GET.get("country", "")):
        remember_country(request, response, request.GET["country"].upper())
    return response


def _answered(member: Member, token: str, answer: str) -> SupportOffer:
    if answer == "ask":
        return support.ask_moderator(member, token)
    if answer not in ANSWERS:
        raise NotYours
    return support.answer(member, token, answer)


def _beside(made: SupportOffer) -> str:
    seq = made.message.seq
    return f"{page_url(made.message.room)}?around={seq}#m-{seq}"


def _piece(request: HttpRequest, made: SupportOffer, around: dict[str, Any]) -> SafeString:
    return render_to_string("moderation/_support.html", {**around, **_about(made)}, request)


def _about(made: SupportOffer) -> dict[str, Any]:
    return {
        "offer": made,
        "at": frame_of(made).at,
        "address": reverse("moderation:support", args=[made.token]),
        "is_panel": support.is_panel(made),
    }


def _around(request: HttpRequest) -> dict[str, Any]:
    """What every offer to this member shows now, asked for once for a page."""
    now, country = timezone.now(), _country(request)
    lines = support.lines_for(me(request), country=country)
    return {
        "is_anyone_here": guarding.is_anyone_here(),
        "is_evening": not EVENING_TO <= timezone.localtime(now).hour < EVENING_FROM,
        "ways": [Way(one, _hours(one, now, me(request).time_zone)) for one in _shown(lines)],
        "emergency": lines.emergency if lines else None,
        "can_choose": lines is not None,
        "country": country,
        "countries": helplines.countries(),
    }


def _country(request: HttpRequest) -> str:
    """Where the member says they are: just now, in their account, or earlier in this browser. Never a guess."""
    asked, kept = request.GET.get("country", ""), request.COOKIES.get(COUNTRY_COOKIE, "")
    known = (one.upper() for one in (asked, me(request).country, kept) if one and helplines.is_known(one))
    return next(known, me(request).country)


def _shown(lines: Choice | None) -> list[Chosen]:
    """Two lines, reached in different ways where there are such: not everyone can call."""
    found = list(lines.lines) if lines else []
    others = [one for one in found[1:] if one.channel.way != found[0].channel.way]
    return [*found[:1], *others, *(one for one in found[1:] if one not in others)][:LINES_SHOWN]


def _hours(one: Chosen, now: datetime, zone: str) -> str:
    return f"{opening(one.content.hours_of(one.channel), one.content.country, now, zone).words}."
