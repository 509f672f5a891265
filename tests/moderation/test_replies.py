"""Nobody left without an answer: what waits, for whom it is listed, and what counts as an answer."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from chat.models import Message
from chat.services import changes
from community.models import Member
from community.refusals import NotYours
from community.services import apart
from moderation.detector import Severity
from moderation.models import Answered, Screening
from moderation.services import clock, replies
from tests.factories import join, make_member, make_room, post, session_of, talk
from tests.system.test_access_table import staff_client

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def evenings(settings):
    """A room with a host, ana who wrote her first message an hour ago, and ben, who has been here for long."""
    settings.SCREENING = False  # the tests say what is worried
    room = make_room("evenings")
    people = {name: make_member(name, roles=roles) for name, roles in (("sol", ("hosts",)), ("ana", ()), ("ben", ()))}
    for one in people.values():
        join(one, room)
    with at(minutes=-90 * 24 * 60):
        said(people["ben"], room, "long ago")
    with at(minutes=-60):
        said(people["ana"], room, "hello, I'm new")
    return *people.values(), room


def at(**how):
    return time_machine.travel(NOW + timedelta(**how), tick=False)


def said(member, room, body="words", **more):
    return post(member, room, body, **more).seq


def worry(seq, severity=Severity.LOW, **where):
    message = Message.objects.get(seq=seq, **where)
    found = {"author": message.author, "severity": severity, "version": "1"}
    Screening.objects.update_or_create(message=message, said_at=message.stored_at, defaults=found)


def waiting(reader, **how):
    with at(**how):
        return [(one.seq, one.minutes) for one in replies.waiting_for(reader)]


def test_a_first_message_waits_with_its_minutes(evenings):
    sol, *_ = evenings
    assert waiting(sol) == [(2, 60)]


def test_nothing_waits_before_the_set_time_and_admins_set_it(evenings):
    sol, *_ = evenings
    assert waiting(sol, minutes=-31) == []
    assert waiting(sol, minutes=-30) == [(2, 30)]
    clock.set_times(make_member("ada", roles=("admins",)), reply_seconds=600)
    assert waiting(sol, minutes=-50) == [(2, 10)]


def test_the_second_message_of_somebody_does_not_wait_unless_it_is_worried(evenings):
    sol, _, ben, room = evenings
    with at(minutes=-40):
        seq = said(ben, room, "something heavy")
    assert [one for one, _ in waiting(sol)] == [2]
    worry(seq)
    assert [one for one, _ in waiting(sol)] == [2, seq]


@pytest.mark.parametrize("severity", list(Severity))
def test_low_and_above_is_worried(evenings, severity):
    sol, _, ben, room = evenings
    with at(minutes=-40):
        seq = said(ben, room)
    worry(seq, severity)
    assert (seq in dict(waiting(sol))) == (severity >= Severity.LOW)


def test_a_reply_is_an_answer_and_ones_own_is_not(evenings):
    sol, ana, ben, room = evenings
    with at(minutes=-45):
        said(ana, room, "anyone?", reply_to=2)
    assert [one for one, _ in waiting(sol)] == [2]
    with at(minutes=-20):
        said(ben, room, "hello", reply_to=2)
    assert waiting(sol) == []


def test_naming_the_author_is_an_answer(evenings):
    sol, _, ben, room = evenings
    with at(minutes=-20):
        said(ben, room, "hello @ana")
    assert waiting(sol) == []


def test_in_a_quiet_room_whatever_is_said_next_and_soon_is_an_answer(evenings):
    sol, ana, ben, room = evenings
    with at(minutes=-59):
        said(ana, room, "and another line")
    with at(minutes=-52):
        said(ben, room, "good to see you")
    assert waiting(sol) == []


def test_what_is_said_an_hour_later_or_to_somebody_else_is_no_answer(evenings):
    sol, _, ben, room = evenings
    with at(minutes=-55):
        said(ben, room, "as I said", reply_to=1)
    with at(minutes=-5):
        said(ben, room, "good morning all")
    assert waiting(sol) == [(2, 60)]


def test_in_a_busy_room_people_who_talk_past_somebody_do_not_answer_them(evenings):
    sol, _, ben, room = evenings
    cleo = make_member("cleo")
    join(cleo, room)
    with at(minutes=-45):
        said(ben, room, "rain again")
    with at(minutes=-44):
        seq = said(cleo, room, "hi, first time here")
    with at(minutes=-43):
        said(ben, room, "the radio says so, too")
    assert [one for one, _ in waiting(sol)] == [2, seq]


def test_a_host_says_that_it_was_answered(evenings):
    sol, ana, ben, _ = evenings
    with at():
        replies.answered(sol, "evenings", 2)
        replies.answered(sol, "evenings", 2)
    assert Answered.objects.count() == 1
    assert waiting(sol) == []
    for nobody in (ana, ben):
        with pytest.raises(NotYours):
            replies.answered(nobody, "evenings", 1)


def test_a1_a_host_hears_of_no_room_they_are_not_in_and_a_moderator_of_every_group_room(evenings):
    other = make_room("grief")
    dara = make_member("dara")
    join(dara, other)
    with at(minutes=-50):
        said(dara, other, "first words")
    assert waiting(evenings[0]) == [(2, 60)]
    assert len(waiting(make_member("amara", roles=("moderators",)))) == 2
    with pytest.raises(NotYours):
        replies.answered(evenings[0], "grief", 1)


def test_a1_conversations_are_never_listed(evenings):
    sol, _, ben, _ = evenings
    with at(minutes=-50):
        room = talk(ben, sol, "hello there")
        seq = said(ben, room, "a heavy thing")
    worry(seq, Severity.HIGH, room=room)
    for reader in (sol, make_member("amara", roles=("moderators", "hosts"))):
        assert waiting(reader) == [(2, 60)]
        with pytest.raises(NotYours):
            replies.answered(reader, room.slug, seq)


@pytest.mark.parametrize("what", ["taken back", "taken down", "apart", "gone", "two days old"])
def test_what_nobody_could_answer_does_not_wait(evenings, what):
    sol, ana, ben, room = evenings
    if what == "taken back":
        changes.do(changes.Act(ana.pk, session_of(ana), room.slug, 2, changes.withdraw))
    elif what == "taken down":
        Message.objects.filter(seq=2).update(hidden_at=NOW)
    elif what == "apart":
        apart.keep_apart(sol, ana, by=ben, reason="")
    elif what == "gone":
        Member.objects.filter(pk=ana.pk).update(is_active=False)
    assert waiting(sol, hours=48 if what == "two days old" else 0) == []


def test_ones_own_message_does_not_wait_for_oneself(evenings):
    sol, _, _, room = evenings
    with at(minutes=-40):
        worry(said(sol, room, "heavy"))
    assert waiting(sol) == [(2, 60)]


def test_only_hosts_and_moderators_see_the_list(evenings):
    for name, roles in (("cleo", ()), ("curie", ("curators", "reviewers"))):
        with pytest.raises(NotYours):
            replies.waiting_for(make_member(name, roles=roles))


# --- the page -----------------------------------------------------------------------------------


def test_the_page_shows_room_and_minutes_and_neither_words_nor_names_nor_levels(evenings):
    worry(2, Severity.HIGH)
    page = staff_client("moderators", second_factor=True).get(reverse("moderation:needs-reply"))
    main = page.content.decode().partition("<main")[2]
    assert re.search(r"waiting for \d+ minutes", main)
    assert "/rooms/evenings/?around=2#m-2" in main
    for word in ("ana", "I'm new", "high", "severe", "score", "concern", "flag", "first message"):
        assert word not in main.casefold()


def test_a_host_gets_the_page_without_the_moderators_console(evenings):
    address, to_queue = reverse("moderation:needs-reply"), f'href="{reverse("moderation:queue")}"'
    assert to_queue not in staff_client("hosts", second_factor=True).get(address).content.decode()
    assert to_queue in staff_client("moderators", second_factor=True).get(address).content.decode()


def test_the_button_says_that_it_was_answered(evenings):
    client, address = staff_client("moderators", second_factor=True), reverse("moderation:needs-reply")
    assert client.post(address, {"room": "evenings", "seq": "2"}).status_code == 302
    assert "Everyone has had an answer" in client.get(address).content.decode()
    for seq in ("", "x", "9" * 16, "99", "²"):
        assert client.post(address, {"room": "evenings", "seq": seq}).status_code == 404


# --- many messages ------------------------------------------------------------------------------


def fill(rooms: int, each: int) -> list:
    """So many messages in each of so many busy rooms, one a minute until now, every fiftieth of them worried."""
    people = Member.objects.bulk_create(
        [Member(name=f"p{n}", skeleton=f"p{n}", joined_at=NOW - timedelta(days=9)) for n in range(200)]
    )
    made = [make_room() for _ in range(rooms)]
    step = timedelta(minutes=1)
    rows = [
        Message(room=room, seq=seq, author=people[(seq * 7 + room.pk) % 200], client_id=f"00000000-0000-4000-8000-{room.pk:04d}{seq:08d}",
                body="x", stored_at=NOW - step * (each - seq))
        for room in made
        for seq in range(1, each + 1)
    ]  # fmt: skip
    Message.objects.bulk_create(rows, batch_size=5000)
    for room in made:
        type(room).objects.filter(pk=room.pk).update(top=each)
    worried = Message.objects.filter(seq__gt=0)[::50]
    Screening.objects.bulk_create(
        [
            Screening(message=one, author_id=one.author_id, said_at=one.stored_at, severity=2, version="1")
            for one in worried
        ]
    )
    return made


def test_the_number_of_queries_is_the_same_for_a_thousand_and_twenty_thousand_messages(db):
    amara, counts = make_member("amara", roles=("moderators",)), []
    for rooms, each in ((2, 500), (20, 1000)):
        fill(rooms, each) if not counts else _more(rooms, each)
        with at(), CaptureQueriesContext(connection) as asked:
            found = replies.waiting_for(amara)
        assert len(found) >= 10
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 14


def _more(rooms: int, each: int) -> None:
    Message.objects.all().delete()
    Member.objects.filter(name__startswith="p").delete()
    fill(rooms, each)


def test_messages_are_read_by_their_key_and_never_all_of_them(db):
    if connection.vendor != "sqlite":
        pytest.skip("The plan of SQLite")
    fill(3, 800)
    amara = make_member("amara", roles=("moderators",))
    with at(), CaptureQueriesContext(connection) as asked:
        replies.waiting_for(amara)
    with connection.cursor() as cursor:
        for one in asked:
            cursor.execute(f"EXPLAIN QUERY PLAN {one['sql']}")
            plan = [row[3] for row in cursor.fetchall()]
            assert not [line for line in plan if line.startswith("SCAN") and "message" in line], (plan, one["sql"])
