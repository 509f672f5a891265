"""Every message is read when it is stored, bounded, and never kept from being stored; what was missed is swept."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chat import signals
from chat.models import EarlierText, Message
from chat.services import changes, messages
from chat.services.changes import Act
from chat.services.messages import Draft
from community.models import Letter
from moderation import detector
from moderation.detector import Finding, Severity
from moderation.models import Flag, FlagEvent, Screened, Screening
from moderation.services import flags, screening, sweeping
from tests.factories import join, make_member, make_room, post, session_of, talk, unhurried

pytestmark = pytest.mark.django_db
DANGER = "I don't want to be here tonight"
CALM = "Tea, and the radio."


@pytest.fixture
def evenings():
    """A room with ana and ben in it."""
    ana, ben, room = make_member("ana"), make_member("ben"), make_room("evenings")
    join(ana, room)
    join(ben, room)
    return ana, ben, room


@pytest.fixture(autouse=True)
def _nothing_is_late():
    screening.missed.clear()
    yield
    screening.missed.clear()


def later(**how: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(**how), tick=False)


def failing(*_args, **_how):
    raise ValueError("planted words in an error")


def edit(member, room, seq, body):
    changes.do(Act(member.pk, session_of(member), room.slug, seq, changes.editing(body, None)))


def test_a_message_is_read_as_it_is_stored_and_danger_opens_a_flag_with_a_due_time(evenings):
    ana, _, room = evenings
    post(ana, room, CALM)
    post(ana, room, DANGER)
    assert list(Screening.objects.order_by("message__seq").values_list("severity", flat=True)) == [0, 2]
    flag = Flag.objects.get()
    assert (flag.message.seq, flag.member, flag.severity) == (2, ana, Severity.MODERATE)
    assert flag.from_words
    assert flag.due_at - flag.opened_at == timedelta(hours=4)
    assert [event.kind for event in flag.events.all()] == ["opened"]


def test_d4_a_screening_holds_places_and_rules_but_none_of_the_words(evenings):
    ana, _, room = evenings
    post(ana, room, "nightjar: " + DANGER + ", heron")
    row = Screening.objects.get()
    stored = json.dumps(list(Screening.objects.values()), default=str)
    for word in ("nightjar", "heron", "tonight"):
        assert word not in stored
    found = screening.unpacked(row)
    number, start, end = found["spans"][0]
    assert number == 0
    assert "want to be here" in Message.objects.get().body[start:end]
    assert found["reasons"][0]["rule"]
    assert row.version


def test_d4_what_was_found_in_a_conversation_is_sealed():
    ana, ben = make_member("ana"), make_member("ben")
    room = talk(ana, ben)
    post(ana, room, DANGER)
    row = Screening.objects.get(severity__gte=2)
    assert row.found == ""
    assert "passive" not in row.sealed
    assert screening.unpacked(row)["reasons"]


def test_what_a_model_went_by_is_kept_without_its_words(evenings):
    ana, _, room = evenings
    post(ana, room, "Had a good walk with the dog today, the weather was lovely, how is everyone?")
    assert "n-gram" not in Screening.objects.get().found


@pytest.mark.logs_errors("the detector fails on purpose")
def test_r1_a_detector_that_raises_keeps_no_message_from_being_stored_and_the_sweep_reads_it(
    evenings, monkeypatch, caplog
):
    ana, _, room = evenings
    with monkeypatch.context() as patched:
        patched.setattr(detector, "screen", failing)
        before = screening.tally["raised"]
        post(ana, room, DANGER)
        assert screening.tally["raised"] == before + 1
        assert sweeping.sweep() == 0, "it fails here too, and stays to be done"
    assert Message.objects.count() == 1
    assert not Screening.objects.exists()
    assert "planted" not in caplog.text
    assert sweeping.sweep() == 1
    assert Flag.objects.get().message.body == DANGER


@pytest.mark.logs_errors("a receiver fails on purpose")
def test_r1_a_receiver_that_fails_loses_its_savepoint_and_no_message(evenings):
    ana, _, room = evenings
    signals.messages_storing.connect(failing)
    try:
        post(ana, room, DANGER)
    finally:
        signals.messages_storing.disconnect(failing)
    assert Message.objects.get().body == DANGER
    assert not Screening.objects.exists()
    assert not Flag.objects.exists()
    assert sweeping.sweep() == 1
    assert Flag.objects.count() == 1


def test_a_slow_detector_is_cut_off_and_the_rest_is_swept(evenings, caplog):
    ana, _, room = evenings
    post(ana, room, CALM)
    Screening.objects.all().delete()
    late = screening.tally["late"]
    with caplog.at_level(logging.WARNING):
        assert screening.screen(list(Message.objects.select_related("room")), budget=-1) == 0
    assert screening.tally["late"] == late + 1
    assert sweeping.sweep() == 1


def test_switched_off_nothing_is_read_and_switched_on_again_everything_is(evenings, settings):
    ana, _, room = evenings
    settings.SCREENING = False
    post(ana, room, DANGER)
    assert sweeping.sweep() == 0
    settings.SCREENING = True
    assert sweeping.sweep() == 1
    assert Flag.objects.count() == 1


def test_an_edit_is_read_again_and_a_heads_up_alone_joins_nothing(evenings):
    ana, _, room = evenings
    post(ana, room, CALM)
    edit(ana, room, 1, DANGER)
    assert Screening.objects.count() == 2
    flag = Flag.objects.get()
    changes.do(Act(ana.pk, session_of(ana), room.slug, 1, changes.heads_up_on("heavy")))
    assert Screening.objects.count() == 2
    assert flag.events.count() == 1


def test_an_edit_to_harmless_words_leaves_the_flag(evenings):
    ana, _, room = evenings
    post(ana, room, DANGER)
    edit(ana, room, 1, CALM)
    assert Flag.objects.open().count() == 1


@pytest.mark.logs_errors("the detector fails on purpose")
def test_an_edit_that_was_missed_is_swept(evenings, monkeypatch):
    ana, _, room = evenings
    post(ana, room, CALM)
    sweeping.sweep()
    with monkeypatch.context() as patched:
        patched.setattr(detector, "screen", failing)
        edit(ana, room, 1, DANGER)
    assert not Flag.objects.exists()
    assert sweeping.sweep() == 1
    assert Flag.objects.count() == 1
    assert sweeping.sweep() == 0


@pytest.mark.logs_errors("the detector fails on purpose")
def test_m1_words_taken_back_before_anybody_read_them_still_count(evenings, monkeypatch):
    ana, _, room = evenings
    with monkeypatch.context() as patched:
        patched.setattr(detector, "screen", failing)
        post(ana, room, DANGER)
    changes.do(Act(ana.pk, session_of(ana), room.slug, 1, changes.withdraw))
    assert sweeping.sweep() == 1
    assert Flag.objects.count() == 1
    assert EarlierText.objects.count() == 1


def test_the_sweep_reads_each_message_once_and_remembers_how_far_it_came(evenings):
    ana, _, room = evenings
    for number in range(5):
        post(ana, room, f"line {number}")
    Screening.objects.filter(message__seq__gt=2).delete()
    assert [sweeping.sweep(), sweeping.sweep()] == [3, 0]
    assert Screened.objects.get(room=room).seq == 5


def test_more_than_one_batch_is_swept_in_one_go(evenings, monkeypatch):
    monkeypatch.setattr(sweeping, "AT_ONCE", 2)
    ana, _, room = evenings
    for number in range(5):
        post(ana, room, f"line {number}")
    Screening.objects.all().delete()
    assert sweeping.sweep() == 5


def test_conversations_are_swept_with_their_words_opened():
    ana, ben = make_member("ana"), make_member("ben")
    room = talk(ana, ben)
    post(ana, room, DANGER)
    Screening.objects.all().delete()
    Flag.objects.all().delete()
    sweeping.sweep()
    assert Flag.objects.get().message.seq == 2


# --- context ------------------------------------------------------------------------------------


def read_along(room, *, since: timedelta = timedelta()) -> list[tuple[str, ...]]:
    """What is read along with each message of a room."""
    heard: list[tuple[str, ...]] = []

    def listen(text, *, before, between):
        heard.append(before)
        return Finding(version="test")

    for message in Message.objects.filter(room=room).select_related("room").order_by("seq"):
        screening.screen([message], read=listen)
    return heard


def test_what_the_author_said_there_within_two_minutes_is_read_along(evenings):
    ana, ben, room = evenings
    other = make_room("elsewhere")
    join(ana, other)
    start = timezone.now()
    for second, who, where, said in (
        (0, ana, room, "long ago"), (130, ana, room, "one"), (135, ben, room, "mine"), (140, ana, other, "there"),
        (150, ana, room, "two"), (160, ana, room, "three"), (170, ana, room, "four"), (175, ana, room, "now"),
    ):  # fmt: skip
        with time_machine.travel(start + timedelta(seconds=second), tick=False):
            post(who, where, said)
    assert read_along(room)[-1] == ("two", "three", "four")
    assert read_along(other) == [()]


def test_messages_of_one_batch_are_read_along_with_each_other(evenings):
    ana, _, room = evenings
    key = session_of(ana)
    with unhurried():
        messages.store([Draft(ana.pk, key, room.slug, uuid4(), said) for said in ("i want to", "kill myself")])
    assert Flag.objects.filter(message__seq=2).exists()


def test_words_of_a_conversation_are_read_along_opened():
    ana, ben = make_member("ana"), make_member("ben")
    room = talk(ana, ben)
    post(ana, room, "one")
    post(ana, room, "two")
    assert read_along(room)[-1][-1] == "one"


def test_many_low_messages_within_a_day_are_one_moderate_one(evenings):
    ana, _, room = evenings
    start = timezone.now()
    for number in range(12):
        with time_machine.travel(start + timedelta(minutes=10 * number), tick=False):
            post(ana, room, "i feel so hopeless and alone, nothing ever changes")
    [flag] = Flag.objects.all()
    assert flag.severity == Severity.MODERATE
    row = Screening.objects.get(severity=2)
    assert screening.unpacked(row)["reasons"][0]["rule"] == screening.HEAVY


def test_low_messages_over_many_days_stay_low(evenings):
    ana, _, room = evenings
    start = timezone.now()
    for number in range(12):
        with time_machine.travel(start + timedelta(hours=12 * number), tick=False):
            post(ana, room, "i feel so hopeless and alone, nothing ever changes")
    assert not Flag.objects.exists()


# --- cost, and telling --------------------------------------------------------------------------


@pytest.mark.parametrize("count", [2, 40])
def test_a_batch_costs_a_fixed_number_of_queries(evenings, count):
    ana, _, room = evenings
    post(ana, room, CALM)
    batch = [
        Message(room=room, seq=2 + n, author=ana, client_id=uuid4(), body=f"{CALM} {n}", stored_at=timezone.now())
        for n in range(count)
    ]
    Message.objects.bulk_create(batch)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert screening.screen(batch) == count
    assert len(queries) <= 3


@pytest.mark.logs_errors("the detector fails on purpose")
def test_those_who_run_the_site_are_told_once_an_hour_when_screening_lags(evenings, monkeypatch):
    ana, _, room = evenings
    make_member("ada", roles=("admins",), email="ada@example.org")
    monkeypatch.setattr(detector, "screen", failing)
    post(ana, room, DANGER)
    sweeping.sweep()
    assert not Letter.objects.exists(), "it lags by less than a minute"
    for minutes in (2, 3, 30):
        with later(minutes=minutes):
            sweeping.sweep()
    letter = Letter.objects.get()
    assert letter.to == "ada@example.org"
    assert "tonight" not in letter.body
    with later(minutes=70):
        sweeping.sweep()
    assert Letter.objects.count() == 2


def test_a_site_where_everything_is_read_does_not_lag(evenings):
    ana, _, room = evenings
    post(ana, room, CALM)
    assert sweeping.lag() == timedelta()


# --- one flag for one message -------------------------------------------------------------------


def test_many_causes_join_one_flag_which_becomes_as_severe_as_the_worst(evenings):
    ana, _, room = evenings
    post(ana, room, DANGER)
    message = Message.objects.get()
    flags.raise_about(message, flags.Cause(Severity.IMMINENT, "worried"))
    flags.raise_about(message, flags.Cause(Severity.MODERATE, "unkind"))
    [flag] = Flag.objects.all()
    assert flag.severity == Severity.IMMINENT
    assert flag.due_at - flag.opened_at < timedelta(minutes=6)
    kinds = [event.kind for event in flag.events.order_by("pk")]
    assert kinds == [FlagEvent.Kind.OPENED, FlagEvent.Kind.RAISED, FlagEvent.Kind.JOINED]


def test_a_cause_never_makes_a_flag_due_later(evenings):
    ana, _, room = evenings
    post(ana, room, DANGER)
    due = Flag.objects.get().due_at
    with later(hours=2):
        flags.raise_about(Message.objects.get(), flags.Cause(Severity.MODERATE, "unkind"))
    assert Flag.objects.get().due_at == due


def test_admins_set_the_times(evenings):
    flags.ResponseTimes.objects.create(pk=1, moderate_seconds=60)
    ana, _, room = evenings
    post(ana, room, DANGER)
    flag = Flag.objects.get()
    assert flag.due_at - flag.opened_at == timedelta(minutes=1)


# --- a text that takes long ---------------------------------------------------------------------


class Hung(Exception):
    """The work was stopped."""


def portions(text: str, *, at_most: int = 10**6) -> int:
    """How many portions the detector does its work on `text` in. Raises `Hung` beyond `at_most`."""
    done = 0

    def between() -> None:
        nonlocal done
        done += 1
        if done > at_most:
            raise Hung

    detector.screen(text, between=between)
    return done


@pytest.mark.parametrize(
    "piece", ["k ", "kill myself ", "'ab c ", "k**l ", "@ ", "k1ll y0urs3lf ", "a.b", "\U0001f48a", "how many pills "]
)
def test_the_work_on_a_text_grows_with_the_text_and_with_nothing_else(piece):
    short, long = (portions((piece * 4000)[:length]) for length in (500, 4000))
    assert long <= 10 * short + 20
    assert long <= 2 * 4000 + 300, "a portion for each word, and one for each window"


def test_the_work_can_be_stopped_between_any_two_portions():
    for count in (0, 1, 5, 50):
        with pytest.raises(Hung):
            portions("I do not want to be here tonight. " * 20, at_most=count)
    assert detector.screen(DANGER).severity == Severity.MODERATE, "and nothing is left of it"


class Slow:
    """A detector that never ends with one of the messages, unless it is stopped."""

    def __init__(self, words: str) -> None:
        self.words, self.begun = words, 0

    def __call__(self, text, *, before=(), between):
        if self.words in text:
            self.begun += 1
            while True:
                between()
        return Finding(version="test")


def test_r1_a_detector_that_hangs_is_stopped_in_time_and_the_message_is_stored(evenings, monkeypatch):
    ana, _, room = evenings
    slow, late = Slow("endless"), screening.tally["late"]
    with monkeypatch.context() as patched:
        patched.setattr(detector, "screen", slow)
        patched.setattr(screening, "BUDGET_SECONDS", 0.2)
        assert post(ana, room, "endless").seq == 1
    assert slow.begun == 1
    assert screening.tally["late"] == late + 1
    assert not Screening.objects.exists()
    assert sweeping.sweep() == 1


def test_what_was_late_is_read_within_a_second_before_the_round_that_finds_everything(
    evenings, monkeypatch, django_capture_on_commit_callbacks
):
    ana, _, room = evenings
    with monkeypatch.context() as patched, django_capture_on_commit_callbacks(execute=True):
        patched.setattr(screening, "BUDGET_SECONDS", -1)
        post(ana, room, DANGER)
    assert list(screening.missed) == [Message.objects.get().pk]
    assert sweeping.sweep_missed() == 1
    assert Flag.objects.get().message.seq == 1
    assert (len(screening.missed), sweeping.sweep_missed(), sweeping.sweep()) == (0, 0, 0)


def test_one_message_that_takes_long_keeps_no_other_from_being_swept(evenings, monkeypatch, settings):
    ana, _, room = evenings
    settings.SCREENING = False
    for words in ("endless", DANGER, CALM):
        post(ana, room, words)
    settings.SCREENING = True
    with monkeypatch.context() as patched:
        patched.setattr(detector, "screen", Slow("endless"))
        assert sweeping.sweep() == 2
    assert sweeping.sweep() == 1
    assert set(Screened.objects.values_list("seq", flat=True)) == {3}


# --- a clock that jumps -------------------------------------------------------------------------


@pytest.mark.parametrize("hours", [-30, 30])
def test_f6_a_clock_that_jumps_between_message_and_edit_loses_no_screening(evenings, monkeypatch, hours):
    ana, _, room = evenings
    with later(hours=hours):
        post(ana, room, CALM)
    message = Message.objects.get()
    changed = changes.editing(DANGER, None)
    with monkeypatch.context() as patched:
        patched.setattr(screening, "screen", lambda *_, **__: 0)  # nobody reads the edit as it is stored
        with time_machine.travel(message.stored_at - timedelta(hours=1), tick=False):
            changes.do(Act(ana.pk, session_of(ana), room.slug, 1, changed))
    assert not Flag.objects.exists()
    assert sweeping.sweep() == 1
    assert Flag.objects.get().message == message
    assert sweeping.sweep() == 0


@pytest.mark.parametrize("hours", [-30, 30])
def test_f6_a_clock_that_jumps_between_messages_loses_no_screening_and_raises_no_false_alarm(evenings, settings, hours):
    ana, _, room = evenings
    settings.SCREENING = False
    with later(hours=hours):
        post(ana, room, DANGER)
    post(ana, room, CALM)
    settings.SCREENING = True
    assert sweeping.lag() >= timedelta()
    assert sweeping.sweep() == 2
    assert Flag.objects.count() == 1
    assert sweeping.lag() == timedelta()
    assert not Letter.objects.exists()
