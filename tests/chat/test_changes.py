"""Changing what was said, leaving rooms, and what a reader finds afterwards."""

import json
from datetime import timedelta

import msgspec
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from chat.models import Change, EarlierText, Membership, Message, Reaction, Room
from chat.services import changes, news, rooms
from chat.services.changes import Act, TooLate
from chat.services.news import RESYNC_AFTER
from community.models import Block
from community.refusals import NotYours, TooFast
from tests.factories import join, make_member, make_room, post, session_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.delivery]


@pytest.fixture
def talk():
    ana, ben, room = make_member("ana"), make_member("ben"), make_room("evenings")
    join(ana, room)
    join(ben, room)
    post(ana, room, "first")
    post(ben, room, "an answer", reply_to=1)
    return ana, ben, room


def do(member, room, seq, how):
    return changes.do(Act(member.pk, session_of(member), room.slug, seq, how))


def entry(room, seq):
    found = next(e for e in news.since(room.pk, 0, 0).fresh if e.seq == seq)
    return msgspec.json.decode(found.body)


def test_r5_an_edit_raises_the_revision_keeps_the_earlier_text_and_says_changed(talk):
    ana, _, room = talk
    changed = do(ana, room, 1, changes.editing("better"))
    assert (changed.revision, Message.objects.get(seq=1).body) == (1, "better")
    assert EarlierText.objects.get().body == "first"
    assert entry(room, 1)["edited"] is True


def test_r5_a_withdrawn_text_is_on_no_read_path(talk, client):
    ana, ben, room = talk
    do(ana, room, 1, changes.withdraw)
    assert entry(room, 1) == {"seq": 1, "revision": 1, "at": entry(room, 1)["at"], "id": entry(room, 1)["id"],
                              "state": "withdrawn"}  # fmt: skip
    client.force_login(ben)
    addresses = [reverse("room", args=["evenings"]), reverse("room-messages", args=["evenings"]),
                 reverse("message", args=["evenings", 2])]  # fmt: skip
    for address in addresses:
        assert "first" not in client.get(address).content.decode()


def test_r5_a_quotation_loses_its_words_with_the_message_it_quotes(talk):
    ana, _, room = talk
    assert entry(room, 2)["reply_to"] == {"seq": 1, "name": "ana", "text": "first"}
    do(ana, room, 1, changes.withdraw)
    changed = {e.seq: msgspec.json.decode(e.body) for _, e in news.since(room.pk, 2, 0).changed}
    assert changed[2]["reply_to"] == {"seq": 1}


def test_a_quotation_does_not_unfold_a_heads_up(talk):
    ana, _, room = talk
    do(ana, room, 1, changes.heads_up_on("sleep"))
    assert entry(room, 2)["reply_to"]["text"] == "sleep"


def test_a3_nobody_edits_withdraws_or_folds_anothers_message(talk):
    _, ben, room = talk
    for how in (changes.editing("mine now"), changes.withdraw, changes.heads_up_on("x")):
        with pytest.raises(NotYours):
            do(ben, room, 1, how)
    assert Message.objects.get(seq=1).body == "first"


def test_a3_a_message_may_be_changed_for_fifteen_minutes_and_withdrawn_at_any_time(talk):
    ana, _, room = talk
    with time_machine.travel(timezone.now() + timedelta(minutes=16), tick=False):
        with pytest.raises(TooLate):
            do(ana, room, 1, changes.editing("late"))
        assert do(ana, room, 1, changes.withdraw).revision == 1


def test_doing_the_same_twice_changes_nothing_more(talk):
    ana, ben, room = talk
    do(ben, room, 1, changes.reacting("with-you", on=True))
    do(ben, room, 1, changes.reacting("with-you", on=True))
    do(ana, room, 1, changes.withdraw)
    do(ana, room, 1, changes.withdraw)
    assert Room.objects.get().revision == 2
    assert list(Change.objects.values_list("kind", flat=True)) == ["reacted", "withdrawn"]


def test_a_reaction_is_counted_and_can_be_taken_back(talk):
    _, ben, room = talk
    do(ben, room, 1, changes.reacting("with-you", on=True))
    assert entry(room, 1)["reactions"] == {"with-you": 1}
    do(ben, room, 1, changes.reacting("with-you", on=False))
    assert "reactions" not in entry(room, 1)


def test_a4_an_unknown_word_of_support_or_message_is_not_here(talk):
    _, ben, room = talk
    with pytest.raises(NotYours):
        changes.reacting("thumbs-down", on=True)
    with pytest.raises(NotYours):
        do(ben, room, 99, changes.withdraw)
    assert not Reaction.objects.exists()


def test_a_hidden_message_keeps_its_place_and_loses_its_words(talk):
    ana, _, room = talk
    keeper = make_member("amara")
    join(keeper, room)
    do(keeper, room, 1, changes.hide)
    assert entry(room, 1)["state"] == "hidden"
    with pytest.raises(NotYours):
        do(ana, room, 1, changes.editing("back"))


def test_b7_changes_are_limited_too(talk, settings):
    settings.LIMITS_SCALE = 0.1  # 2 at once, then one in 5 seconds: however slow this machine is
    ana, _, room = talk
    key = session_of(ana)
    outcomes = changes.do_each(
        [Act(ana.pk, key, room.slug, 1, changes.editing(f"again {number}")) for number in range(4)]
    )
    assert [type(one) for one in outcomes[2:]] == [TooFast, TooFast]


# --- places -----------------------------------------------------------------------------------------


def test_a2_a_removal_is_numbered_before_anything_newer(talk):
    ana, ben, room = talk
    rooms.remove(ben, room)
    post(ana, room, "after")
    found = news.since(room.pk, 2, 0)
    assert (found.removed, found.revision, [e.seq for e in found.fresh]) == ({ben.pk: 1}, 1, [3])


def test_a2_a_removed_member_finds_nothing_on_any_page(talk, client):
    _, ben, room = talk
    client.force_login(ben)
    rooms.remove(ben, room)
    assert "first" not in client.get(reverse("room", args=["evenings"])).content.decode()
    for name, arguments in (("room-messages", ["evenings"]), ("message", ["evenings", 1])):
        assert client.get(reverse(name, args=arguments)).status_code == 404


def test_joining_twice_is_one_place_and_what_was_said_before_counts_as_read(talk):
    _, _, room = talk
    cleo = make_member("cleo")
    join(cleo, room)
    join(cleo, room)
    assert Membership.objects.get(member=cleo).read_to == 2


def test_reading_never_goes_back_nor_beyond_what_was_said(talk):
    ana, _, room = talk
    for seq, expected in ((99, 0), (2, 2), (1, 2)):
        rooms.mark_read(ana.pk, room.slug, seq)
        assert Membership.objects.get(member=ana).read_to == expected


# --- history ----------------------------------------------------------------------------------------


def page(client, **asked):
    return json.loads(client.get(reverse("room-messages", args=["evenings"]), asked).content)


@pytest.fixture
def long_talk(talk):
    ana, _, room = talk
    Message.objects.bulk_create(
        Message(room=room, seq=seq, author=ana, client_id=f"00000000-0000-4000-8000-{seq:012d}", body=f"n {seq}")
        for seq in range(3, 201)
    )
    Room.objects.filter(pk=room.pk).update(top=200)
    return talk


def test_r2_the_history_pages_in_both_directions_without_gap_or_repeat(long_talk, client):
    client.force_login(long_talk[0])
    seen, asked = [], {}
    while True:
        found = page(client, **asked)
        seen = [m["seq"] for m in found["messages"]] + seen
        if not found["more_before"]:
            break
        asked = {"before": seen[0]}
    assert seen == list(range(1, 201))
    forward, at = [], 0
    while found := page(client, after=at)["messages"]:
        forward += [m["seq"] for m in found]
        at = forward[-1]
    assert forward == seen


def test_the_history_opens_around_one_message(long_talk, client):
    client.force_login(long_talk[0])
    found = page(client, around=100)
    assert (found["messages"][0]["seq"], found["messages"][-1]["seq"]) == (76, 125)
    assert found["more_before"]
    assert found["more_after"]


@pytest.mark.parametrize("nonsense", ["", "x", "-1", "1e9", "9" * 40, "٣", "1;drop"])
def test_b1_nonsense_in_an_address_counts_as_not_asked(long_talk, client, nonsense):
    client.force_login(long_talk[0])
    assert page(client, before=nonsense)["messages"][-1]["seq"] == 200


def test_the_history_is_read_by_key_and_never_by_offset(long_talk, client):
    client.force_login(long_talk[0])
    with CaptureQueriesContext(connection) as asked:
        page(client, before=100)
    assert not [query["sql"] for query in asked if "OFFSET" in query["sql"].upper()]


def test_a7_words_of_a_blocked_member_are_on_no_page_either_way(long_talk, client):
    ana, ben, _ = long_talk
    Block.objects.create(blocker=ana, blocked=ben)
    client.force_login(ana)
    assert 2 not in {m["seq"] for m in page(client, after=0)["messages"]}
    client.force_login(ben)
    assert {m["seq"] for m in page(client, after=0)["messages"]} == {2}


def test_r2_too_far_behind_says_so_instead_of_sending_everything(talk):
    _, _, room = talk
    Room.objects.filter(pk=room.pk).update(top=RESYNC_AFTER + 3)
    assert news.since(room.pk, 2, 0).too_far
    assert not news.since(room.pk, 3, 0).too_far


def test_r2_a_position_ahead_of_what_exists_is_told_to_start_over(talk):
    _, _, room = talk
    assert news.since(room.pk, 9, 0).too_far
    assert news.since(room.pk, 2, 9).too_far
