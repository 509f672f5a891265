"""Memorial rooms for staff: opening one, its end, and what the family is given by two signatures."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from chat.models import HandOver, Memorial
from chat.services import memorials as services
from chat.services.memorials import Nameless, NotSoLong
from chat.views.rooms import me
from community.access import may
from community.refusals import NotYours, Refusal
from community.views.staff import behind


@require_http_methods(["GET", "POST"])
@behind("memorial.see")
def memorials(request: HttpRequest) -> HttpResponse:
    """Those there are; leads open another one."""
    typed: dict[str, Any] = {"about": request.POST.get("about", ""), "days": request.POST.get("days", "30")}
    error: Refusal | None = None
    if request.method == "POST":
        try:
            made = services.open_room(me(request), about=typed["about"], days=days_of(request))
        except (Nameless, NotSoLong) as refusal:
            error = refusal
        else:
            return redirect("moderation:memorial", slug=made.room.slug)
    found = services.all_for(me(request))
    context = {"memorials": found, "error": error, **typed}
    return render(request, "moderation/memorials.html", context, status=400 if error else 200)


@require_http_methods(["GET", "POST"])
@behind("memorial.see")
def memorial(request: HttpRequest, slug: str) -> HttpResponse:
    """One of them: until when, who agreed that their words are given on, and the two signatures."""
    found = services.memorial_for(me(request), slug)
    error: Refusal | None = None
    if request.method == "POST":
        try:
            said = _done(request, found)
        except NotSoLong as refusal:
            error = refusal
        else:
            messages.success(request, said)
            return redirect("moderation:memorial", slug=slug)
    return render(request, "moderation/memorial.html", _context(request, found, error), status=400 if error else 200)


def _context(request: HttpRequest, found: Memorial, error: Refusal | None) -> dict[str, Any]:
    asked = HandOver.objects.filter(memorial=found).select_related("by", "signed_by").first()
    return {
        "memorial": found,
        "asked": asked,
        "error": error,
        "days": request.POST.get("days", "") or _days(found),
        "agreed": found.terms.filter(hands_over=True).count(),
        "may_sign": asked is not None and asked.by_id != me(request).pk and may(me(request), "memorial.sign"),
    }


def _days(found: Memorial) -> int:
    return round((found.room.ends_at - found.opened_at).total_seconds() / 86_400) if found.room.ends_at else 0


def _done(request: HttpRequest, found: Memorial) -> str:
    what = request.POST.get("do", "")
    if what == "end":
        services.set_end(me(request), found, days=days_of(request))
        return _("Set. The room says so.")
    if what == "ask":
        services.ask_to_hand_over(me(request), found)
        return _("Asked. A lead, or another admin, signs it here.")
    if what == "sign":
        services.sign(me(request), found)
        return _("Signed.")
    raise NotYours


@require_POST
@behind("memorial.hand-over")
def hand_over(request: HttpRequest, slug: str) -> HttpResponse:
    """What was written by those who agreed, as a page to print or keep. Never stored by browsers."""
    found = services.memorial_for(me(request), slug)
    lines = services.handed_over(me(request), found)
    return render(request, "moderation/memorial_words.html", {"memorial": found, "lines": lines})


def days_of(request: HttpRequest) -> int:
    """The days that were typed; 0 for anything else."""
    said = request.POST.get("days", "").strip()
    return int(said) if said.isascii() and said.isdigit() and len(said) < 5 else 0
