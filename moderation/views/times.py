"""What admins set: within what time somebody looks, and who is called when nobody did."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from chat.views.rooms import me
from community.views.staff import behind
from moderation.forms_console import OnCallForm, TimesForm
from moderation.services import calling, clock, flags


@require_http_methods(["GET", "POST"])
@behind("flags.set-times")
def times(request: HttpRequest) -> HttpResponse:
    """Two forms of one page: the times, and the people in their order."""
    now, people = flags.response_times(), calling.who_may_be_called()
    is_times = request.method == "POST" and request.POST.get("what") == "times"
    is_people = request.method == "POST" and request.POST.get("what") == "people"
    minutes = TimesForm(request.POST if is_times else None, times=now)
    on_call = OnCallForm(request.POST if is_people else None, people=people)
    if is_times and minutes.is_valid():
        clock.set_times(me(request), **minutes.seconds())
        messages.success(request, _("Set. Cases that wait keep the time they were given."))
        return redirect("moderation:times")
    if is_people and on_call.is_valid():
        clock.set_on_call(me(request), on_call.chosen())
        messages.success(request, _("Set. They are called in this order."))
        return redirect("moderation:times")
    errors = [(one, said) for form in (minutes, on_call) for one in form for said in one.errors]
    context = {"minutes": minutes, "on_call": on_call, "people": people, "errors": errors}
    return render(request, "moderation/times.html", context, status=400 if errors else 200)
