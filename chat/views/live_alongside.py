"""Beside a story: the next live chat on the same subject, or else the next one."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from chat.models import LiveChat
from chat.services.live_clock import ON, State, state_of
from chat.views.live_rows import rows_of
from community import alongside
from community.search_words import terms
from community.views.cards import reader_of

LOOKED_AT = 60  # chats, the next first: some weeks of them
TELLING_FROM = 4  # letters: shorter words say nothing about a subject
PLAIN = frozenset({"about", "after", "again", "been", "before", "chat", "come", "days", "does", "down", "each", "else",
                   "even", "ever", "every", "evening", "evenings", "from", "have", "here", "just", "last", "life",
                   "like", "live", "living", "made", "make", "many", "more", "most", "much", "night", "nobody", "only",
                   "other", "over", "people", "read", "same", "some", "somebody", "story", "talk", "than", "that",
                   "their", "them", "then", "there", "these", "they", "thing", "things", "this", "those", "today",
                   "tonight", "very", "want", "week", "well", "were", "what", "when", "where", "which", "while",
                   "will", "with", "without", "words", "would", "year", "your", "depression"})  # fmt: skip


@alongside.shows
def next_live_chat(request: HttpRequest, about: str) -> SafeString:
    """A line with its subject and when it begins; nothing while none is planned. At most three queries."""
    found = nearest(about)
    if found is None:
        return SafeString("")
    chat, is_near = found
    reader = reader_of(request)
    row = rows_of([chat], reader, timezone.now())[0]
    return render_to_string("chat/_live_alongside.html", {"row": row, "is_near": is_near, "me": reader}, request)


def nearest(about: str) -> tuple[LiveChat, bool] | None:
    """The next live chat that shares most words with what a page is about, and True; or the next one, and False."""
    now, wanted = timezone.now(), _telling(about)
    rows = LiveChat.objects.filter(ends_at__gt=now, cancelled_at=None, closed_at=None).order_by("starts_at", "pk")
    coming = [one for one in rows.select_related("host")[:LOOKED_AT] if state_of(one, now) in (State.PLANNED, *ON)]
    if not coming:
        return None
    shared = {one.pk: len(wanted & _telling(f"{one.topic} {one.purpose}")) for one in coming}
    best = max(coming, key=lambda one: shared[one.pk])  # of equals the one that comes first
    return best, shared[best.pk] > 0


def _telling(words: str) -> set[str]:
    found = (word.removesuffix("s") for word in terms(words) if word not in PLAIN)
    return {word for word in found if len(word) >= TELLING_FROM}
