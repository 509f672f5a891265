"""Reports become cases: many join one, the text stays as it was, the reporter hears how it went and is never named."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from chat.models import Message
from chat.services import changes
from chat.services.changes import Act
from community.models import Notice
from community.refusals import NotYours, TooFast
from moderation.detector import Severity
from moderation.models import Flag, Report
from moderation.services import reports
from tests.factories import join, make_member, make_room, post, session_of, unhurried

pytestmark = pytest.mark.django_db


@pytest.fixture
def evenings():
    """A room with ana, ben and cleo, in which ana wrote something ordinary."""
    people, room = [make_member(name) for name in ("ana", "ben", "cleo")], make_room("evenings")
    for one in people:
        join(one, room)
    post(people[0], room, "Tea, and the radio.")
    return *people, room


def the_message() -> Message:
    return Message.objects.select_related("room", "author").get(seq=1)


def test_many_reports_are_one_case(evenings):
    ana, ben, cleo, _ = evenings
    reports.report(the_message(), by=ben, door="not-okay", reason="unkind")
    reports.report(the_message(), by=cleo, door="worried")
    [flag] = Flag.objects.all()
    assert flag.member == ana
    assert flag.severity == Severity.HIGH
    assert flag.reports.count() == 2
    assert flag.events.count() == 2


def test_m1_reports_of_danger_to_life_are_first(evenings):
    ana, ben, _, room = evenings
    for number in range(2, 5):
        post(ana, room, f"line {number}")
    for seq, door, reason in ((2, "not-okay", "selling"), (3, "worried", ""), (4, "not-okay", "unkind")):
        reports.report(Message.objects.get(seq=seq), by=ben, door=door, reason=reason)
    first = Flag.objects.open().by_urgency().first()
    assert first.message.seq == 3


def test_m1_a_message_taken_back_while_somebody_was_writing_is_reported_with_what_it_said(evenings):
    ana, ben, _, room = evenings
    changes.do(Act(ana.pk, session_of(ana), room.slug, 1, changes.withdraw))
    found = reports.message_for(ben, room.slug, 1)
    reports.report(found, by=ben, door="worried")
    assert reports.words_then(Report.objects.get()) == "Tea, and the radio."
    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False), pytest.raises(NotYours):
        reports.message_for(ben, room.slug, 1)


def test_somebody_is_reported_once_until_it_is_answered(evenings):
    ana, ben, _, _ = evenings
    assert reports.report_member(ana, by=ben, door="not-okay", reason="under-age")
    assert not reports.report_member(ana, by=ben, door="not-okay", reason="under-age")
    flag = Flag.objects.get()
    assert (flag.member, flag.message) == (ana, None)
    assert reports.words_then(Report.objects.get()) == ""


def test_nobody_reports_themselves(evenings):
    with pytest.raises(NotYours):
        reports.report_member(evenings[0], by=evenings[0], door="worried")


def test_b7_worries_are_limited_more_than_reports(evenings):
    ana, ben, _, room = evenings
    for number in range(2, 9):
        post(ana, room, f"line {number}")
    for seq in range(1, 7):
        reports.report(Message.objects.get(seq=seq), by=ben, door="worried")
    with pytest.raises(TooFast):
        reports.report(Message.objects.get(seq=7), by=ben, door="worried")
    assert reports.report(Message.objects.get(seq=7), by=ben, door="not-okay", reason="unkind")


def test_whose_worries_were_told_to_hurt_cannot_send_more_of_them(evenings):
    ana, ben, _, room = evenings
    with unhurried():
        for number in range(2, 6):
            post(ana, room, f"line {number}")
            reports.report(Message.objects.get(seq=number), by=ben, door="worried")
        Report.objects.filter(message__seq__lt=5).update(is_hostile=True)
        with pytest.raises(reports.Closed):
            reports.report(the_message(), by=ben, door="worried")
        assert reports.report(the_message(), by=ben, door="not-okay", reason="unkind")


def test_a_worry_sends_nothing_to_the_one_it_is_about(evenings):
    ana, ben, _, _ = evenings
    reports.report(the_message(), by=ben, door="worried")
    assert not Notice.objects.filter(member=ana).exists()


def test_m2_who_reported_hears_how_it_went_once_and_nobody_else_hears_of_them(evenings):
    ana, ben, _, _ = evenings
    reports.report(the_message(), by=ben, door="worried")
    flag = Flag.objects.get()
    assert reports.settle(flag, Report.Outcome.ACTED) == 1
    assert reports.settle(flag, Report.Outcome.LEFT) == 0
    [told] = reports.told_by(ben)
    assert told.outcome == "acted"
    [notice] = Notice.objects.all()
    assert (notice.member, notice.kind, notice.subject) == (ben, "outcome", "")
    assert not Notice.objects.filter(member=ana).exists()
