"""Telling a moderator about a message."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from chat.views.rooms import me
from chat.views.shown import shown
from moderation.forms import ReportForm
from moderation.services import reports


@require_http_methods(["GET", "POST"])
@login_required
def report(request: HttpRequest, slug: str, seq: int) -> HttpResponse:
    """Two doors: care for someone, or something that isn't okay. Nobody but moderators learns of it."""
    message = reports.message_for(me(request), slug, seq)
    form = ReportForm(request.POST or None)
    context = {"room": message.room, "seq": seq, "form": form}
    context["message"] = next(iter(shown([message], me(request))), None)
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data
        context["is_new"] = reports.report(
            message, by=me(request), door=answers["door"], reason=answers["reason"], note=answers["note"]
        )
        context["door"] = answers["door"]
        return render(request, "moderation/reported.html", context)
    return render(request, "moderation/report.html", context, status=400 if form.errors else 200)
