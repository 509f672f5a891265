"""A rehearsed shift: what it is, and what one chose so far beside what others would."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from chat.views.rooms import me
from community.views.staff import behind
from moderation.services import rehearsing


@require_safe
@behind("flags.work")
def rehearsal(request: HttpRequest) -> HttpResponse:
    """How far one is; on a real site, how to begin one."""
    progress = rehearsing.progress(me(request)) if rehearsing.is_on() else None
    return render(request, "moderation/rehearsal.html", {"progress": progress})
