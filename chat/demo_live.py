"""Live chats of the demo community: a series, one chat that is on right now, one that ended, and the next ones.

`seed/demo/live.txt` has what is said in the one that is on: "@ 12 prompt" goes on twelve minutes after the start, "+"
gives words of support, ">" makes an answer to the message before.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from pathlib import Path

from chat import schedule
from chat.models import Leaving, LiveChat, Membership, Message, Prompt, Reaction, Room, Series, SignUp
from chat.services import live_chats, messages
from community.models import Member

WORDS = Path(__file__).parent / "seed" / "demo" / "live.txt"
ZONE = "Europe/London"
AT = time(20)
MINUTES = 60
BEGAN = timedelta(minutes=20)  # ago
AHEAD = timedelta(days=6)
PAUSE = timedelta(seconds=38)
PEOPLE = {"host": "Sol", "cover": "Theo", "moderator": "Amara"}

# topic, purpose, what to know before, prompts
TOPICS: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    (
        "Telling someone",
        "A friend, a boss, a mother: what we said, what we left out, and how it went.",
        "",
        ("Who knows, and who doesn't?", "Which sentence would you use again?", "What did you leave out?"),
    ),
    (
        "Getting through a workday",
        "Mondays, meetings, and looking as if nothing were the matter.",
        "",
        ("Which hour of the day is the longest?", "What helps in a break?", "What could be left until Friday?"),
    ),
    (
        "Eating when nothing tastes",
        "No recipes, no rules. Toast counts.",
        "food",
        ("What did you eat today, honestly?", "What is the smallest meal that works?", "Who could bring soup?"),
    ),
    (
        "A quiet hour, without a subject",
        "We sit together and write when we like.",
        "",
        ("What is in front of your window?", "What would you keep of today?"),
    ),
    (
        "Anger, the other half of sad",
        "Where it goes when it has nowhere to go.",
        "anger, family",
        ("What did it sound like this week?", "Where do you put it?", "Who can hear it without ducking?"),
    ),
)  # fmt: skip
NOW = (
    "Sleep, when your mind won't stop",
    "For everyone who lies awake. We won't mend it tonight, we keep each other company in it.",
    "sleep, night thoughts",
    (
        "What keeps you company when you can't sleep?",
        "What does four in the morning sound like where you are?",
        "What do you tell yourself when the alarm rings?",
    ),
)
SO_FAR = "We've talked about kettles and giving up on the clock, and about what keeps us company at night."
TALKED_ABOUT = ["the hour before guests arrive", "saying no without a reason", "going home early, and nobody minding"]
WHAT_HELPED = [
    "one friend who knows the sign for “let's go”",
    "arriving first, while it's quiet",
    "a job to do in the kitchen",
]


@dataclass
class Said:
    """One message of the script."""

    name: str
    words: str
    at: timedelta
    is_answer: bool = False
    reactions: list[str] = field(default_factory=list)


def script() -> list[Said]:
    """The messages of the chat that is on, in order."""
    found: list[Said] = []
    at, is_answer = timedelta(), False
    for line in WORDS.read_text(encoding="utf-8").splitlines():
        mark, rest = line[:1], line[1:].strip()
        if mark == "@":
            at = timedelta(minutes=int(rest.split()[0]))
        elif mark == "+":
            found[-1].reactions = rest.split(",")
        elif mark == ">":
            is_answer = True
        else:
            name, _, words = line.partition(": ")
            found.append(Said(name, words, at, is_answer))
            at, is_answer = at + PAUSE, False
    return found


def load(members: dict[str, Member], now: datetime) -> None:
    """Makes all of it. Call in the transaction that made the members."""
    people = {role: members[name] for role, name in PEOPLE.items()}
    series = Series.objects.create(
        name="Evening live chat",
        topics=[_topic(*one) for one in TOPICS],
        at=AT,
        zone=ZONE,
        minutes=MINUTES,
        first_day=(now - timedelta(days=3)).date(),
        slow_seconds=30,
        **people,
    )
    _plan(series, now)
    _one_that_ended(series, members)
    _one_that_is_on(members, people, now)


def _topic(topic: str, purpose: str, content_note: str, prompts: tuple[str, ...]) -> dict[str, object]:
    return {"topic": topic, "purpose": purpose, "content_note": content_note, "prompts": list(prompts)}


def _plan(series: Series, now: datetime) -> None:
    rule = schedule.Rule(frozenset(range(7)), series.at, series.zone, series.first_day)
    days = schedule.planned(rule, (now - timedelta(days=1)).date(), (now + AHEAD).date())
    for one in days:
        if one.starts_at + timedelta(minutes=MINUTES) < now or one.starts_at > now + BEGAN + timedelta(hours=1):
            topic = series.topics[one.number % len(series.topics)]
            _make(topic, one.starts_at, series=series, day=one.day, **_people_of(series))


def _people_of(series: Series) -> dict[str, Member | None]:
    return {"host": series.host, "cover": series.cover, "moderator": series.moderator}


def _make(topic: dict[str, object], starts_at: datetime, **fields: object) -> LiveChat:
    chat = live_chats.make(
        topic=topic["topic"],
        purpose=topic["purpose"],
        content_note=topic["content_note"],
        zone=ZONE,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=MINUTES),
        slow_seconds=30,
        **fields,
    )
    prompts: list[str] = topic["prompts"]  # type: ignore[assignment]
    Prompt.objects.bulk_create(Prompt(chat=chat, place=place, text=text) for place, text in enumerate(prompts))
    return chat


def _one_that_ended(series: Series, members: dict[str, Member]) -> None:
    chat = LiveChat.objects.filter(series=series).order_by("starts_at").first()
    assert chat is not None
    chat.topic, chat.purpose = "Other people's kitchens", "Invitations, parties, and how to be a guest on a thin day."
    chat.content_note = ""
    chat.checked_in_at, chat.checked_in_by = chat.starts_at - timedelta(minutes=14), series.host
    chat.talked_about, chat.what_helped = TALKED_ABOUT, WHAT_HELPED
    chat.summed_up_at = chat.ends_at + timedelta(minutes=25)
    chat.save()
    Room.objects.filter(pk=chat.room_id).update(name=chat.topic, purpose=chat.purpose)
    for name, felt in (("Linden", "better"), ("Wren", "same"), ("Fern", "better"), ("Otis", "same")):
        Membership.objects.create(room=chat.room, member=members[name])
        SignUp.objects.create(chat=chat, member=members[name], entered_at=chat.starts_at, made_at=chat.starts_at)
        Leaving.objects.create(chat=chat, member=members[name], felt=felt if name != "Linden" else "", at=chat.ends_at)
    _say(chat, [Said("Wren", "Thank you, all. I'm going home early, on purpose.", timedelta(minutes=55))], members)


def _one_that_is_on(members: dict[str, Member], people: dict[str, Member], now: datetime) -> None:
    began = now - BEGAN
    began = began.astimezone(UTC).replace(minute=began.minute // 5 * 5, second=0, microsecond=0)
    host = people["host"]
    there = {"checked_in_at": began - timedelta(minutes=15), "checked_in_by": host}
    chat = _make(_topic(*NOW), began, **people, **there, so_far=SO_FAR, so_far_at=began + timedelta(minutes=15))
    for prompt, minutes in islice(zip(chat.prompts.all(), (3, 12), strict=False), 2):
        Prompt.objects.filter(pk=prompt.pk).update(released_at=began + timedelta(minutes=minutes), released_by=host)
    names = {one.name for one in script()}
    for name in sorted(names):
        Membership.objects.create(room=chat.room, member=members[name])
        if members[name] not in people.values():
            SignUp.objects.create(chat=chat, member=members[name], entered_at=began, made_at=began)
    _say(chat, script(), members)


def _say(chat: LiveChat, said: list[Said], members: dict[str, Member]) -> None:
    others = list(members.values())
    for seq, one in enumerate(said, start=1):
        messages.place(Room.objects.get(pk=chat.room_id), members[one.name], one.words)
        message = Message.objects.get(room=chat.room_id, seq=seq)
        message.stored_at, message.reply_to = chat.starts_at + one.at, seq - 1 if one.is_answer else None
        message.save(update_fields=["stored_at", "reply_to"])
        givers = [member for member in others[seq % 5 :] + others if member.name != one.name]
        pairs = dict.fromkeys(zip(givers, one.reactions, strict=False))
        Reaction.objects.bulk_create(
            Reaction(message=message, member=giver, kind=kind, at=message.stored_at) for giver, kind in pairs
        )
    Room.objects.filter(pk=chat.room_id).update(last_message_at=chat.starts_at + said[-1].at)
    Membership.objects.filter(room=chat.room_id).update(read_to=len(said))
