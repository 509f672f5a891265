"""Up to where a room's messages were looked through for members who want to be told."""

from __future__ import annotations

from django.db import models

from chat.models.room import Room


class Noticed(models.Model):
    """Messages of a room up to `seq` have been noticed, or lawfully not. What lies above is work still to do."""

    room = models.OneToOneField(Room, on_delete=models.CASCADE, primary_key=True, related_name="noticed")
    seq = models.BigIntegerField(default=0)
