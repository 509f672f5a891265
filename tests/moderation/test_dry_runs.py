"""Dry runs: the same answer as reading everything twice, in pieces that a killed process leaves whole."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from chat.models import Message, Room
from moderation.detector import shipped
from moderation.models import Decision, DryRun, DryRunChange, Flag, PhraseVersion, Screening
from moderation.phrase_content import Content, SiteList, Weight, written
from moderation.services import dry_run_counting, dry_run_starting, dry_runs, phrase_compiling, phrase_smoke
from moderation.services.dry_run_comparing import Comparison, Side
from tests.factories import join, make_member, make_room, post, talk

pytestmark = pytest.mark.django_db
OWN = SiteList("own", "en", "Own", "p", "distress", "moderate", person="any",
               phrases=("the quarry", "aaargh", "no ..3 spoons", "kill* it"))  # fmt: skip
BEFORE = Content((SiteList("own", "en", "Own", "p", "distress", "low", phrases=("spoons",)),))
AFTER = Content((OWN,), (Weight("en.intent", "", ""), Weight("en.unsafe", "", "low"), Weight("es.intent", "", "low")))
MORE = ("the quarry", "aaaargh", "aaargh no", "I have no more spoons", "no", "spoons", "killing it at work", "quarry")


@pytest.fixture
def ada():
    return make_member("ada", roles=("admins",))


def make_version(by, content=AFTER):
    return PhraseVersion.objects.create(by=by, content=written(content))


def test_what_is_skipped_reads_the_same_with_both_texts():
    now, draft = (phrase_compiling.detector_of(PhraseVersion(content=written(one))) for one in (BEFORE, AFTER))
    comparison = Comparison(Side(BEFORE, now), Side(AFTER, draft))
    known = phrase_smoke.sentences()
    texts = [*known.must_flag, *known.ordinary, *MORE]
    skipped = 0
    for before, text in zip(["", *texts], texts, strict=False):
        earlier = [before] if before and len(before) % 2 else []
        found = comparison.compare(text, earlier, None)
        was, becomes = (one.screen(text, before=earlier) for one in (now, draft))
        assert (found.was, found.becomes) == (was.severity, becomes.severity), text
        skipped += not comparison._found(text, earlier)[1]
    assert skipped > len(texts) / 3


def counted(by, version):
    run = dry_runs.dry_run(by, version.token)
    assert dry_run_counting.go_on(run.token)
    return dry_runs.result(by, run.token)


def test_figures_say_what_is_gained_lost_and_mattered(ada):
    room = make_room("evenings")
    join(ada, room)
    post(ada, room, "I am going to kill myself tonight")
    message = Message.objects.latest("pk")
    Decision.objects.create(flag=Flag.objects.get(message=message), by=ada, kind=Decision.Kind.SUPPORT)
    ben = make_member("ben")
    join(ben, room)
    post(ben, room, "they closed the quarry")
    rests = tuple(Weight(f"{one}", "", "") for one in {rule.group for rule in _suicide()})
    found = counted(ada, make_version(ada, Content((OWN,), rests)))
    assert (found.now.flags, found.draft.flags) == (1, found.draft.flags)
    assert found.new == 1
    assert dict(found.by_list) == {"own": 1}
    assert found.missed_that_mattered == found.missed
    assert found.now.acted == 1
    assert found.stored == 2
    changes = dry_runs.samples(ada, found.run.token, gained=True)
    assert [one.message.body for one in changes] == ["they closed the quarry"]
    assert found.run.state == "done"


def _suicide():
    from moderation.detector import lexicon

    return [one for one in lexicon.shipped().rules if not one.effect and one.category != "distress"]


def test_conversations_are_counted_and_leave_no_samples(ada):
    ben = make_member("ben")
    room = talk(ada, ben)
    assert room.kind == Room.Kind.CONVERSATION
    post(ada, room, "the quarry")
    found = counted(ada, make_version(ada))
    assert found.new == 1
    assert not DryRunChange.objects.exists()


def test_older_messages_and_those_taken_back_are_not_read(ada):
    room = make_room("evenings")
    join(ada, room)
    for number in range(3):
        post(ada, room, f"the quarry {number}")
    first, second, _third = Message.objects.order_by("pk")
    Message.objects.filter(pk=first.pk).update(stored_at=timezone.now() - timedelta(days=40))
    Message.objects.filter(pk=second.pk).update(withdrawn_at=timezone.now())
    found = counted(ada, make_version(ada))
    assert (found.run.total, found.run.read) == (1, 1)


def test_a_run_stops_when_the_draft_changed_or_somebody_stops_it(ada):
    room = make_room("evenings")
    join(ada, room)
    post(ada, room, "the quarry")
    version = make_version(ada)
    run = dry_runs.dry_run(ada, version.token)
    assert dry_runs.dry_run(ada, version.token) == run
    PhraseVersion.objects.filter(pk=version.pk).update(edits=5)
    assert not dry_run_counting.go_on(run.token)
    assert DryRun.objects.get(pk=run.pk).state == "stopped"
    other = dry_runs.dry_run(ada, version.token)
    dry_runs.stop(ada, other.token)
    assert not dry_run_counting.go_on(other.token)


def test_a_run_that_is_counted_is_not_counted_twice_and_goes_on_where_a_lapsed_lease_left_it(ada, monkeypatch):
    room = make_room("evenings")
    join(ada, room)
    for number in range(5):
        post(ada, room, f"the quarry {number}")
    run = dry_runs.dry_run(ada, make_version(ada).token)
    first = dry_run_counting.claim(run.token)
    dry_run_counting._begin(first)
    counter = dry_run_counting.counter_for(first)
    assert counter.piece(2)
    assert dry_run_counting.claim(run.token) is None
    DryRun.objects.update(held_until=timezone.now() - timedelta(seconds=1))
    assert dry_run_counting.go_on(run.token)
    assert not counter.piece(2)  # the one that was thought dead writes nothing
    run.refresh_from_db()
    assert (run.read, run.counts["draft"]["flags"], run.changes.count()) == (5, 5, 5)


def test_readings_by_another_version_are_made_anew(ada):
    room = make_room("evenings")
    join(ada, room)
    post(ada, room, "I want to kill myself")
    Screening.objects.update(version="older", severity=0)
    found = counted(ada, make_version(ada))
    assert (found.stored, found.now.flags) == (0, 1)
    assert shipped().version != "older"


def lapse():
    DryRun.objects.filter(held_until__isnull=False).update(held_until=timezone.now() - timedelta(seconds=1))


@pytest.fixture
def processes(monkeypatch):
    """Processes that count end at once, and fail."""
    started = []

    class Ended:
        returncode = 1

        def poll(self):
            return self.returncode

    monkeypatch.setattr(dry_run_starting, "_process", lambda token: started.append(token) or Ended())
    monkeypatch.setattr(dry_run_starting, "_children", [])
    return started


@pytest.mark.logs_errors("whoever looks after the server reads it there")
def test_a_run_whose_processes_never_begin_to_count_is_given_up_after_three(ada, processes):
    run = dry_runs.dry_run(ada, make_version(ada).token)
    for _ in range(6):
        dry_run_starting.start_waiting()
    assert processes == [run.token] * 3
    assert DryRun.objects.get(pk=run.pk).state == "failed"


@pytest.mark.logs_errors("whoever looks after the server reads it there")
def test_a_run_that_breaks_off_while_it_counts_is_given_up_after_three_and_can_be_begun_again(ada, processes):
    version = make_version(ada)
    run = dry_runs.dry_run(ada, version.token)
    for _ in range(3):
        assert dry_run_counting.claim(run.token)
        lapse()
    assert not dry_run_starting.start_waiting()
    assert DryRun.objects.get(pk=run.pk).state == "failed"
    assert dry_run_counting.claim(run.token) is None
    assert dry_runs.dry_run(ada, version.token) != run


def test_what_gets_on_between_two_breaks_is_not_given_up(ada, processes):
    room = make_room("evenings")
    join(ada, room)
    for number in range(5):
        post(ada, room, f"the quarry {number}")
    run = dry_runs.dry_run(ada, make_version(ada).token)
    for _ in range(4):
        held = dry_run_counting.claim(run.token)
        if not held.read:
            dry_run_counting._begin(held)
        assert dry_run_counting.counter_for(held).piece(1)
        lapse()
        dry_run_starting._give_up()
    assert dry_run_counting.go_on(run.token)
