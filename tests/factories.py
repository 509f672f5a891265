"""Plain functions with good defaults that put members, rooms and messages into the database."""

from __future__ import annotations

from datetime import date, time, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.test import override_settings
from django.utils import timezone

from chat.models import LiveChat, Membership, Room, Series
from community.models import Member, Resource, Story

PASSWORD = "quiet-river-stones"
_numbers = count(1)


def make_member(name: str = "", *, password: str = PASSWORD, roles: tuple[str, ...] = (), **fields: Any) -> Member:
    """A member who joined a month ago (so the limits for new accounts are over) and agreed to everything."""
    fields.setdefault("joined_at", timezone.now() - timedelta(days=30))
    member = Member.objects.create_user(name or f"member-{next(_numbers)}", password=password, **fields)
    for role in roles:
        member.groups.add(Group.objects.get(name=role))
    _agree(member)
    return member


def make_room(slug: str = "", **fields: Any) -> Room:
    """A group room that is open to all members."""
    slug = slug or f"room-{next(_numbers)}"
    fields.setdefault("name", slug.replace("-", " ").capitalize())
    return Room.objects.create(slug=slug, **fields)


def join(member: Member, room: Room) -> Membership:
    """Gives the member a place in the room, by the front door."""
    from chat.services import rooms

    return rooms.join(member, room)


def make_live_chat(
    begins_in: float = -600, *, minutes: float = 60, is_led: bool = True, is_watched: bool = True, **fields: Any
) -> LiveChat:
    """A live chat that began ten minutes ago, unless told otherwise (in seconds), with its host there.

    Until its end somebody has the moderators' console open, so that it is not guarded.
    """
    from chat.services import live_chats
    from moderation.models import AtDesk

    now = timezone.now()
    fields.setdefault("host", make_member(roles=("hosts",)))
    fields.setdefault("starts_at", now + timedelta(seconds=begins_in))
    fields.setdefault("ends_at", fields["starts_at"] + timedelta(minutes=minutes))
    fields.setdefault("checked_in_at", now if is_led else None)
    fields.setdefault("topic", "Sleep, and lying awake")
    chat = live_chats.make(**fields)
    if is_watched and chat.host:
        AtDesk.objects.update_or_create(member=chat.host, token="", defaults={"seen_at": chat.ends_at})
    return chat


def make_series(**fields: Any) -> Series:
    """Every day at 20:00 in Lisbon since long ago, with two topics that take turns, led by three; nothing planned."""
    for part, role in (("host", "hosts"), ("cover", "hosts"), ("moderator", "moderators")):
        if part not in fields:
            fields[part] = make_member(roles=(role,))
    topics = [
        {"topic": "Sleep, and lying awake", "purpose": "For the small hours", "prompts": ["What helps?", "And then?"]},
        {"topic": "Telling someone", "content_note": "family", "prompts": ["Who knows?"]},
    ]
    plan: dict[str, Any] = {
        "name": "Evening chat",
        "at": time(20),
        "zone": "Europe/Lisbon",
        "first_day": date(2026, 1, 1),
    }
    return Series.objects.create(**{**plan, "topics": topics, **fields})


def make_resource(name: str = "Quiet Line", country: str = "GB", **said: Any) -> Resource:
    """A published help line: two curators have read it, nobody has verified it yet."""
    from community.resource_content import Channel, Content
    from community.services import resources

    said.setdefault("kind", "helpline")
    said.setdefault("channels", (Channel("phone", "0800 000 111"),))
    curators = [
        Member.objects.filter(name=one).first() or make_member(one, roles=("curators",)) for one in ("Ada", "Joon")
    ]
    text = resources.submit(
        resources.draft(Content(name=name, country=country, **said), by=curators[0]), by=curators[0]
    )
    return resources.approve(text, by=curators[1])


def make_story(
    title: str = "A quiet story", *, body: str = "It was a day like others, and then it rained.", **said: Any
) -> Story:
    """A story that is out: written, reviewed and read by three people of its own."""
    from community.models import Byline
    from community.services import stories
    from community.story_content import Text

    writer, clinician, editor = make_member(), make_member(roles=("reviewers",)), make_member(roles=("curators",))
    reviewer = make_reviewer_byline(clinician)
    draft = stories.begin(Text(title=title, body=body, **said), by=writer, byline=Byline.objects.create(name="Ana"))
    stories.agree(draft.story, by=writer)
    handed_in = stories.hand_in(draft, by=writer, ticked=stories.CHECKLIST)
    reviewed = stories.review(handed_in, stories.Verdict("approve"), by=clinician, byline=reviewer)
    return stories.read_second(reviewed, by=editor)


def make_reviewer_byline(member: Member, name: str = "Dr Cleo") -> Any:
    """Under which name and profession readers see that this clinician read a text; they agreed to that."""
    from community.models import Byline

    agreed = {"member": member, "agreed_at": timezone.now()}
    return Byline.objects.create(name=name, profession="psychologist", **agreed)


def session_of(member: Member) -> str:
    """The key of a new session of this member: what the session cookie holds."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(member.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = member.get_session_auth_hash()
    session.save()
    UserSession.objects.create(user=member, session_key=session.session_key, ip="0.0.0.0", user_agent="A test")
    return str(session.session_key)


def post(
    member: Member,
    room: Room,
    body: str = "Hello",
    *,
    client_id: UUID | None = None,
    session_key: str = "",
    **more: Any,
) -> Any:
    """Posts through the service, and returns what it answers. Limits on speed are not spent here."""
    from chat.services import messages

    draft = messages.Draft(
        member_id=member.pk,
        session_key=session_key or session_of(member),
        room=room.slug,
        client_id=client_id or uuid4(),
        body=body,
        **more,
    )
    with unhurried():
        return messages.post(draft)


def unhurried() -> override_settings:
    """A context in which limits on speed are a thousand times wider, in this process and in Valkey alike."""
    return override_settings(LIMITS_SCALE=1000)


def react(member: Member, room: Room, seq: int, kind: str) -> None:
    """Gives a word of support to a message."""
    from chat.services import changes

    changes.do(changes.Act(member.pk, session_of(member), room.slug, seq, changes.reacting(kind, on=True)))


def _agree(member: Member) -> None:
    """Every consent that a member has to have given, as of now."""
    from community.services import consent

    consent.give_all(member)


def ask(asker: Member, asked: Member, note: str = "Would you like to talk?") -> str:
    """Asks by the front door, and returns the token of the request that waits."""
    from chat.models import Request
    from chat.services import requests

    with unhurried():
        requests.ask(asker, asked.name, note)
    return Request.objects.filter(asker=asker, asked=asked).latest("made_at").token


def talk(asker: Member, asked: Member, note: str = "Would you like to talk?") -> Room:
    """The room of a conversation of two, who meet in a room of their own and say yes."""
    from chat.services import requests
    from chat.services.levels import shared_rooms

    if not shared_rooms(asker, asked):
        room = make_room()
        join(asker, room)
        join(asked, room)
    return requests.accept(asked, ask(asker, asked, note)).room


def make_entry(slug: str = "", *, published: bool = True, **fields: Any) -> Any:
    """An entry of the lists with one text, read by somebody, and one thing that a member said about it."""
    from community.models import Resource
    from community.resource_content import Channel, Content, to_json
    from community.services import resources

    content = Content(**{"name": slug or "A line", "kind": "helpline", "country": "GB",
                         "channels": (Channel("phone", "116 123"),), **fields})  # fmt: skip
    one = Resource.objects.create(
        slug=slug or resources.free_slug(content), name=content.name, kind=content.kind, country=content.country
    )
    state = "approved" if published else "draft"
    revision = one.revisions.create(number=1, content=to_json(content), state=state, author=None, is_imported=True)
    if published:
        resources.publish(one, revision)
    return one


def report_entry(resource: Any, **fields: Any) -> Any:
    """What a member said about an entry that did not work."""
    return resource.feedback.create(
        **{"said": "no-answer", "country": "GB", "hour": 22, "on": timezone.localdate(), **fields}
    )
