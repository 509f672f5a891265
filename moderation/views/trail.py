"""The audit trail for leads and admins: who, what and when. Looking at it is an act, written down first."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from io import StringIO
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from chat.views.rooms import me
from community.exchange import harmless
from community.models import AuditEntry, Member
from community.services import audit, audit_check
from community.services.audit import Wanted
from community.views.staff import behind
from moderation import audit_words
from moderation.forms import TrailForm

AT_ONCE = 50
MOST_IN_A_FILE = 50_000
STAFF = ("moderators", "leads", "admins")
COLUMNS = ("entry", "at", "who", "what", "about", "why", "item", "action", "reason")


@require_http_methods(["GET", "POST"])
@behind("audit.read")
def trail(request: HttpRequest) -> HttpResponse:
    """Entries, newest first, each as it was written or not; a POST checks the whole of it."""
    before, form = _number(request.GET.get("before", "")), TrailForm(request.GET)
    wanted = _wanted(form)
    with transaction.atomic(durable=True):
        action = "audit.checked" if request.method == "POST" else "audit.read"
        audit.record(me(request), action, reason=_reason(wanted, before))
    outcome = audit_check.check() if request.method == "POST" else None
    if outcome and not outcome.troubles:
        said = ngettext("Whole: %(n)s entry.", "Whole: %(n)s entries.", outcome.entries) % {"n": outcome.entries}
        messages.success(request, said)
    found = audit.entries(before=before, most=AT_ONCE + 1, wanted=wanted) if wanted else []
    shown = found[:AT_ONCE]
    context = {
        "rows": list(_rows(shown)),
        "earlier": shown[-1].number if len(found) > AT_ONCE else None,
        "before": before,
        "is_whole": audit_check.are_as_written(shown, found[AT_ONCE:]),
        "is_narrow": form.is_narrow,
        "outcome": outcome,
        "form": form,
        "chosen": _chosen(form),
        "asked": urlencode(_chosen(form)),
        "staff": Member.objects.filter(groups__name__in=STAFF)
        .distinct()
        .order_by("name")
        .values_list("name", flat=True),
    }
    return render(request, "moderation/audit.html", context, status=200 if form.is_valid() else 400)


@require_POST
@behind("audit.read")
def export(request: HttpRequest) -> HttpResponse:
    """The entries that are asked for as a file, in the order they were written. That it was made is one of them."""
    form = TrailForm(request.POST)
    wanted = _wanted(form)
    with transaction.atomic(durable=True):
        audit.record(me(request), "audit.exported", reason=_reason(wanted))
    found = audit.entries(most=MOST_IN_A_FILE + 1, wanted=wanted) if wanted else []
    if len(found) > MOST_IN_A_FILE:
        messages.error(request, _("That is more than %(n)s entries. Choose fewer days.") % {"n": MOST_IN_A_FILE})
        return redirect(f"{reverse('moderation:audit')}?{urlencode(_chosen(form))}")
    answer = HttpResponse(_file(found[::-1]), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="audit-{timezone.localdate().isoformat()}.csv"'
    return answer


def _wanted(form: TrailForm) -> Wanted | None:
    """What is asked for; None where nothing can be found."""
    if not form.is_valid():
        return None
    said = form.cleaned_data
    who, until = said["who"].strip(), said["until"]
    by = "" if who == _("The software") else audit.alias_called(who) if who else None
    if who and by is None:
        return None
    return Wanted(by, said["what"], said["thing"], _midnight(said["since"]), _midnight(until and until + timedelta(1)))


def _midnight(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None


def _chosen(form: TrailForm) -> list[tuple[str, str]]:
    """The choices as they were sent, to be sent again."""
    return [(name, form.data[name]) for name in form.fields if form.data.get(name)]


def _reason(wanted: Wanted | None, before: int | None = None) -> str:
    said = wanted.code() if wanted else "nothing"
    return " ".join(filter(None, [said, f"before {before}" if before else ""]))[:200]


def _number(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 12 else None


def _rows(entries: list[AuditEntry]) -> Iterator[dict[str, Any]]:
    names = audit.who({alias for one in entries for alias in (one.actor, one.about) if alias})
    left = _("Someone who left")
    for one in entries:
        yield {
            "one": one,
            "by": names.get(one.actor, left) if one.actor else "",
            "about": names.get(one.about, left) if one.about else "",
            "what": audit_words.done(one.action),
            "why": audit_words.why(one.reason),
        }


def _file(entries: list[AuditEntry]) -> str:
    text = StringIO()
    lines = csv.writer(text)
    lines.writerow(COLUMNS)
    lines.writerows([harmless(str(cell)) for cell in _cells(row)] for row in _rows(entries))
    return "\ufeff" + text.getvalue()


def _cells(row: dict[str, Any]) -> Iterable[object]:
    one: AuditEntry = row["one"]
    at = one.at.isoformat(timespec="seconds")
    by = row["by"] or _("The software")
    return (one.number, at, by, row["what"], row["about"], row["why"], one.thing, one.action, one.reason)
