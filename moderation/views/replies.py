"""What waits for an answer, for hosts and moderators."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from chat.views.rooms import me
from community.access import may
from community.refusals import NotYours
from community.views.staff import behind
from moderation.services import flags, replies


@require_http_methods(["GET", "POST"])
@behind("replies.see")
def needs_reply(request: HttpRequest) -> HttpResponse:
    """Messages that nobody has answered: room, minutes, the way there. POST says of one that it was answered."""
    if request.method == "POST":
        seq = request.POST.get("seq", "")
        if not (seq.isascii() and seq.isdigit() and len(seq) <= 15):
            raise NotYours
        replies.answered(me(request), request.POST.get("room", ""), int(seq))
        return redirect("moderation:needs-reply")
    context = {
        "layout": "moderation/base.html" if may(me(request), "flags.work") else "base.html",
        "waiting": replies.waiting_for(me(request)),
        "after": flags.response_times().reply_seconds // 60,
    }
    return render(request, "moderation/needs_reply.html", context)
