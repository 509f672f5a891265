"""Live chats in one's own calendar: the feed at a secret address, the page that shows it, a file for one chat."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_http_methods, require_safe

from chat.services import calendars, live_chats
from chat.views.rooms import me
from community import throttle
from community.refusals import NotYours, Refusal, TooFast

TYPE = "text/calendar; charset=utf-8"
KEPT_SECONDS = 900


@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponseBase:
    """The calendar of whoever knows the secret, without a session. What is none, or none any more, is not here."""
    address = calendars.holder(secret)
    wait = throttle.feed(address.member_id) if address else throttle.no_feed(get_adapter().get_client_ip(request))
    if wait:
        raise TooFast(retry_after=wait)
    if address is None:
        raise NotYours
    body, mark = calendars.feed(address)
    response = _calendar(body, "calendar.ics")
    response["ETag"] = quote_etag(mark)
    response["Cache-Control"] = f"private, max-age={KEPT_SECONDS}"
    response["X-Robots-Tag"] = "noindex"
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


@require_http_methods(["GET", "POST"])
@login_required
def renew(request: HttpRequest) -> HttpResponse:
    """The member's own calendar address: made, shown, renewed, ended, and what entries are called. Never stored."""
    if request.method == "GET":
        return _page(request)
    if wait := throttle.change(me(request).pk):
        raise TooFast(retry_after=wait)
    match request.POST.get("do", ""):
        case "renew":
            calendars.renew(me(request))
        case "end":
            calendars.end(me(request))
        case "choose":
            try:
                has_all = bool(request.POST.get("has_all"))
                calendars.choose(me(request), words=request.POST.get("words", ""), has_all=has_all)
            except Refusal as refusal:
                return _page(request, status=refusal.status, form_error=refusal.detail)
    return redirect("live-feed-renew")


@require_safe
@login_required
def file(request: HttpRequest, token: str) -> HttpResponse:
    """One chat as a file for a calendar."""
    return _calendar(calendars.file(live_chats.live_chat_for(me(request), token), me(request)), "call.ics")


def _page(request: HttpRequest, *, status: int = 200, **more: object) -> HttpResponse:
    mine = calendars.of(me(request))
    secret = calendars.secret_of(mine) if mine else ""
    address = settings.BASE_URL + reverse("live-feed", args=[secret]) if secret else ""
    return render(request, "chat/live_feed.html", {"mine": mine, "address": address, **more}, status=status)


def _calendar(body: bytes, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type=TYPE)
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
