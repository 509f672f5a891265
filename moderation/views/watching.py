"""Members to keep an eye on: put on the list from a case, taken off it from the page of a shift."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chat.views.rooms import me
from community.refusals import NotYours, Refusal
from community.views.staff import behind
from moderation.services import cases, watching
from moderation.services.holding import NotHeld
from moderation.views import case_page
from moderation.views.case import too_late
from moderation.views.deciding import version_of


@require_POST
@behind("flags.work")
def watch(request: HttpRequest, token: str) -> HttpResponse:
    """Puts the member of a case that one holds on the list."""
    why, days = request.POST.get("why", "").replace("\0", ""), request.POST.get("days", "")
    number = int(days) if days.isascii() and days.isdigit() and len(days) < 4 else 0
    try:
        watching.watch(me(request), token, why=why, days=number)
    except NotYours:
        raise
    except NotHeld as refusal:
        return too_late(request, token, refusal, typed=[why], since=version_of(request))
    except Refusal as refusal:
        opened, said = cases.open_case(me(request), token), str(refusal.detail)
        return case_page.shown(request, opened, status=refusal.status, watch_error=said, watch_typed=why)
    messages.success(request, _("Noted. Colleagues see it until then; members don't."))
    return redirect("moderation:case", token=token)


@require_POST
@behind("flags.work")
def unwatch(request: HttpRequest) -> HttpResponse:
    """Nobody has to keep an eye on somebody any more."""
    pk = request.POST.get("watch", "")
    if not (pk.isascii() and pk.isdigit() and len(pk) <= 15):
        raise NotYours
    watching.end(me(request), int(pk))
    messages.success(request, _("Taken off the list."))
    return redirect("moderation:shift")
