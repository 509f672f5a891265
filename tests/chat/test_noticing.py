"""From messages to notices: those who want them, once each, never from whom one does not hear (A1, A7, D4)."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import OperationalError, connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chat.models import Membership, Noticed
from chat.services import changes, levels, noticing, requests, rooms
from chat.services.changes import Act
from community.models import Block, Letter, Notice, Push
from community.services import apart, boundaries, digest, push
from tests.factories import ask, join, make_member, make_room, post, session_of, talk
from tests.receivers import Browser

pytestmark = pytest.mark.django_db


@pytest.fixture
def room():
    return make_room("evenings", name="Evenings")


@pytest.fixture
def ana(room):
    """Somebody who wants to be told."""
    return member_in(room, "ana")


@pytest.fixture
def ben(room):
    """Somebody who writes."""
    return member_in(room, "ben")


def member_in(room, name, level="mentions"):
    """A member of the room with this level."""
    member = make_member(name)
    join(member, room)
    levels.choose(member, {room.pk: level})
    return member


def look(seconds: float = 4) -> int:
    """A round of the duty, a little later."""
    with time_machine.travel(timezone.now() + timedelta(seconds=seconds), tick=False):
        return noticing.notice_rooms()


def noticed(member) -> list[tuple[str, int]]:
    """(kind, count) of what is new for the member."""
    return list(Notice.objects.filter(member=member, seen_at=None).order_by("kind").values_list("kind", "count"))


def test_who_is_named_is_told_where_and_whoever_wants_all_of_it_too(room, ana, ben):
    cleo, dana = member_in(room, "cleo", "all"), member_in(room, "dana", "none")
    post(ben, room, "Good evening")
    post(ben, room, "@ana @dana are you there?")
    assert look() == 2
    assert noticed(ana) == [("mention", 1)]
    assert noticed(cleo) == [("room", 2)]
    assert noticed(dana) == []
    assert noticed(ben) == []
    mine = Notice.objects.get(member=ana)
    assert (mine.subject, mine.path) == ("Evenings", "/rooms/evenings/?around=2#m-2")


def test_each_message_is_noticed_once_however_often_one_looks(room, ben):
    cleo = member_in(room, "cleo", "all")
    for number in range(3):
        post(ben, room, f"line {number}")
        look()
        look()
    assert noticed(cleo) == [("room", 3)]


def test_a_name_and_the_rest_are_two_causes_and_nothing_is_counted_twice(room, ben):
    cleo = member_in(room, "cleo", "all")
    post(ben, room, "@cleo hello")
    post(ben, room, "and everyone")
    look()
    assert noticed(cleo) == [("mention", 1), ("room", 1)]


def test_what_was_said_a_moment_ago_waits_so_that_readers_in_the_room_are_not_told(room, ana, ben):
    post(ben, room, "@ana hello")
    assert look(0) == 0
    rooms.mark_read(ana.pk, room.slug, 1)
    assert look() == 1
    assert noticed(ana) == []


def test_reading_the_room_to_its_end_is_seeing(room, ben):
    cleo = member_in(room, "cleo", "all")
    post(ben, room, "@cleo hello")
    post(ben, room, "again")
    look()
    rooms.mark_read(cleo.pk, room.slug, 1)
    assert noticed(cleo) == [("mention", 1), ("room", 1)]
    rooms.mark_read(cleo.pk, room.slug, 2)
    assert noticed(cleo) == []


@pytest.mark.parametrize("blocker", ["ana", "ben"])
def test_a7_a_blocked_members_words_make_no_notice_in_either_direction(room, ana, ben, blocker):
    who = {"ana": ana, "ben": ben}
    other = who["ben" if blocker == "ana" else "ana"]
    Block.objects.create(blocker=who[blocker], blocked=other)
    levels.choose(ana, {room.pk: "all"})
    post(ben, room, "@ana planted: heron")
    look()
    assert noticed(ana) == []


def test_a7_what_is_not_given_is_not_counted_among_the_rest(room, ben):
    cleo, dana = member_in(room, "cleo", "all"), member_in(room, "dana")
    Block.objects.create(blocker=cleo, blocked=ben)
    post(ben, room, "one")
    post(dana, room, "two")
    look()
    assert noticed(cleo) == [("room", 1)]


def test_a1_whoever_left_or_was_removed_is_told_nothing_more(room, ana, ben):
    post(ben, room, "@ana hello")
    rooms.remove(ana, room)
    look()
    assert noticed(ana) == []


def test_a_muted_room_is_silent_until_the_mute_ends(room, ana, ben):
    Membership.objects.filter(member=ana).update(muted_until=timezone.now() + timedelta(hours=1))
    post(ben, room, "@ana one")
    look()
    assert noticed(ana) == []
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        post(ben, room, "@ana two")
        look()
    assert noticed(ana) == [("mention", 1)]


@pytest.mark.parametrize("how", [changes.withdraw, changes.hide])
def test_what_was_taken_back_or_down_in_time_is_no_news(room, ana, ben, how):
    stored = post(ben, room, "@ana sorry")
    changes.do(Act(ben.pk, session_of(ben), room.slug, stored.seq, how))
    look()
    assert noticed(ana) == []


@pytest.mark.parametrize(("asked", "hours"), [("hour", 1.1), ("tomorrow", 33)])
def test_a_muted_room_makes_no_news_until_its_quiet_ends(room, ana, ben, asked, hours):
    client = Client()
    client.force_login(ana)
    client.post(reverse("room-mute", args=["evenings"]), {"for": asked})
    assert b"Nothing here rings until" in client.get(reverse("room", args=["evenings"])).content
    post(ben, room, "@ana hello")
    look()
    assert noticed(ana) == []
    with time_machine.travel(timezone.now() + timedelta(hours=hours), tick=False):
        post(ben, room, "@ana good morning")
    look(hours * 3600 + 5)
    assert noticed(ana) == [("mention", 1)]


def test_quiet_is_ended_by_the_one_who_asked_for_it(room, ana, ben):
    client = Client()
    client.force_login(ana)
    client.post(reverse("room-mute", args=["evenings"]), {"for": "tomorrow"})
    client.post(reverse("room-mute", args=["evenings"]), {"for": ""})
    post(ben, room, "@ana hello")
    look()
    assert noticed(ana) == [("mention", 1)]


def subjects(member) -> list[tuple[str, str, int]]:
    """(kind, whom or what it names, count) of what is new for the member."""
    rows = Notice.objects.filter(member=member, seen_at=None).order_by("kind")
    return list(rows.values_list("kind", "subject", "count"))


def test_one_to_one_the_asked_one_then_the_asker_then_the_reader_is_told_of_the_other_by_name(ana, ben):
    token = ask(ana, ben, "planted: nightjar")
    assert subjects(ben) == [("request", "ana", 1)]
    begun = requests.accept(ben, token)
    assert subjects(ana) == [("yes", "ben", 1)]
    post(ben, begun.room, "planted: nightjar")
    look()
    assert subjects(ana) == [("conversation", "ben", 1), ("yes", "ben", 1)]
    assert subjects(ben) == [("conversation", "ana", 1)], "the note, which is the first message"
    rooms.mark_read(ana.pk, begun.room.slug, 2)
    assert subjects(ana) == [("yes", "ben", 1)]


def test_d4_no_notice_of_one_to_one_holds_a_word_of_it(ana, ben):
    private = talk(ana, ben, "planted: nightjar")
    post(ben, private, "planted: nightjar")
    look()
    rows = [str(row) for row in Notice.objects.values()]
    assert len(rows) >= 3
    assert not [row for row in rows if "nightjar" in row]


def test_a7_whoever_was_muted_one_to_one_makes_no_notice(ana, ben):
    private = talk(ana, ben)
    look()
    Notice.objects.all().delete()
    apart.mute(ana, ben)
    post(ben, private, "are you there?")
    look()
    assert noticed(ana) == []


def test_a_no_is_no_news_to_the_asker(ana, ben):
    requests.decline(ben, ask(ana, ben))
    assert noticed(ana) == []
    assert noticed(ben) == []


def test_a_process_that_dies_in_the_middle_loses_nothing_and_tells_nothing_twice(room, ana, ben, monkeypatch):
    post(ben, room, "@ana hello")

    def die(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("community.services.notices.push.wake", die)
        with pytest.raises(KeyboardInterrupt):
            look()
    assert noticed(ana) == []
    assert look() == 1
    assert noticed(ana) == [("mention", 1)]


@pytest.mark.logs_errors("one of the rooms fails")
def test_a_room_where_it_fails_keeps_no_other_waiting_and_is_tried_again(room, ana, ben, monkeypatch):
    others = [make_room(name, name=name) for name in ("attic", "cellar", "garden")]
    for other in others:
        join(ben, other)
        join(ana, other)
    for one in (room, *others):
        post(ben, one, "@ana hello")
    write = noticing._Told.write

    def fail(told, where):
        if where.slug == "cellar":
            raise ValueError
        write(told, where)

    with monkeypatch.context() as patched:
        patched.setattr(noticing._Told, "write", fail)
        assert look() == 3
    assert noticed(ana) == [("mention", 1)] * 3
    assert look() == 1
    assert noticed(ana) == [("mention", 1)] * 4


def test_a_database_that_lets_nobody_write_is_asked_once_in_a_round(room, ana, ben, monkeypatch):
    for name in ("attic", "cellar", "garden"):
        other = make_room(name)
        join(ben, other)
        post(ben, other, "Good evening")
    tried = []

    def locked(rooms):
        tried.append(rooms)
        raise OperationalError("database is locked")

    with monkeypatch.context() as patched:
        patched.setattr(noticing, "_moved_on", locked)
        with pytest.raises(OperationalError):
            look()
    assert len(tried) == 1
    assert look() == 3


def test_rooms_where_nobody_wants_to_hear_cost_no_query_each(room, ben, django_assert_max_num_queries):
    for number in range(30):
        other = make_room(f"r{number}")
        join(ben, other)
        post(ben, other, "Good evening")
    with django_assert_max_num_queries(10):
        assert look() == 30


def test_more_than_one_round_takes_is_taken_in_several_without_a_hole(room, ben, monkeypatch):
    monkeypatch.setattr(noticing, "AT_ONCE", 2)
    cleo = member_in(room, "cleo", "all")
    for number in range(5):
        post(ben, room, f"line {number}")
    assert [look(), look(), look(), look()] == [2, 2, 1, 0]
    assert noticed(cleo) == [("room", 5)]


def test_d4_no_words_of_a_message_are_in_a_notice_a_wake_up_a_letter_or_a_log(room, ana, ben, caplog, settings):
    settings.PUSH_ANYWHERE = True
    boundaries.save(ana, {"quiet_on": False, "digest": "daily"})
    push.add(ana, session_of(ana), endpoint="http://127.0.0.1:1/", **Browser().keys)
    post(ben, room, "@ana planted: bittern", heads_up="planted")
    look()
    push.send_waiting()
    digest.write_due()
    assert noticed(ana) == [("mention", 1)]
    rows = [list(model.objects.values()) for model in (Notice, Push, Letter, Noticed)]
    assert "planted" not in str(rows) + caplog.text
    assert "bittern" not in str(rows) + caplog.text


def test_looking_through_a_room_costs_the_same_for_many_members(room, ben, django_assert_max_num_queries):
    for number in range(30):
        member_in(room, f"member {number}", "all")
    for number in range(10):
        post(ben, room, f"line {number} @member")
    with django_assert_max_num_queries(25):
        look()
    assert Notice.objects.count() == 30


def test_the_page_offers_a_level_for_each_room(room, ana):
    client = Client()
    client.force_login(ana)
    page = client.get(reverse("you-boundaries")).content.decode()
    assert f'name="room-{room.pk}"' in page


@pytest.mark.delivery
@pytest.mark.django_db(transaction=True)
def test_several_processes_that_look_at_once_notice_each_message_once():
    room = make_room("evenings")
    ben, cleo = member_in(room, "ben"), member_in(room, "cleo", "all")
    for number in range(20):
        post(ben, room, f"line {number}")
    with time_machine.travel(timezone.now() + timedelta(seconds=5), tick=False):
        threads = [threading.Thread(target=_look_and_close) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert noticed(cleo) == [("room", 20)]
    connection.close()


def _look_and_close() -> None:
    try:
        noticing.notice_rooms()
    finally:
        connections.close_all()
