"""The host's page: the room with its controls, one address for each of them, and a note that a member puts away.

All of it works by plain forms; a script sends the same forms and asks for the changed pieces of the page only.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from chat import host_side
from chat.models import LiveChat
from chat.services import hosting, kind_notes, live_chats, live_places, prompting, summing_up
from chat.services.leading import Changed, NotAChoice, leading
from chat.views import host_shown
from chat.views.rooms import me, render_room
from community.models import Member
from community.refusals import NotYours, Refusal
from community.views.staff import has_second_factor, second_factor_wanted

Act = Callable[[HttpRequest, Member, LiveChat], Any]


def for_leaders(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view, for whoever leads this chat, with a second factor (S8); to other members there is no such page."""

    @wraps(view)
    @login_required
    def guarded(request: HttpRequest, token: str, *args: Any, **kwargs: Any) -> HttpResponse:
        chat = live_chats.live_chat_for(me(request), token, "live.host")
        if not has_second_factor(request):
            return second_factor_wanted(request)
        return view(request, chat, *args, **kwargs)

    return guarded


@require_GET
@for_leaders
def host(request: HttpRequest, chat: LiveChat) -> HttpResponse:
    """The room with its controls; the controls alone before one came in, and after the end."""
    return _page(request, chat, did=request.GET.get("did", ""))


@require_POST
@for_leaders
def act(request: HttpRequest, chat: LiveChat, act: str) -> HttpResponse:
    """Does one thing. What was refused comes back with the words that were typed."""
    do = ACTS.get(act)
    if do is None:
        raise NotYours
    try:
        did = do(request, me(request), chat)
    except NotYours:
        raise
    except Refusal as no:
        return _page(request, _fresh(request, chat), failed=act, no=no)
    said = did if isinstance(did, str) else act
    if "piece" in request.GET:
        return _page(request, _fresh(request, chat), did=said)
    place = "#desk" if request.POST.get("from") == "desk" else ""
    return redirect(f"{reverse('live-host', args=[chat.token])}?did={said}{place}")


def _fresh(request: HttpRequest, chat: LiveChat) -> LiveChat:
    return live_chats.live_chat_for(me(request), chat.token, "live.host")


def _page(
    request: HttpRequest, chat: LiveChat, *, did: str = "", failed: str = "", no: Refusal | None = None
) -> HttpResponse:
    is_in_room = host_shown.is_in_room(me(request), chat)
    context = {
        **host_shown.page_of(me(request), chat),
        "is_in_room": is_in_room,
        "did": DID.get(did, ""),
        "failed": failed,
        "failed_id": request.POST.get("id", "") if failed else "",
        "typed": request.POST if failed else {},
        # By which a form tells what it was filled in over; whoever was told of a change has read the newer words.
        "seen": request.POST.get("seen", "") if no and no.status != Changed.status else "",
        "no": no.detail if no else "",
        "close_reasons": REASONS,
        # What stands before `#m-…` in links to messages: nothing on a page that shows them.
        "room_url": "" if is_in_room else f"{reverse('live-chat', args=[chat.token])}?read",
    }
    status = no.status if no else 200
    if "piece" in request.GET:
        return render(request, "chat/_host_pieces.html", context, status=status)
    if is_in_room:
        return render_room(request, chat.room, status=status, template="chat/host_room.html", more=context)
    return render(request, "chat/host.html", context, status=status)


@require_POST
@login_required
def note_seen(request: HttpRequest, token: str) -> HttpResponse:
    """Puts a kind note away."""
    kind_notes.put_away(me(request), token)
    return redirect("today")


# --- the acts -------------------------------------------------------------------------------------


def _words(request: HttpRequest, name: str = "words") -> str:
    return request.POST.get(name, "")


def _number(request: HttpRequest, name: str = "id") -> int:
    words = _words(request, name)
    if not (words.isascii() and words.isdigit() and len(words) <= 15):
        raise NotAChoice
    return int(words)


def _check_in(request: HttpRequest, by: Member, chat: LiveChat) -> None:
    hosting.check_in(by, chat)
    live_places.enter(by, chat)


def _call(request: HttpRequest, by: Member, chat: LiveChat) -> str:
    return "call" if hosting.call_moderator(by, chat) else "called-before"


def _answered(request: HttpRequest, by: Member, chat: LiveChat) -> None:
    with leading(by, chat) as row:
        host_side.answered(row.room_id, _number(request, "seq"), by)


def _open(request: HttpRequest, by: Member, chat: LiveChat) -> None:
    hosting.open_with(by, chat, request.session.session_key or "")


def _close(request: HttpRequest, by: Member, chat: LiveChat) -> None:
    because = _words(request).strip() or str(REASONS.get(_words(request, "because"), ""))
    hosting.close(by, chat, because)


REASONS: dict[str, Any] = {
    "rest": _("We stop here for tonight, so that everyone can rest."),
    "host": _("The host has to go. Nothing you said is the reason."),
    "trouble": _("Something didn't work as it should. We're sorry to stop so suddenly."),
}
ACTS: dict[str, Act] = {
    "check-in": _check_in,
    "need-cover": lambda request, by, chat: hosting.need_cover(by, chat),
    "come-in": lambda request, by, chat: live_places.enter(by, chat) and None,
    "take-over": lambda request, by, chat: hosting.take_over(by, chat),
    "hand-over": lambda request, by, chat: hosting.hand_over(by, chat, _words(request, "to")),
    "opening": lambda request, by, chat: prompting.set_opening(by, chat, _words(request), _words(request, "seen")),
    "open": _open,
    "prompt-add": lambda request, by, chat: prompting.add(by, chat, _words(request)) and None,
    "ask-now": lambda request, by, chat: prompting.ask_now(by, chat, _words(request)) and None,
    "prompt-change": lambda request, by, chat: prompting.change(
        by, chat, _number(request), _words(request), _words(request, "seen")
    ),
    "prompt-move": lambda request, by, chat: prompting.move(by, chat, _number(request), _number(request, "to")),
    "prompt-away": lambda request, by, chat: prompting.set_aside(by, chat, _number(request), aside=True),
    "prompt-back": lambda request, by, chat: prompting.set_aside(by, chat, _number(request), aside=False),
    "release": lambda request, by, chat: prompting.release(by, chat, _number(request)),
    "unpin": lambda request, by, chat: prompting.unpin(by, chat, _number(request)),
    "slow": lambda request, by, chat: hosting.set_slow(by, chat, _number(request, "seconds")),
    "pause": lambda request, by, chat: hosting.pause(by, chat),
    "resume": lambda request, by, chat: hosting.resume(by, chat),
    "so-far": lambda request, by, chat: hosting.say_so_far(by, chat, _words(request), _words(request, "seen")),
    "wind-down": lambda request, by, chat: hosting.wind_down(by, chat),
    "go-on": lambda request, by, chat: hosting.go_on(by, chat),
    "close": _close,
    "reopen": lambda request, by, chat: hosting.reopen(by, chat),
    "call": _call,
    "call-off": lambda request, by, chat: hosting.call_off(by, chat),
    "answered": _answered,
    "note": lambda request, by, chat: kind_notes.send(
        by, chat, _words(request, "name"), _words(request, "start"), _words(request)
    ),
    "note-back": lambda request, by, chat: kind_notes.take_back(by, chat, _words(request, "note")),
    "summary": lambda request, by, chat: summing_up.sum_up(
        by, chat, _words(request, "talked"), _words(request, "helped"), _words(request, "seen")
    ),
    "felt": lambda request, by, chat: summing_up.say_how_host_is(by, chat, _words(request, "how")),
}
# What the page says afterwards, beside showing it.
DID: dict[str, Any] = {
    "check-in": _("You're down as being here."),
    "need-cover": _("Whoever covers is told."),
    "come-in": _("You're in the room."),
    "take-over": _("You lead this chat now."),
    "hand-over": _("Handed over, and they are told."),
    "opening": _("Opening words kept."),
    "open": _("Your opening words are in the room."),
    "prompt-add": _("Question kept for later."),
    "ask-now": _("Pinned for everyone."),
    "prompt-change": _("Question changed."),
    "prompt-move": _("Moved."),
    "prompt-away": _("Put away. You can put it back below."),
    "prompt-back": _("Put back."),
    "release": _("Pinned for everyone."),
    "unpin": _("Taken down. Nothing is pinned now."),
    "slow": _("Everyone is told how slow it is."),
    "pause": _("Everyone rests for a minute. You can still write."),
    "resume": _("Everyone can write again."),
    "so-far": _("Whoever comes late reads it first."),
    "wind-down": _("The last five minutes have begun."),
    "go-on": _("It goes on until its planned end."),
    "close": _("Closed. Everyone reads your reason."),
    "reopen": _("It is open again."),
    "call": _("A moderator is called."),
    "called-before": _("A moderator is on the way. They were called a moment ago."),
    "call-off": _("The call is taken back."),
    "answered": _("Off the list."),
    "note": _("Your note is with them. Nobody else sees it."),
    "note-back": _("The note is taken back."),
    "summary": _("Kept as it stands here."),
    "felt": _("Thank you. Only leads can read this."),
}
