"""Rooms of two: sealed where they lie, ended and deleted, searched, and closed to everybody else."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from chat.models import Conversation, EarlierText, Message, Room
from chat.services import changes, conversations, messages, requests, sealing
from chat.services.changes import Act
from chat.services.messages import Draft, Ended, IdReused
from community.models import Member
from community.refusals import NotYours, Refusal, TooFast, Unavailable
from community.services import apart, keyring, looks, topics
from moderation.services import reports
from tests.factories import join, make_member, make_room, post, react, session_of, talk, unhurried

pytestmark = [pytest.mark.django_db, pytest.mark.delivery]
PLANTED = "the nightjar sings at four"


@pytest.fixture
def pair():
    """Ana and Ben with a conversation, and Cleo, who shares a group room with both."""
    ana, ben, cleo = make_member("ana"), make_member("ben"), make_member("cleo")
    evenings = make_room("evenings")
    for member in (ana, ben, cleo):
        join(member, evenings)
    return ana, ben, cleo, talk(ana, ben, "hello from ana")


def as_(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def page(member: Member, room: Room) -> str:
    return as_(member).get(reverse("conversation", args=[room.slug])).content.decode()


def history(member: Member, room: Room) -> list[dict]:
    return as_(member).get(reverse("room-messages", args=[room.slug])).json()["messages"]


def do(member: Member, room: Room, seq: int, how) -> None:
    changes.do(Act(member.pk, session_of(member), room.slug, seq, how))


def everything_stored() -> str:
    """Every cell of every table, as text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [str(cell) for row in cursor.fetchall() for cell in row]
    return "\n".join(found)


def test_d4_a_sentence_of_a_conversation_lies_nowhere_in_the_database(pair):
    ana, ben, _, room = pair
    post(ana, room, PLANTED, heads_up="nightjar")
    post(ben, room, f"you said: {PLANTED}", reply_to=2)
    post(ana, room, f"{PLANTED}, edited away")
    do(ana, room, 4, changes.editing(f"{PLANTED}, again"))
    post(ana, room, f"{PLANTED}, taken back")
    do(ana, room, 5, changes.withdraw)
    react(ben, room, 2, "with-you")
    reports.report(Message.objects.get(room=room, seq=2), by=ben, door="worried")
    requests.ask(ana, make_stranger(ana).name, PLANTED)
    assert PLANTED in page(ben, room)
    assert "nightjar" not in everything_stored()
    assert EarlierText.objects.count() == 2


def make_stranger(member: Member) -> Member:
    stranger = make_member("dara")
    join(stranger, Room.objects.get(slug="evenings"))
    return stranger


def test_both_read_what_either_wrote_and_a_reload_is_the_same(pair):
    ana, ben, _, room = pair
    post(ben, room, "hello back")
    for member in (ana, ben):
        assert [entry["body"] for entry in history(member, room)] == ["hello from ana", "hello back"]


def test_r3_a_repeat_is_compared_with_what_was_first_said_also_when_it_is_sealed(pair):
    ana, _, _, room = pair
    stored = post(ana, room, "once")
    assert post(ana, room, "once", client_id=stored.client_id).seq == stored.seq
    with pytest.raises(IdReused):
        post(ana, room, "twice", client_id=stored.client_id)
    do(ana, room, stored.seq, changes.editing("changed"))
    assert post(ana, room, "once", client_id=stored.client_id).seq == stored.seq


def test_sealed_words_cannot_be_moved_to_another_message_or_room(pair):
    ana, _, cleo, room = pair
    other = talk(ana, cleo, "to cleo")
    post(ana, room, "second")
    first, second = Message.objects.filter(room=room).order_by("seq")
    Message.objects.filter(pk=second.pk).update(body=first.body)
    Message.objects.filter(room=other).update(body=first.body)
    assert [entry.get("state", "") for entry in history(ana, room)] == ["", "unreadable"]
    assert history(cleo, other)[0]["state"] == "unreadable"


def test_a_lost_key_shows_nothing_and_stops_nobody_else(pair):
    ana, ben, _, room = pair
    Conversation.objects.update(key="9:bm90IGEga2V5")
    assert "hello from ana" not in page(ben, room)
    assert "be opened right now" in page(ben, room)
    evenings = Room.objects.get(slug="evenings")
    key = session_of(ana)
    drafts = [Draft(ana.pk, key, slug, sealed_id(), "words") for slug in (room.slug, evenings.slug)]
    with unhurried():
        refused, stored = messages.store(drafts)
    assert isinstance(refused, Unavailable)
    assert stored.seq == 1
    assert not Message.objects.filter(room=room, seq__gt=1).exists()
    with pytest.raises(Unavailable):
        do(ana, room, 1, changes.editing("over it"))
    do_nothing_lost(room)


def sealed_id():
    from uuid import uuid4

    return uuid4()


def do_nothing_lost(room: Room) -> None:
    assert Message.objects.get(room=room, seq=1).body.startswith(sealing.MARK)


def test_the_ring_turns_without_losing_a_word_and_the_old_key_can_go(pair, settings):
    ana, ben, _, room = pair
    post(ana, room, PLANTED)
    report = report_of(room, ben)
    waiting = make_stranger(ana)
    requests.ask(ana, waiting.name, "a waiting note")
    old = settings.FIELD_KEYS.split(",")[0]
    with override_settings(FIELD_KEYS=f"new:another-key-of-the-ring-that-is-long,{old}"):
        call_command("rotate_keys")
        call_command("rotate_keys")
    with override_settings(FIELD_KEYS="new:another-key-of-the-ring-that-is-long"):
        sealing.forget_keys()
        assert PLANTED in page(ben, room)
        report.refresh_from_db()
        assert reports.words_then(report) == PLANTED
        assert requests.note_of(requests.met_by(waiting)[0]) == "a waiting note"
    sealing.forget_keys()
    assert PLANTED not in page(ben, room), "what the old ring holds is closed to it now"


SEALED = {
    "appeals", "audit key", "calendar addresses", "conversations", "handovers", "members' own keys", "moderators' notes",
    "notes of live chats", "notes on saved entries", "notes on saved stories", "people to watch",
    "reasons for lifted limits", "reports", "requests", "screenings", "second factors", "what several members name",
    "words to fold",
}  # fmt: skip


def test_the_ring_turns_everything_that_is_sealed(pair):
    assert keyring.turn_all().keys() == SEALED


def test_a_process_that_imported_nothing_else_knows_everything_that_is_sealed():
    """As a command sees it that skips the system checks, which import the addresses and with them nearly everything."""
    told = (
        "import django; django.setup(); from community.services import keyring; print(*sorted(keyring._turns), sep='|')"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "community.settings", "DEBUG": "1"}
    done = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, check=True, timeout=60, env=environment
    )
    assert set(done.stdout.strip().split("|")) == SEALED


def report_of(room: Room, reporter: Member):
    from moderation.models import Report

    reports.report(Message.objects.get(room=room, seq=2), by=reporter, door="worried")
    return Report.objects.get()


# --- who gets in ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["conversation", "conversation-about", "conversation-end", "conversation-delete", "room",
                                  "room-messages", "room-post", "room-join", "room-read", "moderation:report-conversation"])  # fmt: skip
def test_a1_somebody_elses_conversation_is_not_there(pair, name):
    _, _, cleo, room = pair
    amara = make_member("amara", roles=("moderators", "leads", "admins"))
    for stranger in (cleo, amara):
        answers = [
            as_(stranger).get(reverse(name, args=[room.slug])),
            as_(stranger).post(reverse(name, args=[room.slug])),
        ]
        assert {answer.status_code for answer in answers} <= {404, 405}
    conversation = Conversation.objects.get()
    assert conversation.ended_at is None


@pytest.mark.parametrize("name", ["message", "message-edit", "message-withdraw", "message-react", "moderation:report"])
def test_a1_a_message_of_somebody_elses_conversation_is_not_there(pair, name):
    _, _, cleo, room = pair
    address = reverse(name, args=[room.slug, 1])
    answers = [as_(cleo).get(address), as_(cleo).post(address, {"give": "with-you", "body": "x", "door": "worried"})]
    assert {answer.status_code for answer in answers} <= {404, 405}


def test_a1_nobody_else_writes_into_it(pair):
    _, _, cleo, room = pair
    with pytest.raises(NotYours):
        post(cleo, room, "let me in")


def test_it_is_on_no_list_of_rooms(pair):
    ana, _, cleo, room = pair
    for member in (ana, cleo):
        assert room.slug not in as_(member).get(reverse("rooms")).content.decode()
    assert room.slug not in as_(cleo).get(reverse("today")).content.decode()
    assert room.slug not in as_(cleo).get(reverse("messages")).content.decode()


def test_today_shows_what_is_new_one_to_one_and_counting_rooms_as_read_leaves_it_so(pair):
    _, ben, _, room = pair
    client = as_(ben)
    assert [one.slug for one in client.get(reverse("today")).context["threads"]] == [room.slug]
    client.post(reverse("rooms-read"))
    assert [one.unread for one in client.get(reverse("today")).context["threads"]] == [1]


def test_only_a_member_of_two_sees_the_others_name_on_the_list(pair):
    ana, ben, _, _ = pair
    assert "ben" in as_(ana).get(reverse("messages")).content.decode()
    assert "ana" in as_(ben).get(reverse("messages")).content.decode()


def test_the_list_is_by_the_last_message_with_counts_of_what_is_new(pair):
    ana, ben, cleo, room = pair
    other = talk(cleo, ana, "from cleo")
    post(ben, room, "newer")
    found = as_(ana).get(reverse("messages")).context["threads"]
    assert [(one.slug, one.preview, one.unread) for one in found] == [
        (room.slug, "newer", 2),
        (other.slug, "from cleo", 1),
    ]


def test_previews_unfold_neither_a_heads_up_nor_a_topic_that_hurts(pair):
    ana, ben, _, room = pair
    topics.add_words(ana, "nightjar")
    post(ben, room, PLANTED)
    assert "nightjar" not in as_(ana).get(reverse("messages")).context["threads"][0].preview
    assert "nightjar" in as_(ben).get(reverse("messages")).context["threads"][0].preview
    post(ben, room, "long words", heads_up="sleep")
    assert as_(ana).get(reverse("messages")).context["threads"][0].preview == "sleep"


# --- ending -----------------------------------------------------------------------------------


def test_either_ends_it_and_neither_can_write_any_more_but_both_can_read(pair):
    ana, ben, _, room = pair
    as_(ben).post(reverse("conversation-end", args=[room.slug]))
    for member in (ana, ben):
        with pytest.raises(Ended):
            post(member, room, "one more thing")
        assert "hello from ana" in page(member, room)
        assert "This conversation has ended." in page(member, room)


def test_a7_a_block_ends_it_for_both_and_the_blocked_one_sees_an_end_like_any_other(pair):
    ana, ben, _, room = pair
    ended = as_ended_by_the_other(ana, ben, room)
    Conversation.objects.update(ended_at=None, ended_by=None)
    apart.block(ben, ana)
    assert page_words(ana, room) == ended
    with pytest.raises(Ended):
        post(ana, room, "why?")
    assert "hello from ana" not in page(ben, room), "the blocker is not given the other's words"
    assert room.slug not in as_(ben).get(reverse("messages")).content.decode()


def as_ended_by_the_other(ana: Member, ben: Member, room: Room) -> str:
    conversations.end(ben, Conversation.objects.get(pk=room.pk))
    return page_words(ana, room)


def page_words(member: Member, room: Room) -> str:
    import re

    return re.sub(
        r'(csrfmiddlewaretoken" value|client_id" value|nonce|content|data-revision)="[^"]*"', "", page(member, room)
    )


def test_a_moderator_whom_a_member_blocked_still_sees_what_they_must(pair):
    ana, _, cleo, _ = pair
    amara, evenings = make_member("amara", roles=("moderators",)), Room.objects.get(slug="evenings")
    join(amara, evenings)
    apart.block(ana, amara)
    post(ana, evenings, "words that worry")
    post(amara, evenings, "from a moderator")
    assert [entry["body"] for entry in history(amara, evenings)] == ["words that worry", "from a moderator"]
    assert [entry["body"] for entry in history(ana, evenings)] == ["words that worry"]
    apart.block(amara, cleo)
    post(cleo, evenings, "from cleo")
    assert "from cleo" not in [entry["body"] for entry in history(amara, evenings)]


def test_a_mute_hides_the_words_of_the_other_and_tells_nobody(pair):
    ana, ben, _, room = pair
    before = page_words(ben, room)
    apart.mute(ana, ben)
    post(ben, room, "are you there?")
    assert "are you there?" not in page(ana, room)
    assert before.count("has ended") == page_words(ben, room).count("has ended") == 0
    apart.unmute(ana, ben)
    assert "are you there?" in page(ana, room)


def test_a_mute_until_tomorrow_is_over_tomorrow(pair):
    ana, ben, _, room = pair
    apart.mute(ana, ben, until=timezone.now() - timedelta(seconds=1))
    post(ben, room, "good morning")
    assert "good morning" in page(ana, room)


def test_deleting_it_for_oneself_leaves_the_others_copy_and_both_leave_nothing(pair):
    ana, ben, _, room = pair
    as_(ana).post(reverse("conversation-delete", args=[room.slug]))
    assert as_(ana).get(reverse("conversation", args=[room.slug])).status_code == 404
    assert "hello from ana" in page(ben, room)
    as_(ben).post(reverse("conversation-delete", args=[room.slug]))
    assert not Room.objects.filter(pk=room.pk).exists()
    assert not Conversation.objects.exists()
    assert not Message.objects.filter(room_id=room.pk).exists()


def test_m1_what_was_reported_stays_as_evidence_when_both_delete(pair):
    ana, ben, _, room = pair
    reports.report(Message.objects.get(room=room, seq=1), by=ben, door="not-okay", reason="unkind")
    for member in (ana, ben):
        conversations.delete_for(member, Conversation.objects.get())
    assert Message.objects.filter(room=room).exists()
    assert conversations.forget_left() == 0
    long_ago = timezone.now() - timedelta(days=181)
    reports.Report.objects.update(at=long_ago)
    assert conversations.forget_left() == 0, "an open case keeps its words"
    reports.Flag.objects.update(opened_at=long_ago, closed_at=long_ago)
    assert conversations.forget_left() == 1
    assert not Message.objects.filter(room_id=room.pk).exists()


def test_an_account_that_ends_leaves_a_conversation_that_can_be_read(pair):
    ana, ben, _, room = pair
    ana.delete()
    assert "hello from ana" in page(ben, room)
    assert "Someone who left" in page(ben, room)
    with pytest.raises(Refusal):
        post(ben, room, "hello?")


# --- searching --------------------------------------------------------------------------------


def look(member: Member, words: str) -> str:
    return as_(member).post(reverse("messages-search"), {"words": words}).content.decode()


def test_one_finds_ones_own_words_and_nobody_elses(pair):
    ana, ben, cleo, room = pair
    post(ben, room, "The Nightjär sings")
    assert "1 message" in look(ana, "NIGHTJÄR")
    assert "0 messages" in look(cleo, "nightjär")
    assert "0 messages" in look(ana, "heron")


def test_a7_a_search_finds_nothing_of_whom_one_blocked_or_of_what_was_taken_back(pair):
    ana, ben, _, room = pair
    post(ben, room, "nightjar one")
    post(ana, room, "nightjar two")
    do(ana, room, 3, changes.withdraw)
    apart.block(ana, ben)
    assert "0 messages" in look(ana, "nightjar")


def test_searching_is_limited_and_words_are_in_no_address(pair):
    ana, _, _, _ = pair
    client = as_(ana)
    codes = [client.post(reverse("messages-search"), {"words": "nightjar"}).status_code for _ in range(12)]
    assert codes == [200] * 10 + [TooFast.status] * 2
    assert "words" not in client.get(reverse("messages-search") + "?words=nightjar").context["words"]


# --- what leads elsewhere, and who looked -------------------------------------------------------


def test_an_early_message_that_leads_elsewhere_has_a_quiet_word_for_the_one_who_got_it(pair):
    ana, ben, _, room = pair
    post(ana, room, "what's your number? I'm on telegram")
    assert "lead away from here" in page(ben, room)
    assert page(ana, room).count("lead away from here") == page(ben, room).count("lead away from here") - 1
    assert [entry.get("caution", False) for entry in history(ben, room)] == [False, True]


def test_every_look_of_staff_is_on_the_members_own_page(pair):
    ana, ben, _, _ = pair
    looks.record([ana], role="moderators", reason="A member was worried", messages=11)
    assert "A member was worried" in as_(ana).get(reverse("you-privacy")).content.decode()
    assert "Nobody has." in as_(ben).get(reverse("you-privacy")).content.decode()
