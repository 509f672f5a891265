"""What was decided about oneself, why, and how to answer: pages, and a panel in place of a message that was taken down.

The pages are open to a closed account's narrow door, too.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_http_methods

from chat import beside
from chat.views.rooms import me
from community.models import Member
from community.refusals import NotYours, Refusal
from community.services import boundaries, resting
from moderation.forms import AppealForm
from moderation.services import appeals, statement_words
from moderation.services.appeals import Statement

ANSWERS = ("upheld", "lifted")


@require_http_methods(["GET", "POST"])
def decisions(request: HttpRequest) -> HttpResponse:
    """Every statement of reasons that the reader was given, newest first. POST closes the narrow door."""
    member = resting.reader(request)
    if member is None:
        return redirect_to_login(request.get_full_path())
    if request.method == "POST":
        resting.leave(request)
        return redirect("landing")
    found = [one for one in appeals.statements_of(member) if one.kind not in ANSWERS]
    with timezone.override(boundaries.zone_of(member)):
        rows = [_shown(one) for one in found]
        return render(request, "moderation/decisions.html", {"statements": rows, **_around(request, member)})


@require_http_methods(["GET", "POST"])
def decision(request: HttpRequest, token: str) -> HttpResponse:
    """One statement, and asking for another look at it."""
    member = resting.reader(request)
    if member is None:
        return redirect_to_login(request.get_full_path())
    found = appeals.statement_for(member, token)
    if found.kind in ANSWERS and found.answers:
        return redirect("moderation:decision", token=found.answers)
    if request.method == "POST":
        return _ask(request, member, token)
    return _page(request, member, found, AppealForm())


def _ask(request: HttpRequest, member: Member, token: str) -> HttpResponse:
    form = AppealForm(request.POST)
    if not form.is_valid():
        return _page(request, member, appeals.statement_for(member, token), form, status=400)
    try:
        appeals.ask_again(member, token, form.cleaned_data["words"])
    except NotYours:
        raise
    except Refusal as refusal:  # too late, asked before, or nothing that can be seen
        form.add_error(None, str(refusal.detail))
        return _page(request, member, appeals.statement_for(member, token), form, status=refusal.status)
    return redirect("moderation:decision", token=token)


def _page(
    request: HttpRequest, member: Member, found: Statement, form: forms.Form, *, status: int = 200
) -> HttpResponse:
    with timezone.override(boundaries.zone_of(member)):
        context: dict[str, Any] = {
            **_shown(found),
            "said": appeals.what_was_said(member, found.token),
            "asked": appeals.asked_words(member, found.token) if found.is_appealed else "",
            "answer": statement_words.answer(found),
            "form": form,
            "back": "moderation:decisions",
            **_around(request, member),
        }
        return render(request, "moderation/decision.html", context, status=status)


@beside.makes_pieces
def _in_place(request: HttpRequest, message_ids: list[int]) -> dict[int, SafeString]:
    """Who took down these messages of one's own, why, and what one can do. Each stands where the message stood."""
    found = appeals.taken_down(me(request), message_ids)
    return {
        pk: render_to_string(
            "moderation/_taken_down.html", {**_shown(one), "said": said, "answer": statement_words.answer(one)}, request
        )
        for pk, (one, said) in found.items()
    }


def _shown(one: Statement) -> dict[str, Any]:
    return {
        "one": one,
        "lead": statement_words.lead(one),
        "scope": statement_words.scope(one),
        "who": statement_words.who(one),
    }


def _around(request: HttpRequest, member: Member) -> dict[str, Any]:
    is_resting = not isinstance(request.user, Member)
    layout = "moderation/_resting.html" if is_resting else "moderation/_own.html"
    until = statement_words.moment(member.suspended_until) if is_resting else ""
    return {"layout": layout, "is_resting": is_resting, "resting_until": until}
