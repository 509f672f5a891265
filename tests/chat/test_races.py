"""Many writers at once, with an observer: numbers without holes, in commit order, repeats stored once (R1, R3, R4)."""

from __future__ import annotations

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from uuid import UUID

import msgspec
import pytest
from django.db import IntegrityError, OperationalError, connection

from chat.models import Message, Room
from chat.services import changes, messages, news, rooms
from chat.services.changes import Act
from chat.services.messages import Draft
from community.refusals import Refusal
from tests.factories import join, make_member, make_room, session_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.delivery]
WRITERS, ROUNDS, ROOMS = 8, 12, 3


@pytest.fixture
def people(settings):
    """Eight members with places in three rooms, and limits that let them race."""
    settings.LIMITS_SCALE = 1000
    spaces = [make_room(f"room-{n}") for n in range(ROOMS)]
    members = [make_member(f"writer-{n}") for n in range(WRITERS)]
    for member in members:
        for room in spaces:
            join(member, room)
    return [(member, session_of(member)) for member in members], spaces


def racing(work, arguments):
    """Runs `work` for each argument in a thread of its own, all starting at once."""
    gate = threading.Barrier(len(arguments))

    def run(argument):
        gate.wait()
        try:
            return work(argument)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(arguments)) as pool:
        return list(pool.map(run, arguments))


class Observer:
    """Follows the rooms as another process would, from the same reads, while others write."""

    def __init__(self, spaces):
        self.at = {room.pk: (0, 0) for room in spaces}
        self.seen = {room.pk: [] for room in spaces}
        self.state = {room.pk: {} for room in spaces}

    def look(self):
        for pk, (seq, revision) in self.at.items():
            found = news.since(pk, seq, revision)
            for entry in [entry for _, entry in found.changed if entry.seq <= seq] + found.fresh:
                self.state[pk][entry.seq] = msgspec.json.decode(entry.body)
            self.seen[pk] += [entry.seq for entry in found.fresh]
            self.at[pk] = (found.top, found.revision)

    def follow(self, done):
        while not done.wait(0.005):  # it leaves the writers the interpreter, as a process of its own would
            self.look()
        self.look()
        connection.close()


def test_r1_r3_writers_racing_with_repeats_edits_and_an_observer_leave_no_hole_and_no_double(people):
    writers, spaces = people
    observer, done = Observer(spaces), threading.Event()
    following = threading.Thread(target=observer.follow, args=[done])
    following.start()
    try:
        tallies = racing(lambda one: _write(one, spaces), list(enumerate(writers)))
    finally:
        done.set()
        following.join()
    stored = Counter(chain.from_iterable(tallies))
    for room in spaces:
        _check_room(Room.objects.get(pk=room.pk), observer)
    assert set(stored.values()) == {2}  # each was sent twice at the same time, and answered twice alike


def _write(one, spaces):
    number, (member, key) = one
    chance = random.Random(number)
    answers = []
    for turn in range(ROUNDS):
        room = chance.choice(spaces)
        client_id = UUID(int=number * 1000 + turn)
        draft = Draft(member.pk, key, room.slug, client_id, f"{number}:{turn}")
        twice = racing(lambda one: _insistent(lambda: _post(one)), [draft, draft])
        answers += [(room.slug, stored.seq) for stored in twice]
        if chance.random() < 0.3:
            act = Act(member.pk, key, room.slug, twice[0].seq, changes.editing(f"{number}:{turn} again"))
            _insistent(lambda act=act: changes.do(act))
    return answers


def _insistent(work):
    """Asks until it is answered, as a browser does: what could not be stored was not, and it may come again.

    Two writers with one id, and on SQLite a writer whom luck kept from the lock (it is not handed out in turn,
    so on a slow machine with this many writers one may wait longer than the time limit), are told to come again.
    """
    for _ in range(100):
        try:
            outcome = work()
        except (IntegrityError, OperationalError) as error:
            outcome = error
        if not isinstance(outcome, Exception):
            return outcome
    raise outcome


def _post(draft):
    [outcome] = messages.store([draft])
    return outcome


def _check_room(room, observer):
    seqs = list(Message.objects.filter(room=room).order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, room.top + 1))
    assert observer.seen[room.pk] == seqs, "number order is commit order: nothing came late or twice"
    now = {m.seq: (m.body, m.revision) for m in Message.objects.filter(room=room)}
    assert {seq: (e["body"], e["revision"]) for seq, e in observer.state[room.pk].items()} == now


def test_r4_each_writers_messages_are_in_the_order_they_were_sent(people):
    writers, spaces = people

    def write(one):
        number, (member, key) = one
        for turn in range(ROUNDS):
            draft = Draft(member.pk, key, spaces[0].slug, UUID(int=number * 1000 + turn), str(turn))
            _insistent(lambda draft=draft: _post(draft))

    racing(write, list(enumerate(writers)))
    for member, _ in writers:
        mine = Message.objects.filter(author=member).order_by("seq").values_list("body", flat=True)
        assert list(mine) == [str(turn) for turn in range(ROUNDS)]


def test_a2_no_message_of_a_removed_member_has_a_number_after_the_removal(people):
    writers, spaces = people
    room, (leaver, key) = spaces[0], writers[0]

    def work(one):
        if one == "remover":
            rooms.remove(leaver, room)
            return Room.objects.get(pk=room.pk).top
        kept = []
        for turn in range(ROUNDS):
            try:
                kept.append(messages.post(Draft(leaver.pk, key, room.slug, UUID(int=turn), str(turn))).revision)
            except Refusal:
                break
        return kept

    _, revisions = racing(work, ["remover", "writer"])
    assert set(revisions) <= {0}, "stored before the removal raised the revision to 1"
    assert not Message.objects.filter(author=leaver, revision__gte=1).exists()
