"""A live chat while one is in it, and after it ended; how one is when going; how it stands, for scripts."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from msgspec import structs

from chat import protocol
from chat.models import LiveChat, Membership
from chat.services import leaving, live_chats, live_clock, live_state
from chat.services.live_clock import State
from chat.views import live_shown
from chat.views.rooms import me, render_room
from community import throttle
from community.models import Member
from community.refusals import TooFast

READING = ("read", "before", "after", "around")  # parts of an address that ask for the messages of a chat that is over


def page(request: HttpRequest, chat: LiveChat) -> HttpResponse | None:
    """The page of this chat for whoever is in it, left it, or comes once it has ended; None otherwise."""
    member, state = me(request), live_clock.state_of(chat, timezone.now())
    has_place = Membership.objects.filter(room=chat.room_id, member=member).exists()
    if has_place and _shows_room(request, member, chat, state):
        return render_room(request, chat.room)
    if state == State.ENDED:
        context = live_shown.ended_page_of(member, chat)
        return render(request, "chat/live_ended.html", {**context, "may_read": has_place and not chat.emptied_at})
    if "left" in request.GET and leaving.has_left(member, chat):
        return render(request, "chat/live_left.html", live_shown.ended_page_of(member, chat))
    return None


def _shows_room(request: HttpRequest, member: Member, chat: LiveChat, state: State) -> bool:
    if state in live_clock.ON:
        return not leaving.has_left(member, chat)
    if state == State.ENDED:
        return chat.emptied_at is None and any(name in request.GET for name in READING)
    return state != State.CANCELLED and live_chats.leads(member, chat)


@require_POST
@login_required
def felt(request: HttpRequest, token: str) -> HttpResponse:
    """Keeps how the member is, for themselves; a script gets the piece of the page that answers."""
    member, chat = me(request), live_chats.live_chat_for(me(request), token)
    said = leaving.say(member, chat, felt=request.POST.get("felt", ""), worth=request.POST.get("worth", ""))
    if "piece" in request.GET:
        return render(request, "chat/_leaving.html", {**live_shown.ended_page_of(member, chat), "leaving": said})
    is_on = live_clock.state_of(chat, timezone.now()) in live_clock.ON
    way = "?left" if is_on and leaving.has_left(member, chat) else ""
    return redirect(f"{reverse('live-chat', args=[token])}{way}#leaving")


@require_GET
@login_required
def state(request: HttpRequest, token: str) -> HttpResponse:
    """How the chat stands, as frames tell it, for pages that wait for it or have no socket."""
    if wait := throttle.enter(me(request).pk):
        raise TooFast(retry_after=wait)
    chat = live_chats.live_chat_for(me(request), token)
    has_place = Membership.objects.filter(room=chat.room_id, member=me(request)).exists()
    frame = live_state.standing_of([chat.room_id])[chat.room_id].frame
    if not has_place:
        frame = structs.replace(frame, prompt=None, so_far="", so_far_at="")  # for those inside
    return HttpResponse(protocol.encode(frame), content_type="application/json")
