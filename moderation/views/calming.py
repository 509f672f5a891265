"""Slowing a room down for a while, from a case about several of its members."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chat.views.rooms import me
from community.refusals import NotYours
from community.views.staff import behind
from moderation.services import clusters


@require_POST
@behind("flags.work")
def calm(request: HttpRequest, token: str) -> HttpResponse:
    """One message every half a minute for two hours, or as before again."""
    what = request.POST.get("do", "slow")
    if what not in ("slow", "end"):
        raise NotYours
    clusters.calm(me(request), token, on=what == "slow")
    messages.success(request, _("It goes slowly now, for two hours.") if what == "slow" else _("It goes as before."))
    return redirect("moderation:case", token=token)
