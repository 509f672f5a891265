"""One story for those who look after it: its texts and readings, its hour, withdrawing it, bringing it back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from community.access import may
from community.models import Member, Story
from community.refusals import NotYours, Refusal
from community.services import story_desk, story_release, story_standing
from community.services.story_release import WAITING
from community.views.review import me
from community.views.staff import behind

MOST = 100  # texts and readings on one page


@require_http_methods(["GET", "POST"])
@behind("story.look")
def story(request: HttpRequest, slug: str) -> HttpResponse:
    """One story as it stands, and what is done to it as a whole."""
    one = story_desk.story(slug)
    if request.method == "GET":
        return _page(request, one)
    try:
        words = _carry_out(request, one)
    except NotYours:
        raise
    except Refusal as refusal:
        said = {"error": str(refusal.detail), "reason": request.POST.get("reason", "")}
        return _page(request, story_desk.story(slug), status=refusal.status, **said)
    messages.success(request, words)
    return redirect("review-story", slug=slug)


def _carry_out(request: HttpRequest, one: Story) -> str:
    do, by = request.POST.get("do", ""), me(request)
    if do == "withdraw":
        story_release.withdraw(one, by=by, reason=request.POST.get("reason", ""))
        return _("Withdrawn. Nobody can read it any more.")
    if do == "back":
        story_release.bring_back(one, by=by)
        return _("Handed in again. A clinician and a second reader read it first.")
    if do in ("open-comments", "close-comments"):
        on = do == "open-comments"
        story_standing.take_comments(one, by=by, on=on)
        return _("Comments are open.") if on else _("Comments are closed.")
    number = request.POST.get("number", "")
    if do not in ("now", "off") or not (number.isascii() and number.isdigit() and len(number) < 7):
        raise NotYours
    if do == "now":
        story_release.come_out_now(one, int(number), by=by)
        return _("It is out. Readers see it now.")
    story_release.call_off(one, int(number), by=by)
    return _("Called off. It waits for a second reader again.")


def _page(request: HttpRequest, one: Story, *, status: int = 200, **more: Any) -> HttpResponse:
    mine = me(request)
    reads, agreed = may(mine, "story.desk"), one.consent_withdrawn_at is None
    texts = list(story_desk.texts(one)[:MOST]) if reads and agreed else []
    edits = may(mine, "story.edit")
    context = {
        "one": one,
        "agreed": agreed,
        "texts": texts,
        "verdicts": list(story_desk.verdicts(one)[:MOST]) if reads and agreed else [],
        "corrections": list(one.corrections.order_by("-at")) if agreed else [],
        "told": list(one.told.order_by("closed_at", "-pk")[:MOST]) if edits else [],
        "is_public": Story.objects.public().filter(pk=one.pk).exists(),
        "is_under_review": one.is_under_review(timezone.localdate()),
        "edits": edits,
        "may_choose": agreed and may(mine, "story.write", one),
        "may_bring_back": edits and _may_come_back(one, agreed),
        "is_mine": _is_mine(one, mine),
        **more,
    }
    return render(request, "review/story.html", context, status=status)


def _may_come_back(one: Story, agreed: bool) -> bool:
    waits = one.revisions.filter(state__in=WAITING).exists()
    return bool(one.withdrawn_at and one.consent_at and agreed and not waits)


def _is_mine(one: Story, mine: Member) -> bool:
    return mine.pk in (one.writer_id, one.next.author_id if one.next else None)
