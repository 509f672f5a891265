"""Care when two processes do the same at once: each thing happens once, and no limit is passed in two tabs."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from chat.models import Message
from community.models import Notice
from moderation.detector import Severity
from moderation.models import Afterwards, Break, CareCall, Flag, Heavy, Lifted, Shift
from moderation.services import care_breaks, care_calls, care_company, care_limits, cases, flags, queue
from tests.chat.test_races import racing
from tests.factories import join, make_member, make_room, post, session_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.delivery]


@pytest.fixture
def team():
    """amara, theo and lena are on shift; theo and lena are leads."""
    roles = {"amara": ("moderators",), "theo": ("moderators", "leads"), "lena": ("moderators", "leads")}
    people = [make_member(name, roles=held) for name, held in roles.items()]
    for one in people:
        Shift.objects.create(member=one, ends_at=timezone.now() + timedelta(hours=8))
    return people


@pytest.fixture
def three(team):
    """Three cases in Now."""
    ana, room = make_member("ana"), make_room("evenings")
    join(ana, room)
    key = session_of(ana)
    for number in range(1, 4):
        post(ana, room, f"line {number}", session_key=key)
    causes = flags.Cause(int(Severity.IMMINENT), "words", "distress")
    return [flags.raise_about(one, causes) for one in Message.objects.order_by("seq")]


def test_two_tabs_take_no_more_than_is_left_of_the_limit(team, three):
    at = timezone.now()  # of today, whatever the hour is
    Heavy.objects.bulk_create(Heavy(member=team[0], at=at, since=at, left_at=at) for _ in range(19))
    care_limits.set_limits(team[1], break_after_heavy=60, heavy_an_hour=60)
    taken = racing(lambda _: queue.take_next(team[0]), range(3))
    assert len([one for one in taken if one]) == 1
    assert Flag.objects.filter(holder=team[0]).count() == 1


def test_words_shown_in_two_tabs_are_carried_once_and_asked_about_once(team, three):
    flag = queue.take(team[0], three[0].token)
    racing(lambda _: cases.open_case(team[0], flag.token) and None, range(3))
    assert Heavy.objects.count() == 1
    racing(lambda _: queue.release(team[0], flag.token), range(3))
    assert Heavy.objects.get().left_at
    assert Afterwards.objects.count() == 1


def test_a_cause_calls_once_a_break_begins_once_a_limit_is_lifted_once_and_one_lead_gets_in_touch(team, three):
    amara, theo, lena = team
    assert sorted(racing(lambda _: care_calls.call("case:1", here=[]), range(3))) == [False, False, True]
    assert CareCall.objects.count() == 1
    assert {one.count for one in Notice.objects.filter(kind="care-call")} == {1}
    begun = racing(lambda _: care_breaks.begin(amara).pk, range(3))
    assert len(set(begun)) == Break.objects.count() == 1

    def lift(by):
        try:
            return care_limits.lift(by, "amara", hours=1, why="x")
        except care_limits.LiftedToday:
            return None

    assert len([one for one in racing(lift, [theo, lena]) if one]) == Lifted.objects.count() == 1
    racing(lambda _: care_company.ask(amara), range(3))
    asked = Afterwards.objects.get()
    said = racing(lambda by: care_company.get_in_touch(by, asked.pk), [theo, lena])
    assert said[0] == said[1]
    assert Notice.objects.filter(kind="care-talk-taken").count() == 1
