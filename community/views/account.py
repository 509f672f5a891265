"""Signing in, and the list of one's own sessions. The other account pages are allauth's views in our templates."""

from __future__ import annotations

from allauth.account.views import LoginView
from allauth.usersessions.models import UserSession
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from community.models import Member
from community.services import sessions as services

sign_in = LoginView.as_view()


@require_http_methods(["GET", "POST"])
@login_required
def sessions(request: HttpRequest) -> HttpResponse:
    """Where one is signed in; each can be ended, or all others at once."""
    member, here = request.user, request.session.session_key or ""
    assert isinstance(member, Member)
    if request.method == "POST":
        _end(request, member, here)
        return redirect("usersessions_list")
    mine = services.alive(UserSession.objects.filter(user=member).values_list("session_key", flat=True))
    rows = UserSession.objects.filter(user=member, session_key__in=mine).order_by("-created_at")
    context = {"sessions": [{"pk": row.pk, "words": row.user_agent, "since": row.created_at,
                             "is_here": row.session_key == here} for row in rows]}  # fmt: skip
    return render(request, "usersessions/usersession_list.html", context)


def _end(request: HttpRequest, member: Member, here: str) -> None:
    if "others" in request.POST:
        services.end_all(member, except_key=here)
        return
    asked = request.POST.get("session", "")
    row = (
        UserSession.objects.filter(user=member, pk=int(asked)).first() if asked.isascii() and asked.isdigit() else None
    )
    if row is not None:
        services.end(row.session_key)
