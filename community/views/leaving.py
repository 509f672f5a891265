"""Leaving quickly: the session ends, the browser forgets, and a neutral page opens."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from community.services import sessions


@require_http_methods(["GET", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """POST ends the session and goes. GET, the hidden link without scripts, shows one button: it changes nothing."""
    if request.method == "GET":
        return render(request, "community/leave.html")
    sessions.leave(request)
    if request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
        return _gone(HttpResponse(status=204))  # a script said it on its way out; the help page stays for offline
    response = _gone(HttpResponseRedirect(settings.LEAVE_URL))
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _gone(response: HttpResponse) -> HttpResponse:
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    return response
