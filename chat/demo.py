"""The demo community: twelve members, six rooms, what they said over the last days. Made once, in one transaction."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from chat.demo_words import ROOMS, TALK
from chat.models import Change, EarlierText, Membership, Mention, Message, Reaction, Room
from community import names, text
from community.models import Member
from community.services import consent

PASSWORD = "a-quiet-demo-evening"  # noqa: S105  (printed at start; the demo refuses a real database)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105
UNREAD = 4

# name, pebble, roles, line about oneself
MEMBERS = (
    ("Linden", 5, (), "Soup, trees, slow mornings."),
    ("Fern", 3, (), "Night owl against my will."),
    ("Otis", 6, (), "The radio is always on."),
    ("Wren", 7, (), "Restoring one chair for two years."),
    ("Junie", 8, (), "Cold tea, warm baby."),
    ("Mika", 4, (), ""),
    ("Mateo", 2, (), "Camino despacio."),
    ("Amara", 1, ("moderators",), "Looking after Evenings."),
    ("Theo", 6, ("moderators", "leads"), "Here in the mornings."),
    ("Sol", 3, ("hosts",), "Hosts when the cat allows it."),
    ("Priya", 8, ("curators", "reviewers"), ""),
    ("Ada", 7, ("admins",), "Keeps the lights on."),
)
KEEPERS = {"evenings": ("Amara", "Theo"), "grief": ("Theo",), "new-parents": ("Theo",), "students": ("Amara",),
           "small-wins": ("Amara",), "work-and-money": ("Theo",)}  # fmt: skip


@dataclass
class Said:
    """One message of the script."""

    name: str
    words: str
    heads_up: str = ""
    is_answer: bool = False
    reactions: list[str] = field(default_factory=list)


def is_loaded() -> bool:
    """True when the demo community is here already."""
    return Member.objects.filter(name=MEMBERS[0][0]).exists() and Room.objects.filter(slug=ROOMS[0][0]).exists()


@transaction.atomic
def load() -> None:
    """Makes the demo community. The database must hold no members."""
    now = timezone.now()
    members = {row[0]: _member(*row, now=now) for row in MEMBERS}
    for place, (slug, name, purpose) in enumerate(ROOMS):
        room = Room.objects.create(slug=slug, name=name, purpose=purpose, place=place)
        room.keepers.set([members[keeper] for keeper in KEEPERS[slug]])
        _fill(room, members, now)


def _member(name: str, pebble: int, roles: tuple[str, ...], bio: str, *, now: datetime) -> Member:
    member = Member.objects.create(
        name=name,
        skeleton=names.skeleton(name),
        pebble=pebble,
        bio=bio,
        country="GB",
        time_zone="Europe/London",
        password=_hashed(),
        joined_at=now - timedelta(days=2 if name == "Mika" else 60),
    )
    member.groups.set(Group.objects.filter(name__in=roles))
    consent.give_all(member)
    if roles:
        sealed = get_adapter().encrypt(SECRET)
        Authenticator.objects.create(user=member, type=Authenticator.Type.TOTP, data={"secret": sealed})
    return member


def _hashed() -> str:
    return make_password(PASSWORD)


def script(slug: str) -> Iterator[Said]:
    """The messages of one room, in order."""
    heads_up, is_answer, last = "", False, None
    for line in TALK[slug].strip().splitlines():
        if line.startswith("+") and last:
            last.reactions = line[1:].split(",")
        elif line.startswith("!"):
            heads_up = line[1:]
        elif line == ">":
            is_answer = True
        else:
            if last:
                yield last
            name, _, words = line.partition(": ")
            last, heads_up, is_answer = Said(name, words, heads_up, is_answer), "", False
    if last:
        yield last


def _fill(room: Room, members: dict[str, Member], now: datetime) -> None:
    said = list(script(room.slug))
    messages = [_message(room, seq, one, members, now, len(said)) for seq, one in enumerate(said, start=1)]
    Message.objects.bulk_create(messages)
    _react(room, messages, said, members)
    _mention(room, messages, members)
    _edit_and_withdraw(room, messages)
    room.top, room.last_message_at = len(messages), messages[-1].stored_at
    room.save()
    Membership.objects.bulk_create(
        Membership(
            room=room, member=member, joined_at=member.joined_at, read_to=max(room.top - UNREAD * (place % 2), 0)
        )
        for place, member in enumerate(members.values())
        if member.name in {one.name for one in said} or member.name in ("Linden", "Ada")
    )


def _message(room: Room, seq: int, one: Said, members: dict[str, Member], now: datetime, count: int) -> Message:
    # Over four days, closer together towards now, the last one a few minutes ago (or hours, in quieter rooms).
    back = (count - seq) ** 1.7 * (4 * 24 * 60 / count**1.7) + (3 if room.place < 2 else 90 * room.place)
    return Message(
        room=room,
        seq=seq,
        author=members[one.name],
        client_id=uuid5(NAMESPACE_URL, f"demo:{room.slug}:{seq}"),
        body=one.words,
        heads_up=one.heads_up,
        reply_to=seq - 1 if one.is_answer else None,
        stored_at=now - timedelta(minutes=back),
    )


def _react(room: Room, messages: list[Message], said: list[Said], members: dict[str, Member]) -> None:
    others = list(members.values())
    made = []
    for message, one in zip(messages, said, strict=True):
        givers = [member for member in others[message.seq % 5 :] + others if member.pk != message.author_id]
        pairs = dict.fromkeys(zip(givers, one.reactions, strict=False))
        made += [Reaction(message=message, member=giver, kind=kind, at=message.stored_at) for giver, kind in pairs]
    Reaction.objects.bulk_create(made)


def _mention(room: Room, messages: list[Message], members: dict[str, Member]) -> None:
    Mention.objects.bulk_create(
        Mention(message=message, member=members[name], room=room, seq=message.seq)
        for message in messages
        for name in text.mentioned(message.body) & members.keys()
    )


def _edit_and_withdraw(room: Room, messages: list[Message]) -> None:
    """One message was changed and one taken back in each room, as happens."""
    for message, kind in ((messages[1], Change.Kind.EDITED), (messages[-3], Change.Kind.WITHDRAWN)):
        room.revision += 1
        Change.objects.create(room=room, revision=room.revision, kind=kind, seq=message.seq, member=message.author)
        EarlierText.objects.create(message=message, body=message.body, replaced_at=message.stored_at)
        message.revision = room.revision
        if kind == Change.Kind.EDITED:
            message.edited_at = message.stored_at + timedelta(minutes=2)
        else:
            message.body, message.withdrawn_at = "", message.stored_at + timedelta(minutes=5)
        message.save()


def accounts() -> list[tuple[str, str]]:
    """(name, what they are) of everyone in the demo, for the start message."""
    return [(name, ", ".join(roles) or "member") for name, _, roles, _ in MEMBERS]
