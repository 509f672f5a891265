"""What moderators carry: counted once, bounded, left to others who are here; and nobody in danger waits because of it."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chat.models import Message
from community.models import AuditEntry, Member, Notice
from community.refusals import NotYours
from community.services import members
from moderation.detector import Severity
from moderation.models import (
    Afterwards,
    Break,
    CareCall,
    CareLimits,
    Flag,
    Heavy,
    Lifted,
    OnCall,
    OwnCare,
    Shift,
    Spared,
)
from moderation.services import (
    care,
    care_calls,
    care_limits,
    care_load,
    cases,
    colleagues,
    decisions,
    desk,
    flags,
    queue,
    undoing,
)
from moderation.services.choices import Choice
from tests.factories import join, make_member, make_room, post, session_of
from tests.moderation.console import at_console, page

NOON = timezone.datetime(2026, 3, 10, 12, tzinfo=ZoneInfo("UTC"))
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


@pytest.fixture
def noon():
    """The clock stands at noon until a test moves it."""
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def amara():
    return make_member("amara", roles=("moderators",))


@pytest.fixture
def theo():
    return make_member("theo", roles=("moderators", "leads"))


@pytest.fixture
def evenings():
    """Ana wrote some lines in a room."""
    ana, room = make_member("ana"), make_room("evenings")
    join(ana, room)
    key = session_of(ana)
    for number in range(1, 9):
        post(ana, room, f"line {number}", session_key=key)
    return ana, room


def raised(seq=1, severity=Severity.IMMINENT, category="distress"):
    return flags.raise_about(Message.objects.get(seq=seq), flags.Cause(severity, "words", category))


def on_shift(*people, since=0, hours=8):
    began = timezone.now() - timedelta(minutes=since)
    for one in people:
        Shift.objects.create(member=one, began_at=began, ends_at=timezone.now() + timedelta(hours=hours))


def carried(member, number, *, minutes_ago=120):
    at = timezone.now() - timedelta(minutes=minutes_ago)
    Heavy.objects.bulk_create(Heavy(member=member, at=at, since=at, left_at=at) for _ in range(number))


def opened(member, flag):
    """Taken, and its words shown."""
    taken = queue.take(member, flag.token)
    cases.open_case(member, flag.token)
    return taken


def decided(member, flag, kind="no-concern", **more):
    flag.refresh_from_db()
    return decisions.decide(member, flag.token, Choice(kind, **more), version=flag.version)


# --- what counts --------------------------------------------------------------------------------


def test_a_case_in_now_counts_once_its_words_are_shown_and_once_only(evenings, amara, noon):
    heavy, light = raised(1), raised(2, Severity.HIGH)
    queue.take(amara, heavy.token)
    assert not Heavy.objects.exists(), "no words were shown yet"
    for flag in (heavy, heavy, light):
        opened(amara, flag)
    row = Heavy.objects.get()
    assert (row.member, row.flag, row.left_at) == (amara, heavy, None)
    noon.shift(timedelta(minutes=7))
    queue.release(amara, heavy.token)
    row.refresh_from_db()
    assert (row.left_at, row.seconds) == (timezone.now(), 7 * 60)
    noon.shift(timedelta(minutes=30))
    opened(amara, heavy)
    noon.shift(timedelta(minutes=2))
    decided(amara, heavy)
    row = Heavy.objects.get()
    assert row.seconds == 9 * 60
    assert care_load.load_of(amara).minutes == 9


def test_what_was_taken_down_for_details_of_harm_counts_and_no_longer_once_it_is_undone(evenings, amara):
    flag, other = raised(1, Severity.MODERATE), raised(2, Severity.MODERATE)
    queue.take(amara, other.token)
    decided(amara, other, "hide", reason="unkind")
    assert not Heavy.objects.exists()
    queue.take(amara, flag.token)
    made = decided(amara, flag, "hide", reason="harm")
    assert Heavy.objects.get().left_at
    assert Afterwards.objects.get().answer == ""
    undoing.undo(amara, flag.token, made.token)
    assert not Heavy.objects.exists()
    assert not Afterwards.objects.exists()


def test_a_colleague_who_is_asked_reads_it_too_and_leaves_it_with_their_opinion(evenings, amara, theo):
    flag = opened(amara, raised(1))
    colleagues.ask_second(amara, flag.token, version=flag.version)
    cases.open_case(theo, flag.token)
    assert Heavy.objects.filter(left_at=None).count() == 2
    colleagues.give_second(theo, flag.token, "I would stay with her")
    assert Heavy.objects.get(left_at=None).member == amara
    assert Afterwards.objects.get().member == theo


def test_a_lapsed_case_stops_counting_minutes_when_its_lease_does(evenings, amara, theo, noon):
    opened(amara, raised(1))
    noon.shift(timedelta(hours=2))
    assert care_load.load_of(amara).minutes == 15
    queue.take_next(theo)
    assert Heavy.objects.get(member=amara).seconds == 15 * 60
    assert not Afterwards.objects.exists(), "nobody asks whoever did not come back"


def test_the_day_is_their_own(amara, noon):
    amara.time_zone = "Asia/Tokyo"
    amara.save()
    carried(amara, 3, minutes_ago=30)
    assert care_load.load_of(amara).heavy == 3
    noon.move_to(NOON + timedelta(hours=3, minutes=5))  # 00:05 in Tokyo
    assert care_load.load_of(amara).heavy == 0


# --- enough -------------------------------------------------------------------------------------


def test_whoever_carries_enough_gets_what_is_not_heavy_while_somebody_else_is_on(evenings, amara, theo):
    on_shift(amara, theo)
    carried(amara, 20)
    heavy, soon = raised(1), raised(2, Severity.HIGH)
    assert queue.take_next(amara).pk == soon.pk
    assert queue.take_next(amara) is None
    with pytest.raises(care.Enough) as said:
        queue.take(amara, heavy.token)
    assert str(said.value.detail) == "You've carried enough for today. theo has the queue."
    assert [one.token for one in queue.listed(amara).items] == [soon.token]
    assert queue.listed(theo).counts == {4: 1, 3: 1}
    assert queue.take_next(theo).pk == heavy.pk
    assert not CareCall.objects.exists()


def test_with_nobody_else_on_it_is_offered_and_the_person_on_call_is_called_at_once_and_once(evenings, amara, theo):
    sol = make_member("sol", roles=("moderators",))
    OnCall.objects.create(member=sol, place=0)
    on_shift(amara)
    carried(amara, 20)
    heavy = raised(1)
    team = care_load.team([amara])
    assert "nobody else is free for what is urgent" in care.sentence(team.loads[amara.pk], team)
    assert care_calls.call_for_waiting() == 1
    assert queue.take_next(amara).pk == heavy.pk
    assert care_calls.call_for_waiting() == 0
    assert CareCall.objects.get().cause == f"case:{heavy.pk}"
    assert [one.member for one in Notice.objects.filter(kind="care-call")] == [sol]
    assert AuditEntry.objects.filter(action="care.called").count() == 1


@pytest.mark.parametrize("why", ["resting", "full", "their own case", "off shift"])
def test_somebody_else_who_cannot_take_it_is_nobody_to_leave_it_to(evenings, amara, theo, why):
    on_shift(amara, *([] if why == "off shift" else [theo]))
    carried(amara, 20)
    heavy = raised(1)
    if why == "resting":
        Break.objects.create(member=theo, began_at=timezone.now(), until=timezone.now() + timedelta(minutes=15))
    if why == "full":
        carried(theo, 20)
    if why == "their own case":
        Flag.objects.filter(pk=heavy.pk).update(member=theo)
    assert queue.take_next(amara).pk == heavy.pk
    assert CareCall.objects.get().cause == f"case:{heavy.pk}"


def test_what_is_late_waits_for_nobodys_limit(evenings, amara, theo, noon):
    on_shift(amara, theo)
    carried(amara, 20)
    heavy = raised(1)
    assert queue.take_next(amara) is None
    noon.shift(timedelta(minutes=5))
    assert queue.take_next(amara).pk == heavy.pk


def test_an_hour_and_the_minutes_have_their_share_too(evenings, amara, theo, noon):
    on_shift(amara, theo)
    carried(amara, 6, minutes_ago=20)
    raised(1)
    team = care_load.team([amara])
    assert care.sentence(team.loads[amara.pk], team).startswith(
        "That's enough for this hour. theo has the queue; from 12:40"
    )
    assert queue.take_next(amara) is None
    noon.shift(timedelta(minutes=41))
    assert not care_load.load_of(amara).is_full
    Heavy.objects.update(seconds=20 * 60)
    assert care_load.load_of(amara).is_full_today


def test_one_tab_after_another_cannot_take_more_than_the_limit_before_reading(evenings, amara, theo):
    on_shift(amara, theo)
    carried(amara, 19)
    first, _second = raised(1), raised(2)
    assert queue.take_next(amara).pk == first.pk
    assert queue.take_next(amara) is None


def test_a_lead_lifts_it_once_a_day_for_some_hours_with_a_sealed_reason_and_not_their_own(evenings, amara, theo, noon):
    on_shift(amara, theo)
    carried(amara, 20)
    raised(1)
    care_limits.lift(theo, "amara", hours=1, why="Nobody else knows Ana")
    assert "Nobody else" not in Lifted.objects.get().why
    assert care_limits.totals(theo, "amara").why == "Nobody else knows Ana"
    entry = AuditEntry.objects.get(action="care.lifted")
    assert entry.reason == "hours=1"
    with pytest.raises(care_limits.LiftedToday):
        care_limits.lift(theo, "amara", hours=1, why="again")
    for by, name in ((theo, "theo"), (amara, "theo"), (theo, "nobody")):
        with pytest.raises(NotYours):
            care_limits.lift(by, name, hours=1, why="x")
    assert not care_load.load_of(amara).is_full
    noon.shift(timedelta(minutes=61))
    assert care_load.load_of(amara).is_full


def test_one_may_set_less_for_oneself_and_the_teams_limit_holds_for_all(evenings, amara, theo):
    care_limits.set_own(amara, heavy_a_day=2, spared=[])
    carried(amara, 2)
    assert care_load.load_of(amara).is_full
    care_limits.set_limits(theo, heavy_a_day=1)
    assert care_load.load_of(amara).limit == 1
    with pytest.raises(NotYours):
        care_limits.set_limits(amara, heavy_a_day=100)
    assert CareLimits.objects.get().heavy_a_day == 1


# --- spared -------------------------------------------------------------------------------------


def test_what_they_asked_to_be_spared_is_not_given_while_others_are_on(evenings, amara, theo):
    on_shift(amara, theo)
    care_limits.set_own(amara, heavy_a_day=None, spared=["eating_disorder"])
    hard = raised(1, Severity.HIGH, "eating_disorder")
    other = raised(2, Severity.MODERATE)
    waiting = queue.listed(amara)
    assert [one.token for one in waiting.items] == [other.token]
    assert [one.token for one in waiting.spared] == [hard.token]
    assert waiting.total == 1
    assert queue.take_next(amara).pk == other.pk
    assert queue.take_next(amara) is None
    with pytest.raises(care.AskedToBeSpared):
        queue.take(amara, hard.token)
    assert queue.take(amara, hard.token, anyway=True).holder == amara


def test_with_nobody_else_on_it_is_last_in_its_band_and_no_less_urgent_one_goes_before(evenings, amara):
    on_shift(amara)
    care_limits.set_own(amara, heavy_a_day=None, spared=["eating_disorder"])
    spared, other, today = raised(1, category="eating_disorder"), raised(2), raised(3, Severity.MODERATE)
    Flag.objects.filter(pk=spared.pk).update(due_at=timezone.now() + timedelta(minutes=1))
    assert [queue.take_next(amara).pk for _ in range(3)] == [other.pk, spared.pk, today.pk]


def test_two_who_ask_to_be_spared_the_same_leave_nobody_waiting(evenings, amara, theo):
    on_shift(amara, theo)
    for one in (amara, theo):
        care_limits.set_own(one, heavy_a_day=None, spared=["eating_disorder"])
    flag = raised(1, category="eating_disorder")
    assert queue.listed(amara).total == queue.listed(theo).total == 1
    assert queue.take_next(amara).pk == flag.pk


def test_nobody_else_is_shown_what_somebody_asked_to_be_spared(amara, theo):
    care_limits.set_own(amara, heavy_a_day=3, spared=["eating_disorder"])
    said = care_limits.totals(theo, "amara")
    lead = at_console(theo)
    for path in ("/moderate/care/", "/moderate/care/of/amara/", "/moderate/"):
        shown = page(lead.get(path))
        assert not re.search(r'name="spared"[^>]*checked', shown), path
        assert "You asked to be spared" not in shown, path
        assert "of 3" not in shown, path
    assert said.load.limits.heavy_a_day == 20
    assert not AuditEntry.objects.filter(action__startswith="care.own").exists()


# --- the socket, the cost, how long ------------------------------------------------------------


def test_what_the_socket_tells_is_what_the_page_counts_and_what_is_offered(evenings, amara, theo):
    on_shift(amara, theo)
    carried(amara, 20)
    care_limits.set_own(amara, heavy_a_day=None, spared=["eating_disorder"])
    raised(1), raised(2, Severity.HIGH, "eating_disorder"), raised(3, Severity.MODERATE)
    team = care_load.team([amara, theo])
    for one, offered in ((amara, 1), (theo, 3)):
        told, listed = desk._standing(one, 0, team), queue.listed(one)
        assert sum(told.counts.values()) == listed.total == told.moved[1] == offered


def test_the_team_costs_a_fixed_number_of_questions(evenings, amara, theo):
    raised(1)
    counts = []
    for number in (2, 5):
        others = [make_member(roles=("moderators",)) for _ in range(number)]
        on_shift(*others)
        carried(others[0], 3)
        with CaptureQueriesContext(connection) as asked:
            care_load.team([amara])
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 9


def test_after_ninety_days_all_of_it_is_gone_and_with_the_account_at_once(
    evenings, amara, theo, noon, django_capture_on_commit_callbacks
):
    opened(amara, raised(1))
    queue.release_all(amara)
    care_limits.lift(theo, "amara", hours=1, why="x")
    care_calls.call("case:1", here=[])
    care_limits.set_own(amara, heavy_a_day=3, spared=["eating_disorder"])
    Break.objects.create(member=amara, began_at=timezone.now(), until=timezone.now())
    noon.shift(timedelta(days=91))
    assert care_limits.forget_old() == 5
    assert Spared.objects.count() == 1
    carried(amara, 1)
    with django_capture_on_commit_callbacks(execute=True):
        members.close_account(Member.objects.get(name="amara"))
    assert not any(kind.objects.filter(member=amara).exists() for kind in (Heavy, Spared, OwnCare, Afterwards))


def test_the_demo_shows_a_meter_and_a_question(settings, noon):
    settings.DEMO = True
    call_command("demo")
    call_command("demo")
    amara = Member.objects.get(name="Amara")
    assert 3 <= care_load.load_of(amara).heavy <= 6
    assert Afterwards.objects.get(member=amara).answer == ""
