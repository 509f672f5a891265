"""Asking to talk: what each side sees, what is refused, and that a no, silence and a block look the same."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chat.models import Conversation, Membership, Message, Request, Room
from chat.services import conversations, requests
from community.models import Boundaries, Member
from community.refusals import NotYours, TooFast
from community.services import apart, members
from community.text import Empty, TooLong
from tests.factories import ask, join, make_member, make_room, session_of, talk

pytestmark = [pytest.mark.django_db, pytest.mark.delivery]
WORDS = "I liked what you said about the radio."


@pytest.fixture
def people():
    """Ana and Ben, who share a room, and Cleo, who doesn't."""
    room = make_room("evenings")
    ana, ben, cleo = make_member("ana"), make_member("ben"), make_member("cleo")
    join(ana, room)
    join(ben, room)
    return ana, ben, cleo


def in_days(days: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(days=days), tick=False)


def as_(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def page(member: Member, name: str, *arguments: str) -> str:
    return as_(member).get(reverse(name, args=arguments)).content.decode()


def switches(member: Member, who: str) -> None:
    Boundaries.objects.update_or_create(member=member, defaults={"who_may_write": who})


def test_a_yes_opens_a_room_of_two_that_begins_with_the_note(people):
    ana, ben, _ = people
    token = ask(ana, ben, WORDS)
    assert WORDS in page(ben, "request", token)
    begun = requests.accept(ben, token)
    assert set(Membership.objects.filter(room=begun.room).values_list("member", flat=True)) == {ana.pk, ben.pk}
    assert WORDS in page(ben, "conversation", begun.room.slug)
    assert WORDS in page(ana, "conversation", begun.room.slug)


def test_nothing_reaches_anybody_before_the_yes(people):
    ana, ben, _ = people
    ask(ana, ben, WORDS)
    assert not Conversation.objects.exists()
    assert not Room.objects.filter(kind=Room.Kind.CONVERSATION).exists()
    assert WORDS not in page(ben, "messages")


def test_saying_yes_twice_leads_to_the_same_conversation_and_one_first_message(people):
    ana, ben, _ = people
    token = ask(ana, ben)
    first, second = requests.accept(ben, token), requests.accept(ben, token)
    assert first == second
    assert Message.objects.filter(room=first.room).count() == 1


def test_a_request_answered_no_cannot_be_answered_yes(people):
    ana, ben, _ = people
    token = ask(ana, ben)
    requests.decline(ben, token)
    requests.decline(ben, token)
    with pytest.raises(NotYours):
        requests.accept(ben, token)
    assert not Conversation.objects.exists()


def seen_by_the_asker(ana: Member) -> tuple[str, int]:
    """What the asker's pages say, without what differs each time, and what asking again answers."""
    import re

    words = re.sub(r'(csrfmiddlewaretoken" value|nonce|content)="[^"]*"', "", page(ana, "messages"))
    return words, as_(ana).post(reverse("ask", args=["ben"]), {"note": "Are you there?"}).status_code


@pytest.mark.parametrize("how", ["decline", "ignore"])
def test_a_no_and_silence_look_the_same_to_the_asker_for_seven_days_and_after(people, how):
    ana, ben, _ = people
    token = ask(ana, ben)
    if how == "decline":
        requests.decline(ben, token)
    words, status = seen_by_the_asker(ana)
    assert "No answer yet." in words
    assert status == 200
    assert Request.objects.count() == 1
    with in_days(7.1):
        assert "This request has closed." in page(ana, "messages")


def test_a_no_and_silence_look_alike_to_the_letter(people):
    ana, ben, _ = people
    token = ask(ana, ben)
    before = seen_by_the_asker(ana)
    requests.decline(ben, token)
    assert seen_by_the_asker(ana) == before


def test_a_request_closes_after_seven_days(people):
    ana, ben, _ = people
    token = ask(ana, ben)
    with in_days(7.1):
        with pytest.raises(NotYours):
            requests.accept(ben, token)
        assert "would like to talk" not in page(ben, "messages")


def test_after_a_no_never_again_and_after_silence_not_for_thirty_days(people):
    ana, ben, _ = people
    ask(ana, ben)
    with in_days(20), pytest.raises(requests.NotTaking):
        ask(ana, ben)
    with in_days(38):
        requests.decline(ben, ask(ana, ben))
    with in_days(200), pytest.raises(requests.NotTaking):
        ask(ana, ben)


def test_whoever_is_asked_back_has_said_yes(people):
    ana, ben, _ = people
    ask(ana, ben, "from ana")
    asked = requests.ask(ben, "ana", "from ben")
    assert asked.conversation is not None
    bodies = page(ana, "conversation", asked.conversation.room.slug)
    assert "from ana" in bodies
    assert "from ben" in bodies


def test_who_takes_everyone_from_their_rooms_is_reached_at_once_and_nobody_else(people):
    ana, ben, cleo = people
    switches(ben, "rooms")
    assert requests.ask(ana, "ben", WORDS).conversation is not None
    with pytest.raises(requests.NotTaking):
        requests.ask(cleo, "ben", WORDS)


def test_what_they_ended_is_not_opened_by_asking_again(people):
    ana, ben, _ = people
    switches(ben, "rooms")
    begun = requests.ask(ana, "ben", WORDS).conversation
    conversations.end(ben, begun)
    assert requests.ask(ana, "ben", "again").conversation is None
    begun.refresh_from_db()
    assert begun.ended_at is not None


def test_nobody_is_reached_who_chose_nobody(people):
    ana, ben, _ = people
    switches(ben, "nobody")
    with pytest.raises(requests.NotTaking):
        requests.ask(ana, "ben", WORDS)


@pytest.mark.parametrize("who", ["oneself", "blocked", "blocker", "kept apart", "suspended", "gone", "nobody"])
def test_a4_whoever_is_not_there_answers_alike(people, who):
    ana, ben, cleo = people
    name = {"oneself": "ana", "nobody": "no-such-name"}.get(who, "ben")
    {
        "blocked": lambda: apart.block(ana, ben),
        "blocker": lambda: apart.block(ben, ana),
        "kept apart": lambda: apart.keep_apart(ana, ben, by=cleo, reason="asked for"),
        "suspended": lambda: members.suspend(ben, until=timezone.now() + timedelta(days=1)),
        "gone": lambda: members.close_account(ben),
    }.get(who, lambda: None)()
    client = as_(ana)
    answers = [client.get(reverse("ask", args=[name])), client.post(reverse("ask", args=[name]), {"note": WORDS})]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert not Request.objects.exists()


def test_a_request_that_waited_is_gone_for_the_asked_one_after_a_block_and_the_asker_sees_no_change(people):
    ana, ben, _ = people
    token = ask(ana, ben)
    before = page(ana, "messages").count("No answer yet.")
    apart.block(ben, ana)
    with pytest.raises(NotYours):
        requests.accept(ben, token)
    assert requests.met_by(ben) == []
    assert page(ana, "messages").count("No answer yet.") == before == 1


def test_somebody_elses_request_is_not_there(people):
    ana, ben, cleo = people
    token = ask(ana, ben)
    for stranger in (ana, cleo):
        assert as_(stranger).get(reverse("request", args=[token])).status_code == 404
        assert as_(stranger).post(reverse("request", args=[token]), {"answer": "yes"}).status_code == 404
    assert Request.objects.get().state == "waiting"


def test_a_note_has_words_and_at_most_five_hundred_characters(people):
    ana, _, _ = people
    for note, refused in (("x" * 501, TooLong), ("  ", Empty), ("\u200b", Empty)):
        with pytest.raises(refused):
            requests.ask(ana, "ben", note)
    answer = as_(ana).post(reverse("ask", args=["ben"]), {"note": "x" * 501})
    assert answer.status_code == 400
    assert "x" * 501 in answer.content.decode(), "nothing typed is lost"


def test_b7_three_may_wait_at_once_and_one_for_who_was_often_left_without_an_answer(people):
    ana, _, _ = people
    room = Room.objects.get(slug="evenings")
    others = [make_member() for _ in range(8)]
    for other in others:
        join(other, room)
    tokens = [ask(ana, other) for other in others[:3]]
    requests.decline(others[0], tokens[0])  # a no must not make room for another one
    with pytest.raises(requests.TooManyWaiting):
        ask(ana, others[3])
    with in_days(7.5):
        ask(ana, others[4])
        with pytest.raises(requests.TooManyWaiting):
            ask(ana, others[5])


def test_b7_a_new_account_confirms_an_address_first_and_asks_five_a_day(people):
    _, ben, _ = people
    new = make_member("newcomer", joined_at=timezone.now())
    join(new, Room.objects.get(slug="evenings"))
    with pytest.raises(requests.TooNew):
        ask(new, ben)
    new.emailaddress_set.create(email="new@example.org", verified=True, primary=True)
    ask(new, ben)


def test_b7_asking_is_limited_by_the_day(people):
    ana, _, _ = people
    room = Room.objects.get(slug="evenings")
    refused = 0
    for _ in range(12):
        other = make_member()
        join(other, room)
        try:
            found = requests.ask(ana, other.name, WORDS)
            assert found.conversation is None
        except TooFast:
            refused += 1
        Request.objects.update(state="accepted")
    assert refused == 2


def test_a_silenced_member_asks_nobody(people):
    ana, _, _ = people
    members.silence(ana, until=timezone.now() + timedelta(hours=1))
    ana.refresh_from_db()
    with pytest.raises(requests.NotTaking):
        requests.ask(ana, "ben", WORDS)


def test_a_note_that_leads_elsewhere_has_a_quiet_word_beside_it_for_the_asked_one(people):
    ana, ben, _ = people
    token = ask(ana, ben, "add me on telegram, or text 07700 900123")
    assert "lead away from here" in page(ben, "request", token)


def test_one_conversation_per_pair_whoever_asked(people):
    ana, ben, _ = people
    room = talk(ana, ben)
    assert requests.ask(ben, "ana", "again").conversation.room == room
    assert requests.ask(ana, "ben", "again").conversation.room == room
    assert Conversation.objects.count() == 1


def test_a_moderators_check_in_reaches_a_member_who_takes_nobody(people):
    _, ben, _ = people
    amara = make_member("amara", roles=("moderators",))
    switches(ben, "nobody")
    begun = conversations.check_in(amara, "ben", "How are you doing?")
    assert "How are you doing?" in page(ben, "conversation", begun.room.slug)
    with pytest.raises(NotYours):
        conversations.check_in(ben, "amara", "no")


def test_a_join_is_refused_for_a_room_of_two(people):
    ana, ben, cleo = people
    room = talk(ana, ben)
    assert as_(cleo).post(reverse("room-join", args=[room.slug])).status_code == 404
    assert as_(ana).post(reverse("room-leave", args=[room.slug])).status_code == 404
    assert session_of(cleo)
    assert Membership.objects.filter(room=room).count() == 2
