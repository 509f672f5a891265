"""Posting through the service: numbers, repeats, permission, limits."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chat import signals
from chat.models import Membership, Mention, Message, Room
from chat.services import changes, checks, messages, rooms
from chat.services.changes import Act
from chat.services.messages import Draft, IdReused, ReadOnly, SlowMode
from community import text, throttle
from community.refusals import NotYours, TooFast
from community.services import members, sessions
from tests.factories import join, make_member, make_room, post, session_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.delivery]


@pytest.fixture
def ana():
    return make_member("ana")


@pytest.fixture
def room(ana):
    found = make_room("evenings")
    join(ana, found)
    return found


def draft(member, room, body="Hello", **more):
    return Draft(member.pk, more.pop("session_key", "") or session_of(member), room.slug, uuid4(), body, **more)


def test_r1_numbers_in_a_room_rise_by_one_without_holes_whatever_is_refused(ana, room):
    drafts = [draft(ana, room, body) for body in ("one", "", "two", "\x00", "three", "x" * 5000, "four")]
    outcomes = messages.store(drafts)
    assert [getattr(one, "seq", one.__class__.__name__) for one in outcomes] == [
        1, "Empty", 2, "NotText", 3, "TooLong", 4,
    ]  # fmt: skip
    assert list(Message.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2, 3, 4]
    assert Room.objects.get().top == 4


def test_r3_the_same_client_id_again_stores_nothing_and_gets_the_first_answer(ana, room):
    client_id = uuid4()
    first = post(ana, room, "Hello", client_id=client_id)
    again = post(ana, room, "Hello", client_id=client_id)
    assert (again.seq, again.at, again.entry) == (first.seq, first.at, None)
    assert Message.objects.count() == 1


def test_r3_the_same_client_id_with_other_words_is_refused(ana, room):
    client_id = uuid4()
    post(ana, room, "Hello", client_id=client_id)
    with pytest.raises(IdReused):
        post(ana, room, "Goodbye", client_id=client_id)


def test_r3_a_repeat_after_an_edit_or_a_withdrawal_still_gets_the_first_answer(ana, room):
    client_id = uuid4()
    first = post(ana, room, "Hello", client_id=client_id)
    for how in (changes.editing("Changed"), changes.withdraw):
        changes.do(Act(ana.pk, session_of(ana), room.slug, first.seq, how))
        assert post(ana, room, "Hello", client_id=client_id).seq == first.seq
    assert Message.objects.count() == 1


def test_r3_the_same_id_twice_in_one_batch_is_stored_once(ana, room):
    one = draft(ana, room)
    outcomes = messages.store([one, one])
    assert outcomes[0].seq == 1
    assert isinstance(outcomes[1], TooFast)
    assert Message.objects.count() == 1


def test_r4_messages_of_one_batch_keep_their_order(ana, room):
    stored = messages.store([draft(ana, room, str(n)) for n in range(8)])
    assert [one.seq for one in stored] == list(range(1, 9))
    assert [m.body for m in Message.objects.order_by("seq")] == [str(n) for n in range(8)]


def test_a1_who_has_no_place_cannot_post_and_an_absent_room_answers_alike(ana, room):
    outsider = make_member("cleo")
    outcomes = messages.store([draft(outsider, room), draft(outsider, Room(slug="no-such-room"))])
    assert [type(one) for one in outcomes] == [NotYours, NotYours]


def test_a2_a_removed_member_posts_nothing_more(ana, room):
    rooms.remove(ana, room)
    with pytest.raises(NotYours):
        post(ana, room)


def test_s3_nothing_is_stored_for_a_session_that_ended(ana, room):
    key = session_of(ana)
    sessions.end(key)
    with pytest.raises(checks.SessionOver):
        post(ana, room, session_key=key)
    assert not Message.objects.exists()


def test_s4_a_suspended_member_and_a_silenced_one_cannot_post(ana, room):
    later = timezone.now() + timedelta(hours=1)
    members.silence(ana, until=later)
    with pytest.raises(checks.Silenced):
        post(ana, room)
    members.suspend(ana, until=later)
    with pytest.raises(checks.SessionOver):
        post(ana, room)


def test_b2_a_message_has_four_thousand_characters_at_most(ana, room):
    assert post(ana, room, "ü" * 4000).seq == 1
    with pytest.raises(text.TooLong, match="too-long"):
        post(ana, room, "ü" * 4001)


def test_b3_other_scripts_and_emoji_come_back_byte_for_byte(ana, room):
    words = "مرحبا — שלום — 👩‍👩‍👧‍👦 — naïve\n\nтест"
    post(ana, room, words)
    assert Message.objects.get().body == words


def test_b7_ten_at_once_then_two_a_second_and_a_refusal_says_how_long(ana, room):
    outcomes = messages.store([draft(ana, room, str(n)) for n in range(12)])
    refused = [one for one in outcomes if isinstance(one, TooFast)]
    assert len(refused) == 2
    assert all(0 < one.retry_after <= 0.5 for one in refused)


def test_b7_a_new_account_has_five_at_once(room):
    mika = make_member("mika", joined_at=timezone.now())
    join(mika, room)
    outcomes = messages.store([draft(mika, room, str(n), new_account=True) for n in range(6)])
    assert [isinstance(one, TooFast) for one in outcomes] == [False] * 5 + [True]
    assert outcomes[-1].retry_after > 1


def test_b7_links_of_a_new_account_are_shown_as_plain_text(room):
    mika = make_member("mika", joined_at=timezone.now())
    join(mika, room)
    stored = post(mika, room, "see https://example.org/")
    assert b'"parts"' not in stored.entry.body


def test_b7_a_repeat_costs_no_token(ana, room):
    client_id = uuid4()
    post(ana, room, client_id=client_id)
    one = Draft(ana.pk, session_of(ana), room.slug, client_id, "Hello")
    assert all(messages.post(one).seq == 1 for _ in range(30))


def test_slow_mode_says_when_the_next_one_may_be_sent(ana, room):
    Room.objects.update(slow_seconds=60)
    post(ana, room, "one")
    with pytest.raises(SlowMode) as refused:
        post(ana, room, "two")
    assert 0 < refused.value.retry_after <= 60


def test_slow_mode_counts_within_one_batch_too(ana, room):
    Room.objects.update(slow_seconds=60)
    outcomes = messages.store([draft(ana, room, "one"), draft(ana, room, "two")])
    assert [type(one).__name__ for one in outcomes] == ["Stored", "SlowMode"]


def test_a_read_only_room_takes_words_of_those_who_look_after_it_only(ana, room):
    Room.objects.update(is_read_only=True)
    keeper = make_member("amara", roles=("moderators",))
    join(keeper, room)
    with pytest.raises(ReadOnly):
        post(ana, room)
    assert post(keeper, room).seq == 1


def test_an_answer_must_point_at_something_that_was_said(ana, room):
    with pytest.raises(NotYours):
        post(ana, room, reply_to=1)
    post(ana, room)
    assert post(ana, room, reply_to=1).seq == 2


def test_only_members_of_the_room_are_mentioned(ana, room):
    ben = make_member("ben")
    join(ben, room)
    make_member("cleo")
    stored = post(ana, room, "hello @Ben and @cleo, mail me at x@ben.org")
    assert list(Mention.objects.values_list("member__name", flat=True)) == ["ben"]
    assert b'["mention","@ben","ben"]' in stored.entry.body


def test_a_batch_of_many_asks_the_database_no_more_often_than_a_batch_of_one(room):
    people = [make_member() for _ in range(32)]
    for person in people:
        join(person, room)
    ready = [draft(person, room, f"from {person.name}") for person in people]
    with CaptureQueriesContext(connection) as one:
        messages.store(ready[:1])
    with CaptureQueriesContext(connection) as many:
        messages.store(ready[1:])
    assert len(many) <= len(one)


def test_a_failing_receiver_loses_its_own_rows_and_never_the_message(ana, room, caplog):
    def fail(**_):
        Membership.objects.all().delete()
        raise RuntimeError("words of a member")

    signals.messages_storing.connect(fail)
    try:
        stored = post(ana, room, "I'm here")
    finally:
        signals.messages_storing.disconnect(fail)
    assert Message.objects.get().seq == stored.seq
    assert Membership.objects.exists()
    assert "words of a member" not in caplog.text


test_a_failing_receiver_loses_its_own_rows_and_never_the_message = pytest.mark.logs_errors("on purpose")(
    test_a_failing_receiver_loses_its_own_rows_and_never_the_message
)


def test_b4_limits_are_shared_by_all_sockets_of_an_account():
    assert throttle.post(1, new_account=False) == 0
    assert all(throttle.post(1, new_account=False) == 0 for _ in range(9))
    assert throttle.post(1, new_account=False) > 0
    assert throttle.post(2, new_account=False) == 0
