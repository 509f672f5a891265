"""One-to-one: the list, a conversation's page, asking and being asked, ending, deleting, searching one's own."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from chat.models.conversation import NOTE_LIMIT
from chat.services import conversations, requests, room_guard
from chat.services import search as searching
from chat.services.levels import shared_rooms
from chat.views import guard_shown, talks
from chat.views.rooms import me, render_room
from community.models import Member
from community.refusals import NotOpen, NotYours, Refusal, TooFast
from community.services import boundaries


@require_GET
@login_required
def messages(request: HttpRequest) -> HttpResponse:
    """One's conversations, what waits for an answer, and what one asked."""
    made = [(one, requests.is_closed(one)) for one in requests.made_by(me(request))]
    who = boundaries.of(me(request)).who_may_write
    return render(request, "chat/messages.html", {**talks.beside(me(request)), "made": made, "who_may_write": who})


@require_GET
@login_required
def conversation(request: HttpRequest, slug: str) -> HttpResponse:
    """A conversation's page: a room's, beside the list."""
    return render_room(request, conversations.conversation_for(me(request), slug).room)


@require_http_methods(["GET", "POST"])
@login_required
def ask(request: HttpRequest, name: str) -> HttpResponse:
    """Asks somebody to talk. What they answer, or whether, is not shown before seven days are over."""
    other = requests.there(me(request), name)
    note = request.POST.get("note", "")
    context = {"other": other, "note": note, "note_limit": NOTE_LIMIT,
               "shared": shared_rooms(me(request), other)}  # fmt: skip
    if request.method == "GET":
        context["guard_words"] = guard_shown.asking_words(me(request), other)
        return render(request, "chat/ask.html", {**context, "may_ask": requests.may_ask(me(request), other)})
    try:
        asked = requests.ask(me(request), name, note)
    except NotYours:
        raise
    except Refusal as refusal:
        # Whoever comes too early for the moderators keeps the box, with their note in it.
        may_ask = isinstance(refusal, room_guard.NobodyHere) or not isinstance(refusal, NotOpen | TooFast)
        context |= {"may_ask": may_ask, "form_error": refusal.detail}
        return render(request, "chat/ask.html", context, status=refusal.status)
    if asked.conversation:
        return redirect("conversation", slug=asked.conversation.room.slug)
    return render(request, "chat/asked.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def request_met(request: HttpRequest, token: str) -> HttpResponse:
    """Somebody would like to talk: yes, or not now."""
    if request.method == "POST":
        return _answer(request, token)
    found = requests.met(me(request), token)
    note = requests.note_of(found)
    context = {"asked": found, "other": found.asker, "note": note, "has_caution": requests.has_caution(note),
               "shared": shared_rooms(me(request), found.asker)}  # fmt: skip
    return render(request, "chat/request.html", context)


def _answer(request: HttpRequest, token: str) -> HttpResponse:
    if request.POST.get("answer") == "yes":
        begun = requests.accept(me(request), token)
        return redirect("conversation", slug=begun.room.slug)
    requests.decline(me(request), token)
    return redirect("messages")


@require_GET
@login_required
def about(request: HttpRequest, slug: str) -> HttpResponse:
    """Who can read a conversation, and how to stop it: each way as a button."""
    found = conversations.conversation_for(me(request), slug)
    other = conversations.other_of(found, me(request))
    return render(request, "chat/about_conversation.html", {"conversation": found, "room": found.room, "other": other})


@require_POST
@login_required
def end(request: HttpRequest, slug: str) -> HttpResponse:
    """Ends a conversation for both; what was said stays."""
    conversations.end(me(request), conversations.conversation_for(me(request), slug))
    return redirect("conversation", slug=slug)


@require_http_methods(["GET", "POST"])
@login_required
def delete(request: HttpRequest, slug: str) -> HttpResponse:
    """Takes a conversation from one's own list for good, after asking once."""
    found = conversations.conversation_for(me(request), slug)
    if request.method == "POST":
        conversations.delete_for(me(request), found)
        return redirect("messages")
    context = {"conversation": found, "room": found.room, "other": conversations.other_of(found, me(request))}
    return render(request, "chat/delete_conversation.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def search(request: HttpRequest) -> HttpResponse:
    """Looks through one's own conversations. By POST: what somebody looks for belongs in no address or log."""
    words = request.POST.get("words", "")
    context: dict[str, Any] = {"words": words, "found": None}
    status = 200
    if request.method == "POST":
        try:
            context["found"] = _found(me(request), words)
        except Refusal as refusal:
            context["form_error"], status = refusal.detail, refusal.status
    return render(request, "chat/search.html", context, status=status)


def _found(member: Member, words: str) -> dict[str, Any]:
    found = searching.own(member, words)
    return {"messages": found.messages, "is_whole": found.is_whole}
