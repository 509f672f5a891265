"""A moderator's shift: read before it, begun, put off, ended with a handover, or handed to a colleague."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chat import schedule
from chat.views.rooms import me
from community.refusals import NotYours, Refusal
from community.views.staff import behind
from moderation.services import closing, handover, passing_on, queue, shifts
from moderation.views import shift_page

HOME = "moderation:shift"


@require_safe
@behind("flags.work")
def shift(request: HttpRequest) -> HttpResponse:
    """What to read before, and the shift itself while it runs."""
    return _page(request)


def _page(request: HttpRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    context = {**shift_page.context_of(me(request)), "error": error}
    return render(request, "moderation/shift.html", context, status=status)


def _done(request: HttpRequest, act: Callable[[], object], said: str) -> HttpResponse:
    """Carries out one press; a no is said on the page, which shows how it stands now."""
    try:
        act()
    except NotYours:
        raise
    except Refusal as refusal:
        return _page(request, error=str(refusal.detail), status=refusal.status)
    messages.success(request, said)
    return redirect(HOME)


@require_POST
@behind("flags.work")
def begin(request: HttpRequest) -> HttpResponse:
    """One tap says that they are fit, and they are on shift."""
    until = _until(request)
    return _done(
        request, lambda: shifts.begin(me(request), until=until), _("You're on shift. Thank you for being here.")
    )


@require_POST
@behind("flags.work")
def later(request: HttpRequest) -> HttpResponse:
    """The shift ends at another time."""
    until = _until(request)
    if until is None:
        return _page(request, error=str(shifts.BadEnd.detail), status=400)
    return _done(request, lambda: shifts.put_off(me(request), until=until), _("Your shift ends then."))


def _until(request: HttpRequest) -> datetime | None:
    """The next moment at which the reader's clock shows the time they wrote; also so many minutes from now."""
    minutes = request.POST.get("minutes", "")
    if minutes.isascii() and minutes.isdigit() and len(minutes) < 4:
        running = shifts.running(me(request))
        return max(timezone.now(), running.ends_at if running else timezone.now()) + timedelta(minutes=int(minutes))
    try:
        wall = time.fromisoformat(request.POST.get("until", "")).replace(tzinfo=None)
    except ValueError:
        return None
    zone, today = timezone.get_current_timezone_name(), timezone.localdate()
    days = (today, today + timedelta(days=1))
    moments = [schedule.moment(day, wall, zone) for day in days]
    return next((at for at in moments if at > timezone.now()), None)


@require_POST
@behind("flags.work")
def read(request: HttpRequest) -> HttpResponse:
    """They have read a handover."""
    handover.acknowledge(me(request), _token(request))
    messages.success(request, _("Read. Whoever wrote it sees that."))
    return redirect(HOME)


@require_POST
@behind("flags.work")
def hand(request: HttpRequest) -> HttpResponse:
    """The whole shift to a colleague: offered, taken back, taken over or not."""
    by, token, do = me(request), _token(request), request.POST.get("do", "")
    name = request.POST.get("to", "").replace("\0", "")
    acts: dict[str, tuple[Callable[[], object], str]] = {
        "offer": (lambda: passing_on.offer(by, name), _("Asked. You're on shift until they say yes.")),
        "take-back": (lambda: passing_on.take_back(by), _("You go on yourself.")),
        "accept": (lambda: passing_on.accept(by, token), _("It's yours. Thank you.")),
        "decline": (lambda: passing_on.decline(by, token), _("They are told. No reason is asked.")),
    }
    if do not in acts:
        raise NotYours
    return _done(request, *acts[do])


def _token(request: HttpRequest) -> str:
    return request.POST.get("shift", "").replace("\0", "")[:22]


@require_http_methods(["GET", "POST"])
@behind("flags.work")
def end(request: HttpRequest) -> HttpResponse:
    """What is open and held, with a line for each; then it is over."""
    if shifts.running(me(request)) is None:
        return _page(request, error=str(shifts.NoShift.detail), status=409 if request.method == "POST" else 200)
    if request.method == "GET":
        return _end_page(request)
    held = {one.token for one in queue.held_by(me(request))}
    notes = {token: request.POST.get(f"note-{token}", "").replace("\0", "") for token in held}
    lines = [line.replace("\0", "") for line in request.POST.getlist("line")][: handover.LINES]
    try:
        closed = closing.close(me(request), notes=notes, lines=lines)
    except closing.StillHeld as refusal:
        return _end_page(request, refusal, notes=notes, lines=lines, bare=refusal.tokens)
    except shifts.NoShift as refusal:
        return _page(request, error=str(refusal.detail), status=refusal.status)
    except Refusal as refusal:
        return _end_page(request, refusal, notes=notes, lines=lines)
    messages.success(request, shift_page.said_at_end(closed))
    return redirect(HOME)


def _end_page(request: HttpRequest, refusal: Refusal | None = None, **typed: Any) -> HttpResponse:
    context = {**shift_page.end_of(me(request), **typed), "error": str(refusal.detail) if refusal else ""}
    return render(request, "moderation/shift_end.html", context, status=refusal.status if refusal else 200)
