"""Search: one box over everything the reader may see. Open to visitors, for whom there are resources."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from community import danger, search_words, throttle
from community.choosing import Choice
from community.models import Member
from community.refusals import Refusal, TooFast, Unavailable
from community.services import search
from community.services.lines_now import lines_now
from community.views.cards import reader_of
from community.views.helping import country_of

SUBJECTS = (_("sleep"), _("anxiety"), _("grief"), _("loneliness"), _("young people"), _("students"), _("self-help"))


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """What `q` finds. Words of danger bring ways to talk above everything else, also where nothing could be looked up.

    The answer is `no-store`, no log has query strings, and other sites see no address of ours (D4).
    """
    query, viewer = request.GET.get("q", ""), reader_of(request)
    as_written = request.GET.get("as") == "written"
    context: dict[str, Any] = {
        "query": search_words.ask(query).shown,
        "talk": _ways_to_talk(request, viewer, query),
        "subjects": SUBJECTS,
    }
    status = 200
    if query.strip():
        try:
            context["found"] = _found(request, viewer, query, as_written=as_written)
        except Refusal as refusal:
            context["form_error"], status = refusal.detail, refusal.status
    return render(request, "community/search.html", context, status=status)


def _country(request: HttpRequest, viewer: Member | None) -> str:
    return (viewer.country if viewer else "") or country_of(request)


def _ways_to_talk(request: HttpRequest, viewer: Member | None, query: str) -> Choice | None:
    if not query or not danger.is_danger(query):
        return None
    return lines_now(viewer, timezone.now(), _country(request, viewer))


def _found(request: HttpRequest, viewer: Member | None, query: str, *, as_written: bool) -> search.Results:
    if wait := throttle.look_up(str(viewer.pk) if viewer else get_adapter().get_client_ip(request)):
        raise TooFast(retry_after=wait)
    try:
        return search.find(query, viewer=viewer, near=_country(request, viewer), as_written=as_written)
    except DatabaseError as error:
        raise Unavailable from error
