"""One to one in the demo community: conversations, somebody who asks, two who keep apart.

`seed/demo/one-to-one.txt` has them: "@ Asker Asked 2" begins one, with two messages that the asked one has not read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from chat.models import Conversation, Membership, Message, Request, Room
from chat.services import conversations, messages, requests
from community.models import Block, Member

WORDS = Path(__file__).parent / "seed" / "demo" / "one-to-one.txt"
BEGAN = timedelta(days=3)
PAUSE = timedelta(minutes=7)
ASKING = ("Otis", "Linden", "I liked what you said about the soup. Would you like to talk some time? No hurry at all.")
KEPT_AWAY = ("Mika", "Mateo")  # Mika blocked Mateo; neither sees the other


@dataclass
class Talk:
    """One conversation of the script."""

    asker: str
    asked: str
    unread: int = 0
    said: list[tuple[str, str]] = field(default_factory=list)


def script() -> list[Talk]:
    """The conversations, in the file's order."""
    found: list[Talk] = []
    for line in WORDS.read_text(encoding="utf-8").splitlines():
        if line.startswith("@ "):
            asker, asked, *unread = line[2:].split()
            found.append(Talk(asker, asked, int(unread[0]) if unread else 0))
        else:
            name, _, words = line.partition(": ")
            found[-1].said.append((name, words))
    return found


def load(members: dict[str, Member], now: datetime) -> None:
    """Makes all of it. Call in the transaction that made the members."""
    for place, talk in enumerate(script()):
        _talk(talk, members, now - BEGAN / (place + 1))
    asker, asked, note = ASKING
    request = requests.make(members[asker], members[asked], note)
    Request.objects.filter(pk=request.pk).update(made_at=now - timedelta(hours=5))
    Block.objects.create(blocker=members[KEPT_AWAY[0]], blocked=members[KEPT_AWAY[1]])


def _talk(talk: Talk, members: dict[str, Member], began: datetime) -> None:
    found = conversations.begin(members[talk.asker], members[talk.asked])
    for name, words in talk.said:
        messages.place(Room.objects.get(pk=found.pk), members[name], words)
    at = _backdated(found, began)
    Conversation.objects.filter(pk=found.pk).update(started_at=began)
    Room.objects.filter(pk=found.pk).update(last_message_at=at, created_at=began)
    Membership.objects.filter(room=found.pk).update(read_to=len(talk.said))
    mine = Membership.objects.filter(room=found.pk, member=members[talk.asked])
    mine.update(read_to=len(talk.said) - talk.unread)


def _backdated(found: Conversation, began: datetime) -> datetime:
    at = began
    for message, at in _times(found, began):
        Message.objects.filter(pk=message.pk).update(stored_at=at)
    return at


def _times(found: Conversation, began: datetime) -> Iterator[tuple[Message, datetime]]:
    for place, message in enumerate(Message.objects.filter(room=found.pk).order_by("seq")):
        yield message, began + PAUSE * place
