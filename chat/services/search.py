"""Looking for words in one's own conversations, without weakening their encryption.

There is no index: each search opens the member's own messages, newest first, in memory, and looks. Nothing of it is
kept, and the words looked for are in no address, log or table.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chat.models import Message, Room
from chat.services import entries, hiding, sealing
from community import text, throttle
from community.models import Member
from community.refusals import TooFast
from community.services.apart import put_away_by

LOOKED_AT = 5000  # messages, newest first
AT_ONCE = 500
SHOWN = 50
WORDS_LIMIT = 80


@dataclass(frozen=True, slots=True)
class Search:
    """What was found, newest first; `is_whole` unless older messages were not looked at."""

    messages: list[Message]
    is_whole: bool


def own(member: Member, words: str) -> Search:
    """Messages of the member's conversations that hold `words`, whatever their case and accents. Raises `TooFast`."""
    wanted = text.folded(text.tidy(words, limit=WORDS_LIMIT))
    if wait := throttle.search(member.pk):
        raise TooFast(retry_after=wait)
    found: list[Message] = []
    looked_at = 0
    for message in _readable(member):
        looked_at += 1
        if wanted in text.folded(message.body):
            found.append(message)
        if len(found) >= SHOWN:
            break
    return Search(found, looked_at < LOOKED_AT and len(found) < SHOWN)


def _readable(member: Member) -> Iterator[Message]:
    rows = Message.objects.filter(room__kind=Room.Kind.CONVERSATION, room__memberships__member=member)
    rows = rows.shown().hiding(put_away_by(member)).select_related("room", "author")
    keys = list(rows.order_by("-stored_at").values_list("pk", flat=True)[:LOOKED_AT])
    for start in range(0, len(keys), AT_ONCE):
        portion = list(rows.filter(pk__in=keys[start : start + AT_ONCE]).order_by("-stored_at"))
        sealing.open_all(portion)
        for message in portion:  # only to be looked at: what its reader does not see is not found either
            message.body = hiding.words_for(message, member.pk)
        yield from (message for message in portion if not entries.state_of(message))
