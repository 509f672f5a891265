"""The question a day after help was offered: one page, every answer optional."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from chat.views.rooms import me
from moderation.forms import AfterForm
from moderation.services import support_after


@require_http_methods(["GET", "POST"])
@login_required
def after(request: HttpRequest, token: str) -> HttpResponse:
    """Asks, or thanks. Whoever leaves it out is not asked again."""
    asked = support_after.question_for(me(request), token)
    form = AfterForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        support_after.answer(me(request), token, **form.cleaned_data)
        return redirect("moderation:support-after", token)
    context = {"form": form, "is_answered": asked.answered_at is not None, "said": asked.helped or asked.in_the_way}
    return render(request, "moderation/support_after.html", context, status=400 if form.errors else 200)
