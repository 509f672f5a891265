"""Fills a fresh database with members, sessions, consents and rooms, and prints who may sign in as a list in JSON.

Run as a process of its own with the environment of the server: `python -m bench.people 1000 [messages [live]]`.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta

import django

ROOM, PAIR = 50, 2
BODY = (
    "Some days are slower than others, and that is all right. We will be here in the evening, as every day. Sleep well."
)


def main(count: int, messages: int, live: bool) -> None:
    """Makes everything in one transaction."""
    django.setup()
    from django.db import transaction

    with transaction.atomic():
        members = _members(count)
        places = [_rooms(members, "room", ROOM), _rooms(members, "pair", PAIR)]
        keys = [_session(member) for member in members]
        if messages:
            _long_room(members, messages)
        chat = _live_chat(members) if live else ""
    rows = zip(members, keys, *places, strict=True)
    told = [{"name": m.name, "session": key, "room": room, "pair": pair} for m, key, room, pair in rows]
    json.dump([{**one, "live": chat} for one in told], sys.stdout)


def _members(count: int) -> list:
    from django.utils import timezone

    from community import names
    from community.models import Member
    from community.services import consent

    joined_at = timezone.now() - timedelta(days=30)
    called = [f"walker-{n:05}" for n in range(count)]
    made = [Member(name=name, skeleton=names.skeleton(name), password="!", joined_at=joined_at) for name in called]
    Member.objects.bulk_create(made)
    for member in made:
        consent.give_all(member)
    return made


def _rooms(members: list, kind: str, size: int) -> list[str]:
    """Gives each member a place in a room with their neighbours in the list; the slug of it for each."""
    from chat.models import Membership, Room

    slugs = [f"{kind}-{place // size:04}" for place in range(len(members))]
    rooms = {slug: Room(slug=slug, name=slug, purpose="For measuring") for slug in slugs}
    Room.objects.bulk_create(rooms.values())
    Membership.objects.bulk_create(
        [Membership(member=member, room=rooms[slug]) for member, slug in zip(members, slugs, strict=True)]
    )
    return slugs


def _live_chat(members: list) -> str:
    """The slug of the room of a live chat that goes on for an hour, with everybody in it and a moderator at hand."""
    from django.utils import timezone

    from chat.models import Membership, SignUp
    from chat.services import live_chats
    from moderation.models import AtDesk

    now = timezone.now()
    times = {"starts_at": now - timedelta(minutes=5), "ends_at": now + timedelta(hours=1), "checked_in_at": now}
    chat = live_chats.make(topic="For measuring", host=members[0], **times)
    chat.prompts.create(text="What helped you today?", released_at=now, released_by=members[0])
    Membership.objects.bulk_create([Membership(member=member, room=chat.room) for member in members])
    SignUp.objects.bulk_create([SignUp(member=member, chat=chat, entered_at=now) for member in members])
    AtDesk.objects.create(member=members[0], token="", seen_at=chat.ends_at)
    return chat.room.slug


def _session(member) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session[SESSION_KEY] = str(member.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = member.get_session_auth_hash()
    session.save()
    return session.session_key


def _long_room(members: list, messages: int) -> None:
    """A room with so many messages, by one statement."""
    from django.db import connection

    from chat.models import Membership, Message, Room

    room = Room.objects.create(slug="long", name="Long", top=messages)
    Membership.objects.bulk_create([Membership(member=member, room=room) for member in members[:10]])
    on_sqlite = connection.vendor == "sqlite"
    client_id = "printf('%032x', n)" if on_sqlite else "lpad(to_hex(n), 32, '0')::uuid"
    at = "datetime('now', (n - {0}) || ' seconds')" if on_sqlite else "now() + (n - {0}) * interval '1 second'"
    sql = (
        f"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {messages}) "
        f"INSERT INTO {Message._meta.db_table} (room_id, seq, author_id, client_id, body, heads_up, links_shown,"
        f" stored_at, revision) SELECT {room.pk}, n, {members[0].pk} + n % {len(members)}, {client_id},"
        f" '{BODY} ' || n, '', true, {at.format(messages)}, 0 FROM numbers"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0, "live" in sys.argv)
