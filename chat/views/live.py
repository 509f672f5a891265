"""One live chat for members: its page, and the way in and out."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from chat.services import live_chats, live_places, live_told
from chat.views import live_after, live_before
from chat.views.rooms import me
from community.refusals import NotOpen
from community.services import notices


@require_GET
@login_required
def live_chat(request: HttpRequest, token: str) -> HttpResponse:
    """One live chat: its room while it is on for whoever entered, else its page."""
    chat = live_chats.live_chat_for(me(request), token)
    notices.seen(me(request), live_told.key_of(chat))
    return live_after.page(request, chat) or live_before.render_page(request, chat)


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
    chat = live_chats.live_chat_for(me(request), token)
    live_places.leave(me(request), chat)
    return redirect("live" if live_chats.leads(me(request), chat) else f"{reverse('live-chat', args=[token])}?left")
