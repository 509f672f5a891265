"""Topics that hurt: which messages of others arrive folded for the reader."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from community.models import Member
from community.refusals import Refusal
from community.services import topics as services

BOUNDARIES = "/you/boundaries/"


@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """The shared topics and one's own words."""
    return _page(request)


@require_POST
@login_required
@sensitive_post_parameters()
@sensitive_variables()
def change(request: HttpRequest) -> HttpResponse:
    """Chooses shared topics, adds a word or takes one away, by the button that was pressed."""
    words = request.POST.get("words", "")
    try:
        _change(request, words)
    except Refusal as refusal:
        return _page(request, draft=words, error=str(refusal.detail), status=refusal.status)
    back = BOUNDARIES if request.POST.get("back") == BOUNDARIES else reverse("you-topics")
    return HttpResponseRedirect(f"{back}#topics")


def _change(request: HttpRequest, words: str) -> None:
    act = request.POST.get("act", "")
    if act == "choose":
        services.choose(_me(request), request.POST.getlist("topic"))
    elif act == "add":
        services.add_words(_me(request), words)
    elif act == "remove":
        services.remove_words(_me(request), words)
    elif act == "remove-closed":
        services.remove_closed(_me(request))


def _page(request: HttpRequest, *, draft: str = "", error: str = "", status: int = 200) -> HttpResponse:
    context = {"folded": services.chosen_by(_me(request)), "draft": draft, "topics_error": error}
    return render(request, "community/you_topics.html", context, status=status)


def _me(request: HttpRequest) -> Member:
    assert isinstance(request.user, Member)
    return request.user
