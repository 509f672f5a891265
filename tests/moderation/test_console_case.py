"""The page of a case: exact places, why it came, ten lines each side, notes and second opinions; a lease in view."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chat.models import Message
from chat.services import changes, hiding
from chat.services.changes import Act
from community.models import AuditEntry, StaffLook
from moderation.detector import Severity
from moderation.models import Flag, FlagEvent
from moderation.services import colleagues, flags, queue, reports
from moderation.views.marking import pieces
from tests.factories import join, make_member, make_room, post, session_of, talk
from tests.moderation.console import at_console, page, url

pytestmark = pytest.mark.django_db
DANGER = "A line with <this> in it. I want to kill myself tonight."


@pytest.fixture
def amara():
    return make_member("amara", roles=("moderators",))


@pytest.fixture
def theo():
    return make_member("theo", roles=("moderators",))


@pytest.fixture
def evenings():
    """Ana wrote thirty lines, and one that worries, which the software finds."""
    ana, room = make_member("ana", country="GB", time_zone="Europe/London"), make_room("evenings")
    join(ana, room)
    key = session_of(ana)
    for number in range(1, 16):
        post(ana, room, f"before {number}.", session_key=key)
    post(ana, room, DANGER, session_key=key)
    for number in range(1, 16):
        post(ana, room, f"after {number}.", session_key=key)
    return ana, room


@pytest.fixture
def held(evenings, amara):
    return queue.take(amara, Flag.objects.get(message__seq=16).token)


def later(**how):
    return time_machine.travel(timezone.now() + timedelta(**how), tick=False)


def test_exact_places_are_marked_and_numbered_and_explained(held, amara):
    shown = page(at_console(amara).get(url("case", held)))
    assert "<mark>I want to kill myself tonight.</mark>" in shown
    assert '<sup class="n"><span class="sr">match </span>1</sup>' in shown
    assert "&lt;this&gt;" in shown
    assert "<this>" not in shown
    assert ", version 1" in shown
    assert "Software can miss things and misread them: you decide." in shown


def test_ten_lines_each_side_and_no_others(held, amara):
    shown = page(at_console(amara).get(url("case", held)))
    assert ("before 6." in shown, "before 5." in shown) == (True, False)
    assert ("after 10." in shown, "after 11." in shown) == (True, False)


def test_looking_is_recorded_and_a_conversation_is_told_to_its_members(evenings, amara):
    ben = make_member("ben")
    room = talk(evenings[0], ben)
    flag = flags.raise_about(Message.objects.get(room=room, seq=1), flags.Cause(3, "worried"))
    queue.take(amara, flag.token)
    assert at_console(amara).get(url("case", flag)).status_code == 200
    assert AuditEntry.objects.filter(action="flag.read", reason="conversation").count() == 1
    assert StaffLook.objects.filter(member=ben).exists()


def test_edits_reports_and_their_notes_are_shown_without_who_reported(held, evenings, amara):
    ana, room = evenings
    ben = make_member("reporterben")
    join(ben, room)
    message = Message.objects.get(seq=16)
    reports.report(message, by=ben, door="worried", note="She sounded <b>tired</b>")
    changes.do(Act(ana.pk, session_of(ana), room.slug, 16, changes.editing("I feel low.", "")))
    shown = page(at_console(amara).get(url("case", held)))
    assert "What it said before" in shown
    assert "In an earlier wording" in shown
    before = shown.split("What it said before")[1].split("</ol>")[0]
    assert '<sup class="n"><span class="sr">match </span>1</sup>' in before
    assert "<mark>" in before
    assert "She sounded &lt;b&gt;tired&lt;/b&gt;" in shown
    assert "reporterben" not in shown


def test_each_wording_has_the_marks_of_its_own_reading(held, evenings, amara):
    ana, room = evenings
    key = session_of(ana)
    for words in ("Tonight I will kill myself.", "I feel low."):
        changes.do(Act(ana.pk, key, room.slug, 16, changes.editing(words, "")))
    shown = page(at_console(amara).get(url("case", held)))
    before = shown.split("What it said before")[1].split("</ol>")[0]
    first, second = before.split('<li class="said"')[1:]
    assert "I want to kill myself tonight." in first.split("<mark>")[1].split("</mark>")[0]
    assert "kill myself" in second.split("<mark>")[1].split("</mark>")[0]
    assert shown.index("number 2 of what it said before") < shown.index("number 1 of what it said before")


def test_the_lease_is_shown_and_renewed(held, amara):
    client = at_console(amara)
    assert "Yours until" in page(client.get(url("case", held)))
    with later(minutes=10):
        answer = client.post(url("renew", held), headers={"X-Live": "1"})
        assert set(answer.json()) == {"until"}
        assert Flag.objects.get(pk=held.pk).held_until == timezone.now() + queue.LEASE
        assert client.post(url("renew", held)).url == url("case", held)


def test_a_lease_that_is_over_is_told_to_the_script_and_to_the_reader(held, amara, theo):
    client = at_console(amara)
    with later(minutes=16):
        assert client.post(url("renew", held), headers={"X-Live": "1"}).status_code == 409
        queue.take(theo, held.token)
        assert "theo took it" in client.post(url("renew", held), headers={"X-Live": "1"}).json()["detail"]
        assert "theo took it" in page(client.post(url("renew", held)))


def test_a_note_is_left_and_read_and_an_empty_one_is_refused_beside_its_field(held, amara):
    client = at_console(amara)
    answer = client.post(url("note", held), {"words": " ", "version": held.version})
    assert answer.status_code == 400
    assert 'id="note-words_error"' in page(answer)
    client.post(url("note", held), {"words": "Would <like> a word", "version": held.version})
    assert "Would &lt;like&gt; a word" in page(client.get(url("case", held)))


def test_a_second_opinion_is_asked_read_and_given(held, amara, theo):
    client, colleague = at_console(amara), at_console(theo)
    client.post(url("second", held), {"do": "ask", "words": "What would you do?", "version": held.version})
    assert "Second wanted" in page(colleague.get(url("queue")))
    shown = page(colleague.get(url("case", held)))
    assert "What would you do?" in shown
    assert "Send support" not in shown
    assert colleague.post(url("second", held), {"do": "give", "words": ""}).status_code == 400
    colleague.post(url("second", held), {"do": "give", "words": "I would write to her"})
    assert "I would write to her" in page(client.get(url("case", held)))
    assert not Flag.objects.get(pk=held.pk).second_wanted


def test_a_note_on_what_was_decided_meanwhile_is_kept_on_the_page(held, amara):
    Flag.objects.filter(pk=held.pk).update(closed_at=timezone.now())
    answer = at_console(amara).post(url("note", held), {"words": "my long note", "version": held.version})
    assert answer.status_code == 409
    assert "my long note" in page(answer)


def test_a_case_about_oneself_is_not_there(held, evenings):
    ana, _ = evenings
    ana.groups.add(*make_member(roles=("moderators",)).groups.all())
    client = at_console(ana)
    assert client.get(url("case", held)).status_code == 404
    assert client.post(url("decide", held), {"kind": "no-concern"}).status_code == 404


def test_what_is_known_about_its_member_stands_beside_it(held, amara):
    shown = page(at_console(amara).get(url("case", held)))
    assert "About <bdi>ana</bdi>" in shown
    assert "United Kingdom" in shown
    assert "4 weeks" in shown
    assert "ana@" not in shown


def test_a_case_costs_as_many_queries_with_much_around_it_as_with_little(held, amara, evenings):
    client, counts = at_console(amara), []
    client.get(url("case", held))
    for more in (0, 40):
        for number in range(more):
            colleagues.leave_note(amara, held.token, f"note {number}")
            flags.raise_about(Message.objects.filter(flags=None).first() or held.message, flags.Cause(2, "unkind"))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url("case", held)).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert FlagEvent.objects.filter(flag=held).count() > 40


@pytest.mark.parametrize(
    ("places", "marked"),
    [
        ([], []),
        ([(1, 2, 4)], [("cd", (1,))]),
        ([(1, 0, 4), (2, 2, 6)], [("ab", ()), ("cd", (1,)), ("ef", (2,))]),
        ([(1, 4, 40), (2, -1, 3), (3, 3, 3)], []),
        ([(1, 0, 6), (2, 0, 6)], [("abcdef", (1, 2))]),
    ],
)
def test_a_text_is_cut_at_the_places_and_nowhere_else(places, marked):
    cut = pieces("abcdef", places)
    assert "".join(one.text for one in cut) == "abcdef"
    assert [(one.text, one.ends) for one in cut if one.is_marked] == marked


def test_what_others_do_not_see_is_shown_and_said(held, amara):
    message = held.message
    changes.keep(message, hiding.veiling([(2, 6)]), by=None)
    shown = page(at_console(amara).get(url("case", held)))
    assert '<span class="covered">line</span>' in shown
    assert "Others don't see the words" in shown
    assert 'id="act-restore"' in shown
    assert 'id="act-hide"' in shown


def test_a_message_that_is_held_back_can_be_shown(held, amara):
    changes.keep(held.message, hiding.holding(), by=None)
    client = at_console(amara)
    shown = page(client.get(url("case", held)))
    assert "Held until one of us has looked." in shown
    version = Flag.objects.get(pk=held.pk).version
    client.post(url("decide", held), {"kind": "restore", "version": version})
    assert Message.objects.get(seq=16).hidden_at is None


def test_severities_have_words(evenings, amara):
    flag = flags.raise_about(Message.objects.get(seq=1), flags.Cause(Severity.IMMINENT, "asked"))
    queue.take(amara, flag.token)
    assert "its member asked for a moderator" in page(at_console(amara).get(url("case", flag)))
