"""Telling moderators: about a message, a conversation, somebody; what became of it; who of the staff looked (M1, M2)."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chat.models import Message
from chat.services import changes, conversations
from community.models import StaffLook
from community.services import apart, looks
from moderation.models import Flag, Report
from moderation.services import cases, flags, queue, reports
from tests.factories import join, make_member, make_room, post, session_of, talk
from tests.moderation.test_decisions import decided

pytestmark = pytest.mark.django_db
UNKIND = {"door": "not-okay", "reason": "unkind"}


@pytest.fixture
def people():
    """Ana and ben, who both sit in Evenings."""
    ana, ben, room = make_member("ana", bio="Tea, mostly"), make_member("ben"), make_room("evenings")
    join(ana, room)
    join(ben, room)
    post(ana, room, "a line")
    return ana, ben, room


@pytest.fixture
def amara():
    return make_member("Amara", roles=("moderators",))


@pytest.fixture
def private(people):
    """Their conversation: ana asked, said one thing more, and ben answered last."""
    ana, ben, _ = people
    room = talk(ana, ben, "hello from ana")
    post(ana, room, "something unkind")
    post(ben, room, "please stop")
    return room


def at(member):
    client = Client()
    client.force_login(member)
    return client


def words(answer):
    return unescape(answer.content.decode())


def told(member):
    return words(at(member).get(reverse("moderation:reports")))


# --- somebody -----------------------------------------------------------------------------------


def test_m1_somebody_is_told_about_from_their_profile_with_the_line_they_had(people):
    ana, ben, _ = people
    address = reverse("moderation:report-member", args=["ana"])
    assert address in words(at(ben).get(reverse("profile", args=["ana"])))
    assert at(ben).get(address).status_code == 200
    assert "Thank you for telling us" in words(at(ben).post(address, {**UNKIND, "note": "the line"}))
    type(ana).objects.filter(pk=ana.pk).update(bio="Changed since")
    report = Report.objects.get()
    assert (report.about, report.message, report.note) == (ana, None, "the line")
    assert reports.words_then(report) == "Tea, mostly"
    assert "already" in words(at(ben).post(address, UNKIND))
    assert Flag.objects.count() == 1


def test_somebody_who_was_blocked_can_still_be_told_about(people):
    ana, ben, _ = people
    apart.block(ben, ana)
    listed = words(at(ben).get(reverse("you-apart")))
    address = reverse("moderation:report-member", args=["ana"])
    assert address in listed
    answer = at(ben).post(address, UNKIND)
    assert reverse("you-apart") in words(answer)
    assert Report.objects.count() == 1


def test_a4_nobody_tells_about_themselves_or_nobody(people):
    for name in ("ben", "nobody-here"):
        address = reverse("moderation:report-member", args=[name])
        assert at(people[1]).get(address).status_code == 404
        assert at(people[1]).post(address, UNKIND).status_code == 404
    assert not Report.objects.exists()


def test_something_not_okay_about_somebody_needs_a_reason_too(people):
    address = reverse("moderation:report-member", args=["ana"])
    answer = at(people[1]).post(address, {"door": "not-okay", "note": "my words"})
    assert answer.status_code == 400
    assert "my words" in words(answer)


def test_b7_worries_by_every_door_count_together(people):
    for number in range(7):
        make_member(f"other-{number}")
    answers = [
        at(people[1]).post(reverse("moderation:report-member", args=[f"other-{number}"]), {"door": "worried"})
        for number in range(7)
    ]
    assert [one.status_code for one in answers] == [200] * 6 + [429]


# --- a message of a conversation, and a whole one -----------------------------------------------


def test_m1_a_message_of_a_conversation_is_told_about_by_the_same_door(people, private):
    address = reverse("moderation:report", args=[private.slug, 2])
    shown = words(at(people[1]).get(address))
    assert "something unkind" in shown
    answer = at(people[1]).post(address, UNKIND)
    assert reverse("conversation", args=[private.slug]) in words(answer)
    assert reports.words_then(Report.objects.get()) == "something unkind"


def test_m1_a_whole_conversation_stands_by_what_the_other_said_last(people, private):
    ana, ben, _ = people
    address = reverse("moderation:report-conversation", args=[private.slug])
    assert address in words(at(ben).get(reverse("conversation-about", args=[private.slug])))
    assert at(ben).get(address).status_code == 200
    at(ben).post(address, {**UNKIND, "note": "all of it"})
    report = Report.objects.select_related("message").get()
    assert (report.message.seq, report.about, report.note) == (2, ana, "all of it")
    changes.do(changes.Act(ana.pk, session_of(ana), private.slug, 2, changes.withdraw))
    assert reports.words_then(Report.objects.get()) == "something unkind"


def test_a_conversation_in_which_the_other_took_all_back_is_about_them(people, private):
    ana, ben, _ = people
    for seq in (1, 2):
        changes.do(changes.Act(ana.pk, session_of(ana), private.slug, seq, changes.withdraw))
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        at(ben).post(reverse("moderation:report-conversation", args=[private.slug]), UNKIND)
    report = Report.objects.get()
    assert (report.message, report.about) == (None, ana)


def test_an_ended_conversation_can_still_be_told_about(people, private):
    conversations.end(people[0], conversations.between(people[0], people[1]))
    at(people[1]).post(reverse("moderation:report-conversation", args=[private.slug]), UNKIND)
    assert Report.objects.count() == 1


def test_a1_nobody_tells_about_somebody_elses_conversation(people, private):
    cleo = make_member("cleo")
    for client in (at(cleo), at(make_member("mod", roles=("moderators",)))):
        assert client.post(reverse("moderation:report-conversation", args=[private.slug]), UNKIND).status_code == 404
    assert at(cleo).get(reverse("moderation:report-conversation", args=["evenings"])).status_code == 404
    assert not Report.objects.exists()


# --- taken back ---------------------------------------------------------------------------------


def test_m1_a_message_taken_back_a_moment_ago_is_told_about_and_the_page_says_so(people):
    ana, ben, room = people
    changes.do(changes.Act(ana.pk, session_of(ana), room.slug, 1, changes.withdraw))
    address = reverse("moderation:report", args=["evenings", 1])
    shown = words(at(ben).get(address))
    assert "took this message back" in shown
    assert "a line" not in shown.partition("<main")[2]
    assert at(ben).post(address, UNKIND).status_code == 200
    assert reports.words_then(Report.objects.get()) == "a line"


def test_a_message_taken_back_long_ago_has_one_clear_answer(people):
    ana, ben, room = people
    changes.do(changes.Act(ana.pk, session_of(ana), room.slug, 1, changes.withdraw))
    address = reverse("moderation:report", args=["evenings", 1])
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        answers = [at(ben).get(address), at(ben).post(address, UNKIND)]
    assert {one.status_code for one in answers} == {404}
    assert all("taken back by the person who wrote it" in words(one) for one in answers)
    assert not Report.objects.exists()


# --- what became of it --------------------------------------------------------------------------


def test_who_told_reads_the_outcome_in_a_sentence_and_nothing_more(people, amara):
    ben = people[1]
    reports.report(Message.objects.select_related("room").get(), by=ben, note="I saw it", **UNKIND)
    assert "A moderator looks as soon as someone is free." in told(ben)
    decided(amara, "silence", words="Two hours of rest for you")
    said = told(ben)
    assert "We've acted on it." in said
    assert "I saw it" in said
    assert "A message in Evenings" in said
    for word in ("paused", "rest for you", "Amara", "ana"):
        assert word not in said.partition("<main")[2]


def test_who_told_reads_that_it_was_left(people, amara):
    reports.report(Message.objects.select_related("room").get(), by=people[1], **UNKIND)
    decided(amara, "no-concern")
    assert "We've read it and left it." in told(people[1])


def test_m2_what_somebody_told_is_on_nobody_elses_page(people, private):
    ana, ben, _ = people
    reports.report_member(ana, by=ben, note="a note", **UNKIND)
    reports.report_conversation(conversations.between(ana, ben), by=ben, **UNKIND)
    assert "ana, as a member" in told(ben)
    assert "A message in a conversation" in told(ben)
    assert "You haven't told moderators about anything." in told(ana)


def test_what_one_told_is_listed_in_few_queries(people, django_assert_max_num_queries):
    ana, ben, room = people
    for number in range(8):
        seq = post(ana, room, f"line {number}").seq
        reports.report(Message.objects.select_related("room").get(room=room, seq=seq), by=ben, **UNKIND)
    client = at(ben)
    client.get(reverse("moderation:reports"))  # the session's first page is noted
    with django_assert_max_num_queries(8):
        assert words(client.get(reverse("moderation:reports"))).count("A message in Evenings") == 8


# --- who of the staff looked --------------------------------------------------------------------


def privacy(member):
    return words(at(member).get(reverse("you-privacy")))


def test_a6_whose_message_in_a_room_a_moderator_read_finds_it_on_their_page_and_nobody_else_does(people, amara):
    ana, ben, _ = people
    reports.report(Message.objects.select_related("room").get(), by=ben, **UNKIND)
    for _ in range(3):
        cases.open_case(amara, queue.take_next(amara).token)
        queue.release_all(amara)
    assert "A moderator read a message of yours in a room" in privacy(ana)
    assert "3 times" in privacy(ana)
    assert privacy(ana).count('class="card stack"') == 1
    assert "Nobody has." in privacy(ben)


@pytest.mark.parametrize("source", ["unkind", "words"])
def test_m2_a_look_into_a_conversation_tells_neither_that_the_other_told(people, private, amara, source):
    ana, ben, _ = people
    message = Message.objects.select_related("room", "author").get(room=private, seq=2)
    if source == "words":
        flags.raise_about(message, flags.Cause(3, "words"))
    else:
        reports.report(message, by=ben, **UNKIND)
    cases.open_case(amara, queue.take_next(amara).token)
    for member in (ana, ben):
        [line] = looks.by_day(member)
        assert (line.messages, line.reason) == (3, "")
        assert "read 3 messages in a conversation of yours." in privacy(member)
    assert {one.reason for one in StaffLook.objects.all()} == {"words" if source == "words" else "reported"}


def test_a_case_about_somebody_reads_no_words_and_notes_no_look(people, amara):
    reports.report_member(people[0], by=people[1], **UNKIND)
    cases.open_case(amara, queue.take_next(amara).token)
    assert not StaffLook.objects.exists()
