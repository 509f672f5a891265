"""A few kind words to somebody who left a live chat after a hard moment."""

from __future__ import annotations

import secrets
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from chat.models.live_chat import LiveChat

MEMBER = settings.AUTH_USER_MODEL
NOTE_LIMIT = 300  # characters of one's own, beside a sentence to begin with


def new_token() -> str:
    """The address of a note; tells nothing."""
    return secrets.token_urlsafe(12)


class LiveNote(models.Model):
    """Words of whoever led a chat, for one member alone: shown until they put it away, gone after a month."""

    token = models.CharField(max_length=22, unique=True, default=new_token)
    chat = models.ForeignKey(LiveChat, on_delete=models.CASCADE, related_name="notes")
    member = models.ForeignKey(MEMBER, on_delete=models.CASCADE, related_name="live_notes")
    by = models.ForeignKey(MEMBER, null=True, on_delete=models.SET_NULL, related_name="+")
    sealed = models.TextField(help_text="The words, sealed by the key ring")
    made_at = models.DateTimeField(default=timezone.now, db_index=True)
    seen_at = models.DateTimeField(null=True, blank=True, help_text="When the member put it away")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["chat", "member"], name="a_member_gets_one_note_of_a_chat")
        ]
