"""Telling a moderator: kept with the words as they were, by both doors, and told to nobody else."""

import pytest
from django.urls import reverse

from chat.models import Message
from chat.services import changes
from chat.services.changes import Act
from community.models import Letter
from moderation.models import Report
from moderation.services import reports
from tests.factories import join, make_member, make_room, post, session_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def talk():
    ana, ben, room = make_member("ana"), make_member("ben"), make_room("evenings")
    join(ana, room)
    join(ben, room)
    post(ana, room, "I don't want to be here tonight")
    return ana, ben, room


def address(seq=1):
    return reverse("moderation:report", args=["evenings", seq])


def test_a_worry_is_kept_with_the_words_even_when_they_are_taken_back(client, talk):
    ana, ben, room = talk
    client.force_login(ben)
    assert client.post(address(), {"door": "worried"}).status_code == 200
    changes.do(Act(ana.pk, session_of(ana), room.slug, 1, changes.withdraw))
    assert Message.objects.get(seq=1).body == ""
    report = Report.objects.get()
    assert "tonight" not in report.body_then
    assert reports.words_then(report) == "I don't want to be here tonight"


def test_telling_twice_is_thanked_and_stored_once(client, talk):
    client.force_login(talk[1])
    client.post(address(), {"door": "worried"})
    answer = client.post(address(), {"door": "worried"})
    assert "already" in answer.content.decode()
    assert Report.objects.count() == 1


def test_something_not_okay_needs_a_reason_and_keeps_the_note(client, talk):
    client.force_login(talk[1])
    answer = client.post(address(), {"door": "not-okay", "note": "it names a street"})
    assert answer.status_code == 400
    assert "it names a street" in answer.content.decode()
    assert not Report.objects.exists()


def test_a1_who_has_no_place_in_the_room_cannot_report_there(client, talk):
    client.force_login(make_member("outsider"))
    assert client.get(address()).status_code == 404
    assert client.post(address(), {"door": "worried"}).status_code == 404
    assert not Report.objects.exists()


def test_a4_a_message_that_is_not_there_answers_like_a_forbidden_one(client, talk):
    client.force_login(talk[1])
    assert client.get(address(99)).status_code == 404


def test_b7_reports_are_limited_to_twenty_a_day(client, talk):
    ana, ben, room = talk
    for number in range(21):
        post(ana, room, f"again {number}")
    client.force_login(ben)
    said = {"door": "not-okay", "reason": "unkind"}
    answers = [client.post(address(seq), said).status_code for seq in range(1, 22)]
    assert answers == [200] * 20 + [429]


def test_moderators_get_a_letter_without_the_words(client, talk):
    make_member("amara", roles=("moderators",), email="amara@example.org")
    client.force_login(talk[1])
    client.post(address(), {"door": "worried", "note": "please look"})
    letter = Letter.objects.get(to="amara@example.org")
    assert "please look" not in letter.body
    assert "tonight" not in letter.body
