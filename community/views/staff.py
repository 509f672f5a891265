"""Powers of staff need a second factor in this session (promise S8)."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.authentication import get_authentication_records
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from community.access import require
from community.models import Member

View = Callable[..., HttpResponse]


def has_second_factor(request: HttpRequest) -> bool:
    """True when this session was opened, or confirmed since, with a code or a passkey."""
    user = request.user if isinstance(request.user, Member) else None
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, user))


def with_second_factor(view: View) -> View:
    """The view, for sessions with a second factor only; others are told how to get one."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not has_second_factor(request):
            return second_factor_wanted(request)
        return view(request, *args, **kwargs)

    return guarded


def behind(action: str) -> Callable[[View], View]:
    """The view for members who may do `action`, with a second factor; to other members it isn't there."""

    def decorate(view: View) -> View:
        @wraps(view)
        @login_required
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            require(request.user if isinstance(request.user, Member) else None, action)
            return with_second_factor(view)(request, *args, **kwargs)

        return guarded

    return decorate


def second_factor_wanted(request: HttpRequest) -> HttpResponse:
    """Says that a code is needed, and where to enter or set it up."""
    return render(request, "community/second_factor_wanted.html", status=403)
