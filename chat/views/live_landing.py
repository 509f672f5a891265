"""Today's live chats on the landing page, in the site's zone."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from chat.views.live_today import live_today
from community import welcome


@welcome.shows
def today(request: HttpRequest) -> SafeString:
    """Topics and times of today; when the next one is where there is none; nothing where none is planned."""
    found = live_today(None)
    if not found.has_any:
        return SafeString("")
    rows = sorted([*([found.first] if found.first else []), *found.others], key=lambda row: row.chat.starts_at)
    zone = settings.TIME_ZONE.rpartition("/")[2].replace("_", " ")
    return render_to_string("chat/_landing_live.html", {"rows": rows, "says": found.says, "zone": zone}, request)
