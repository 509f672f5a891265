"""Live chats that are still to come, found by topic and purpose. There are never more than a few weeks of them."""

from __future__ import annotations

from django.template.defaultfilters import date as format_date
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.models import LiveChat
from community import search_words
from community.models import Member
from community.search_words import Question
from community.services.search import Hit, Own, register_own

MOST = 200


def look(question: Question, viewer: Member, limit: int) -> tuple[int, list[Hit]]:
    """How many live chats that are on or to come hold the question, and the next of those."""
    rows = LiveChat.objects.filter(ends_at__gt=timezone.now(), cancelled_at=None).order_by("starts_at", "pk")[:MOST]
    found = [chat for chat in rows if search_words.holds(f"{chat.topic} {chat.purpose}", question)]
    return len(found), [_hit(chat) for chat in found[:limit]]


def _hit(chat: LiveChat) -> Hit:
    return Hit(
        title=chat.topic,
        url=reverse("live-chat", args=[chat.token]),
        detail=format_date(timezone.localtime(chat.starts_at), "l j F, H:i"),
        text=chat.purpose,
    )


LIVE_CHATS = register_own(Own("live", _("Live chats"), look, place=40))
