"""The queue: urgent first, taken by one, given back by itself; words only to whoever holds a case, and written down."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chat.models import Message
from chat.services import changes
from chat.services.changes import Act
from community.models import AuditEntry, Member, StaffLook
from community.refusals import NotYours
from community.services import apart, audit, audit_check
from moderation.detector import Severity
from moderation.models import Flag, FlagEvent
from moderation.services import cases, colleagues, flags, holding, queue, reports
from tests.chat.test_races import racing
from tests.factories import join, make_member, make_room, post, session_of, talk

pytestmark = pytest.mark.django_db


@pytest.fixture
def amara():
    return make_member("amara", roles=("moderators",))


@pytest.fixture
def theo():
    return make_member("theo", roles=("moderators", "leads"))


@pytest.fixture
def evenings():
    """Ana wrote forty lines in a room."""
    ana, room = make_member("ana"), make_room("evenings")
    join(ana, room)
    key = session_of(ana)
    for number in range(1, 41):
        post(ana, room, f"line {number}", session_key=key)
    return ana, room


def raised(seq=1, severity=Severity.MODERATE, source="unkind"):
    return flags.raise_about(Message.objects.get(seq=seq), flags.Cause(severity, source, "distress"))


def later(**how):
    return time_machine.travel(timezone.now() + timedelta(**how), tick=False)


def test_the_most_severe_is_first_and_among_equals_what_is_due_first(evenings, amara):
    old = raised(1)
    new = raised(2)
    severe = raised(3, Severity.IMMINENT)
    Flag.objects.filter(pk=new.pk).update(due_at=old.due_at + timedelta(minutes=1))
    tokens = [item.token for item in queue.listed(amara).items]
    assert tokens == [severe.token, old.token, new.token]
    assert queue.listed(amara).counts == {4: 1, 2: 2}


def test_a_line_of_the_queue_shows_neither_words_nor_names(evenings, amara):
    raised(1)
    said = repr(queue.listed(amara))
    assert "line 1" not in said
    assert "ana" not in said.replace("amara", "")
    assert "Evenings" in said


def test_taking_the_next_one_again_and_again_takes_each_once(evenings, amara):
    for seq in (1, 2, 3):
        raised(seq)
    taken = [queue.take_next(amara) for _ in range(4)]
    assert len({flag.pk for flag in taken if flag}) == 3
    assert taken[3] is None
    assert [flag.pk for flag in queue.held_by(amara)] == [flag.pk for flag in taken[:3]]


def test_what_somebody_holds_is_told_with_their_name_to_whoever_comes_second(evenings, amara, theo):
    flag = raised(1)
    queue.take(amara, flag.token)
    with pytest.raises(holding.Stale) as said:
        queue.take(theo, flag.token)
    assert "amara took it at" in str(said.value.detail)
    assert queue.take_next(theo) is None
    assert queue.listed(theo).items[0].holder == "amara"


def test_a_lease_lapses_by_itself_and_is_renewed_by_activity(evenings, amara, theo):
    flag = raised(1)
    queue.take(amara, flag.token)
    with later(minutes=14):
        queue.renew(amara, flag.token)
    with later(minutes=20):
        assert queue.take_next(theo) is None
    with later(minutes=30):
        assert queue.take_next(theo).pk == flag.pk
        with pytest.raises(holding.Stale) as said:
            queue.renew(amara, flag.token)
        assert "theo took it" in str(said.value.detail)


def test_a_lapsed_lease_that_nobody_took_is_taken_again_first(evenings, amara):
    flag = queue.take(amara, raised(1).token)
    with later(minutes=16), pytest.raises(holding.NotHeld):
        holding.held_flag(amara, flag.token, version=flag.version)


def test_giving_back_is_one_press_and_twice_is_the_same_as_once(evenings, amara, theo):
    flag = queue.take(amara, raised(1).token)
    queue.release(amara, flag.token)
    queue.release(amara, flag.token)
    assert queue.take_next(theo).pk == flag.pk
    queue.release(amara, flag.token)
    assert Flag.objects.get().holder == theo


def test_leaving_gives_everything_back(evenings, amara):
    for seq in (1, 2):
        queue.take(amara, raised(seq).token)
    assert queue.release_all(amara) == 2
    assert queue.held_by(amara) == []


def test_an_act_on_an_older_state_is_refused_with_what_changed(evenings, amara):
    flag = queue.take(amara, raised(1).token)
    raised(1, Severity.HIGH, "worried")
    with pytest.raises(holding.Stale) as said:
        holding.held_flag(amara, flag.token, version=flag.version)
    assert "It was raised at" in str(said.value.detail)


def test_nobody_is_given_their_own_message_a_talk_of_theirs_or_somebody_kept_apart_from_them(evenings, amara, theo):
    ana, room = evenings
    join(amara, room)
    post(amara, room, "my own words")
    own = raised(41)
    apart.keep_apart(ana, amara, by=theo, reason="both asked")
    of_ana = raised(1)
    ben = make_member("ben")
    conversation = talk(ben, amara)
    of_talk = flags.raise_about(Message.objects.get(room=conversation, seq=1), flags.Cause(3, "worried"))
    assert queue.take_next(amara) is None
    assert queue.listed(amara).total == 0
    for flag in (own, of_ana, of_talk):
        with pytest.raises(NotYours):
            queue.take(amara, flag.token)
    assert queue.listed(theo).total == 3


@pytest.mark.parametrize("roles", [(), ("hosts",), ("admins",), ("curators", "reviewers")])
def test_a5_the_queue_is_for_moderators_only(evenings, roles):
    other, flag = make_member("other", roles=roles), raised(1)
    for ask in (queue.listed, queue.take_next):
        with pytest.raises(NotYours):
            ask(other)
    for ask in (queue.take, queue.release, queue.renew, cases.open_case):
        with pytest.raises(NotYours):
            ask(other, flag.token)


def test_a4_a_token_that_is_none_answers_like_one_that_is_not_for_them(amara):
    with pytest.raises(NotYours):
        queue.take(amara, "no-such-token")


# --- the case -----------------------------------------------------------------------------------


def test_words_are_hidden_until_taken(evenings, amara, theo):
    flag = raised(20)
    with pytest.raises(holding.NotHeld):
        cases.open_case(amara, flag.token)
    queue.take(amara, flag.token)
    with pytest.raises(holding.NotHeld):
        cases.open_case(theo, flag.token)
    assert cases.open_case(amara, flag.token).lines


def test_a6_ten_messages_on_each_side_and_no_others(evenings, amara):
    flag = queue.take(amara, raised(20).token)
    case = cases.open_case(amara, flag.token)
    assert [line.seq for line in case.lines] == list(range(10, 31))
    assert [line.body for line in case.lines if line.is_flagged] == ["line 20"]
    assert case.record.member.name == "ana"


def test_a6_reading_a_conversation_is_recorded_and_shown_to_both_before_a_word_is_read(amara, monkeypatch):
    ana, ben = make_member("ana"), make_member("ben")
    room = talk(ana, ben)
    for number in range(30):
        post(ana, room, f"line {number}")
    reports.report(Message.objects.get(room=room, seq=15), by=ben, door="worried")
    flag = queue.take(amara, Flag.objects.get().token)
    seen = []
    opened = cases.sealing.open_all

    def look(rows):
        seen.append((AuditEntry.objects.filter(action="flag.read").count(), StaffLook.objects.count()))
        opened(rows)

    monkeypatch.setattr(cases.sealing, "open_all", look)
    case = cases.open_case(amara, flag.token)
    assert seen == [(1, 2)]
    assert len(case.lines) == 21
    assert case.lines[5].body == "line 8"
    look_of_ana = StaffLook.objects.get(member=ana)
    assert (look_of_ana.messages, look_of_ana.reason, look_of_ana.role) == (21, "reported", "moderators")
    entry = audit.entries(thing=flag)[0]
    assert (entry.action, entry.reason) == ("flag.read", "conversation")
    assert audit_check.check().troubles == []


def test_coming_back_to_a_case_is_the_same_look_until_it_is_taken_anew(evenings, amara, theo):
    flag = queue.take(amara, raised(20).token)
    for by in (amara, amara, amara):
        cases.open_case(by, flag.token)
    assert looks_taken() == [amara]
    flag.refresh_from_db()
    colleagues.ask_second(amara, flag.token, version=flag.version)
    for by in (theo, amara, theo):
        cases.open_case(by, flag.token)
    assert looks_taken() == [amara, theo]
    queue.release(amara, flag.token)
    queue.take(amara, flag.token)
    cases.open_case(amara, flag.token)
    assert looks_taken() == [amara, theo, amara]
    assert StaffLook.objects.count() == 3


def looks_taken():
    """Who took a look at a case, in their order."""
    names = AuditEntry.objects.filter(action="flag.read").order_by("number").values_list("actor", flat=True)
    return [Member.objects.get(audit_name__alias=alias) for alias in names]


def test_a6_without_an_entry_no_word_is_shown(amara, settings, monkeypatch):
    ana, ben = make_member("ana"), make_member("ben")
    room = talk(ana, ben)
    flag = queue.take(amara, flags.raise_about(Message.objects.get(room=room, seq=1), flags.Cause(3, "worried")).token)

    def refuse(*_args, **_how):
        raise RuntimeError("the trail cannot be written")

    monkeypatch.setattr(audit, "record", refuse)
    monkeypatch.setattr(cases.sealing, "open_all", lambda rows: pytest.fail("words were read"))
    with pytest.raises(RuntimeError):
        cases.open_case(amara, flag.token)
    assert not StaffLook.objects.exists()


def test_m1_a_message_that_was_changed_or_taken_back_shows_what_it_said(evenings, amara):
    ana, room = evenings
    key = session_of(ana)
    flag = raised(20)
    changes.do(Act(ana.pk, key, room.slug, 20, changes.editing("softer", None)))
    changes.do(Act(ana.pk, key, room.slug, 20, changes.withdraw))
    queue.take(amara, flag.token)
    [line] = [line for line in cases.open_case(amara, flag.token).lines if line.is_flagged]
    assert (line.state, line.earlier) == ("withdrawn", ("line 20", "softer"))


def test_m2_a_case_does_not_say_who_reported(evenings, amara):
    ben, room = make_member("benedict"), evenings[1]
    join(ben, room)
    reports.report(Message.objects.select_related("room").get(seq=3), by=ben, door="not-okay", reason="unkind")
    flag = queue.take_next(amara)
    case = cases.open_case(amara, flag.token)
    assert "benedict" not in repr(case)
    assert case.told[0].words_then == "line 3"


def test_why_it_came_names_rules_versions_and_places(evenings, amara):
    ana, room = evenings
    post(ana, room, "I don't want to be here tonight")
    case = cases.open_case(amara, queue.take_next(amara).token)
    [why] = case.why
    assert why["version"]
    assert why["reasons"][0]["rule"]
    assert why["spans"]


def test_notes_and_a_second_opinion_are_for_colleagues_and_sealed(evenings, amara, theo):
    flag = queue.take(amara, raised(20).token)
    colleagues.leave_note(theo, flag.token, "I know them from Grief")
    flag = colleagues.ask_second(amara, flag.token, version=flag.version, words="Too hard alone")
    assert cases.open_case(theo, flag.token).lines, "whoever is asked may read"
    colleagues.give_second(theo, flag.token, "I'd check in")
    with pytest.raises(holding.NotHeld):
        cases.open_case(theo, flag.token)
    notes = [said.note for said in colleagues.history(flag) if said.note]
    assert notes == ["I know them from Grief", "Too hard alone", "I'd check in"]
    assert not FlagEvent.objects.filter(note__contains="Grief").exists()
    holding.held_flag(amara, flag.token, version=flag.version)


def test_a_second_opinion_is_somebody_elses_and_given_once(evenings, amara, theo):
    flag = queue.take(amara, raised(20).token)
    flag = colleagues.ask_second(amara, flag.token, version=flag.version)
    with pytest.raises(NotYours):
        colleagues.give_second(amara, flag.token, "mine")
    colleagues.give_second(theo, flag.token, "theirs")
    with pytest.raises(holding.Stale):
        colleagues.give_second(theo, flag.token, "again")


# --- many ---------------------------------------------------------------------------------------


def many(count, room, author):
    """So many open flags, each about a message of its own."""
    start, now = 1000, timezone.now()
    Message.objects.bulk_create(
        Message(room=room, seq=start + n, author=author, client_id=uuid4(), body="x") for n in range(count)
    )
    rows = Message.objects.filter(room=room, seq__gte=start).values_list("pk", flat=True)
    Flag.objects.bulk_create(
        Flag(message_id=pk, member=author, severity=2 + pk % 3, due_at=now + timedelta(seconds=pk % 977)) for pk in rows
    )


@pytest.mark.parametrize("count", [20, 2000])
def test_the_number_of_queries_does_not_grow_with_the_queue(evenings, amara, count):
    many(count, evenings[1], evenings[0])
    with CaptureQueriesContext(connection) as listing:
        found = queue.listed(amara)
    assert found.total == count
    with CaptureQueriesContext(connection) as taking:
        flag = queue.take_next(amara)
    with CaptureQueriesContext(connection) as reading:
        cases.open_case(amara, flag.token)
    assert len(listing) <= 11
    assert len(taking) <= 38  # eleven of them for what `amara` carries, three of these the first time only
    assert len(reading) <= 36


@pytest.mark.django_db(transaction=True)
@pytest.mark.delivery
def test_moderators_who_press_at_once_get_different_ones():
    ana, room = make_member("ana"), make_room("evenings")
    join(ana, room)
    key = session_of(ana)
    for number in range(1, 9):
        post(ana, room, f"line {number}", session_key=key)
        raised(number)
    team = [make_member(f"mod-{n}", roles=("moderators",)) for n in range(4)]
    taken = racing(lambda one: [queue.take_next(one) for _ in range(2)], team)
    pks = [flag.pk for mine in taken for flag in mine]
    assert len(set(pks)) == 8
    assert audit_check.check().troubles == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.delivery
def test_one_case_taken_by_four_at_once_is_held_by_one():
    ana, room = make_member("ana"), make_room("evenings")
    join(ana, room)
    post(ana, room, "line")
    flag = raised(1)
    team = [make_member(f"mod-{n}", roles=("moderators",)) for n in range(4)]

    def take(one):
        try:
            return queue.take(one, flag.token).holder_id
        except holding.Stale:
            return None

    held = [pk for pk in racing(take, team) if pk]
    assert len(held) == 1
    assert Flag.objects.get().holder_id == held[0]
