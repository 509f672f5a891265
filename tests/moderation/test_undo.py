"""A decision that nobody has seen is undone for a moment: answered by another, and the case as it was."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.db import DatabaseError, transaction
from django.utils import timezone

from chat.models import Message, Room
from chat.services import changes, hiding, news
from chat.services.changes import Act
from community.models import AuditEntry, Letter, Notice
from community.refusals import NotYours
from community.services import audit_check, notices, outbox
from moderation.detector import Severity
from moderation.models import Appeal, Decision, Flag, Report
from moderation.services import appeals, cases, decisions, flags, queue, reports, undoing
from moderation.services.choices import BadChoice
from tests.factories import join, make_member, make_room, post, session_of
from tests.moderation.console import at_console, page, url
from tests.moderation.test_decisions import case, choice, decided, later

pytestmark = pytest.mark.django_db
QUIETLY = ["no-concern", "escalate", "hide-for-now", "hide", "veil"]


@pytest.fixture
def team():
    return make_member("amara", roles=("moderators",)), make_member("theo", roles=("moderators", "leads"))


@pytest.fixture
def evenings():
    """Ana wrote a line, which ben told us about."""
    ana, ben, room = make_member("ana"), make_member("ben"), make_room("evenings")
    join(ana, room)
    join(ben, room)
    post(ana, room, "a line")
    return ana, ben, room


def seen_by(reader):
    """What this reader is given of the message now."""
    room = Room.objects.get()
    return news.since(room.pk, 0, room.revision).fresh[0].for_reader(reader.pk, frozenset())


def in_a_moment(seconds, work, *args, **how):
    with time_machine.travel(timezone.now() + timedelta(seconds=seconds), tick=False):
        return work(*args, **how)


STOOD = ("severity", "due_at", "is_for_leads", "second_wanted", "returns_at", "closed_at", "holder_id")


@pytest.mark.parametrize("kind", QUIETLY)
def test_what_shows_nobody_anything_is_undone_and_all_is_as_it_was(team, evenings, kind):
    ana, ben, _ = evenings
    amara = team[0]
    reports.report(Message.objects.get(), by=ben, door="not-okay", reason="unkind")
    flag = queue.take_next(amara)
    before, others = [getattr(flag, name) for name in STOOD], seen_by(ben)
    made = decisions.decide(amara, flag.token, choice(kind), version=flag.version)
    assert undoing.offered(amara) == made
    assert undoing.offered(team[1]) is None
    again = undoing.undo(amara, flag.token, made.token)
    assert [getattr(again, name) for name in STOOD] == before
    assert again.is_held()
    assert _words(seen_by(ben)) == _words(others)
    answer = made.answered_by.get()
    assert (answer.kind, answer.by) == ("undone", amara)
    assert not Notice.objects.exclude(kind="page").exists()
    assert Report.objects.get().handled_at is None
    assert appeals.statements_of(ana) == []
    assert undoing.offered(amara) is None
    assert AuditEntry.objects.latest("number").action == "flag.undone"
    assert audit_check.check().troubles == []
    assert [one.kind for one in cases.open_case(amara, flag.token).history][-2:] == ["decided", "undone"]
    last = decisions.decide(amara, flag.token, choice("hide"), version=again.version)
    assert [one.kind for one in Decision.objects.order_by("pk")] == [kind, "undone", last.kind]


def _words(entry):
    """An entry without its revision, which every change raises."""
    return {name: value for name, value in json.loads(entry).items() if name not in ("revision", "edited")}


@pytest.mark.parametrize("kind", ["support", "restore", "edit-request", "silence", "restrict", "remove"])
def test_words_that_were_sent_and_what_was_shown_are_not_undone(team, evenings, kind):
    amara, made = team[0], None
    if kind == "restore":
        changes.keep(Message.objects.get(), changes.hide, by=amara)
    made = decided(amara, kind)
    assert undoing.offered(amara) is None
    with pytest.raises(undoing.Seen):
        undoing.undo(amara, made.flag.token, made.token)


@pytest.mark.parametrize(
    ("kind", "act"),
    [
        ("no-concern", hiding.holding()),
        ("no-concern", hiding.veiling([(0, 3)])),
        ("hide", hiding.holding()),
        ("veil", changes.folding("sleep")),
    ],
)
def test_what_would_not_be_as_it_was_is_not_undone(team, evenings, kind, act):
    changes.keep(Message.objects.get(), act, by=None)
    decided(team[0], kind)
    assert undoing.offered(team[0]) is None


def _seen(ana, ben, amara, theo, made):
    notices.seen_all(ana)


def _told(ana, ben, amara, theo, made):
    notices.seen_all(ben)


def _asked(ana, ben, amara, theo, made):
    appeals.ask_again(ana, made.token)


def _anew(ana, ben, amara, theo, made):
    flags.raise_about(Message.objects.get(), flags.Cause(Severity.HIGH, "words"))


def _twice(ana, ben, amara, theo, made):
    undoing.undo(amara, made.flag.token, made.token)


def _late(ana, ben, amara, theo, made):
    """Nothing but time."""


@pytest.mark.parametrize("then", [_seen, _told, _asked, _anew, _twice, _late])
def test_once_somebody_has_seen_it_or_gone_on_nothing_is_undone(team, evenings, then):
    ana, ben, _ = evenings
    amara, theo = team
    reports.report(Message.objects.get(), by=ben, door="not-okay", reason="unkind")
    flag = queue.take_next(amara)
    made = decisions.decide(amara, flag.token, choice("hide"), version=flag.version)
    then(ana, ben, amara, theo, made)
    count = Decision.objects.count()
    with pytest.raises(undoing.Seen):
        in_a_moment(61 if then is _late else 1, undoing.undo, amara, flag.token, made.token)
    assert Decision.objects.count() == count
    assert Appeal.objects.exists() == (then is _asked)


def test_an_escalation_that_a_lead_took_is_not_undone_and_nobody_undoes_for_another(team, evenings):
    amara, theo = team
    made = decided(amara, "escalate")
    with pytest.raises(undoing.Seen):
        undoing.undo(theo, made.flag.token, made.token)
    with pytest.raises(NotYours):
        undoing.undo(evenings[1], made.flag.token, made.token)
    queue.take(theo, made.flag.token)
    with pytest.raises(NotYours):
        undoing.undo(amara, made.flag.token, "no-such-decision")
    with pytest.raises(undoing.Seen):
        undoing.undo(amara, made.flag.token, made.token)


def test_the_letter_waits_for_as_long_as_it_can_be_undone_and_then_does_not_go(team, evenings):
    amara = team[0]
    EmailAddress.objects.create(user=evenings[0], email="ana@example.org", verified=True, primary=True)
    made = decided(amara, "hide")
    assert Letter.objects.exists()
    assert outbox.send_waiting() == 0
    undoing.undo(amara, made.flag.token, made.token)
    assert not Letter.objects.exists()
    other = decisions.decide(amara, made.flag.token, choice("hide"), version=Flag.objects.get().version)
    assert Letter.objects.get().to == "ana@example.org"
    assert in_a_moment(61, outbox.send_waiting) == 1
    assert other.before


def test_how_it_stood_is_never_edited_either(team, evenings):
    decided(team[0], "hide")
    with pytest.raises(DatabaseError), transaction.atomic():
        Decision.objects.update(before=None)


def test_its_member_who_saw_the_statement_in_its_moment_reads_that_it_is_over(team, evenings, client):
    ana = evenings[0]
    made = decided(team[0], "hide")
    undoing.undo(team[0], made.flag.token, made.token)
    client.force_login(ana)
    said = client.get(f"/you/decisions/{made.token}/").content.decode()
    assert "It was taken back a moment later. Nothing has changed." in said
    assert "another-look" not in said
    with pytest.raises(NotYours):
        appeals.ask_again(ana, made.token)


# --- hidden for half an hour --------------------------------------------------------------------


def test_hidden_for_now_the_case_stays_with_its_holder_and_is_due_before_it_is_shown_again(team, evenings):
    ana, ben, _ = evenings
    amara, theo = team
    flag = case(amara)
    made = decisions.decide(amara, flag.token, choice("hide-for-now"), version=flag.version)
    flag.refresh_from_db()
    assert (flag.holder, flag.closed_at) == (amara, None)
    assert flag.due_at == made.until
    assert b'"held"' in seen_by(ben)
    assert b'"aside":"held"' in seen_by(ana)
    assert decisions.in_force(ana) == []
    assert not Notice.objects.filter(member=ana).exists()
    with pytest.raises(BadChoice):
        decisions.decide(amara, flag.token, choice("hide-for-now"), version=flag.version)
    with later(minutes=31):
        assert b"a line" in seen_by(ben)
        assert queue.listed(theo).items[0].is_late


@pytest.mark.parametrize(("kind", "state"), [("hide", b'"hidden"'), ("no-concern", b"a line"), ("support", b'"held"')])
def test_what_is_decided_meanwhile_holds_after_the_half_hour(team, evenings, kind, state):
    amara = team[0]
    flag = case(amara)
    decisions.decide(amara, flag.token, choice("hide-for-now"), version=flag.version)
    decisions.decide(amara, flag.token, choice(kind), version=Flag.objects.get().version)
    assert state in seen_by(evenings[1])
    with later(minutes=31):
        changes.show_again()
        assert (state if kind == "hide" else b"a line") in seen_by(evenings[1])


def test_its_author_may_take_it_back_meanwhile(team, evenings):
    ana, ben, room = evenings
    flag = case(team[0])
    decisions.decide(team[0], flag.token, choice("hide-for-now"), version=flag.version)
    changes.do(Act(ana.pk, session_of(ana), room.slug, 1, changes.withdraw))
    with later(minutes=31):
        changes.show_again()
        assert b'"withdrawn"' in seen_by(ben)


# --- at the console -----------------------------------------------------------------------------


def test_the_line_is_offered_for_ten_seconds_and_opens_the_case_again(team, evenings):
    client = at_console(team[0])
    flag = case(team[0])
    answer = client.post(url("decide", flag), {"kind": "escalate", "version": flag.version}, follow=True)
    made = Decision.objects.get()
    assert f'action="{url("undo", flag)}"' in page(answer)
    assert url("undo", flag) not in page(in_a_moment(11, client.get, url("queue")))
    answer = client.post(url("undo", flag), {"decision": made.token}, follow=True)
    assert "Undone. It is yours again." in page(answer)
    assert "a line" in page(answer)
    answer = client.post(url("undo", flag), {"decision": made.token}, follow=True)
    assert "be undone any more" in page(answer)


def test_hiding_for_now_leads_back_to_the_case_and_says_until_when(team, evenings):
    client = at_console(team[0])
    flag = case(team[0])
    answer = client.post(url("decide", flag), {"kind": "hide-for-now", "version": flag.version}, follow=True)
    until = timezone.localtime(Decision.objects.get().until).strftime("%H:%M")
    assert f"see it until {until}. It is still yours to decide." in page(answer)
    assert f"Hidden for now, until {until}." in page(answer)
    assert "act-hide-for-now" not in page(answer)
    assert url("undo", flag) in page(answer)
