"""The audit trail for leads and admins: who, what and when. Looking at it is an act, written down first."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from chat.views.rooms import me
from community.models import AuditEntry
from community.services import audit, audit_check
from community.views.staff import behind
from moderation import audit_words

AT_ONCE = 50


@require_http_methods(["GET", "POST"])
@behind("audit.read")
def trail(request: HttpRequest) -> HttpResponse:
    """Entries, newest first, each page checked against its chain; a POST checks the whole of it."""
    before = _number(request.GET.get("before", ""))
    with transaction.atomic(durable=True):
        action = "audit.checked" if request.method == "POST" else "audit.read"
        audit.record(me(request), action, reason=f"before {before}" if before else "")
    outcome = audit_check.check() if request.method == "POST" else None
    if outcome and not outcome.troubles:
        said = ngettext("Whole: %(n)s entry.", "Whole: %(n)s entries.", outcome.entries) % {"n": outcome.entries}
        messages.success(request, said)
    found = audit.entries(before=before, most=AT_ONCE + 1)
    shown = found[:AT_ONCE]
    context = {
        "rows": _rows(shown),
        "earlier": shown[-1].number if len(found) > AT_ONCE else None,
        "before": before,
        "is_whole": audit_check.is_chained(found),
        "outcome": outcome,
    }
    return render(request, "moderation/audit.html", context)


def _number(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 12 else None


def _rows(entries: list[AuditEntry]) -> list[dict[str, Any]]:
    names = audit.who({alias for one in entries for alias in (one.actor, one.about) if alias})
    left = _("Someone who left")
    return [
        {
            "one": one,
            "by": names.get(one.actor, left) if one.actor else "",
            "about": names.get(one.about, left) if one.about else "",
            "what": audit_words.done(one.action),
            "why": audit_words.why(one.reason),
        }
        for one in entries
    ]
