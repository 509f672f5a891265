"""The comments under a story: for members who went in; visitors learn about how many there are."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from chat.services import story_talk
from chat.views import story_shown
from chat.views.rooms import me, render_room
from community.models import Member
from community.refusals import NotYours


@require_safe
def comments(request: HttpRequest, slug: str) -> HttpResponse:
    """What is said under a story, the newest fifty; the way in for whoever did not come yet."""
    story, room = story_talk.room_under(slug)
    member = request.user if isinstance(request.user, Member) else None
    if member and room and story_talk.is_in(member, room):
        return render_room(request, room)
    context = story_shown.of_story(member, story, room)
    if room is None and not context["may_choose"]:
        raise NotYours
    return render(request, "chat/story_talk_door.html", {**context, "room": room})


@require_POST
@login_required
def join(request: HttpRequest, slug: str) -> HttpResponse:
    """Takes a place among those who read and write here."""
    story_talk.join(me(request), slug)
    return redirect("story-talk", slug=slug)


@require_POST
@login_required
def leave(request: HttpRequest, slug: str) -> HttpResponse:
    """Gives the place up."""
    story_talk.leave(me(request), slug)
    return redirect("story", slug=slug)


@require_POST
@login_required
def choose(request: HttpRequest, slug: str) -> HttpResponse:
    """Whoever writes or edits the story opens its comments, or closes them."""
    story, _room = story_talk.room_under(slug)
    story_talk.choose(story, by=me(request), on=request.POST.get("do") == "open")
    return redirect("story-talk", slug=slug)
