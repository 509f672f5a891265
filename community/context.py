"""What every template may use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest

from community import display


def site(request: HttpRequest) -> dict[str, Any]:
    """The site's name, the member who reads, and how they want it to look.

    The help page and the error pages are made without a session; there `me` is None.
    """
    user = getattr(request, "user", None)
    return {
        "site_name": settings.SITE_NAME,
        "leave_url": settings.LEAVE_URL,
        "demo": settings.DEMO,
        "me": user if user is not None and user.is_authenticated else None,
        "display": display.read(request.COOKIES.get(display.COOKIE, "")),
        "messages_shown": messages.get_messages(request) if hasattr(request, "_messages") else [],
    }
