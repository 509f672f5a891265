"""The page of one's own boundaries: what is the same everywhere, and what each room may do."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from chat.models import Membership
from chat.services import levels
from chat.views.rooms import me
from community.forms import BoundariesForm
from community.models import Boundaries
from community.services import boundaries, digest, topics
from community.services.push import is_set_up

WHO = {
    "nobody": gettext_lazy("No requests reach you."),
    "after-yes": gettext_lazy("They send one short note first. Nothing opens until you say yes."),
    "rooms": gettext_lazy("A conversation opens without asking."),
}


class LevelsForm(forms.Form):
    """One choice for each of the member's rooms."""

    def __init__(self, *args: Any, places: list[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for place in places:
            self.fields[f"room-{place.room_id}"] = forms.ChoiceField(
                choices=Membership.Level.choices, initial=place.level, label=place.room.name, required=False
            )

    def chosen(self) -> dict[int, str]:
        """The level of each room that was answered, by the room's id."""
        return {int(name.partition("-")[2]): level for name, level in self.cleaned_data.items() if level}


@require_http_methods(["GET", "POST"])
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """Everything on one screen: saved at once by a script, or all together by the button."""
    member = me(request)
    asked = request.POST if request.method == "POST" else None
    form, rooms = BoundariesForm(asked, member=member), LevelsForm(asked, places=levels.places_of(member))
    if asked is not None and form.is_valid() and rooms.is_valid():
        boundaries.save(member, form.cleaned_data)
        levels.choose(member, rooms.chosen())
        return _saved(request)
    errors = [(field, error) for one in (form, rooms) for field in one for error in field.errors]
    if errors and _is_script(request):
        return JsonResponse({"errors": {field.html_name: str(error) for field, error in errors}}, status=400)
    context = {
        "form": form,
        "levels": rooms,
        "errors": errors,
        "apart": boundaries.apart(member),
        "folded": topics.chosen_by(member),
        "zone": member.time_zone.replace("_", " "),
        "who": [(value, name, WHO[value]) for value, name in Boundaries.WhoMayWrite.choices],
        "digest_on": form["digest"].value() == Boundaries.Digest.DAILY,
        "has_address": digest.address_of(member) is not None,
        "push_is_set_up": is_set_up(),
    }
    return render(request, "community/boundaries.html", context, status=400 if errors else 200)


def _saved(request: HttpRequest) -> HttpResponse:
    if _is_script(request):
        return HttpResponse(status=204)
    messages.success(request, _("Saved"))
    return redirect("you-boundaries")


def _is_script(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"
