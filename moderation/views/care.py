"""Care for oneself: what one carries, subjects spared, a minute, the question after a hard case, asking for company."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chat.views.rooms import me
from community.access import may
from community.models import Member
from community.views.staff import behind
from moderation.forms_care import OwnForm
from moderation.models import Afterwards
from moderation.services import care, care_company, care_limits, care_load
from moderation.views.care_strip import with_question

SAID: dict[str, Any] = {
    Afterwards.Answer.FINE: _("Thank you. Good to know."),
    Afterwards.Answer.SHAKEN: _("Thank you for saying so. Take the time you need; nothing here hurries you."),
    Afterwards.Answer.TALK: _("A lead will get in touch with you. Until then, be with somebody if you can."),
    Afterwards.Answer.PASSED: "",
}


@require_http_methods(["GET", "POST"])
@behind("flags.work")
def care_page(request: HttpRequest) -> HttpResponse:
    """One's own page; for leads, who asks for company, and the names of the team."""
    by = me(request)
    load = care_load.load_of(by)
    most, sent = load.limits.heavy_a_day, request.POST if request.method == "POST" else None
    form = OwnForm(sent, most=most, limit=care_limits.own_limit(by), spared=load.spared)
    if sent is not None and form.is_valid():
        said = form.cleaned_data
        care_limits.set_own(by, heavy_a_day=said["heavy_a_day"], spared=said["spared"])
        messages.success(request, str(_("Set. Nobody else is shown it.")))
        return redirect("moderation:care")
    errors = [(one, said) for one in form for said in one.errors]
    context = {"form": form, "errors": errors, "care": with_question(by), "company": care_company.asked_by(by)}
    lifted = care_limits.lifted_for(load)
    context |= {"why_lifted": care_limits.why_of(lifted) if lifted else ""}
    if may(by, "care.lead"):
        context |= _for_leads(by)
    return render(request, "moderation/care.html", context, status=400 if errors else 200)


def _for_leads(by: Member) -> dict[str, object]:
    team = care_limits.team_of(by)
    hard = care.hard_weeks(team)
    return {
        "is_lead": True,
        "waiting": care_company.waiting(by),
        "team": [{"one": one, "is_hard": one.pk in hard} for one in team if one.pk != by.pk],
    }


@require_safe
@behind("flags.work")
def minute(request: HttpRequest) -> HttpResponse:
    """A page with one sentence, and nothing to count. Nothing is written down."""
    return render(request, "moderation/care_minute.html")


@require_POST
@behind("flags.work")
def how(request: HttpRequest) -> HttpResponse:
    """The answer to the closing question: one tap, once."""
    how_they_are, key = request.POST.get("how", ""), number(request.POST.get("question", ""))
    if how_they_are not in Afterwards.Answer.values or key is None:
        return redirect("moderation:queue")
    if care_company.answer(me(request), key, how_they_are) and SAID[how_they_are]:
        messages.success(request, str(SAID[how_they_are]))
    return redirect("moderation:queue")


@require_POST
@behind("flags.work")
def company(request: HttpRequest) -> HttpResponse:
    """Asks for somebody to talk to, or says that it is no longer needed."""
    if request.POST.get("do") == "no-longer":
        care_company.no_longer(me(request))
        messages.success(request, str(_("All right. You can ask again at any time.")))
    else:
        care_company.ask(me(request))
        messages.success(request, str(SAID[Afterwards.Answer.TALK]))
    return redirect("moderation:care")


def number(said: str) -> int | None:
    """The key of a row, if it is one."""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 16 else None
