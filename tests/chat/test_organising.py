"""What curators do to live chats, whom it tells, and what hosts may take upon themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine

from chat.models import LiveChat, Wish
from chat.schedule import UnknownZone
from chat.services import live_places, live_series, live_worries, organising, planning, roster
from chat.services.live_clock import State, state_of
from community.models import AuditEntry, Notice
from community.refusals import NotYours, Refusal
from tests import factories
from tests.chat.test_races import racing

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)  # a Monday; it is 13:00 in Lisbon
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def clock():
    """It is noon on a Monday, until a test moves the clock."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def curator(db):
    return factories.make_member("Priya", roles=("curators",))


@pytest.fixture
def series(db):
    """Every evening at eight in Lisbon, planned for a fortnight."""
    one = factories.make_series()
    planning.plan()
    return one


def chats():
    return list(LiveChat.objects.all())


def told(member):
    """The kinds of what is new for a member, and how often."""
    return dict(Notice.objects.filter(member=member).values_list("kind", "count"))


def coming(chat):
    member = factories.make_member()
    live_places.sign_up(member, chat)
    return member


def trail():
    return list(AuditEntry.objects.order_by("number").values_list("action", flat=True))


# --- One chat ------------------------------------------------------------------------------------


def test_a_cancelled_chat_tells_those_concerned_why_and_once(curator, series):
    chat = chats()[0]
    ana, ben = coming(chat), coming(chat)
    live_places.leave(ben, chat)
    with pytest.raises(organising.ReasonNeeded):
        organising.cancel(chat, because=" \0", by=curator)
    organising.cancel(chat, because="Marisol is ill tonight", by=curator)
    with pytest.raises(organising.TooLate):
        organising.cancel(chat, because="again", by=curator)
    chat.refresh_from_db()
    assert (state_of(chat, NOW), chat.cancelled_because, chat.revision) == (
        State.CANCELLED,
        "Marisol is ill tonight",
        1,
    )
    assert told(ana) == told(chat.host) == told(chat.moderator) == {"live-cancelled": 1}
    assert told(ben) == told(curator) == {}
    assert trail() == ["live.cancelled"]


def test_a_moved_chat_keeps_when_it_would_have_begun_and_asks_its_host_again(curator, series, clock):
    chat = chats()[0]
    ana, first = coming(chat), chat.starts_at
    ana.sign_ups.update(reminded_at=NOW)
    LiveChat.objects.filter(pk=chat.pk).update(checked_in_at=NOW, checked_in_by=chat.host, told={"live-reminded": "x"})
    organising.move(chat, first + DAY + HOUR, minutes=45, by=curator)
    chat.refresh_from_db()
    assert (chat.starts_at, chat.lasts, chat.moved_from) == (first + DAY + HOUR, timedelta(minutes=45), first)
    assert (chat.checked_in_at, list(chat.told)) == (None, ["live-moved"])
    assert ana.sign_ups.get().reminded_at is None, "the reminder comes before the new time"
    organising.move(chat, chat.starts_at, minutes=45, by=curator)
    assert told(ana) == {"live-moved": 1}, "nothing was new"
    organising.move(chat, first + 2 * DAY, minutes=45, by=curator)
    chat.refresh_from_db()
    assert (chat.moved_from, told(ana)) == (first, {"live-moved": 2})
    assert trail() == ["live.moved"] * 2


@pytest.mark.parametrize(("minutes", "is_led"), [(1, True), (59, True), (61, True), (61, False)])
def test_what_is_on_or_over_is_neither_moved_nor_cancelled(curator, series, clock, minutes, is_led):
    chat = chats()[0]
    LiveChat.objects.update(checked_in_at=NOW if is_led else None)
    clock.move_to(chat.starts_at + timedelta(minutes=minutes))
    with pytest.raises(organising.TooLate):
        organising.cancel(chat, because="late", by=curator)
    with pytest.raises(organising.TooLate):
        organising.move(chat, chat.starts_at + DAY, minutes=60, by=curator)
    assert not Notice.objects.exists()


def test_what_nobody_came_to_lead_may_still_be_put_off(curator, series, clock):
    chat = chats()[0]
    clock.move_to(chat.starts_at + timedelta(minutes=5))
    assert state_of(chat, chat.starts_at) == State.NOT_TAKING_PLACE
    organising.move(chat, chat.starts_at + DAY, minutes=60, by=curator)
    chat.refresh_from_db()
    assert state_of(chat, chat.starts_at - DAY) == State.PLANNED


def test_nothing_is_moved_into_the_past_or_made_there(curator, series):
    with pytest.raises(organising.InThePast):
        organising.move(chats()[0], NOW, minutes=60, by=curator)
    with pytest.raises(organising.InThePast):
        organising.one_off({"topic": "Late", "starts_at": NOW, "ends_at": NOW + HOUR}, [], by=curator)


def test_handing_over_tells_the_old_and_the_new_and_asks_for_a_new_word(curator, series, clock):
    chat, theo = chats()[0], factories.make_member("Theo", roles=("hosts",))
    ana, old = coming(chat), chat.host
    clock.move_to(chat.starts_at - timedelta(minutes=20))
    LiveChat.objects.filter(pk=chat.pk).update(checked_in_at=NOW, checked_in_by=old, cover_asked_at=NOW)
    organising.hand_over(chat, {"host": theo, "cover": chat.cover, "moderator": chat.moderator}, by=curator)
    chat.refresh_from_db()
    assert (chat.host, chat.checked_in_at, chat.cover_asked_at) == (theo, None, None)
    assert told(theo) == told(old) == {"live-led": 1}
    assert told(ana) == told(chat.cover) == {}
    organising.hand_over(chat, {"host": theo}, by=curator)
    assert trail() == ["live.handed-over"], "nothing changed the second time"


def test_handing_over_a_chat_that_is_on_keeps_it_on(curator, series, clock):
    chat, theo = chats()[0], factories.make_member(roles=("hosts",))
    LiveChat.objects.update(checked_in_at=NOW, checked_in_by=chat.host)
    clock.move_to(chat.starts_at + timedelta(minutes=5))
    organising.hand_over(chat, {"host": theo}, by=curator)
    chat.refresh_from_db()
    assert state_of(chat, chat.starts_at) == State.OPEN


@pytest.mark.parametrize("roles", [(), ("hosts",), ("moderators", "leads", "reviewers")])
def test_only_curators_and_admins_organise(series, roles):
    other, chat = factories.make_member(roles=roles), chats()[0]
    acts = [
        lambda: organising.cancel(chat, because="no", by=other),
        lambda: organising.move(chat, chat.starts_at + DAY, minutes=60, by=other),
        lambda: organising.hand_over(chat, {"host": None}, by=other),
        lambda: organising.one_off({}, [], by=other),
        lambda: live_series.make({}, by=other),
        lambda: live_series.change(series, {}, by=other),
        lambda: live_series.end(series, date(2026, 6, 1), because="", by=other),
        lambda: live_series.leave_out(series, date(2026, 6, 1), because="", by=other),
        lambda: live_series.bring_back(series, date(2026, 6, 1), by=other),
    ]
    for act in acts:
        with pytest.raises(NotYours):
            act()


# --- A series ------------------------------------------------------------------------------------


def test_a_new_series_is_planned_at_once_and_a_clock_nobody_knows_makes_none(curator):
    host = factories.make_member(roles=("hosts",))
    fields = {"name": "Mornings", "topics": [{"topic": "Getting up"}], "weekdays": "024", "at": time(9), "zone": "Asia/Kolkata",
              "first_day": date(2026, 6, 1), "host": host}  # fmt: skip
    live_series.make(fields, by=curator)
    assert {one.day.weekday() for one in chats()} == {0, 2, 4}
    assert len(chats()) == 6
    assert told(host) == {"live-led": 1}, "one word for all of them"
    with pytest.raises(UnknownZone):
        live_series.make({**fields, "zone": "Mars/Base"}, by=curator)
    assert len(chats()) == 6


def test_a_change_reaches_what_is_as_the_series_said_and_leaves_the_rest(curator, series):
    plain, handed, moved, asked, cancelled, *_ = chats()
    theo = factories.make_member(roles=("hosts",))
    organising.hand_over(handed, {"host": theo}, by=curator)
    organising.move(moved, moved.starts_at + HOUR, minutes=60, by=curator)
    planning.set_prompts(asked, ["The host's own question"])
    organising.cancel(cancelled, because="A storm", by=curator)
    new = factories.make_member(roles=("hosts",))
    topics = [{"topic": "One thing today", "prompts": ["Which?"]}]
    live_series.change(series, {"at": time(18, 30), "host": new, "topics": topics, "slow_seconds": 30}, by=curator)
    before = {one.pk: one for one in (plain, handed, moved, asked, cancelled)}
    after = {one.pk: one for one in chats()}

    def earlier(one):
        return before[one.pk].starts_at - after[one.pk].starts_at

    assert [earlier(one) for one in (plain, handed, asked)] == [timedelta(minutes=90)] * 3
    assert after[moved.pk].starts_at == moved.starts_at + HOUR
    assert after[cancelled.pk].topic == cancelled.topic
    assert [after[one.pk].host for one in (plain, handed, moved)] == [new, theo, new]
    assert {after[one.pk].topic for one in (plain, handed, moved, asked)} == {"One thing today"}
    assert [one.text for one in after[plain.pk].prompts.all()] == ["Which?"]
    assert [one.text for one in after[asked.pk].prompts.all()] == ["The host's own question"]
    assert after[plain.pk].room.slow_seconds == 30
    assert after[plain.pk].room.name == "One thing today"
    assert told(new) == {"live-led": 1}
    assert len(after) == 14


def test_a_day_that_falls_out_goes_without_a_trace_unless_somebody_wants_to_come(curator, series):
    tuesday, wednesday = chats()[1:3]
    ana = coming(wednesday)
    live_series.change(series, {"weekdays": "0456"}, by=curator)
    assert not LiveChat.objects.filter(pk=tuesday.pk).exists()
    wednesday.refresh_from_db()
    assert wednesday.cancelled_because == "The plan of this series changed."
    assert told(ana) == {"live-cancelled": 1}
    live_series.change(series, {"weekdays": "0123456"}, by=curator)
    assert LiveChat.objects.filter(day=tuesday.day).count() == 1, "planned again"
    assert LiveChat.objects.get(day=wednesday.day).cancelled_at, "who was told that it is off is not told that it is on"


def test_who_comes_while_a_day_is_taken_away_is_told_that_it_is_not_there(curator, series):
    chat = chats()[2]
    live_series.leave_out(series, chat.day, because="", by=curator)
    for act in (lambda: coming(chat), lambda: organising.cancel(chat, because="no", by=curator)):
        with pytest.raises(NotYours):
            act()


def test_a_change_tells_those_who_signed_up_of_another_time(curator, series, clock):
    chat = chats()[1]
    ana = coming(chat)
    live_series.change(series, {"at": time(19)}, by=curator)
    assert told(ana) == {"live-moved": 1}
    assert LiveChat.objects.get(pk=chat.pk).moved_from == chat.starts_at


def test_what_begins_within_half_an_hour_or_would_begin_in_the_past_stays(curator, series, clock):
    today, tomorrow = chats()[:2]
    live_series.change(series, {"at": time(10)}, by=curator)  # 9:00 in UTC, three hours ago
    assert LiveChat.objects.get(pk=today.pk).starts_at == today.starts_at
    assert LiveChat.objects.get(pk=tomorrow.pk).starts_at == tomorrow.starts_at - 10 * HOUR
    clock.move_to(today.starts_at - timedelta(minutes=29))
    live_series.change(series, {"topics": [{"topic": "Anything"}]}, by=curator)
    assert LiveChat.objects.get(pk=today.pk).topic == today.topic
    assert LiveChat.objects.get(pk=tomorrow.pk).topic == "Anything"


def test_a_host_who_was_away_when_it_was_planned_is_followed_by_the_next(curator):
    away = factories.make_member(roles=("hosts",), suspended_until=NOW + 2 * DAY)
    one = factories.make_series(host=away)
    planning.plan()
    new = factories.make_member(roles=("hosts",))
    live_series.change(one, {"host": new}, by=curator)
    assert {chat.host for chat in chats()} == {new}


def test_a_day_is_left_out_and_brought_back(curator, series):
    quiet, wanted = chats()[2:4]
    ana = coming(wanted)
    live_series.leave_out(series, quiet.day, because="", by=curator)
    with pytest.raises(organising.ReasonNeeded):
        live_series.leave_out(series, wanted.day, because=" ", by=curator)
    assert series.gaps.count() == 1, "what was refused left nothing"
    live_series.leave_out(series, wanted.day, because="A holiday here", by=curator)
    assert told(ana) == {"live-cancelled": 1}
    assert planning.plan() == 0
    for day in (quiet.day, wanted.day):
        live_series.bring_back(series, day, by=curator)
    assert [one.day for one in chats() if not one.cancelled_at].count(quiet.day) == 1
    assert LiveChat.objects.get(day=wanted.day).cancelled_at


def test_a_series_ends_after_its_last_day(curator, series):
    last = chats()[3]
    ana = coming(chats()[9])
    live_series.end(series, last.day, because="We need a rest", by=curator)
    assert [one.day for one in chats() if not one.cancelled_at][-1] == last.day
    assert told(ana) == {"live-cancelled": 1}
    series.refresh_from_db()
    assert (series.until, series.ended_at) == (last.day, None), "until then it goes on"
    live_series.end(series, NOW.date(), because="", by=curator)
    with pytest.raises(live_series.Ended):
        live_series.change(series, {"at": time(9)}, by=curator)
    assert [one.day for one in chats() if not one.cancelled_at] == [NOW.date()]
    assert planning.plan() == 0


# --- What members ask for ---------------------------------------------------------------------------


def test_curators_see_what_three_ask_for_and_those_who_asked_are_told(curator):
    people = [factories.make_member() for _ in range(3)]
    asked, few = (Wish.objects.create(topic=topic, key=topic.lower()) for topic in ("Night shifts", "Exams"))
    asked.members.set(people)
    few.members.set(people[:2])
    assert list(organising.wishes()) == [asked]
    for pk in (few.pk, "", "x", "9" * 30):
        with pytest.raises(NotYours):
            organising.wish_for(pk)
    fields = {"topic": "Night shifts", "starts_at": NOW + DAY, "ends_at": NOW + DAY + HOUR}
    chat = organising.one_off(fields, ["How do you sleep?"], by=curator, wish=asked)
    asked.refresh_from_db()
    assert (asked.answer, asked.chat) == ("planned", chat)
    assert [told(one) for one in people] == [{"live-planned": 1}] * 3
    with pytest.raises(organising.TooLate):
        organising.decline(asked, by=curator)
    few.members.add(people[2])
    organising.decline(few, by=curator)
    assert "live-declined" in told(people[0])
    assert not organising.wishes()


# --- The roster ------------------------------------------------------------------------------------


def make_open(*hours, **fields):
    """Chats of an hour that nobody leads, so many hours from now."""
    return [
        factories.make_live_chat(3600 * one, is_led=False, **{"host": None, "zone": "Europe/Lisbon", **fields})
        for one in hours
    ]


def test_a_host_takes_what_is_open_and_gives_it_back(db):
    theo, [chat] = factories.make_member(roles=("hosts",)), make_open(5)
    roster.take(theo, chat, "host")
    chat.refresh_from_db()
    assert chat.host == theo
    with pytest.raises(roster.Taken):
        roster.take(theo, chat, "cover")  # one person has one part
    with pytest.raises(roster.Taken):
        roster.take(factories.make_member(roles=("hosts",)), chat, "host")
    with pytest.raises(NotYours):
        roster.give_back(factories.make_member(roles=("hosts",)), chat, "host")
    roster.give_back(theo, chat, "host")
    chat.refresh_from_db()
    assert chat.host is None
    assert trail() == ["live.taken", "live.given-back"]


def test_a_part_wants_its_role(db):
    [chat] = make_open(5)
    host, keeper = factories.make_member(roles=("hosts",)), factories.make_member(roles=("moderators",))
    for member, part in ((host, "moderator"), (keeper, "host"), (host, "room"), (factories.make_member(), "host")):
        with pytest.raises(NotYours):
            roster.take(member, chat, part)
    roster.take(keeper, chat, "moderator")


def test_nobody_hosts_two_in_a_row_or_is_in_two_at_once(db):
    theo = factories.make_member(roles=("hosts",))
    first, overlaps, after, later, cover = make_open(5, 5.5, 7.9, 8, 5.2)
    roster.take(theo, first, "host")
    for chat, part, refusal in ((overlaps, "host", roster.TwoAtOnce), (cover, "cover", roster.TwoAtOnce), (after, "host", roster.NoRest)):  # fmt: skip
        with pytest.raises(refusal):
            roster.take(theo, chat, part)
    roster.take(theo, after, "cover")  # being there in case is no second turn
    roster.give_back(theo, after, "cover")
    roster.take(theo, later, "host")


def test_nobody_hosts_more_than_five_in_a_week(db):
    theo = factories.make_member(roles=("hosts",))
    sunday, monday = 6 * 24 + 10.5, 6 * 24 + 11  # 22:30 in Lisbon, and 23:00; the last one begins at midnight
    *days, last, sixth, next_week = make_open(5, 29, 53, 77, 101, sunday, monday + 1)
    for chat in [*days, last]:
        roster.take(theo, chat, "host")
    with pytest.raises(roster.EnoughThisWeek):
        roster.take(theo, sixth, "host")
    roster.take(theo, next_week, "host")


def test_what_begins_within_ten_minutes_is_no_longer_to_be_taken(db):
    [chat] = make_open(0.16)
    with pytest.raises(roster.Taken):
        roster.take(factories.make_member(roles=("hosts",)), chat, "host")


# --- What curators should see to ----------------------------------------------------------------------


def worries_of(*some):
    return live_worries.of(list(LiveChat.objects.filter(pk__in=[one.pk for one in some])))


def test_a_chat_with_everybody_needs_nothing(series):
    assert set(map(tuple, live_worries.of(chats()).values())) == {(f"{series.host.name} hosts 7 chats in this week.",)}
    LiveChat.objects.exclude(pk=chats()[0].pk).delete()
    assert live_worries.of(chats()) == {chats()[0].pk: []}
    assert live_worries.of([]) == {}


def test_whoever_is_missing_or_clashes_is_said_in_words(curator):
    plain, host = factories.make_member("Ilka"), factories.make_member("Theo", roles=("hosts",))
    away = factories.make_member("Noor", roles=("hosts",), suspended_until=NOW + 30 * DAY)
    [nobody] = make_open(30)
    [wrong] = make_open(60, host=plain, cover=away, moderator=host)
    one, two = make_open(100, 100.5, host=host, topic="Grief")
    [soon] = make_open(103, host=host, cover=host)
    found = worries_of(nobody, wrong, one, soon)
    assert found[nobody.pk] == [
        "Nobody hosts it yet.",
        "No cover, if the host can't come.",
        "No moderator: these are unattended hours.",
    ]
    assert found[wrong.pk] == [
        "Ilka hosts it without the role of a host.", "Noor can't come. Somebody else is needed.",
        "Theo looks after it without the role of a moderator.",
    ]  # fmt: skip
    assert "Theo is in “Grief” at the same time." in found[one.pk]
    assert {"Theo hosts another one less than two hours before or after.", "One person has two parts in it: if they can't come, nobody else does."} <= set(found[soon.pk])  # fmt: skip
    organising.cancel(two, because="Too many", by=curator)
    assert not [said for said in worries_of(one)[one.pk] if "same time" in said]
    assert two.pk not in worries_of(two), "nothing is asked of what is cancelled"


def test_all_worries_of_a_week_take_two_questions(series, django_assert_num_queries):
    some = chats()
    with django_assert_num_queries(2):
        live_worries.of(some)


@pytest.mark.delivery
@pytest.mark.django_db(transaction=True)
def test_an_open_chat_is_taken_once_and_the_limit_holds_for_two_at_once():
    [chat] = make_open(5)
    people = [factories.make_member(roles=("hosts",)) for _ in range(3)]

    def attempt(member, one, part="host"):
        try:
            roster.take(member, one, part)
        except Refusal:
            return 0
        return 1

    assert sum(racing(lambda member: attempt(member, chat), people)) == 1
    theo, near = factories.make_member(roles=("hosts",)), make_open(50, 51.5, 50.5)
    assert sum(racing(lambda one: attempt(theo, one), near)) == 1, "they lie too near to each other"
