"""What every template may use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import DatabaseError
from django.http import HttpRequest

from community import display
from community.models import Member
from community.services import notices


def site(request: HttpRequest) -> dict[str, Any]:
    """The site's name, the member who reads, and how they want it to look.

    The help page and the error pages are made without a session; there `me` is None.
    """
    return {
        "site_name": settings.SITE_NAME,
        "leave_url": settings.LEAVE_URL,
        "demo": settings.DEMO,
        "rehearsal": settings.REHEARSAL,
        "me": _reader(request),
        "display": display.read(request.COOKIES.get(display.COOKIE, "")),
        "notices_new": lambda: _new(request),
        "messages_shown": messages.get_messages(request) if hasattr(request, "_messages") else [],
    }


def _new(request: HttpRequest) -> int:
    try:
        reader = _reader(request)
        return notices.new_count(reader) if reader else 0
    except DatabaseError:
        return 0


def _reader(request: HttpRequest) -> Member | None:
    try:
        user = getattr(request, "user", None)
        return user if isinstance(user, Member) else None
    except DatabaseError:
        return None  # an error page must be shown even when the database is what broke
