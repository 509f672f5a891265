"""My safety plan: read, written, printed, deleted, kept on this device. Always the reader's own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from community.models import Member
from community.plan_form import PARTS, REMEMBER, PlanForm, services_of
from community.refusals import NotYours
from community.services import plan as services
from community.services.plan import CannotOpen, Plan

# At least six digits, as people write numbers: "01632 960 001", "+44 (0)20 7946 0000", but not a time or a door.
_NUMBER = re.compile(r"\+?\d(?:[\s().\-]{0,2}\d){5,17}")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a plan, with the number in it to press, if there is one."""

    before: str
    number: str = ""
    after: str = ""
    href: str = ""


@require_safe
@login_required
@sensitive_variables()
def plan(request: HttpRequest) -> HttpResponse:
    """The plan to read, or what one is for."""
    try:
        found = services.read(_me(request))
    except CannotOpen as closed:
        return _closed(request, closed)
    return render(request, "community/plan.html", _shown(found, _me(request)))


@require_http_methods(["GET", "POST"])
@login_required
@sensitive_post_parameters()
@sensitive_variables()
def edit(request: HttpRequest) -> HttpResponse:
    """The plan to write. A refused form keeps every word, also when the plan before it can't be opened."""
    if request.method == "POST":
        return _save(request, PlanForm(request.POST, country=_me(request).country))
    try:
        found = services.read(_me(request))
    except CannotOpen as closed:
        return _closed(request, closed)
    return _edit_page(request, PlanForm(plan=found, country=_me(request).country))


def _save(request: HttpRequest, form: PlanForm) -> HttpResponse:
    if not form.is_valid():
        return _edit_page(request, form, status=400)
    try:
        services.save(_me(request), form.plan())
    except CannotOpen as closed:
        return _edit_page(request, form, says=str(closed.detail), status=closed.status)
    return redirect("plan")


def _edit_page(request: HttpRequest, form: PlanForm, *, says: str = "", status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "parts": [(form[part], label, hint, part == "places") for part, (label, hint) in PARTS.items()],
        "services": form.services,
        "chosen": form["service"].value() or [],
        "remember": REMEMBER,
        "says": says,
        "errors": [(field, error) for field in form for error in field.errors],
    }
    return render(request, "community/plan_edit.html", context, status=status)


@require_http_methods(["GET", "POST"])
@login_required
def delete(request: HttpRequest) -> HttpResponse:
    """Asks once, and then deletes. This also works when the plan can't be opened."""
    if request.method == "POST":
        services.delete(_me(request))
        return redirect("plan")
    return render(request, "community/plan_delete.html")


@require_POST
@login_required
def keep(request: HttpRequest) -> HttpResponse:
    """Whether devices may keep the plan. The device's own script then keeps it, or lets it go."""
    is_done = services.keep_offline(_me(request), on=request.POST.get("keep") == "on")
    if request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate":
        return redirect("plan")
    return HttpResponse(status=204 if is_done else 404)


@require_safe
@login_required
@sensitive_variables()
def offline(request: HttpRequest) -> HttpResponse:
    """The plan as a device keeps it: the lines and nothing about the account. Not there unless it was asked for."""
    if not services.is_kept_offline(_me(request)):
        raise NotYours
    return render(request, "community/plan_offline.html", _shown(services.read(_me(request)), _me(request)))


def _me(request: HttpRequest) -> Member:
    assert isinstance(request.user, Member)
    return request.user


def _closed(request: HttpRequest, closed: CannotOpen) -> HttpResponse:
    return render(request, "community/plan_closed.html", {"says": closed.detail}, status=closed.status)


def _shown(found: Plan | None, member: Member) -> dict[str, Any]:
    """The plan for a template, with the parts that have something in them as (key, title, lines)."""
    known = services_of(member.country)
    lines = {part: [_line(words, known) for words in getattr(found or Plan(), part)] for part in PARTS}
    parts = [(part, title, lines[part]) for part, (title, _hint) in PARTS.items() if lines[part]]
    return {"plan": found, "parts": parts, "remember": REMEMBER}


def _line(words: str, known: dict[str, tuple[str, str]]) -> Line:
    if words in known:
        number, href = known[words]
        return Line(words.removesuffix(number), number, "", href)
    number_in = _NUMBER.search(words)
    if number_in is None:
        return Line(words)
    href = "tel:" + re.sub(r"[^\d+]", "", number_in[0].replace("(0)", ""))
    return Line(words[: number_in.start()], number_in[0], words[number_in.end() :], href)
