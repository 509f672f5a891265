"""The demo community: twelve members, six rooms, what they said over the last days. Made once, in one transaction.

What is said lies in `seed/demo/<room>.txt`, all of it our own words. A line is "Name: words". After it, "+kind,kind"
gives it words of support, "~" says that it was changed and "-" that it was taken back. Before it, "!words" is its
heads-up and ">" makes it an answer to the message before. "@ 3 20:38" begins a sitting three days ago, in London;
"@ -52" one that began 52 minutes ago.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5
from zlib import crc32
from zoneinfo import ZoneInfo

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from chat import demo_live, demo_talks
from chat.models import Change, EarlierText, Membership, Mention, Message, Reaction, Room
from chat.services import story_talk
from community import names, text
from community.models import Member, Story
from community.services import consent, story_seeding

PASSWORD = "a-quiet-demo-evening"  # noqa: S105  (printed at start; the demo refuses a real database)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # noqa: S105
UNREAD = 4
WORDS = Path(__file__).parent / "seed" / "demo"
ZONE = ZoneInfo("Europe/London")
AT_LEAST = timedelta(seconds=20)  # between two messages

ROOMS = (
    ("evenings", "Evenings", "A slow room for the end of the day. Come and talk, or come and read."),
    ("new-parents", "New parents", "Any child under five. Tired is the usual state here."),
    ("work-and-money", "Work and money", "Jobs, leave, letters that stay unopened, and getting through a Tuesday."),
    ("small-wins", "Small wins", "A shower counts. So does a reply to one message."),
    ("grief", "Grief", "For whoever is missing someone. There is no schedule."),
    ("students", "Students", "Deadlines, flatmates, and days that go by in bed."),
)

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
COMMENTS = {"The twelfth day": "story-the-twelfth-day", "A bed of beans": "story-a-bed-of-beans"}
KEEPERS = {"evenings": ("Amara", "Theo"), "grief": ("Theo",), "new-parents": ("Theo",), "students": ("Amara",),
           "small-wins": ("Amara",), "work-and-money": ("Theo",)}  # fmt: skip


@dataclass
class Said:
    """One message of the script."""

    name: str
    words: str
    heads_up: str = ""
    is_answer: bool = False
    begins: str = ""
    reactions: list[str] = field(default_factory=list)
    is_edited: bool = False
    is_withdrawn: bool = False


def is_loaded() -> bool:
    """True when the demo community is here already."""
    return Member.objects.filter(name=MEMBERS[0][0]).exists() and Room.objects.filter(slug=ROOMS[0][0]).exists()


@transaction.atomic
def load() -> None:
    """Makes the demo community. The database must hold no members."""
    now = timezone.now()
    members = {row[0]: make_member(*row, now=now) for row in MEMBERS}
    for place, (slug, name, purpose) in enumerate(ROOMS):
        room = Room.objects.create(slug=slug, name=name, purpose=purpose, place=place)
        room.keepers.set([members[keeper] for keeper in KEEPERS[slug]])
        _fill(room, script(slug), members, now)
    demo_talks.load(members, now)
    demo_live.load(members, now)
    story_seeding.load(writer=members["Sol"], clinician=members["Priya"], second=members["Ada"])
    for title, words in COMMENTS.items():
        _comment(Story.objects.get(title=title), script(words), members, now)


def make_member(name: str, pebble: int, roles: tuple[str, ...], bio: str, *, now: datetime) -> Member:
    """A member of the demo, who agreed to everything; with roles, also with the second factor that everyone knows."""
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


def script(slug: str) -> list[Said]:
    """The messages of one room, in order."""
    said: list[Said] = []
    before: dict[str, str] = {}
    for line in (WORDS / f"{slug}.txt").read_text(encoding="utf-8").splitlines():
        mark, rest = line[:1], line[1:].strip()
        if mark == "+":
            said[-1].reactions = rest.split(",")
        elif mark == "~":
            said[-1].is_edited = True
        elif mark == "-":
            said[-1].is_withdrawn = True
        elif mark in ("!", ">", "@"):
            before[mark] = rest
        else:
            name, _, words = line.partition(": ")
            said.append(Said(name, words, before.pop("!", ""), before.pop(">", None) is not None, before.pop("@", "")))
    return said


def times(said: list[Said], now: datetime) -> Iterator[datetime]:
    """When each message was stored: in order, none in the future, with the pauses that typing makes."""
    at = now - timedelta(days=5)
    for place, one in enumerate(said):
        pause = timedelta(seconds=30 + len(one.words) / 4 + crc32(one.words.encode()) % 120)
        at = max(_beginning(one.begins, now), at + AT_LEAST) if one.begins else at + pause
        at = min(at, now - AT_LEAST * (len(said) - place))
        yield at


def _beginning(words: str, now: datetime) -> datetime:
    if words.startswith("-"):
        return now + timedelta(minutes=int(words))
    days, clock = words.split()
    hour, minute = clock.split(":")
    day = now.astimezone(ZONE) - timedelta(days=int(days))
    return day.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)


def _comment(story: Story, said: list[Said], members: dict[str, Member], now: datetime) -> None:
    story_talk.choose(story, by=members["Sol"], on=True)
    room = story_talk.room_of(story)
    assert room is not None
    _fill(room, said, members, now, also=())


def _fill(
    room: Room, said: list[Said], members: dict[str, Member], now: datetime, also: tuple[str, ...] = ("Linden", "Ada")
) -> None:
    messages = [
        _message(room, seq, one, members, at)
        for seq, (one, at) in enumerate(zip(said, times(said, now), strict=True), start=1)
    ]
    Message.objects.bulk_create(messages)
    _react(room, messages, said, members)
    _mention(room, messages, members)
    _edit_and_withdraw(room, messages, said)
    room.top, room.last_message_at = len(messages), messages[-1].stored_at
    room.save()
    talking = {one.name for one in said} | set(also)
    there = [member for member in members.values() if member.name in talking]
    Membership.objects.bulk_create(
        Membership(room=room, member=member, joined_at=member.joined_at, read_to=_read_to(room, place))
        for place, member in enumerate(there)
    )


def _read_to(room: Room, place: int) -> int:
    # Something new is waiting for every other member, in every other room.
    return room.top - (UNREAD if (place + room.place) % 2 == 0 else 0)


def _message(room: Room, seq: int, one: Said, members: dict[str, Member], at: datetime) -> Message:
    return Message(
        room=room,
        seq=seq,
        author=members[one.name],
        client_id=uuid5(NAMESPACE_URL, f"demo:{room.slug}:{seq}"),
        body=one.words,
        heads_up=one.heads_up,
        reply_to=seq - 1 if one.is_answer else None,
        stored_at=at,
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


def _edit_and_withdraw(room: Room, messages: list[Message], said: list[Said]) -> None:
    for message, one in zip(messages, said, strict=True):
        if not (one.is_edited or one.is_withdrawn):
            continue
        kind = Change.Kind.EDITED if one.is_edited else Change.Kind.WITHDRAWN
        room.revision += 1
        Change.objects.create(room=room, revision=room.revision, kind=kind, seq=message.seq, member=message.author)
        EarlierText.objects.create(message=message, body=message.body, replaced_at=message.stored_at)
        message.revision = room.revision
        if one.is_edited:
            message.edited_at = message.stored_at + timedelta(seconds=15)
        else:
            message.body, message.withdrawn_at = "", message.stored_at + timedelta(seconds=15)
        message.save()


def accounts() -> list[tuple[str, str]]:
    """(name, what they are) of everyone in the demo, for the start message."""
    return [(name, ", ".join(roles) or "member") for name, _, roles, _ in MEMBERS]
