"""Closed cases go after half a year; what waits, holds or is open stays, and statements stay with their member."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from chat.models import Message, Pause
from chat.services import erasing, rooms
from moderation.detector import Severity
from moderation.models import Decision, Flag, FlagEvent, Report
from moderation.services import appeals, colleagues, decisions, flags, queue, reports, retention
from moderation.services.choices import Choice
from tests.factories import join, make_member, make_room, post

pytestmark = pytest.mark.django_db
HALF_A_YEAR = retention.KEPT_FOR + timedelta(hours=1)
KIND = "Let's leave this to rest."


@pytest.fixture
def evenings():
    """A line of ana's that ben reported, and a moderator."""
    ana, ben, room = make_member("ana"), make_member("ben"), make_room("evenings")
    join(ana, room)
    join(ben, room)
    post(ana, room, "a line")
    amara = make_member("amara", roles=("moderators",))
    reports.report(Message.objects.get(), by=ben, door="not-okay", reason="unkind", note="planted")
    return ana, amara, room


def later(**how):
    return time_machine.travel(timezone.now() + timedelta(**how), tick=False)


def decide(by, kind, **more):
    flag = queue.take(by, Flag.objects.open().get(kind="concern").token)
    colleagues.leave_note(by, flag.token, "planted between colleagues")
    flag.refresh_from_db()
    choice = Choice(kind, **{"follow_up_hours": 0, **more})
    return decisions.decide(by, flag.token, choice, version=flag.version)


def after_half_a_year():
    with time_machine.travel(timezone.now() + HALF_A_YEAR, tick=False):
        return retention.forget_closed()


def test_a_closed_case_goes_with_its_reports_copies_and_notes_and_the_statement_stays(evenings):
    ana, amara, _ = evenings
    made = decide(amara, "hide", reason="unkind", words="It was unkind.")
    with later(days=182):
        assert retention.forget_closed() == 0
    assert after_half_a_year() == 1
    assert not (Flag.objects.exists())
    assert not (FlagEvent.objects.exists())
    assert not Report.objects.exists()
    kept = appeals.statement_for(ana, made.token)
    assert (kept.kind, kept.words) == ("hide", "It was unkind.")
    assert Decision.objects.get().flag is None
    assert Message.objects.get().hidden_at, "what was decided holds"


def test_an_open_case_and_one_that_comes_back_stay(evenings):
    _, amara, _ = evenings
    assert after_half_a_year() == 0
    decide(amara, "support", words=KIND, follow_up_hours=24)
    assert after_half_a_year() == 0
    assert Report.objects.exists()


def test_a_case_whose_appeal_nobody_answered_stays_until_it_is_answered(evenings):
    ana, amara, _ = evenings
    made = decide(amara, "hide", reason="unkind")
    asked = appeals.ask_again(ana, made.token, "Please look again.")
    assert after_half_a_year() == 0
    theo = make_member("theo", roles=("moderators", "leads"))
    flag = queue.take(theo, asked.flag.token)
    appeals.answer(theo, flag.token, take_back=False, words="It stays.", version=flag.version)
    assert after_half_a_year() == 2


def test_a_case_whose_decision_is_in_force_stays_until_it_is_over(evenings):
    _ana, amara, _ = evenings
    theo = make_member("theo", roles=("moderators", "leads"))
    flag = queue.take(amara, Flag.objects.get().token)
    until = timezone.now() + timedelta(days=300)
    choice = Choice("suspend", reason="unkind", words=KIND, until=until, follow_up_hours=0)
    decisions.confirm(theo, decisions.propose(amara, flag.token, choice, version=flag.version).token)
    assert after_half_a_year() == 0
    with later(days=301):
        assert retention.forget_closed() == 1


def test_the_same_message_may_have_a_case_again(evenings):
    _, amara, _ = evenings
    decide(amara, "no-concern")
    after_half_a_year()
    flags.raise_about(Message.objects.get(), flags.Cause(Severity.MODERATE, "unkind"))
    assert Flag.objects.count() == 1


def test_a_pause_that_is_over_is_forgotten(evenings):
    ana, _, room = evenings
    rooms.pause(ana, room, until=timezone.now() + timedelta(hours=1), cause="one")
    assert erasing.forget_pauses() == 0
    with later(hours=2):
        assert erasing.forget_pauses() == 1
    assert not Pause.objects.exists()
