"""Live chats for members: what is coming, one chat before and after, and the way in and out."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from chat.models import LiveChat, Membership
from chat.services import live_chats, live_clock, live_places, live_told
from chat.views import live_shown
from chat.views.rooms import me, render_room
from community.refusals import NotOpen
from community.services import notices

WEEK = timedelta(days=7)


@require_GET
def week(request: HttpRequest) -> HttpResponse:
    """The live chats of the next seven days, in the reader's time."""
    now = timezone.now()
    coming = LiveChat.objects.filter(ends_at__gt=now, starts_at__lt=now + WEEK).select_related("host")
    return render(request, "chat/live_week.html", {"chats": coming})


@require_GET
@login_required
def live_chat(request: HttpRequest, token: str) -> HttpResponse:
    """One live chat: its room while it is on for whoever entered, else its page."""
    chat = live_chats.live_chat_for(me(request), token)
    notices.seen(me(request), live_told.key_of(chat))
    state = live_clock.state_of(chat, timezone.now())
    has_place = Membership.objects.filter(room=chat.room_id, member=me(request)).exists()
    if has_place and (state in live_clock.ON or "read" in request.GET):
        return render_room(request, chat.room)
    return render(request, "chat/live_chat.html", {**live_shown.page_of(me(request), chat), "has_place": has_place})


@require_POST
@login_required
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Takes a place in a chat that is on; before and after, its page says how it stands."""
    chat = live_chats.live_chat_for(me(request), token)
    try:
        live_places.enter(me(request), chat)
    except NotOpen:
        return redirect("live-chat", token=token)
    return redirect("live-chat", token=token)


@require_POST
@login_required
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """Leaves without a word; the seat is free."""
    live_places.leave(me(request), live_chats.live_chat_for(me(request), token))
    return redirect("live")
