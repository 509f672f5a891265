"""The roster at `/live/roster/`: hosts and moderators take what is open, and see what is theirs."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from chat.services import live_chats, roster
from chat.views.rooms import me
from community.refusals import Refusal
from community.services import notices
from community.views.staff import behind

PARTS = {"host": gettext_lazy("Host"), "cover": gettext_lazy("Cover"), "moderator": gettext_lazy("Moderator")}


@require_http_methods(["GET", "POST"])
@behind("live.take")
def page(request: HttpRequest) -> HttpResponse:
    """The next fourteen days: one's own chats, then those in which somebody is missing."""
    error = ""
    if request.method == "POST":
        try:
            messages.success(request, _carried_out(request))
        except Refusal as refusal:
            if refusal.status == 404:
                raise
            error = str(refusal.detail)
        else:
            return redirect("live-roster")
    now, member = timezone.now(), me(request)
    new = notices.new_keys([member.pk], kinds=["live-led", "live-series"])
    notices.seen_each(one for one in new if one[1].startswith("series:"))
    chats = list(roster.coming(now))
    mine = [(one, part, PARTS[part]) for one in chats for part in PARTS if getattr(one, f"{part}_id") == member.pk]
    free = [(one, [(part, PARTS[part]) for part in roster.open_parts(member, one, now)]) for one in chats]
    context = {"mine": mine, "free": [(one, parts) for one, parts in free if parts], "error": error}
    return render(request, "chat/live_roster.html", context, status=409 if error else 200)


def _carried_out(request: HttpRequest) -> str:
    chat = live_chats.live_chat_for(me(request), request.POST.get("chat", ""), "live.take")
    part = request.POST.get("part", "")
    if request.POST.get("do") == "give-back":
        roster.give_back(me(request), chat, part)
        return _("Given back. Curators see that somebody is needed.")
    roster.take(me(request), chat, part)
    return _("It's yours. Thank you.")
