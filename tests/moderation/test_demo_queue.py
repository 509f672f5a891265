"""The demo's queue: something of each kind to walk through, made once, and gentle."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from chat.models import Message
from chat.services import sealing
from community.models import AuditEntry, Member, Notice
from community.services import audit_check
from moderation import demo, demo_phrases, detector
from moderation.detector import Severity
from moderation.models import Appeal, Decision, Flag, FlagEvent, PhraseVersion, Report, Screening
from moderation.services import (
    appeals,
    cases,
    colleagues,
    dry_runs,
    phrase_checks,
    queue,
    replies,
    reports,
    sweeping,
)

pytestmark = pytest.mark.django_db
TABLES = (Member, Message, Flag, FlagEvent, Report, Decision, Appeal, Screening, AuditEntry, Notice)


@pytest.fixture
def loaded(demo_community, settings):
    """The demo, loaded."""
    settings.DEMO = True


def person(name):
    return Member.objects.get(name=name)


def test_there_is_no_queue_where_there_is_no_demo(settings):
    settings.DEBUG = settings.DEMO = False
    with pytest.raises(CommandError):
        call_command("demo")
    assert not Flag.objects.exists()


def test_it_is_made_once(loaded):
    before = [table.objects.count() for table in TABLES]
    call_command("demo")
    assert [table.objects.count() for table in TABLES] == before


def test_an_earlier_demo_gets_its_queue_and_what_nobody_said_there_is_left_out(loaded):
    Appeal.objects.all().delete()
    Decision.objects.all().delete()
    Flag.objects.all().delete()
    Screening.objects.all().delete()
    Report.objects.all().delete()
    Message.objects.filter(author__name="Mateo", room__slug="work-and-money").delete()
    call_command("demo")
    assert not Flag.objects.filter(member__name="Mateo").exists()
    assert Flag.objects.filter(member__name="Mika").exists()


def test_the_queue_has_every_severity_a_report_an_appeal_and_a_follow_up(loaded):
    found = queue.listed(person("Theo"))
    assert set(found.counts) == {Severity.IMMINENT, Severity.HIGH, Severity.MODERATE}
    assert found.items[0].severity == Severity.IMMINENT
    assert any(one.reports for one in found.items)
    assert any(one.kind == Flag.Kind.APPEAL for one in found.items)
    assert any(one.is_follow_up for one in found.items)
    assert any(one.is_one_to_one for one in found.items)
    assert any(one.from_words for one in found.items)
    assert not [one for one in found.items if one.is_late]


def test_whoever_decided_does_not_get_the_appeal(loaded):
    assert not [one for one in queue.listed(person("Amara")).items if one.kind == Flag.Kind.APPEAL]
    appeal = Appeal.objects.get()
    assert appeals.words_of(appeal) == demo.APPEAL
    flag = queue.take(person("Theo"), appeal.flag.token)
    appeals.answer(person("Theo"), flag.token, take_back=True, words="", version=flag.version)
    assert Message.objects.get(pk=appeal.decision.flag.message_id).hidden_at is None


def test_a_colleague_left_a_note_for_whoever_comes_next(loaded):
    flag = Flag.objects.open().get(member__name="Mateo")
    assert [one.note for one in colleagues.history(flag) if one.kind == "note"] == [demo.HAND_OVER]


def test_every_case_opens_with_what_it_is_about_and_why(loaded):
    theo = person("Theo")
    while flag := queue.take_next(theo):
        if flag.kind == Flag.Kind.APPEAL:
            Flag.objects.filter(pk=flag.pk).update(closed_at=timezone.now())
            continue
        case = cases.open_case(theo, flag.token)
        assert case.lines or case.told
        if flag.from_words:
            assert case.why[0]["reasons"]
        Flag.objects.filter(pk=flag.pk).update(closed_at=timezone.now())


def test_linden_has_a_statement_to_read_and_hears_how_a_report_ended(loaded):
    linden = person("Linden")
    [statement] = appeals.statements_of(linden)
    assert (statement.kind, statement.reason, statement.by) == ("hide", "It gave a way to find someone", ("Theo",))
    assert statement.may_appeal
    assert [one.outcome for one in reports.told_by(linden)] == ["", "acted"]
    assert Notice.objects.filter(member=linden, kind="decision").exists()


def test_somebody_waits_for_an_answer_in_a_room_of_the_host(loaded):
    [one] = replies.waiting_for(person("Sol"))
    assert (one.room.slug, one.minutes) == ("grief", 95)


def test_the_sweep_begins_with_what_is_said_from_now_on(loaded, settings):
    settings.SCREENING = True
    assert sweeping.sweep() == 0
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        assert sweeping.sweep() == 0


def test_d6_what_the_demos_staff_did_is_in_the_trail(loaded):
    assert audit_check.check().troubles == []
    assert AuditEntry.objects.filter(action__startswith="flag.decided-").count() == 3


def test_nothing_in_it_says_how_how_much_or_where(loaded):
    said = [value for name, value in vars(demo).items() if name.isupper() and isinstance(value, str)]
    about = [one.message for one in Flag.objects.exclude(message=None).select_related("message__room")]
    sealing.open_all(about)
    said += [one.body for one in about]
    for words in said:
        assert not re.search(r"\d", words)
        assert "method" not in str(detector.screen(words).category)


def test_its_phrases_are_made_once_by_a_duty_and_show_what_a_draft_would_change(loaded):
    demo_phrases.load()
    demo_phrases.load()
    now, draft = PhraseVersion.objects.order_by("pk")
    assert (now.state, now.by.name, now.signed_by.name) == ("in-force", "Ada", "Theo")
    assert (draft.state, draft.by.name) == ("draft", "Theo")
    run = dry_runs.last_of(draft)
    assert (run.run.state, run.missed, run.new, run.missed_that_mattered) == ("done", 1, 1, 0)
    assert not phrase_checks.check(draft)
