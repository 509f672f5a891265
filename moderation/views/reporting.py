"""Telling a moderator about a message, a conversation or somebody; and what became of what one told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from chat.services import conversations
from chat.views.rooms import me, page_url
from chat.views.shown import shown
from community.services import apart
from moderation.forms import ReportForm, StoryReportForm
from moderation.models import Report
from moderation.services import reports

Send = Callable[..., bool]


@require_http_methods(["GET", "POST"])
@login_required
def report(request: HttpRequest, slug: str, seq: int) -> HttpResponse:
    """Two doors: care for someone, or something that isn't okay. Nobody but moderators learns of it."""
    message = reports.message_for(me(request), slug, seq)
    context = {
        "thing": "message",
        "message": next(iter(shown([message], me(request))), None),
        "is_taken_back": message.withdrawn_at is not None,
        "other": message.author if message.author_id != me(request).pk else None,
        "back": reverse("message", args=[slug, seq]) if not message.withdrawn_at else page_url(message.room),
        "after": page_url(message.room),
    }
    return _tell(request, context, lambda **said: reports.report(message, **said))


@require_http_methods(["GET", "POST"])
@login_required
def report_conversation(request: HttpRequest, slug: str) -> HttpResponse:
    """The same about a whole conversation: a moderator reads what the other one said last, and ten around it."""
    talk = conversations.conversation_for(me(request), slug)
    context = {
        "thing": "conversation",
        "other": conversations.other_of(talk, me(request)),
        "back": reverse("conversation-about", args=[slug]),
        "after": page_url(talk.room),
    }
    return _tell(request, context, lambda **said: reports.report_conversation(talk, **said))


@require_http_methods(["GET", "POST"])
@login_required
def report_member(request: HttpRequest, name: str) -> HttpResponse:
    """The same about somebody themselves."""
    other = apart.other_member(me(request), name)
    # Whoever blocked them comes from the list of those they keep away; there is no profile to go back to.
    is_apart = apart.are_apart(me(request).pk, other.pk)
    back = reverse("you-apart") if is_apart else reverse("profile", args=[other.name])
    context = {"thing": "member", "other": other, "back": back, "after": back, "is_apart": is_apart}
    return _tell(request, context, lambda **said: reports.report_member(other, **said))


@require_http_methods(["GET", "POST"])
@login_required
def report_story(request: HttpRequest, slug: str) -> HttpResponse:
    """What is wrong with a story, with the number of the text that was read, since another may come out meanwhile."""
    told = reports.story_for(me(request), slug)
    page = reverse("story", args=[slug])
    form = StoryReportForm(request.POST or None, initial={"text": told.revision.number})
    context: dict[str, Any] = {"thing": "story", "story": told.story, "form": form, "back": page, "after": page}
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data
        read = reports.text_read(told, answers["text"])
        is_new = reports.report_story(read, by=me(request), reason=answers["reason"], note=answers["note"])
        return render(request, "moderation/reported.html", {**context, "is_new": is_new, "door": "not-okay"})
    return render(request, "moderation/report_story.html", context, status=400 if form.errors else 200)


def _tell(request: HttpRequest, context: dict[str, Any], send: Send) -> HttpResponse:
    form = ReportForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        answers = form.cleaned_data
        context["is_new"] = send(by=me(request), door=answers["door"], reason=answers["reason"], note=answers["note"])
        context["door"] = answers["door"]
        return render(request, "moderation/reported.html", context)
    status = 400 if form.errors else 200
    return render(request, "moderation/report.html", {**context, "form": form}, status=status)


@require_safe
@login_required
def told(request: HttpRequest) -> HttpResponse:
    """What the member told moderators, and how each of it ended: in a sentence, and nothing about anybody else."""
    rows = [{"one": one, "about": _about(one)} for one in reports.told_by(me(request))]
    return render(request, "moderation/told.html", {"rows": rows})


def _about(one: Report) -> str:
    if one.message is not None:
        name = one.message.room.name
        return _("A message in %(room)s") % {"room": name} if name else _("A message in a conversation")
    if one.story_id is not None:
        return _("A story")
    return _("%(name)s, as a member") % {"name": one.about.name} if one.about else _("Someone who left")
