"""What readers say under a story: the room it has for that, who goes in, and what visitors learn of it.

A comment is a message, with everything that messages have. Its room is there for readers while its story is (`Room.
visible_to`), and takes words while the story takes comments (`story_gate`).
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from chat.models import Membership, Message, Room, StoryTalk
from chat.services import rooms
from community.models import Member, Story
from community.refusals import NotYours
from community.services import story_reading, story_standing

COUNTED_FROM, COUNTED_TO = 5, 500  # fewer are not counted out, more are "more than"


def settle(story: Story) -> None:
    """Gives the story a room once it takes comments, and opens or closes that room as the story says now."""
    with transaction.atomic():
        mine = Story.objects.select_for_update(of=("self",)).filter(pk=story.pk).first()
        if mine is None:
            return
        if mine.takes_comments and not StoryTalk.objects.filter(story=mine).exists():
            StoryTalk.objects.create(story=mine, room=_made(mine))
        Room.objects.filter(story_talk__story=mine).update(is_read_only=not mine.takes_comments)


def _made(story: Story) -> Room:
    # Its name stands in notices, cases and statements: it tells nothing of the story, which may go away.
    return Room.objects.create(slug=f"story-{story.pk}", name=_("Comments on a story"), kind=Room.Kind.STORY)


def choose(story: Story, *, by: Member, on: bool) -> None:
    """Whoever writes or edits the story opens or closes its comments."""
    with transaction.atomic():
        story_standing.take_comments(story, by=by, on=on)
        settle(story)


def room_under(slug: str) -> tuple[Story, Room | None]:
    """A story that anybody may read now, and its room if it has one. Raises `NotYours`."""
    story = story_reading.story_for(slug).story
    return story, room_of(story)


def room_of(story: Story) -> Room | None:
    """The room of this story, if it ever took comments."""
    return Room.objects.filter(story_talk__story=story).first()


def is_in(member: Member, room: Room) -> bool:
    """True for whoever has a place in this room."""
    return Membership.objects.filter(room=room, member=member).exists()


def join(member: Member, slug: str) -> None:
    """A place among those who read and write comments here. Raises `NotYours`, the same for absent and not now."""
    rooms.join(member, _there(slug))


def leave(member: Member, slug: str) -> None:
    """Gives the place up; what one said stays."""
    rooms.leave(member, _there(slug))


def _there(slug: str) -> Room:
    _story, room = room_under(slug)
    if room is None:
        raise NotYours
    return room


def slug_of(room: Room) -> str:
    """The slug of the story that this room belongs to."""
    return Story.objects.filter(talk__room=room).values_list("slug", flat=True).get()


def how_many(room: Room) -> str:
    """About how many comments there are, in words that count nobody."""
    rows = Message.objects.filter(room=room).shown()
    number = len(rows.values_list("pk")[: COUNTED_TO + 1]) if room.top else 0
    if number < COUNTED_FROM:
        return _("A few comments") if number else _("No comments yet")
    if number > COUNTED_TO:
        return _("More than %(n)s comments") % {"n": COUNTED_TO}
    return _("About %(n)s comments") % {"n": number // COUNTED_FROM * COUNTED_FROM}
