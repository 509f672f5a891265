"""What moderators tell each other about a case: notes, second opinions, and the second key."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from chat.views.rooms import me
from community.refusals import NotYours
from community.views.staff import behind
from moderation.forms_console import NoteForm
from moderation.services import cases, colleagues, decisions
from moderation.services.holding import NotHeld, Stale, flag_for
from moderation.views import case_page
from moderation.views.case import too_late, untaken
from moderation.views.deciding import after, version_of


@require_POST
@behind("flags.work")
def note(request: HttpRequest, token: str) -> HttpResponse:
    """A note for whoever comes next."""
    flag_for(me(request), token)
    form = NoteForm(request.POST, auto_id="note-%s")
    if not form.is_valid():
        return _again(request, token, form)
    try:
        colleagues.leave_note(me(request), token, form.cleaned_data["words"])
    except Stale as refusal:
        return too_late(request, token, refusal, typed=[form.cleaned_data["words"]], since=version_of(request))
    messages.success(request, _("Noted. Colleagues see it, members don't."))
    return redirect("moderation:case", token=token)


def _again(request: HttpRequest, token: str, form: NoteForm) -> HttpResponse:
    try:
        opened = cases.open_case(me(request), token)
    except NotHeld:
        return untaken(request, token, status=400)
    return case_page.shown(request, opened, status=400, note_form=form)


@require_POST
@behind("flags.work")
def second(request: HttpRequest, token: str) -> HttpResponse:
    """Asks for a second opinion, or gives one."""
    words = request.POST.get("words", "").replace("\0", "")[: colleagues.NOTE_LIMIT]
    version = version_of(request)
    if request.POST.get("do") == "give" and not words.strip():
        return _again(request, token, NoteForm({"words": ""}, auto_id="note-%s"))
    try:
        if request.POST.get("do") == "give":
            colleagues.give_second(me(request), token, words)
            messages.success(request, _("Thank you. Your opinion is with the case."))
            return redirect("moderation:queue")
        colleagues.ask_second(me(request), token, version=version, words=words)
    except (Stale, NotHeld) as refusal:
        return too_late(request, token, refusal, typed=[words], since=version)
    messages.success(request, _("Asked. A colleague can read this case now; it stays yours."))
    return redirect("moderation:case", token=token)


@require_POST
@behind("flags.work")
def key(request: HttpRequest, token: str) -> HttpResponse:
    """Turns the second key, or does not. Whoever proposed may take it back."""
    flag_for(me(request), token)
    said: dict[str, Any] = {"confirm": decisions.confirm, "refuse": decisions.refuse}
    if request.POST.get("do") not in said:
        raise NotYours
    try:
        said[request.POST["do"]](me(request), request.POST.get("proposal", "").replace("\0", ""))
    except Stale as refusal:
        return too_late(request, token, refusal, typed=[], since=version_of(request))
    confirmed = request.POST["do"] == "confirm"
    messages.success(request, _("Confirmed, and done.") if confirmed else _("Not confirmed. Nothing was done."))
    return after() if confirmed else redirect("moderation:case", token=token)
