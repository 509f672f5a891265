"""The way to tell a moderator about a story, below it."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from community import below_story
from community.models import Member, Story


@below_story.shows(90)
def below(request: HttpRequest, story: Story) -> SafeString:
    """A link for everybody but its writer; visitors sign in on the way."""
    if isinstance(request.user, Member) and request.user.pk == story.writer_id:
        return SafeString("")
    return render_to_string("moderation/_below_story.html", {"story": story}, request)
