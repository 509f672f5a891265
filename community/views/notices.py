"""The one place for what is new, and what may reach a member's devices and their mail."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import groupby

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from community import notice_words, throttle
from community.models import Boundaries, Member, Notice
from community.refusals import TooFast
from community.services import boundaries, digest, notices, push


def _me(request: HttpRequest) -> Member:
    assert isinstance(request.user, Member)
    return request.user


@require_safe
@login_required
def page(request: HttpRequest) -> HttpResponse:
    """What is new, newest first, by day."""
    member = _me(request)
    found = notices.listed(member)
    mine = boundaries.of(member)
    context = {
        "days": [{"name": _day(day), "notices": [_shown(one) for one in rows]}
                 for day, rows in groupby(found, lambda one: timezone.localdate(one.at))],
        "has_new": any(one.seen_at is None for one in found),
        "up_to": found[0].at.isoformat() if found else "",
        "mine": mine,
        "has_digest": mine.digest == Boundaries.Digest.DAILY,
        "push_key": push.public_key(),
    }  # fmt: skip
    return render(request, "community/notifications.html", context)


def _shown(notice: Notice) -> dict[str, object]:
    words = notice_words.of(notice.kind, notice.count, notice.subject)
    return {"pk": notice.pk, "words": words, "path": notice.path, "at": notice.at, "is_new": notice.seen_at is None}


def _day(day: date) -> str:
    today = timezone.localdate()
    if day == today:
        return _("Today")
    return _("Yesterday") if day == today - timedelta(days=1) else date_format(day, "l j F")


@require_POST
@login_required
def seen(request: HttpRequest) -> HttpResponse:
    """Counts one notice as seen, or all that the page showed; what came later stays new."""
    one = request.POST.get("notice", "")
    if one:
        if one.isascii() and one.isdigit() and len(one) <= 15:
            notices.seen_one(_me(request), int(one))
        return HttpResponse(status=204)
    notices.seen_all(_me(request), up_to=_moment(request.POST.get("up_to", "")))
    return redirect("notifications")


def _moment(words: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(words)
    except ValueError:
        return None
    return found if found.tzinfo else None


@require_POST
@login_required
def push_add(request: HttpRequest) -> HttpResponse:
    """Lets this browser be woken for as long as this session holds."""
    if wait := throttle.change(_me(request).pk):
        raise TooFast(retry_after=wait)
    keys = {name: request.POST.get(name, "") for name in ("endpoint", "p256dh", "auth")}
    push.add(_me(request), request.session.session_key or "", **keys)
    return HttpResponse(status=204)


@require_POST
@login_required
def push_remove(request: HttpRequest) -> HttpResponse:
    """This browser is not woken any more."""
    push.remove(_me(request), request.POST.get("endpoint", ""))
    return HttpResponse(status=204)


@require_POST
@login_required
def push_known(request: HttpRequest) -> HttpResponse:
    """Whether this browser is one that we wake: 204, or 404."""
    known = push.knows(_me(request), request.session.session_key or "", request.POST.get("endpoint", ""))
    return HttpResponse(status=204 if known else 404)


@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """The link at the end of a letter: one press, without signing in. Opening it changes nothing (W1)."""
    if request.method == "POST":
        state = "stopped" if digest.stop(token) else "unknown"
    else:
        state = "asked" if digest.can_stop(token) else "unknown"
    return render(request, "community/digest_stop.html", {"state": state})
