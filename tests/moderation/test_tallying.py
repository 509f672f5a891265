"""Readings are counted once, by rule and by score, whatever breaks off, runs twice, or happens to the clock."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chat.models import Message
from moderation.models import Decision, RuleDay, ScoreDay, Screening, Tallied
from moderation.services import scorecards, screening, tallying
from moderation.services.calibration import bin_of
from tests.factories import join, make_member, make_room, post, talk

pytestmark = pytest.mark.django_db
DANGER = "I don't want to be here tonight"
RULE, LIST = "en.passive-wish.4361@1", "en.passive-wish"


def later(**how: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(**how), tick=False)


def counted() -> None:
    """Everything that was stored is counted."""
    tallying.tally()
    with later(minutes=3):
        tallying.tally()


@pytest.fixture
def ana() -> Any:
    ana, cleo, room = make_member("ana"), make_member("cleo"), make_room("evenings")
    join(ana, room)
    join(cleo, room)
    post(ana, room, DANGER)
    post(cleo, room, "Tea, and the radio.")
    return ana


def by_hand() -> Counter[str]:
    hits: Counter[str] = Counter()
    for row in Screening.objects.all():
        hits.update({one["rule"] for one in screening.unpacked(row)["reasons"] if one["kind"] != "context"})
    return hits


def of_table() -> Counter[str]:
    return Counter({one.rule: one.hits for one in RuleDay.objects.all()})


def test_each_reading_is_counted_once_however_often_it_is_counted(ana):
    counted()
    counted()
    assert of_table() == by_hand()
    assert of_table()[RULE] == 1
    assert RuleDay.objects.get(rule=RULE).flags == 1
    day = ScoreDay.objects.get()
    assert (day.day, day.readings) == (Screening.objects.latest("pk").at.astimezone(UTC).date(), 2)
    row = Screening.objects.get(severity=2)
    assert day.counts["2"] == {str(bin_of(row.score)): 1}


def test_what_is_in_conversations_is_counted_too_and_nothing_tells_where_it_was(ana):
    ben = make_member("ben")
    post(ana, talk(ana, ben), DANGER)
    assert Screening.objects.exclude(sealed="").exists()
    counted()
    assert of_table() == by_hand()
    assert of_table()[RULE] == 2
    assert {one.name for one in RuleDay._meta.get_fields()} == {"id", "rule", "day", "hits", "flags"}


def test_a_crash_in_the_middle_counts_nothing_twice(ana, monkeypatch):
    tallying.tally()
    with later(minutes=3):
        with monkeypatch.context() as broken:
            broken.setattr(tallying, "_add_scores", lambda batch: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                tallying.tally()
        assert not RuleDay.objects.exists()
        tallying.tally()
    assert of_table() == by_hand()


def test_batches_follow_one_another_until_all_is_counted(ana, monkeypatch):
    monkeypatch.setattr(tallying, "AT_ONCE", 1)
    counted()
    assert of_table() == by_hand()
    assert ScoreDay.objects.get().readings == 2


def test_what_was_stored_a_moment_ago_waits_since_an_older_one_may_still_be_on_its_way(ana):
    tallying.tally()
    tallying.tally()
    assert not ScoreDay.objects.exists()
    with later(minutes=3):
        post(ana, make_room_of(ana), DANGER)
        tallying.tally()
    assert ScoreDay.objects.get().readings == 2, "the third came after the look"


def make_room_of(ana: Any) -> Any:
    return ana.memberships.first().room


def test_a_clock_that_was_put_back_stops_nothing(ana):
    with later(days=3):
        tallying.tally()
    tallying.tally()
    with later(minutes=3):
        tallying.tally()
    assert of_table() == by_hand()
    assert Tallied.objects.get().seen_at <= timezone.now() + timedelta(minutes=3)


def test_a_level_that_the_site_changed_is_counted_as_the_detector_gave_it(ana):
    Screening.objects.filter(severity=2).update(severity=1, detected=2)
    counted()
    assert set(ScoreDay.objects.get().counts) == {"0", "2"}
    assert RuleDay.objects.get(rule=RULE).flags == 0


def test_counts_of_long_ago_go(ana):
    counted()
    with later(days=401):
        tallying.tally()
    assert not RuleDay.objects.exists()
    assert not ScoreDay.objects.exists()


# --- cards --------------------------------------------------------------------------------------


def judged(verdict: str, kind: str = "no-concern", **more: Any) -> Decision:
    return Decision.objects.create(kind=kind, verdicts={RULE: verdict}, **more)


def test_a_card_says_how_often_a_rule_was_found_and_what_moderators_said(ana):
    counted()
    judged("idiom")
    judged("real-risk", kind="support")
    (card,) = [one for one in scorecards.by_rule() if one.name == "en.passive-wish.4361"]
    assert (card.hits, card.flags, card.decided, card.acted, card.kept) == (1, 1, 2, 1, 0.5)
    assert card.precision == 0.5
    assert 0 < card.interval[0] < 0.5 < card.interval[1] < 1
    assert card.last_verdict == timezone.now().astimezone(UTC).date()
    assert card.versions == {"1"}
    (whole,) = [one for one in scorecards.by_list() if one.name == LIST]
    assert whole.hits >= card.hits
    assert whole.decided == 2


def test_what_was_taken_back_is_no_verdict_and_a_case_has_one():
    gone = judged("wrong")
    Decision.objects.create(kind="undone", answers=gone)
    assert not scorecards.by_rule()
    flag = flag_of(make_member("ben"))
    judged("wrong", flag=flag)
    judged("real-risk", kind="support", flag=flag)
    (card,) = scorecards.by_rule()
    assert card.verdicts == {"real-risk": 1}


def flag_of(member: Any) -> Any:
    from moderation.services import flags

    return flags.raise_about_member(member, flags.Cause(2, "words"))


def test_a_rule_that_is_nearly_always_wrong_is_advised_to_go_once_there_are_enough_verdicts():
    for _ in range(scorecards.ENOUGH - 1):
        judged("idiom")
    assert scorecards.by_rule()[0].advice == ""
    judged("wrong")
    assert scorecards.by_rule()[0].advice == scorecards.RETIRE
    for _ in range(10):
        judged("real-risk")
    assert scorecards.by_rule()[0].advice == ""


def test_a_rule_that_nobody_judged_for_long_is_to_be_looked_at(ana):
    counted()
    judged("idiom")
    assert scorecards.by_rule()[0].advice == ""
    with later(days=70):
        RuleDay.objects.create(rule=RULE, day=timezone.now().astimezone(UTC).date(), hits=2, flags=1)
        (card,) = scorecards.by_rule()
        assert card.advice == scorecards.REVIEW
        assert card.decided == 0


def test_rules_have_names_without_versions_and_lists_what_they_share():
    assert scorecards.without_version(RULE) == "en.passive-wish.4361"
    assert scorecards.list_of(RULE) == LIST
    assert scorecards.list_of("model.m3464a") == "model"


def test_cards_cost_the_same_for_many_readings(ana):
    counted()
    for _ in range(30):
        judged("idiom")
    with CaptureQueriesContext(connection) as queries:
        scorecards.by_list()
    assert len(queries) <= 3
    assert Message.objects.count() == 2
