"""What the comments under a story look like to whom, and the piece of them that the story's page shows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from chat.models import Room
from chat.services import story_talk
from community import below_story
from community.access import may
from community.models import Member, Story
from community.services import story_reading


def context_of(member: Member, found: Room) -> dict[str, Any]:
    """What the page of a story's comments shows beside the messages themselves."""
    told = story_reading.story_for(story_talk.slug_of(found))
    return {**of_story(member, told.story, found), "telling": told}


def of_story(member: Member | None, story: Story, room: Room | None) -> dict[str, Any]:
    """The story, about how many comments it has, and whether this reader opens and closes them."""
    return {
        "story": story,
        "how_many": story_talk.how_many(room) if room else "",
        "takes_comments": story.takes_comments,
        "may_choose": member is not None and may(member, "story.write", story),
    }


@below_story.shows(10)
def below(request: HttpRequest, story: Story) -> SafeString:
    """About how many comments there are and where; nothing where a story never took any."""
    member = request.user if isinstance(request.user, Member) else None
    room = story_talk.room_of(story)
    context = of_story(member, story, room)
    if room is None and not context["may_choose"]:
        return SafeString("")
    return render_to_string("chat/_below_story.html", context, request)
