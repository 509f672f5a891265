"""Posting and acting on messages by plain forms, a message's own page, and the history as JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import msgspec
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from chat import beside
from chat.models import Message, Reaction, Room
from chat.services import changes, entries
from chat.services import messages as posting
from chat.services.changes import Act
from chat.services.rooms import mark_read, room_for, unseen_by
from chat.views.rooms import me, page_of, page_url, put_beside, render_room
from chat.views.shown import shown
from community import throttle
from community.models import Member
from community.refusals import NotYours, Refusal, TooFast
from community.services.topics import folding_for


@require_GET
@login_required
def history(request: HttpRequest, slug: str) -> HttpResponse:
    """A page of the room's history for scripts: entries as in frames, each with this reader's reactions."""
    if wait := throttle.enter(me(request).pk):
        raise TooFast(retry_after=wait)
    found = room_for(me(request), slug)
    page = page_of(found, me(request), request.GET)
    answer = {
        "room": found.slug,
        "top": found.top,
        "revision": found.revision,
        "messages": _entries(page["messages"], me(request), page["hidden"]),
        "more_before": page["more_before"],
        "more_after": page["more_after"],
    }
    return HttpResponse(msgspec.json.encode(answer), content_type="application/json")


def _entries(messages: list[Message], reader: Member, hidden: frozenset[int]) -> list[dict[str, Any]]:
    around = entries.surroundings(messages, reader=reader, hidden=hidden)
    return [{**msgspec.to_builtins(entries.entry_of(m, around)), "mine": around.mine.get(m.pk, [])} for m in messages]


@require_POST
@login_required
def post(request: HttpRequest, slug: str) -> HttpResponse:
    """Posts by form. The hidden client id makes sending the form twice harmless."""
    found = room_for(me(request), slug)
    words = request.POST.get("body", "")
    try:
        stored = posting.post(_draft(request, found, words))
    except Refusal as refusal:
        return render_room(request, found, draft=words, error=str(refusal.detail), status=refusal.status)
    mark_read(me(request).pk, found.slug, stored.seq)
    return redirect(f"{page_url(found)}#m-{stored.seq}")


def _draft(request: HttpRequest, found: Room, words: str) -> posting.Draft:
    reply_to = request.POST.get("reply_to", "")
    return posting.Draft(
        member_id=me(request).pk,
        session_key=request.session.session_key or "",
        room=found.slug,
        client_id=_client_id(request.POST.get("client_id", "")),
        body=words,
        reply_to=int(reply_to) if reply_to.isascii() and reply_to.isdigit() and len(reply_to) <= 15 else None,
        heads_up=request.POST.get("heads_up", ""),
        new_account=me(request).is_new_account,
    )


def _client_id(words: str) -> UUID:
    try:
        return UUID(words)
    except ValueError:
        return uuid4()


@require_GET
@login_required
def message(request: HttpRequest, slug: str, seq: int) -> HttpResponse:
    """One message with its neighbours and every action as a button."""
    return _message_page(request, slug, seq)


def _message_page(
    request: HttpRequest, slug: str, seq: int, *, draft: str | None = None, error: str = "", status: int = 200
) -> HttpResponse:
    found = room_for(me(request), slug)
    hidden = unseen_by(me(request), found)
    rows = Message.objects.filter(room=found, withdrawn_at=None).hiding(hidden)
    around = [*rows.before(seq, 1), *rows.filter(seq=seq), *rows.after(seq, 1)]
    views = shown(around, me(request), hidden=hidden, folding=folding_for(me(request)))
    put_beside(request, around, views)
    here = next((view for view in views if view.seq == seq), None)
    if here is None:
        raise NotYours
    context = {
        "room": found,
        "message": here,
        "before": next((view for view in views if view.seq < seq), None),
        "after": next((view for view in views if view.seq > seq), None),
        "reaction_kinds": Reaction.Kind.choices,
        "draft": here.body if draft is None else draft,
        "form_error": error,
    }
    return render(request, "chat/message.html", context, status=status)


@require_GET
@login_required
def beside_it(request: HttpRequest, slug: str, seq: int) -> HttpResponse:
    """What stands beside one's own message, as a piece of the room's page for scripts. Others find nothing here."""
    found = room_for(me(request), slug)
    own = Message.objects.filter(room=found, seq=seq, author=me(request)).first()
    if own is None:
        raise NotYours
    return HttpResponse(beside.pieces(request, [own.pk]).get(own.pk, ""))


def _act(request: HttpRequest, slug: str, seq: int, how: Callable[..., str | None]) -> changes.Changed:
    return changes.do(Act(me(request).pk, request.session.session_key or "", slug, seq, how))


def _back(slug: str, seq: int) -> HttpResponse:
    return redirect(f"{reverse('room', args=[slug])}?around={seq}#m-{seq}")


@require_POST
@login_required
def edit(request: HttpRequest, slug: str, seq: int) -> HttpResponse:
    """Changes one's own words within 15 minutes; a refused change keeps what was typed."""
    words = request.POST.get("body", "")
    try:
        _act(request, slug, seq, changes.editing(words, request.POST.get("heads_up")))
    except NotYours:
        raise
    except Refusal as refusal:
        return _message_page(request, slug, seq, draft=words, error=str(refusal.detail), status=refusal.status)
    return _back(slug, seq)


@require_POST
@login_required
def heads_up(request: HttpRequest, slug: str, seq: int) -> HttpResponse:
    """Puts a heads-up on one's own message."""
    _act(request, slug, seq, changes.heads_up_on(request.POST.get("heads_up", "")))
    return _back(slug, seq)


@require_POST
@login_required
def withdraw(request: HttpRequest, slug: str, seq: int) -> HttpResponse:
    """Takes one's own message back."""
    _act(request, slug, seq, changes.withdraw)
    return redirect("room", slug=slug)


@require_POST
@login_required
def react(request: HttpRequest, slug: str, seq: int) -> HttpResponse:
    """Gives the word of support named in `give`, or takes the one in `take` back."""
    on = "give" in request.POST
    kind = request.POST.get("give" if on else "take", "")
    _act(request, slug, seq, changes.reacting(kind, on=on))
    return _back(slug, seq)
