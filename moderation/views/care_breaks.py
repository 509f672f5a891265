"""The page of a break: offered, put off, begun, over; and what is held first."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chat.views.rooms import me
from community.refusals import Refusal
from community.views.staff import behind
from moderation.services import care_breaks, care_load, queue
from moderation.services.care_breaks import OthersAreHere, StillHeld
from moderation.views.queue import held_row


@require_http_methods(["GET", "POST"])
@behind("flags.work")
def rest(request: HttpRequest) -> HttpResponse:
    """The break as it is now; a press of its form puts it off, begins it or ends it."""
    if request.method != "POST":
        return shown(request)
    by, do = me(request), request.POST.get("do", "")
    try:
        if do == "later":
            care_breaks.put_off(by)
            messages.success(request, _("Later, then. It comes back in ten minutes."))
            return redirect("moderation:queue")
        if do == "back":
            care_breaks.come_back(by)
            return redirect("moderation:queue")
        care_breaks.begin(by, give_back=do == "give-back")
    except (StillHeld, OthersAreHere) as refusal:
        return shown(request, refusal=refusal)
    return redirect("moderation:care-break")


def shown(request: HttpRequest, *, refusal: Refusal | None = None) -> HttpResponse:
    """The quiet page of a break that runs; what is still held; or how to begin one."""
    by = me(request)
    team = care_load.team([by])
    load = team.loads[by.pk]
    context = {
        "refusal": refusal,
        "is_resting": load.resting is not None,
        "until": load.resting.until if load.resting else None,
        "minutes": load.limits.break_minutes,
        "is_alone": not team.others(by),
        "must": load.must_rest and bool(team.others(by)),
        "held": [] if load.resting else [held_row(one) for one in queue.held_by(by)],
    }
    return render(request, "moderation/care_break.html", context, status=refusal.status if refusal else 200)
