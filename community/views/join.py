"""Joining: one page of questions, the house rules, and a page for people who are not 18 yet."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from community import consents, countries, helplines, names, throttle
from community.devices import remember_device
from community.forms import JoinForm
from community.models import Member
from community.refusals import TooFast
from community.services import members
from community.services.members import Joining
from community.views.helping import country_of

UNDER_AGE_COOKIE = "later"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_http_methods(["GET", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """The questions. "Not yet 18" leads to other services and stores nothing but that this browser was told."""
    if request.user.is_authenticated:
        return redirect("today")
    if request.COOKIES.get(UNDER_AGE_COOKIE) or request.POST.get("adult") == "no":
        return _not_yet()
    form = JoinForm(request.POST or None, initial={"country": country_of(request)})
    if request.method == "POST":
        _mind_the_limit(request)
        if form.is_valid() and (member := _joined(form)):
            return _come_in(request, member)
    return render(request, "community/join.html", _context(form), status=400 if form.errors else 200)


def _mind_the_limit(request: HttpRequest) -> None:
    if wait := throttle.join(get_adapter().get_client_ip(request)):
        raise TooFast(retry_after=wait)


def _joined(form: JoinForm) -> Member | None:
    answers = form.cleaned_data
    fields = ("name", "password", "email", "country", "language", "time_zone", "pebble")
    try:
        return members.join(Joining(**{field: answers[field] for field in fields}, consents=form.agreed()))
    except names.NameRefused as refused:  # somebody took it in the meantime
        form.add_error("name", str(refused.detail))
        return None


def _come_in(request: HttpRequest, member: Member) -> HttpResponse:
    if not member.may_sign_in():
        return redirect("account_inactive")
    login(request, member, backend=BACKEND)
    UserSession.objects.create_from_request(request)
    for address in EmailAddress.objects.filter(user=member):
        address.send_confirmation(request, signup=True)
    response = redirect("rules")
    remember_device(request, response, member.skeleton)
    return response


def _context(form: JoinForm) -> dict[str, Any]:
    lines = [(line, form[f"agree_{line.kind}"]) for line in consents.LINES]
    errors = [(field, error) for field in form for error in field.errors]
    return {"form": form, "lines": lines, "errors": errors, "suggestions": members.free_suggestions(),
            "pebbles": range(1, 9)}  # fmt: skip


def _not_yet() -> HttpResponse:
    response = redirect("under-18")
    response.set_cookie(UNDER_AGE_COOKIE, "1", httponly=True, samesite="Lax", secure=settings.SECURE_SITE)
    return response


@require_safe
def under_18(request: HttpRequest) -> HttpResponse:
    """Places made for younger people, by country."""
    code = country_of(request)
    context = {"lines": helplines.for_young(code), "emergency": helplines.emergency(code), "code": code,
               "country": countries.name_of(code), "countries": helplines.countries()}  # fmt: skip
    return render(request, "community/under_18.html", context)


@require_safe
def name_free(request: HttpRequest) -> HttpResponse:
    """Whether a name can be had, for the live check of the join page: {"free": bool, "words": str}."""
    if wait := throttle.name_check(get_adapter().get_client_ip(request)):
        raise TooFast(retry_after=wait)
    name = request.GET.get("name", "")[:60].strip()
    try:
        names.check(name)
    except names.NameRefused as refused:
        return JsonResponse({"free": False, "words": str(refused.detail)})
    free = members.is_free(name)
    return JsonResponse({"free": free, "words": "" if free else members.taken(name)})


@require_safe
@login_required
def rules(request: HttpRequest) -> HttpResponse:
    """How we talk here, as five short cards."""
    return render(request, "community/rules.html")
