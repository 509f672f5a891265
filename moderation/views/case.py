"""One case: taken, read on the record, given back. Whoever comes too late reads what changed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from chat.views.rooms import me
from community.refusals import Refusal
from community.views.staff import behind
from moderation.services import cases, queue
from moderation.services.holding import NotHeld, Stale, changes_since, flag_for
from moderation.views import care_taking, case_page
from moderation.views.queue import line


@require_safe
@behind("flags.work")
def case(request: HttpRequest, token: str) -> HttpResponse:
    """The case with its words for its holder; for others the line of the queue, and how to take it."""
    try:
        opened = cases.open_case(me(request), token)
    except NotHeld:
        return untaken(request, token)
    return case_page.shown(request, opened)


def untaken(request: HttpRequest, token: str, *, status: int = 200, **more: Any) -> HttpResponse:
    """A case that the reader does not hold: no words, only where it stands."""
    flag = flag_for(me(request), token)
    since = more.pop("since", flag.version - 1 if flag.closed_at else flag.version)
    context = {
        "flag": flag,
        "line": line(queue.line_of(me(request), token)),
        "changes": changes_since(flag, since),
        **more,
    }
    return render(request, "moderation/untaken.html", context, status=status)


@require_POST
@behind("flags.work")
def take(request: HttpRequest, token: str) -> HttpResponse:
    """This one, if it is free."""
    try:
        queue.take(me(request), token, anyway=request.POST.get("anyway") == "1")
    except Stale as refusal:
        return untaken(request, token, status=409, refusal=refusal)
    except care_taking.REFUSALS as refusal:
        return care_taking.instead(request, refusal, token)
    return redirect("moderation:case", token=token)


@require_POST
@behind("flags.work")
def renew(request: HttpRequest, token: str) -> HttpResponse:
    """The lease runs anew. A script is told until when, or that it is over."""
    from_script = request.headers.get("X-Live") == "1"
    try:
        flag = queue.renew(me(request), token)
    except (Stale, NotHeld) as refusal:
        if from_script:
            return JsonResponse({"detail": str(refusal.detail)}, status=409)
        return untaken(request, token, status=409, refusal=refusal)
    if from_script:
        return JsonResponse({"until": case_page.until_words(flag)})
    return redirect("moderation:case", token=token)


@require_POST
@behind("flags.work")
def release(request: HttpRequest, token: str) -> HttpResponse:
    """Back to the queue, no reason asked."""
    queue.release(me(request), token)
    messages.success(request, _("It is back in the queue."))
    return redirect("moderation:queue")


def too_late(
    request: HttpRequest, token: str, refusal: Refusal, *, typed: list[str], since: int, **more: Any
) -> HttpResponse:
    """409: what changed, and what was typed. Whoever still holds it gets the case as it is now."""
    said: dict[str, Any] = {"refusal": refusal, "typed": [words for words in typed if words.strip()]}
    try:
        opened = cases.open_case(me(request), token)
    except NotHeld:
        return untaken(request, token, status=409, since=since, **said)
    changes = changes_since(opened.flag, since)
    return case_page.shown(request, opened, status=409, changes=changes, **said, **more)
