"""One's own pages, and how others see a member."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from community import display as choices
from community.forms import DisplayForm, ProfileForm
from community.models import Member
from community.refusals import NotYours
from community.services import apart, boundaries, looks, members

DISPLAY_LIFE_SECONDS = 365 * 24 * 3600
SEASONS = {12: "winter", 1: "winter", 2: "winter", 3: "spring", 4: "spring", 5: "spring",
           6: "summer", 7: "summer", 8: "summer", 9: "autumn", 10: "autumn", 11: "autumn"}  # fmt: skip


@require_safe
@login_required
def you(request: HttpRequest) -> HttpResponse:
    """The way to everything that is one's own."""
    return render(request, "community/you.html")


@require_http_methods(["GET", "POST"])
@login_required
def profile(request: HttpRequest) -> HttpResponse:
    """What others see, to change."""
    member = request.user
    assert isinstance(member, Member)
    form = ProfileForm(request.POST or None, instance=Member.objects.get(pk=member.pk))
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data
        members.update_profile(member, pronouns=answers["pronouns"], bio=answers["bio"], pebble=answers["pebble"])
        return redirect("profile", name=member.name)
    context = {"form": form, "pebbles": range(1, 9), "errors": [(f, e) for f in form for e in f.errors]}
    return render(request, "community/you_profile.html", context, status=400 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@login_required
def display(request: HttpRequest) -> HttpResponse:
    """Theme, text, motion, sounds: kept in a cookie, so that pages come right from the server."""
    form = DisplayForm(request.POST or None, initial=choices.read(request.COOKIES.get(choices.COOKIE, "")))
    if request.method == "POST" and form.is_valid():
        response = redirect("you-display")
        response.set_cookie(choices.COOKIE, form.cookie(), max_age=DISPLAY_LIFE_SECONDS, httponly=True, samesite="Lax",
                            secure=request.is_secure())  # fmt: skip
        return response
    return render(request, "community/you_display.html", {"form": form})


@require_safe
@login_required
def privacy(request: HttpRequest) -> HttpResponse:
    """Who of the staff looked at one's words, and when."""
    assert isinstance(request.user, Member)
    return render(request, "community/you_privacy.html", {"looks": looks.by_day(request.user)})


@require_safe
@login_required
def person(request: HttpRequest, name: str) -> HttpResponse:
    """A member as others see them. Blocked, gone and never there look the same."""
    reader = request.user
    found = Member.objects.filter(name=name, is_active=True).first()
    if found is None or apart.are_apart(found.pk, reader.pk or 0):
        raise NotYours
    season = f"{SEASONS[found.joined_at.month]} {found.joined_at.year}"
    context = {"person": found, "season": season, "shown": boundaries.of(found)}
    return render(request, "community/profile.html", context)
