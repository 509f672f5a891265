"""Shifts: begun once, put off, closed with a handover; those that were left; handed on; people to keep an eye on."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chat.models import Message
from community.models import AuditEntry, Notice
from community.refusals import NotYours
from moderation.detector import Severity
from moderation.models import AtDesk, Flag, FlagEvent, HandoverRead, Shift, Watched
from moderation.services import (
    clock,
    closing,
    colleagues,
    flags,
    handover,
    holding,
    passing_on,
    queue,
    shifts,
    watching,
)
from moderation.services.closing import StillHeld
from tests.factories import join, make_member, make_room, post
from tests.moderation.console import at_console, page, url

pytestmark = pytest.mark.django_db
EVENING = datetime(2026, 11, 27, 20, 0, tzinfo=UTC)
SECRET_WORDS = "the words of a member"


@pytest.fixture
def amara():
    return make_member("amara", roles=("moderators",))


@pytest.fixture
def theo():
    return make_member("theo", roles=("moderators", "leads"))


def case(words: str = SECRET_WORDS, severity: int = Severity.HIGH) -> Flag:
    """An open case about a message in a room of its own."""
    ana, room = make_member(), make_room()
    join(ana, room)
    post(ana, room, words)
    return flags.raise_about(Message.objects.get(room=room), flags.Cause(severity, "worried"))


def at(minutes: float = 0) -> time_machine.travel:
    """That evening, so many minutes later."""
    return time_machine.travel(EVENING + timedelta(minutes=minutes), tick=False)


# --- begun and put off ----------------------------------------------------------------------------


def test_a_shift_begins_once_however_often_it_is_begun(amara):
    with at():
        first = shifts.begin(amara)
        again = shifts.begin(amara, until=EVENING + timedelta(hours=3))
    assert Shift.objects.get() == first == again
    assert Shift.objects.get().ends_at == EVENING + timedelta(hours=3)
    assert AuditEntry.objects.filter(action="shift.begun").count() == 1


def test_a_shift_ends_with_ones_time_on_the_roster_else_in_two_hours(amara, theo):
    amara.roster.create(starts_at=EVENING + timedelta(minutes=20), ends_at=EVENING + timedelta(hours=5))
    with at():
        assert shifts.usual_end(amara) == EVENING + timedelta(hours=5)
        assert shifts.usual_end(theo) == EVENING + timedelta(hours=2)


@pytest.mark.parametrize("hours", [-1, 0, 12.5, 24])
def test_an_end_that_has_passed_or_is_far_away_is_refused(amara, hours):
    with at():
        with pytest.raises(shifts.BadEnd):
            shifts.begin(amara, until=EVENING + timedelta(hours=hours))
        shifts.begin(amara)
        with pytest.raises(shifts.BadEnd):
            shifts.put_off(amara, until=EVENING + timedelta(hours=hours))


def test_a_shift_is_never_put_off_beyond_twelve_hours_from_its_beginning(amara):
    with at():
        shifts.begin(amara)
    with at(11 * 60), pytest.raises(shifts.BadEnd):
        shifts.put_off(amara, until=EVENING + timedelta(hours=13))


def test_whoever_does_not_moderate_has_no_shift():
    with pytest.raises(NotYours):
        shifts.begin(make_member(roles=("hosts",)))
    with pytest.raises(shifts.NoShift):
        shifts.put_off(make_member(roles=("moderators",)), until=timezone.now() + timedelta(hours=1))


def test_after_a_clock_was_put_back_whoever_is_on_shift_still_counts(amara):
    with at():
        shifts.begin(amara)
    with at(-60):
        assert [one.member for one in shifts.on_now()] == [amara]


def test_a_clock_that_was_wrong_by_days_keeps_nobody_on_shift(amara):
    with at(4 * 24 * 60):
        shifts.begin(amara)
    with at():
        assert shifts.on_now() == []
        assert closing.mind_the_left() == 1


def test_without_the_role_or_the_account_nobody_is_on_shift(amara, theo):
    with at():
        shifts.begin(amara)
        shifts.begin(theo)
        amara.groups.clear()
        theo.suspended_until = EVENING + timedelta(days=1)
        theo.save()
        assert shifts.on_now() == []


# --- closed ---------------------------------------------------------------------------------------


def test_a_shift_cannot_be_closed_while_a_case_is_held_without_a_line(amara):
    flag = case()
    queue.take(amara, flag.token)
    shifts.begin(amara)
    with pytest.raises(StillHeld) as told:
        closing.close(amara, notes={flag.token: "  "})
    assert told.value.tokens == [flag.token]
    assert Flag.objects.get().holder == amara
    assert Shift.objects.get().ended_at is None


def test_each_case_goes_back_with_its_line_which_is_sealed(amara, theo):
    flag = case()
    queue.take(amara, flag.token)
    shifts.begin(amara)
    closing.close(amara, notes={flag.token: "She is calmer now."}, lines=["A slow evening."])
    flag.refresh_from_db()
    assert flag.holder is None
    note = FlagEvent.objects.get(kind="note")
    assert "calmer" not in note.note
    assert colleagues.note_of(note) == "She is calmer now."
    assert queue.take_next(theo) == flag


def test_the_handover_is_drafted_from_what_is_open_and_holds_no_word_of_a_member(amara, theo):
    flag = case()
    shifts.begin(amara)
    shift = closing.close(amara, notes={}, lines=["A slow evening.", "", "a third is not kept"]).shift
    assert "slow" not in shift.handover
    found = handover.waiting_for(theo)[0]
    assert found.lines == ["A slow evening."]
    assert [one.token for one in found.open] == [flag.token]
    assert SECRET_WORDS not in page(at_console(theo).get(url("shift")))


def test_nobody_learns_from_a_handover_of_a_case_about_themselves(amara, theo):
    flag = case()
    Flag.objects.update(member=theo)
    shifts.begin(amara)
    closing.close(amara, notes={})
    found = handover.waiting_for(theo)[0]
    assert (found.open, found.settled) == ([], 0)
    assert flag.token not in page(at_console(theo).get(url("shift")))


def test_handovers_since_ones_own_last_shift_wait_until_each_was_read(amara, theo):
    with at():
        shifts.begin(theo)
        closing.close(theo, notes={})
    with at(60):
        shifts.begin(amara)
        token = closing.close(amara, notes={}).shift.token
    with at(90):
        assert [one.shift.member for one in handover.waiting_for(theo)] == [amara]
        handover.acknowledge(theo, token)
        handover.acknowledge(theo, token)
        assert handover.waiting_for(theo) == []
        assert handover.read_by(Shift.objects.get(token=token)) == ["theo"]
    assert HandoverRead.objects.count() == 1
    for nobody, one in ((amara, token), (theo, "no-such-shift")):
        with pytest.raises(NotYours):
            handover.acknowledge(nobody, one)


def test_closing_twice_is_told_clearly(amara):
    shifts.begin(amara)
    closing.close(amara, notes={})
    with pytest.raises(shifts.NoShift):
        closing.close(amara, notes={})
    answer = at_console(amara).post(url("shift-end"))
    assert answer.status_code == 409
    assert "not on shift any more" in page(answer)


def test_with_nobody_to_come_whoever_is_on_call_hears_of_what_is_open(amara, theo):
    clock.set_on_call(make_member(roles=("admins",)), [amara, theo])
    case()
    shifts.begin(amara)
    closed = closing.close(amara, notes={})
    assert [one.name for one in closed.told] == ["theo"]
    assert Notice.objects.get(kind="shift-open").member == theo


@pytest.mark.parametrize("how", ["nothing is open", "somebody is on shift", "somebody comes"])
def test_otherwise_nobody_is_called(amara, theo, how):
    clock.set_on_call(make_member(roles=("admins",)), [theo])
    if how != "nothing is open":
        case()
    if how == "somebody is on shift":
        shifts.begin(theo)
    if how == "somebody comes":
        now = timezone.now()
        theo.roster.create(starts_at=now + timedelta(hours=1), ends_at=now + timedelta(hours=3))
    shifts.begin(amara)
    assert closing.close(amara, notes={}).told == ()
    assert not Notice.objects.filter(kind="shift-open").exists()
    assert Notice.objects.filter(kind="handover").count() == (how == "somebody is on shift")


# --- left -----------------------------------------------------------------------------------------


def test_a_shift_that_was_left_is_closed_half_an_hour_after_its_end(amara, theo):
    flag = case()
    with at():
        shifts.begin(amara)
    with at(125):
        queue.take(amara, flag.token)
        assert closing.mind_the_left() == 0
    with at(150):
        assert closing.mind_the_left() == 1
        assert closing.mind_the_left() == 0
        assert handover.waiting_for(theo)[0].open[0].token == flag.token
    shift = Shift.objects.get()
    assert (shift.was_left, shift.ended_at) == (True, EVENING + timedelta(minutes=150))
    assert Flag.objects.get().holder is None


def test_whoever_is_at_the_desk_is_asked_and_moved_on_in_steps_for_twelve_hours_at_most(amara):
    with at():
        shifts.begin(amara)
    for minutes in (121, 137, 700):
        with at(minutes):
            AtDesk.objects.update_or_create(member=amara, token="", defaults={"seen_at": timezone.now()})
            closing.mind_the_left()
            assert [one.member for one in shifts.on_now()] == [amara]
    assert Shift.objects.get().ends_at == EVENING + timedelta(minutes=715)
    assert Notice.objects.get(kind="shift-asked").count == 3
    with at(12 * 60 + 31):
        AtDesk.objects.update(seen_at=timezone.now())
        assert closing.mind_the_left() == 1


@pytest.mark.parametrize("how", ["role", "account"])
def test_whoever_may_not_moderate_any_more_is_off_shift_at_once_and_their_cases_go_back(amara, how):
    flag = case()
    queue.take(amara, flag.token)
    shifts.begin(amara)
    if how == "role":
        amara.groups.clear()
    else:
        amara.is_active = False
        amara.save()
    assert closing.mind_the_left() == 1
    flag.refresh_from_db()
    assert flag.holder is None


def test_a_shift_that_was_put_off_meanwhile_is_not_closed(amara):
    with at():
        seen = shifts.begin(amara)
    with at(150):
        shifts.put_off(amara, until=EVENING + timedelta(hours=4))
        assert closing.close_left(seen) is False


@pytest.mark.delivery
@pytest.mark.django_db(transaction=True)
def test_two_who_begin_and_close_at_once_leave_one_shift_and_one_handover(amara):
    def both(act):
        barrier = Barrier(2)

        def one():
            barrier.wait()
            with suppress(shifts.NoShift):
                act()
            connection.close()

        threads = [Thread(target=one) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    both(lambda: shifts.begin(amara))
    assert Shift.objects.filter(ended_at=None).count() == 1
    both(lambda: closing.close(amara, notes={}))
    assert AuditEntry.objects.filter(action="shift.ended").count() == 1


# --- handed on ------------------------------------------------------------------------------------


def test_a_shift_is_handed_on_with_the_others_yes_and_no_reason(amara, theo):
    flag = case()
    with at():
        shifts.begin(amara, until=EVENING + timedelta(hours=4))
        shifts.begin(theo)
        queue.take(amara, flag.token)
        token = passing_on.offer(amara, "theo").token
        assert passing_on.offered_to(theo)[0].token == token
        mine = passing_on.accept(theo, token)
        flag.refresh_from_db()
        assert flag.is_held()
    assert flag.holder == theo
    assert mine.ends_at == EVENING + timedelta(hours=4)
    assert Shift.objects.get(member=amara).ended_at == EVENING
    assert HandoverRead.objects.get().member == theo
    assert Notice.objects.get(member=amara, kind="shift-answer").subject == "theo"


def test_what_the_other_may_not_work_on_goes_back_to_the_queue(amara, theo):
    flag = case()
    shifts.begin(amara)
    shifts.begin(theo)
    queue.take(amara, flag.token)
    Flag.objects.update(member=theo)
    passing_on.accept(theo, passing_on.offer(amara, "theo").token)
    assert Flag.objects.get().holder is None


def test_a_no_changes_nothing_and_what_is_not_offered_is_not_here(amara, theo):
    shifts.begin(amara)
    with pytest.raises(passing_on.NotHere):
        passing_on.offer(amara, "theo")
    shifts.begin(theo)
    token = passing_on.offer(amara, "theo").token
    passing_on.decline(theo, token)
    assert Shift.objects.filter(ended_at=None).count() == 2
    for act in (passing_on.accept, passing_on.decline):
        with pytest.raises(NotYours):
            act(theo, token)


# --- people to keep an eye on -----------------------------------------------------------------------


def test_a_member_is_watched_with_a_sealed_reason_until_its_end(amara, theo):
    flag = case()
    with at():
        queue.take(amara, flag.token)
        watching.watch(amara, flag.token, why="Quiet since the weekend", days=1)
        watching.watch(amara, flag.token, why="Quiet since Saturday", days=3)
        seen = watching.listed(theo)
    assert [(one.member, one.why, one.until) for one in seen] == [
        (flag.member, "Quiet since Saturday", EVENING + timedelta(days=3))
    ]
    assert "Quiet" not in Watched.objects.get().why
    assert AuditEntry.objects.filter(action="watch.begun").count() == 2
    with at(3 * 24 * 60):
        assert watching.listed(theo) == []
        assert watching.forget_over() == 1


def test_watching_wants_a_held_case_a_reason_and_one_of_the_ends(amara, theo):
    flag = case()
    queue.take(amara, flag.token)
    for why, days in (("", 3), ("Quiet", 2), ("Quiet", 0)):
        with pytest.raises(watching.BadWatch):
            watching.watch(amara, flag.token, why=why, days=days)
    with pytest.raises(holding.NotHeld):
        watching.watch(theo, flag.token, why="Quiet", days=3)


def test_nobody_sees_that_they_are_watched_themselves(amara, theo):
    row = Watched.objects.create(member=theo, by=amara, why="", until=timezone.now() + timedelta(days=1))
    assert watching.listed(theo) == []
    with pytest.raises(NotYours):
        watching.end(theo, row.pk)
    watching.end(amara, row.pk)
    assert AuditEntry.objects.filter(action="watch.ended").exists()


# --- pages ------------------------------------------------------------------------------------------


def test_the_pages_of_a_shift_from_its_beginning_to_its_end(amara, theo):
    flag = case()
    shifts.begin(theo)
    closing.close(theo, notes={}, lines=["Look at the first one."])
    client = at_console(amara)
    before = page(client.get(url("shift")))
    assert "You're not on shift." in before
    assert "Look at the first one." in before
    assert client.post(url("shift-begin"), {"until": ""}).status_code == 302
    assert client.post(url("shift-read"), {"shift": Shift.objects.get(member=theo).token}).status_code == 302
    queue.take(amara, flag.token)
    assert client.post(url("watch", flag), {"why": "", "days": "3"}).status_code == 400
    assert client.post(url("watch", flag), {"why": "Quiet today", "days": "3"}).status_code == 302
    assert "Quiet today" in page(client.get(url("case", flag)))
    bare = client.post(url("shift-end"), {"line": "kept as typed"})
    assert bare.status_code == 409
    assert "kept as typed" in page(bare)
    done = client.post(url("shift-end"), {f"note-{flag.token}": "Called her.", "line": ["", "The first."]}, follow=True)
    assert "what is open is handed over" in page(done)
    assert client.post(url("unwatch"), {"watch": Watched.objects.get().pk}).status_code == 302


def test_with_nothing_open_the_page_wishes_a_good_night(amara):
    client = at_console(amara)
    client.post(url("shift-begin"))
    assert "Nothing open. Sleep well." in page(client.get(url("shift-end")))
    assert "Nothing open. Sleep well." in page(client.post(url("shift-end"), follow=True))


def test_the_page_of_a_shift_asks_as_much_with_many_rows_as_with_few(amara, theo):
    def furnish() -> None:
        case()
        shifts.begin(theo)
        closing.close(theo, notes={})
        shifts.begin(make_member(roles=("moderators",)))
        Watched.objects.create(member=make_member(), by=theo, why="", until=timezone.now() + timedelta(days=1))

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url("shift")).status_code == 200
        return len(queries)

    client = at_console(amara)
    furnish()
    client.get(url("shift"))
    few = asked()
    furnish()
    furnish()
    assert asked() <= few <= 70
