"""A live chat while many act at once: nothing is stored after the host's last word, and a seat is one seat."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.utils import timezone

from chat.models import LiveChat, Message, Room, SignUp
from chat.services import live_chats, live_duties, live_emptying, live_gate, live_places, messages
from chat.services.messages import Draft
from community.models import Notice
from community.refusals import Refusal
from tests.chat.test_races import racing
from tests.factories import make_live_chat, make_member, session_of
from tests.servers import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.delivery]
WRITERS, ROUNDS = 5, 6


@pytest.fixture(autouse=True)
def _unhurried(settings):
    settings.LIMITS_SCALE = 1000


def people_in(chat, count=WRITERS):
    members = [make_member(f"writer-{n}") for n in range(count)]
    for member in members:
        live_places.enter(member, chat)
    return [(member, session_of(member)) for member in members]


def post(chat, one, number):
    member, key = one
    return messages.post(Draft(member.pk, key, chat.room.slug, UUID(int=member.pk * 1000 + number), "A line"))


def close(chat):
    """Closes it and returns how far the room had come, read while nobody could write."""
    with transaction.atomic():
        row = live_chats.held(chat)
        row.closed_at = timezone.now()
        live_chats.changed(row, "closed_at")
        return Room.objects.get(pk=row.room_id).top


def test_r1_nothing_is_stored_after_a_closing_is_committed():
    chat = make_live_chat()
    writers = people_in(chat)

    def work(one):
        if one == "host":
            until(lambda: Message.objects.filter(room=chat.room).count() >= WRITERS, "the talk did not begin")
            return close(chat)
        for number in range(10_000):
            try:
                post(chat, one, number)
            except Refusal as no:
                return no
        return None

    top, *ends = racing(work, ["host", *writers])
    assert {type(one) for one in ends} == {live_gate.Over}
    assert Room.objects.get(pk=chat.room_id).top == top == Message.objects.filter(room=chat.room).count()


def test_a_writer_who_waited_for_the_hosts_last_word_comes_after_it():
    chat = make_live_chat()
    [writer] = people_in(chat, 1)
    held, waits = threading.Event(), threading.Event()

    def closing():
        with transaction.atomic():
            row = live_chats.held(chat)
            held.set()
            assert waits.wait(20)
            if connection.vendor == "postgresql":  # on SQLite it waits for the whole database
                until(_somebody_waits, "nobody waits for the room")
            row.closed_at = timezone.now()
            live_chats.changed(row, "closed_at")
        connection.close()

    def writing():
        assert held.wait(20)
        waits.set()
        try:
            return post(chat, writer, 1)
        except Refusal as no:
            return no
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        ends = [pool.submit(one) for one in (writing, closing)]
        outcome, _ = (one.result(60) for one in ends)
    assert isinstance(outcome, live_gate.Over)
    assert not Message.objects.exists()


def _somebody_waits():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return cursor.fetchone()[0] > 0


def test_of_all_who_enter_at_once_one_has_the_last_seat_and_keeps_it():
    chat = make_live_chat(seats=1)
    members = [make_member(f"guest-{n}") for n in range(WRITERS)]
    keys = [(member, session_of(member)) for member in members]

    def come(one):
        live_places.enter(one[0], chat)
        ends = []
        for number in range(ROUNDS):
            try:
                ends.append(post(chat, one, number))
            except live_gate.Full as no:
                ends.append(no)
        return {type(end) for end in ends}

    ends = racing(come, keys)
    assert sorted(len(one) for one in ends) == [1] * WRITERS, "nobody's seat came or went meanwhile"
    assert sum(one == {messages.Stored} for one in ends) == 1


def test_who_leaves_while_posting_has_said_all_of_it_before_the_next_one_sits():
    chat = make_live_chat(seats=1)
    first, second = people_in(chat, 2)

    def work(one):
        if one == "leave":
            live_places.leave(first[0], chat)
            return []
        stored = []
        for number in range(ROUNDS * 4):
            try:
                stored.append(post(chat, one, number).seq)
            except live_gate.Full:
                continue
        return stored

    _, before, after = racing(work, ["leave", first, second])
    assert not before or not after or max(before) < min(after)


def test_two_workers_at_once_call_and_tell_once():
    chat = make_live_chat(begins_in=300, is_led=False, cover=make_member("theo"))
    guests = [make_member(f"guest-{n}") for n in range(3)]
    for guest in guests:
        live_places.sign_up(guest, chat)
    assert sorted(racing(lambda _: live_duties.look_after(), range(3))) == [0, 0, 2]
    assert set(Notice.objects.values_list("kind", "count")) == {("live-off", 1), ("live-unled", 1)}


def test_d3_two_workers_at_once_empty_a_chat_once_while_somebody_still_tries_to_write():
    chat = make_live_chat(keep_days=0)
    [writer] = people_in(chat, 1)
    for number in range(3):
        post(chat, writer, number)
    close(chat)
    LiveChat.objects.update(ends_at=timezone.now())

    def work(one):
        if one == "writer":
            with pytest.raises(Refusal):
                post(chat, writer, 99)
            return 0
        return live_emptying.empty_over()

    assert sum(racing(work, ["writer", "worker", "worker"])) == 3
    assert not Message.objects.exists()
    assert not SignUp.objects.exists()
    assert LiveChat.objects.get().emptied_at
