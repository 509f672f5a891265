"""The desk of those who read stories before others do: its lists, one's own name for readers, the editors' inbox."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from community.access import may
from community.models import Byline, Member
from community.refusals import NotYours, Refusal
from community.review_form import BylineForm
from community.services import reviewers, story_desk
from community.services.story_desk import (
    AGAIN,
    CHANGES,
    COMING,
    OUT,
    SECOND,
    TOLD,
    WAITING,
    WITHDRAWN,
)
from community.views.staff import behind

PER_PAGE = 50
AN_HOUR = timedelta(hours=1)
LISTS: dict[str, tuple[str | Promise, str | Promise]] = {
    WAITING: (gettext_lazy("Waiting for a clinician"), gettext_lazy("Nobody waits for a clinician.")),
    AGAIN: (gettext_lazy("To be read again"), gettext_lazy("Nothing has to be read again in the next month.")),
    SECOND: (gettext_lazy("Waiting for a second reader"), gettext_lazy("Nobody waits for a second reader.")),
    COMING: (gettext_lazy("Set to come out"), gettext_lazy("Nothing has an hour at which it comes out.")),
    OUT: (gettext_lazy("Out"), gettext_lazy("Nothing is out.")),
    CHANGES: (gettext_lazy("Back with its author"), gettext_lazy("Nothing is back with its author.")),
    WITHDRAWN: (gettext_lazy("Withdrawn"), gettext_lazy("Nothing is withdrawn.")),
    TOLD: (gettext_lazy("From readers"), gettext_lazy("No reader has told the editors anything that is still open.")),
}  # fmt: skip


def me(request: HttpRequest) -> Member:
    """Who asks; `behind` has let them in."""
    assert isinstance(request.user, Member)
    return request.user


@require_safe
@behind("story.desk")
def desk(request: HttpRequest) -> HttpResponse:
    """One list of what is waiting; the first of the member's own when none is asked for."""
    mine = story_desk.lists_for(me(request))
    name = request.GET.get("list", "")
    return _desk(request, name if name in mine else mine[0])


def _desk(request: HttpRequest, name: str, *, status: int = 200, **more: Any) -> HttpResponse:
    mine = me(request)
    counts = story_desk.counts(mine)
    rows = story_desk.listed(name, mine)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "list": name,
        "tabs": [(one, LISTS[one][0], counts[one]) for one in counts],
        "title": LISTS[name][0],
        "nothing": LISTS[name][1],
        "page": page,
        "rows": list(page) if name == TOLD else [_row(name, one) for one in page],
        "left_out": _left_out(name, mine),
        "nameless": may(mine, "story.review") and reviewers.signing(mine) is None,
        "today": timezone.localdate(),
        **more,
    }
    return render(request, "review/desk.html", context, status=status)


def _left_out(name: str, mine: Member) -> str:
    n = story_desk.left_out(name, mine)
    if not n:
        return ""
    if name == SECOND:
        words = ngettext(
            "%(n)s more waits that you wrote or reviewed. A third person reads it.",
            "%(n)s more wait that you wrote or reviewed. A third person reads them.",
            n,
        )
    elif name == AGAIN:
        words = ngettext(
            "%(n)s more is due that you wrote or were the second reader of. Somebody else reads it.",
            "%(n)s more are due that you wrote or were the second reader of. Somebody else reads them.",
            n,
        )
    else:
        words = ngettext(
            "%(n)s more waits that you wrote yourself. Somebody else reads it.",
            "%(n)s more wait that you wrote yourself. Somebody else reads them.",
            n,
        )
    return words % {"n": n}


def _row(name: str, one: Any) -> dict[str, Any]:
    """What a list shows: a text in the lists of texts, a story in the others."""
    if name in (WAITING, SECOND, CHANGES):
        since = one.submitted_at if name == WAITING else one.reviewed_at
        is_new = since is not None and timezone.now() - since < AN_HOUR
        return {"story": one.story, "title": one.read().title, "number": one.number, "text": one, "since": since,
                "is_new": is_new}  # fmt: skip
    text = {AGAIN: one.published, COMING: one.next, OUT: one.published}.get(name)
    return {"story": one, "title": one.title, "number": text.number if text else 0, "text": text}


@require_http_methods(["GET", "POST"])
@behind("story.review")
def byline(request: HttpRequest) -> HttpResponse:
    """Under which name and profession readers see the reviews of this clinician."""
    held = reviewers.byline_of(me(request))
    form = BylineForm(request.POST or None, initial=_initial(held))
    if request.method == "POST" and form.is_valid():
        try:
            kept = reviewers.write(me(request), **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal.detail))
        else:
            agreed = kept.agreed_at is not None
            messages.success(request, _("Kept.") if agreed else _("Kept. Your name is shown to nobody."))
            return redirect("review" if agreed else "review-byline")
    return render(request, "review/byline.html", {"form": form, "held": held}, status=400 if form.errors else 200)


def _initial(held: Byline | None) -> dict[str, Any]:
    if held is None:
        return {}
    return {"name": held.name, "profession": held.profession, "bio": held.bio, "agrees": held.agreed_at is not None}


@require_POST
@behind("story.edit")
def told(request: HttpRequest, pk: int) -> HttpResponse:
    """Answers what a reader told the editors; what was typed stays when that cannot be."""
    outcome = request.POST.get("outcome", "")
    try:
        story_desk.close_told(pk, by=me(request), outcome=outcome)
    except NotYours:
        raise
    except Refusal as refusal:
        more = {"error": str(refusal.detail), "error_at": pk, "typed": outcome}
        return _desk(request, TOLD, status=refusal.status, **more)
    messages.success(request, _("Answered."))
    return redirect(f"{request.path.partition('told/')[0]}?list={TOLD}")
