"""What readers say under a story: messages in a room of its own."""

from __future__ import annotations

from django.db import models

from chat.models.room import Room
from community.models import Story


class StoryTalk(models.Model):
    """The room of one story. It is there from the first time that the story takes comments, and closes with it."""

    room = models.OneToOneField(Room, on_delete=models.CASCADE, primary_key=True, related_name="story_talk")
    story = models.OneToOneField(Story, on_delete=models.CASCADE, related_name="talk")
