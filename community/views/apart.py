"""Keeping somebody away, from wherever one met them: block, mute, and the list of both with its way back."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from community.models import Member
from community.services import apart, boundaries

MORNING = 8  # o'clock in the member's zone; "until tomorrow" ends then


@require_safe
@login_required
def kept_away(request: HttpRequest) -> HttpResponse:
    """Whom one muted and blocked, each with a button to take it back."""
    return render(request, "community/you_apart.html", {"apart": boundaries.apart(_me(request))})


@require_POST
@login_required
def block(request: HttpRequest, name: str) -> HttpResponse:
    """Neither sees or reaches the other. They aren't told."""
    other = apart.other_member(_me(request), name)
    apart.block(_me(request), other)
    words = _("%(name)s can't write to you or see your profile. They aren't told. In rooms you won't see each other.")
    return _done(request, words % {"name": other.name})


@require_POST
@login_required
def unblock(request: HttpRequest, name: str) -> HttpResponse:
    """Takes one's own block back."""
    apart.unblock(_me(request), apart.other_member(_me(request), name))
    return redirect("you-apart")


@require_POST
@login_required
def mute(request: HttpRequest, name: str) -> HttpResponse:
    """Their words aren't shown, for good or until tomorrow. They aren't told."""
    other = apart.other_member(_me(request), name)
    until = tomorrow_morning() if request.POST.get("until") == "tomorrow" else None
    apart.mute(_me(request), other, until=until)
    return _done(request, _("You won't see %(name)s's messages. They aren't told.") % {"name": other.name})


@require_POST
@login_required
def unmute(request: HttpRequest, name: str) -> HttpResponse:
    """Takes a mute back."""
    apart.unmute(_me(request), apart.other_member(_me(request), name))
    return redirect("you-apart")


def tomorrow_morning(now: datetime | None = None) -> datetime:
    """Eight o'clock of the next day in the active zone."""
    day = timezone.localtime(now) + timedelta(days=1)
    return day.replace(hour=MORNING, minute=0, second=0, microsecond=0)


def _done(request: HttpRequest, words: str) -> HttpResponse:
    messages.info(request, words)
    return redirect("you-apart")


def _me(request: HttpRequest) -> Member:
    assert isinstance(request.user, Member)
    return request.user
