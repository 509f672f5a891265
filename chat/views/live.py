"""One live chat for members: its page before and after, and the way in and out."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from chat.models import Membership
from chat.services import live_chats, live_clock, live_places
from chat.views import live_before
from chat.views.rooms import me, render_room
from community.refusals import NotOpen


@require_GET
@login_required
def live_chat(request: HttpRequest, token: str) -> HttpResponse:
    """One live chat: its room while it is on for whoever entered, else its page."""
    chat = live_chats.live_chat_for(me(request), token)
    state = live_clock.state_of(chat, timezone.now())
    has_place = Membership.objects.filter(room=chat.room_id, member=me(request)).exists()
    if has_place and (state in live_clock.ON or "read" in request.GET):
        return render_room(request, chat.room)
    return live_before.render_page(request, chat, has_place=has_place)


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
