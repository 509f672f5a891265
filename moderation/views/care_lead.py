"""What leads see and do: one person at a time, never one beside the other."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from chat.views.rooms import me
from community.refusals import NotYours
from community.views.staff import behind
from moderation.forms_care import LiftForm, LimitsForm
from moderation.services import care_company, care_limits, care_load
from moderation.services.care_limits import LiftedToday
from moderation.views.care import number


@require_http_methods(["GET", "POST"])
@behind("care.lead")
def person(request: HttpRequest, name: str) -> HttpResponse:
    """What one person carries, and lifting their limit once."""
    by = me(request)
    form = LiftForm(request.POST if request.method == "POST" else None)
    care_limits.person(by, name)
    if request.method == "POST" and form.is_valid():
        try:
            care_limits.lift(by, name, hours=int(form.cleaned_data["hours"]), why=form.cleaned_data["why"])
        except LiftedToday as refusal:
            form.add_error(None, str(refusal.detail))
        else:
            messages.success(request, _("Lifted. They see it, with your name and your reason."))
            return redirect("moderation:care-person", name=name)
    totals = care_limits.totals(by, name)
    errors = [(one, said) for one in form for said in one.errors] if form.is_bound else []
    context = {"totals": totals, "form": form, "errors": errors}
    return render(request, "moderation/care_person.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@behind("care.lead")
def limits(request: HttpRequest) -> HttpResponse:
    """How much one carries."""
    form = LimitsForm(request.POST if request.method == "POST" else None, limits=care_load.limits())
    if request.method == "POST" and form.is_valid():
        care_limits.set_limits(me(request), **form.cleaned_data)
        messages.success(request, _("Set. It holds at once."))
        return redirect("moderation:care-limits")
    errors = [(one, said) for one in form for said in one.errors]
    context = {"form": form, "errors": errors}
    return render(request, "moderation/care_limits.html", context, status=400 if errors else 200)


@require_POST
@behind("care.lead")
def in_touch(request: HttpRequest) -> HttpResponse:
    """ "I'll get in touch", and "We talked"."""
    by, key = me(request), number(request.POST.get("asked", ""))
    if key is None:
        raise NotYours
    if request.POST.get("do") == "talked":
        care_company.talked(by, key)
    else:
        taken_by = care_company.get_in_touch(by, key)
        if taken_by and taken_by.pk != by.pk:
            messages.info(request, _("%(name)s will get in touch.") % {"name": taken_by.name})
    return redirect("moderation:care")
