"""Several members in danger at once: a rise, a way, an event. One case with advice for the room; nobody's own is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from chat.models import Message
from moderation.detector import Severity
from moderation.models import Cluster, Decision, Flag, Screening
from moderation.services import cluster_watch, cluster_words, clusters, decisions, queue
from moderation.services.choices import BadChoice, Choice, Kind
from tests.factories import join, make_member, make_room, post, session_of
from tests.moderation.console import at_console, page, url

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def evenings():
    return make_room("evenings")


@pytest.fixture
def amara():
    return make_member("amara", roles=("moderators",))


def say(name, room, words, severity=Severity.HIGH, ago=timedelta(hours=1), covered=()):
    """A message of a member that was read as this severe, some time ago."""
    from community.models import Member

    member = Member.objects.filter(name=name).first() or make_member(name)
    join(member, room)
    post(member, room, words, session_key=session_of(member))
    message = Message.objects.order_by("-pk").first()
    at = timezone.now() - ago
    Message.objects.filter(pk=message.pk).update(stored_at=at, veiled=" ".join(f"{a}-{b}" for a, b in covered))
    Screening.objects.filter(message=message).delete()
    Screening.objects.create(message=message, author=member, said_at=at, severity=int(severity), version="t")
    return message


def severe(number, room, ago=timedelta(hours=1)):
    for n in range(number):
        say(f"m{n}", room, f"line {n}", ago=ago)


# --- a rise ----------------------------------------------------------------------------------------


def test_four_members_in_danger_within_a_day_where_there_are_hardly_any_open_one_case(evenings):
    severe(4, evenings)
    assert cluster_watch.watch() == 1
    one = Cluster.objects.get()
    assert (one.kind, one.members, one.flag.kind) == ("rise", 4, Flag.Kind.CLUSTER)
    assert one.flag.severity == Severity.HIGH


def test_three_do_not_and_one_member_four_times_does_not(evenings):
    severe(3, evenings)
    for _ in range(4):
        say("m0", evenings, "once more")
    assert cluster_watch.watch() == 0


def test_as_many_as_on_other_days_are_no_rise(evenings):
    for day in range(1, 29):
        severe(4, evenings, ago=timedelta(days=day, hours=2))
    severe(5, evenings)
    assert cluster_watch.watch() == 0


def test_a_rise_is_told_once_grows_and_is_told_again_only_when_it_grew(evenings, amara):
    severe(4, evenings)
    assert cluster_watch.watch() == 1
    assert cluster_watch.watch() == 0
    severe(6, evenings)
    assert cluster_watch.watch() == 1
    assert Cluster.objects.get().members == 6
    flag = queue.take(amara, Flag.objects.get(kind=Flag.Kind.CLUSTER).token)
    decisions.decide(amara, flag.token, Choice(Kind.ROOM, follow_up_hours=0), version=flag.version)
    assert cluster_watch.watch() == 0
    severe(9, evenings)
    assert cluster_watch.watch() == 1
    assert Cluster.objects.count() == 2


def test_after_some_days_the_same_opens_again(evenings, amara):
    severe(4, evenings)
    cluster_watch.watch()
    Flag.objects.update(closed_at=timezone.now())
    with time_machine.travel(timezone.now() + clusters.QUIET + timedelta(hours=1)):
        severe(4, evenings)
        assert cluster_watch.watch() == 1


def test_of_conversations_only_the_number_of_members_counts(evenings):
    from chat.models import Room

    talk = make_room("talk")
    severe(4, talk)
    Room.objects.filter(pk=talk.pk).update(kind=Room.Kind.CONVERSATION)
    assert cluster_watch.watch() == 1
    one = Cluster.objects.get()
    assert (one.room, one.messages, one.word) == (None, [], "")


@given(st.integers(0, 40), st.floats(0, 40))
def test_more_members_never_make_it_less_of_a_rise_nor_a_higher_usual_more(members, usual):
    if cluster_watch.is_rise(members, usual):
        assert cluster_watch.is_rise(members + 1, usual)
    else:
        assert not cluster_watch.is_rise(members, usual + 1)


# --- a way, an event ---------------------------------------------------------------------------------


def test_three_members_who_name_the_same_way_open_one_case_and_the_word_is_sealed(evenings):
    for name in ("ana", "ben", "cleo"):
        say(name, evenings, "thinking of the viaduct again", Severity.MODERATE, covered=[(16, 23)])
    assert cluster_watch.watch() == 1
    one = Cluster.objects.get()
    assert one.kind == "method"
    assert clusters.word_of(one) == "viaduct"
    assert "viaduct" not in one.word + one.key


def test_a_way_that_is_not_covered_or_that_two_name_is_none(evenings):
    for name in ("ana", "ben"):
        say(name, evenings, "thinking of the viaduct again", Severity.MODERATE, covered=[(16, 23)])
    say("cleo", evenings, "walked over the viaduct", Severity.MODERATE)
    assert cluster_watch.watch() == 0


def test_three_members_in_distress_who_name_the_same_event_open_one_case(evenings):
    say("ana", evenings, "I can't stop thinking about Lowmoor.", Severity.LOW)
    say("ben", evenings, "What happened in Lowmoor breaks me", Severity.LOW)
    say("cleo", evenings, "not after Lowmoor's news", Severity.LOW)
    assert cluster_watch.watch() == 1
    assert clusters.word_of(Cluster.objects.get()) == "lowmoor"


def test_a_name_that_was_used_all_month_is_no_event(evenings):
    for number in range(12):
        say(f"o{number}", evenings, "we live in Lowmoor", Severity.NONE, ago=timedelta(days=4 + number))
    for name in ("ana", "ben", "cleo"):
        say(name, evenings, "so lonely in Lowmoor", Severity.LOW)
    assert cluster_watch.watch() == 0


def test_speaking_to_a_member_who_writes_is_no_event_and_one_who_fell_silent_is(evenings):
    robin = make_member("Robin")
    for name in ("ana", "ben", "cleo"):
        say(name, evenings, "I miss Robin so much", Severity.LOW)
    join(robin, evenings)
    post(robin, evenings, "I'm here", session_key=session_of(robin))
    assert cluster_watch.watch() == 0
    Message.objects.filter(author=robin).update(stored_at=timezone.now() - timedelta(days=5))
    assert cluster_watch.watch() == 1


@pytest.mark.parametrize(("text", "found"), [
    ("We met in Lowmoor and by Lowmoor's lake", ["lowmoor", "lowmoor"]),
    ("Lowmoor again. Lowmoor!", []),
    ("I was FINE until Sunday", []),
    ("el puente de Ávila", ["avila"]),
    ("\u202ea Zo\u0301calo of names", ["zocalo"]),
    ("", []),
])  # fmt: skip
def test_names_are_words_within_a_sentence_with_a_capital(text, found):
    assert cluster_words.names(text) == found


# --- its page ----------------------------------------------------------------------------------------


@pytest.fixture
def noticed(evenings):
    severe(4, evenings)
    cluster_watch.watch()
    return Flag.objects.get(kind=Flag.Kind.CLUSTER)


def test_its_page_shows_what_was_noticed_the_advice_and_their_own_cases(noticed, amara):
    from moderation.services import flags

    theirs = flags.raise_about(Message.objects.get(body="line 1"), flags.Cause(int(Severity.HIGH), "words"))
    client = at_console(amara)
    shown = page(client.get(url("queue")))
    assert "Several members at once" in shown
    client.post(url("take", noticed))
    shown = page(client.get(url("case", noticed)))
    assert "4 members wrote something within a day" in shown
    assert "Look after people first" in shown
    assert url("case", theirs) in shown
    assert "The room is looked after" in shown
    assert "Pause posting" not in shown


def test_only_what_is_about_a_room_can_be_decided_and_nobody_is_told(noticed, amara):
    flag = queue.take(amara, noticed.token)
    with pytest.raises(BadChoice):
        decisions.decide(amara, flag.token, Choice(Kind.SUPPORT, words="hello"), version=flag.version)
    words = "Sol wrote in the room; Theo stays until ten."
    made = decisions.decide(amara, flag.token, Choice(Kind.ROOM, words=words, follow_up_hours=24), version=flag.version)
    assert (made.member, made.kind) == (None, Decision.Kind.ROOM)
    flag.refresh_from_db()
    assert flag.returns_at is not None


def test_a_case_about_one_person_is_not_closed_as_a_room(evenings, amara):
    from moderation.services import flags

    post(ana := make_member("ana"), join(ana, evenings).room, "hello", session_key=session_of(ana))
    flag = flags.raise_about(Message.objects.get(), flags.Cause(int(Severity.HIGH), "unkind"))
    flag = queue.take(amara, flag.token)
    with pytest.raises(BadChoice):
        decisions.decide(amara, flag.token, Choice(Kind.ROOM), version=flag.version)


def test_a_look_takes_as_many_queries_for_forty_messages_as_for_ten(evenings, django_assert_max_num_queries):
    for number in range(20):
        say(f"m{number % 7}", evenings, f"line {number} of Lowmoor", Severity.HIGH)
    with django_assert_max_num_queries(30):
        cluster_watch.watch()


def test_its_room_is_slowed_down_for_two_hours_and_goes_as_before_by_itself(evenings, amara):
    from chat.services.messages import SlowMode

    severe(4, evenings)
    made = clusters.Noticed("rise", timezone.now(), 4, 0.1, evenings)
    clusters.open_for(made)
    flag = queue.take(amara, Flag.objects.get(kind=Flag.Kind.CLUSTER).token)
    client = at_console(amara)
    assert "Slow it down" in page(client.get(url("case", flag)))
    client.post(url("calm", flag), {"do": "slow"})
    assert "It goes slowly until" in page(client.get(url("case", flag)))
    ben = make_member("ben")
    join(ben, evenings)
    post(ben, evenings, "one")
    with pytest.raises(SlowMode):
        post(ben, evenings, "two")
    with time_machine.travel(timezone.now() + timedelta(hours=2, minutes=1)):
        post(ben, evenings, "two")
        post(ben, evenings, "three")
