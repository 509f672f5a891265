"""What somebody reads who can't take a case now: a break, enough for today, a subject they asked to be spared."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from chat.views.rooms import me
from community.models import Member
from community.refusals import Refusal
from moderation.services import care, care_breaks, care_load
from moderation.services.care import AskedToBeSpared, BreakDue, Enough, Resting

REFUSALS = (Resting, BreakDue, Enough, AskedToBeSpared)


def instead(request: HttpRequest, refusal: Refusal, token: str = "") -> HttpResponse:
    """The page for this refusal. A break that is due begins, unless something is held; its page says so."""
    if isinstance(refusal, BreakDue):
        try:
            care_breaks.begin(me(request))
        except care_breaks.StillHeld:
            return redirect("moderation:care-break")
    if isinstance(refusal, (BreakDue, Resting)):
        return redirect("moderation:care-break")
    context = {"refusal": refusal, "token": token, "is_spared": isinstance(refusal, AskedToBeSpared)}
    return render(request, "moderation/care_not_this.html", context, status=refusal.status)


def nothing_free(request: HttpRequest, by: Member) -> HttpResponse:
    """Back to the queue, with why there is nothing for them."""
    team = care_load.team([by])
    messages.info(request, care.sentence(team.loads[by.pk], team) or _("Nothing free is waiting."))
    return redirect("moderation:queue")
