"""What the page of a live chat has before it begins, and what members do there: sign up, ask the host beforehand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from chat.models import LiveChat
from chat.services import live_chats, live_clock, live_places, live_questions, reminders
from chat.services.live_clock import State
from chat.views import live_rows, live_shown
from chat.views.rooms import me
from community import danger
from community.access import may
from community.models import Member
from community.refusals import Refusal
from community.services import boundaries, digest
from community.services.lines_now import lines_now


def context_of(member: Member, chat: LiveChat) -> dict[str, Any]:
    """What the page shows besides how the chat stands."""
    now = timezone.now()
    standing = live_places.standing_of(member, chat)
    row = live_rows.rows_of([chat], member, now)[0]
    rings_at = reminders.comes_at(chat, standing.sign_up.made_at if standing.sign_up else now)
    return {
        "row": row,
        "standing": standing,
        "changes_at": live_clock.changes_at(chat, now),
        "rings_at": rings_at,
        "rings_before": rings_at < chat.starts_at,
        "is_quiet_then": not boundaries.rings(member, max(rings_at, now)),
        "has_address": digest.address_of(member) is not None,
        "may_ask": row.state == State.PLANNED and may(member, "live.ask", chat),
        "questions": live_questions.of(member, chat),
    }


def render_page(request: HttpRequest, chat: LiveChat, *, status: int = 200, **more: Any) -> HttpResponse:
    """The page of a chat for somebody who is not in its room."""
    shown = {**live_shown.page_of(me(request), chat), **context_of(me(request), chat), **more}
    return render(request, "chat/live_chat.html", shown, status=status)


@require_POST
@login_required
def sign_up(request: HttpRequest, token: str) -> HttpResponse:
    """Signs up for a chat, changes what one is reminded by, or leaves the list again."""
    chat = live_chats.live_chat_for(me(request), token)
    if request.POST.get("do") == "leave":
        live_places.leave(me(request), chat)
    else:
        said = {name: bool(request.POST.get(name)) for name in ("wants_reminder", "by_mail")}
        said["by_mail"] = said["by_mail"] and said["wants_reminder"]
        live_places.sign_up(me(request), chat, **said)
    return redirect("live-chat", token=token)


@require_POST
@login_required
def question(request: HttpRequest, token: str) -> HttpResponse:
    """Asks the host something beforehand, or takes it back.

    Words that may be about danger bring ways to somebody at once, since the host reads them only later.
    """
    chat = live_chats.live_chat_for(me(request), token)
    taken = request.POST.get("take_back", "")
    if taken:
        if taken.isascii() and taken.isdigit() and len(taken) <= 15:
            live_questions.take_back(me(request), chat, int(taken))
        return redirect("live-chat", token=token)
    words = request.POST.get("body", "")
    try:
        live_questions.ask(me(request), chat, words)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return render_page(request, chat, status=refusal.status, draft=words, form_error=refusal.detail)
    if danger.is_danger(words):
        return render_page(request, chat, talk=_ways_to_talk(me(request), timezone.now()))
    return redirect("live-chat", token=token)


def _ways_to_talk(member: Member, now: datetime) -> Any:
    return lines_now(member, now, member.country)
