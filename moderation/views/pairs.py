"""What moderators begin themselves: a check-in with a member, and keeping two members apart."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from chat.views.rooms import me
from community.access import require
from community.services import apart
from community.views.staff import with_second_factor
from moderation.forms import CheckInForm, NoContactForm
from moderation.services import care_checkins, pairs


@require_http_methods(["GET", "POST"])
@login_required
@with_second_factor
def check_in(request: HttpRequest, name: str) -> HttpResponse:
    """A moderator writes to a member first; it becomes a conversation of the two."""
    require(me(request), "conversation.check-in")
    other = apart.other_member(me(request), name)
    form = CheckInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            begun = care_checkins.check_in(me(request), name, form.cleaned_data["words"])
        except care_checkins.TwoGoOn as refusal:
            form.add_error("words", str(refusal.detail))
        else:
            return redirect("conversation", slug=begun.room.slug)
    context = {"other": other, "form": form}
    return render(request, "moderation/check_in.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@login_required
@with_second_factor
def no_contact(request: HttpRequest) -> HttpResponse:
    """Keeps two members apart, and lists the pairs that are."""
    require(me(request), "members.keep-apart")
    form = NoContactForm(request.POST if "one" in request.POST else None)
    if "end" in request.POST:
        pairs.end(request.POST["end"])
        return redirect("moderation:no-contact")
    if request.method == "POST" and form.is_valid() and pairs.keep_apart(form, by=me(request)):
        return redirect("moderation:no-contact")
    context = {"form": form, "pairs": pairs.kept_apart()}
    return render(request, "moderation/no_contact.html", context, status=400 if form.errors else 200)
