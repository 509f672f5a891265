"""Asking for a live chat about a topic."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from chat.models.live_chat import PEOPLE_ASKING
from chat.services import wishes
from chat.views.rooms import me
from community.access import may
from community.refusals import Refusal


@require_http_methods(["GET", "POST"])
@login_required
def ask(request: HttpRequest) -> HttpResponse:
    """What one asked for, what others ask for, and a field for something else."""
    if request.method == "GET":
        return _page(request)
    topic = request.POST.get("topic", "")
    try:
        _do(request, topic)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return _page(request, status=refusal.status, topic=topic, form_error=refusal.detail)
    return redirect("live-ask")


def _do(request: HttpRequest, topic: str) -> None:
    for name, act in (("join", wishes.join), ("take_back", wishes.take_back)):
        asked = request.POST.get(name, "")
        if asked:
            act(me(request), int(asked) if asked.isascii() and asked.isdigit() and len(asked) <= 15 else 0)
            return
    wishes.ask(me(request), topic)


def _page(request: HttpRequest, *, status: int = 200, **more: object) -> HttpResponse:
    found = wishes.shown(me(request))
    context = {
        "mine": [one for one in found if one.is_mine],
        "others": [one for one in found if not one.is_mine],
        "before": wishes.topics_before(),
        "wanted": PEOPLE_ASKING,
        "limit": wishes.LIMIT,
        "may_ask": may(me(request), "live.ask"),
        **more,
    }
    return render(request, "chat/live_ask.html", context, status=status)
