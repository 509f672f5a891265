"""What tells others to hurt themselves is stored and answered, and nobody else is given it before a moderator looked."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from chat.models import Change, Membership, Message, Room
from chat.services import changes, finding, hiding, levels, news, noticing, rooms
from chat.services.arrivals import meet, places_of
from chat.services.changes import Act
from chat.views.shown import cards, shown
from chat.views.talks import threads
from community.models import Notice
from community.refusals import NotYours
from community.search_words import ask
from moderation import detector
from moderation.detector import Severity
from moderation.models import Flag, SupportOffer
from moderation.services import cases, decisions, flags, queue, sweeping
from moderation.services.choices import Choice
from tests.factories import join, make_member, make_room, post, react, session_of, talk

pytestmark = pytest.mark.django_db
TELLING = "@ben go kill yourself, nobody would miss you"
CALM = "Tea, and the radio."


@pytest.fixture
def evenings():
    """Ana tells ben to die."""
    ana, ben, room = make_member("ana"), make_member("ben"), make_room("evenings")
    join(ana, room)
    join(ben, room)
    return ana, ben, room


@pytest.fixture
def amara():
    return make_member("amara", roles=("moderators",))


def given(encoded, reader):
    return json.loads(encoded.for_reader(reader.pk, frozenset()))


def newest(room, reader, seq=1):
    fresh = news.since(room.pk, seq - 1, Room.objects.get(pk=room.pk).revision).fresh
    return given(fresh[0], reader)


def edit(member, room, seq, body):
    changes.do(Act(member.pk, session_of(member), room.slug, seq, changes.editing(body, None)))


def decide(by, kind, **more):
    flag = queue.take(by, Flag.objects.open().get().token)
    return decisions.decide(by, flag.token, Choice(kind, **more), version=flag.version)


def failing(*_args, **_how):
    raise ValueError


def test_it_is_stored_and_answered_and_its_author_alone_sees_it(evenings):
    ana, ben, room = evenings
    stored = post(ana, room, TELLING)
    assert stored.seq == 1
    others, own = given(stored.entry, ben), given(stored.entry, ana)
    assert others == {"seq": 1, "revision": 0, "at": others["at"], "id": others["id"], "state": "held"}
    assert (own["body"], own["aside"]) == (TELLING, "held")
    assert "state" not in own
    assert not Change.objects.exists()


def test_a_moderator_is_asked_soon(evenings, amara):
    ana, _, room = evenings
    post(ana, room, TELLING)
    flag = Flag.objects.get()
    assert flag.severity >= Severity.HIGH
    assert not SupportOffer.objects.exists()
    case = cases.open_case(amara, queue.take(amara, flag.token).token)
    assert [(line.body, line.state) for line in case.lines] == [(TELLING, "held")]


def test_pages_search_mentions_and_notices_of_others_have_no_trace_of_it(evenings):
    ana, ben, room = evenings
    post(ana, room, CALM)
    post(ana, room, TELLING)
    rows = list(Message.objects.order_by("seq"))
    assert [view.seq for view in shown(rows, ben)] == [1]
    assert [(view.seq, view.aside) for view in shown(rows, ana)] == [(1, ""), (2, "held")]
    client = Client()
    client.force_login(ben)
    for at in ("", "messages/"):
        assert "kill yourself" not in client.get(f"/rooms/{room.slug}/{at}").content.decode()
    assert client.get(f"/rooms/{room.slug}/m/2/").status_code == 404
    assert finding.look(ask("yourself"), ben, 5) == (0, [])
    assert places_of(ben.pk)[0][0].mentions == 0
    Membership.objects.filter(member=ben).update(level="all")
    Message.objects.update(stored_at="2026-01-01T00:00:00Z")
    noticing.notice_rooms()
    assert [notice.count for notice in Notice.objects.filter(member=ben)] == [1], "of the calm one only"


def test_its_author_reads_a_kind_line_under_it(evenings):
    ana, _, room = evenings
    post(ana, room, TELLING)
    client = Client()
    client.force_login(ana)
    page = client.get(f"/rooms/{room.slug}/m/1/").content.decode()
    assert "Your message is waiting for a moderator." in page
    assert "It isn't a mark against you" in page


@pytest.mark.parametrize("kind", ["no-concern", "restore"])
def test_let_through_it_reaches_those_who_were_there_as_a_change(evenings, amara, kind):
    ana, ben, room = evenings
    post(ana, room, TELLING)
    decide(amara, kind)
    room.refresh_from_db()
    (change,) = news.since(room.pk, 1, 0).changed
    assert change[0] == room.revision
    assert given(change[1], ben)["body"] == TELLING
    assert "aside" not in given(change[1], ana)
    assert sweeping.sweep() == 0
    assert Message.objects.get().held_at is None


def test_it_is_new_to_nobody_until_it_is_let_through(evenings, amara):
    ana, ben, room = evenings
    cleo = make_member("cleo")
    join(cleo, room)
    post(ana, room, CALM)
    post(ana, room, TELLING)
    post(ana, room, CALM)
    rooms.mark_read(cleo.pk, room.slug, 3)
    assert [new(one, room) for one in (ben, cleo)] == [(2, 2), (0, 0)]
    decide(amara, "no-concern")
    assert [new(one, room) for one in (ben, cleo)] == [(3, 3), (0, 0)]


def new(member, room):
    """How much is new in the room: in the first frame, and in the list of rooms."""
    arrival = meet([session_of(member)])[0]
    room = Room.objects.get(pk=room.pk)
    return arrival.told[0].top - arrival.told[0].read, cards([room], member, {})[0].unread


def test_one_to_one_it_is_new_to_the_other_only_once_it_is_let_through(amara):
    ana, ben = make_member("ana"), make_member("ben")
    room = talk(ana, ben)
    before = threads(ben)[0].unread
    post(ana, room, TELLING)
    assert threads(ben)[0].unread == before
    decide(amara, "no-concern")
    assert threads(ben)[0].unread == before + 1


@pytest.mark.parametrize("has_read", [True, False])
def test_let_through_those_named_in_it_are_told_as_of_a_new_message(evenings, amara, has_read):
    ana, ben, room = evenings
    cleo, dora = make_member("cleo"), make_member("dora")
    for one in (cleo, dora):
        join(one, room)
    levels.choose(cleo, {room.pk: "all"})
    post(ana, room, TELLING)
    later(4, noticing.notice_rooms)
    if has_read:
        rooms.mark_read(ben.pk, room.slug, 1)
    assert not Notice.objects.filter(member__in=[ben, cleo]).exists()
    decide(amara, "no-concern")
    later(8, noticing.notice_rooms)
    told = Notice.objects.filter(kind__in=["mention", "room"]).values_list("member__name", "kind", "count")
    assert sorted(told) == [("ben", "mention", 1), ("cleo", "room", 1)]
    rooms.mark_read(ben.pk, room.slug, 1)
    assert not Notice.objects.filter(member=ben, seen_at=None).exists()


def test_what_was_told_of_before_it_was_held_back_is_not_told_of_again(evenings, amara):
    ana, ben, room = evenings
    post(ana, room, f"@ben {CALM}")
    later(4, noticing.notice_rooms)
    later(5, changes.keep, Message.objects.get(), hiding.holding(), by=None)
    flags.raise_about(Message.objects.get(), flags.Cause(Severity.HIGH, "words"))
    decide(amara, "no-concern")
    assert Notice.objects.get(member=ben).count == 1


# --- hidden for a time ------------------------------------------------------------------------------


@pytest.fixture
def for_now(evenings):
    """A calm line of ana's with somebody's name in it, which a moderator hid for half an hour."""
    ana, _, room = evenings
    post(ana, room, f"@ben {CALM}")
    changes.keep(Message.objects.get(), hiding.holding_until(timezone.now() + timedelta(minutes=30)), by=None)
    return evenings


def test_hidden_for_a_time_it_is_as_if_held_and_its_author_is_told_so(for_now):
    ana, ben, room = for_now
    assert newest(room, ben)["state"] == "held"
    assert newest(room, ana)["aside"] == "held"
    assert shown(list(Message.objects.all()), ben) == []
    assert finding.look(ask("radio"), ben, 5) == (0, [])
    assert places_of(ben.pk)[0][0].mentions == 0
    with pytest.raises(NotYours):
        react(ben, room, 1, "with-you")


def test_when_its_time_is_over_everybody_sees_it_whoever_runs_or_does_not(for_now):
    ana, ben, room = for_now

    def look():
        assert newest(room, ben)["body"] == f"@ben {CALM}"
        assert "aside" not in newest(room, ana)
        assert len(shown(list(Message.objects.all()), ben)) == 1
        assert finding.look(ask("radio"), ben, 5)[0] == 1
        assert places_of(ben.pk)[0][0].mentions == 1
        assert new(ben, room) == (1, 1)
        react(ben, room, 1, "with-you")

    later(30 * 60 + 1, look)


def test_readers_of_open_pages_learn_of_the_end_from_a_round_once(for_now):
    room = for_now[2]
    later(29 * 60, changes.show_again)
    assert list(Change.objects.values_list("kind", flat=True)) == ["hidden"]
    assert later(31 * 60, changes.show_again) == 1
    assert later(31 * 60, changes.show_again) == 0
    assert list(Change.objects.values_list("kind", flat=True)) == ["hidden", "shown"]
    (change,) = news.since(room.pk, 1, 1).changed
    assert given(change[1], for_now[1])["body"] == f"@ben {CALM}"
    assert not Notice.objects.exists(), "it was new half an hour ago, and told of then"


@pytest.mark.parametrize(
    ("act", "state"), [(changes.hide, "hidden"), (changes.withdraw, "withdrawn"), (hiding.holding(), "held")]
)
def test_what_happens_to_it_meanwhile_is_not_undone_by_the_clock(for_now, act, state):
    ana, ben, room = for_now
    after = 31 if state == "held" else 0  # held back by the software after its time was over, before the round came
    later(after * 60, changes.keep, Message.objects.get(), act, by=ana)
    later(32 * 60, changes.show_again)
    later(33 * 60, lambda: newest_is(room, ben, state))


def newest_is(room, reader, state):
    assert newest(room, reader)["state"] == state


def test_what_is_down_or_held_for_good_is_not_given_an_end(evenings):
    ana, ben, room = evenings
    post(ana, room, TELLING)
    changes.keep(Message.objects.get(), hiding.holding_until(timezone.now() + timedelta(minutes=30)), by=None)
    later(31 * 60, lambda: newest_is(room, ben, "held"))


def later(seconds, work, *args, **how):
    with time_machine.travel(timezone.now() + timedelta(seconds=seconds), tick=False):
        return work(*args, **how)


def test_taken_down_it_is_not_held_any_more_and_a_later_no_concern_does_not_bring_it_back(evenings, amara):
    ana, ben, room = evenings
    post(ana, room, TELLING)
    decide(amara, "hide", reason="unkind")
    assert newest(room, ana)["state"] == newest(room, ben)["state"] == "hidden"
    flags.raise_about(Message.objects.get(), flags.Cause(Severity.MODERATE, "unkind"))
    decide(amara, "no-concern")
    assert newest(room, ben)["state"] == "hidden"


def test_a_decision_about_its_author_leaves_it_held(evenings, amara):
    ana, ben, room = evenings
    post(ana, room, TELLING)
    decide(amara, "support", words="Are you all right?")
    assert newest(room, ben)["state"] == "held"


def test_its_author_may_change_it_and_it_stays_held_and_asks_a_moderator_anew(evenings, amara):
    ana, ben, room = evenings
    post(ana, room, TELLING)
    decide(amara, "support", words="Are you all right?")
    Flag.objects.update(closed_at="2026-01-01T00:00:00Z")
    edit(ana, room, 1, CALM)
    assert newest(room, ben)["state"] == "held", "software never lets through what it held back"
    assert newest(room, ana)["body"] == CALM
    assert Flag.objects.open().get().severity >= Severity.HIGH
    decide(amara, "no-concern")
    assert newest(room, ben)["body"] == CALM


def test_its_author_may_take_it_back(evenings):
    ana, ben, room = evenings
    post(ana, room, TELLING)
    changes.do(Act(ana.pk, session_of(ana), room.slug, 1, changes.withdraw))
    assert newest(room, ben)["state"] == newest(room, ana)["state"] == "withdrawn"


def test_nobody_reacts_to_it_or_quotes_it_and_the_report_page_shows_none_of_it(evenings):
    ana, ben, room = evenings
    post(ana, room, TELLING)
    with pytest.raises(NotYours):
        react(ben, room, 1, "with-you")
    assert given(post(ben, room, CALM, reply_to=1).entry, ben)["reply_to"] == {"seq": 1}
    client = Client()
    client.force_login(ben)
    assert "kill yourself" not in client.get(f"/report/{room.slug}/1/").content.decode()


@pytest.mark.logs_errors("the detector fails on purpose")
def test_what_the_sweep_finds_is_taken_from_those_who_have_it(evenings, monkeypatch):
    ana, ben, room = evenings
    with monkeypatch.context() as patched:
        patched.setattr(detector, "screen", failing)
        post(ana, room, TELLING)
    assert newest(room, ben)["body"] == TELLING
    assert sweeping.sweep() == 1
    (change,) = news.since(room.pk, 1, 0).changed
    assert given(change[1], ben)["state"] == "held"
    assert Flag.objects.get().severity >= Severity.HIGH
    assert sweeping.sweep() == 0


@pytest.mark.parametrize(
    "words",
    [
        "I want to kill myself",
        "I don't want to be here tonight",
        "how many pills would I need to take to not wake up",
        "goodbye everyone, thank you for everything, I won't be here tomorrow",
        "I took 40 paracetamol and I want to die",
        "he told me to go kill myself and I want to",
        "just kill yourself. I want to kill myself too",
        "gonna jump off a bridge",
        "tempted to jump off the roof and be done",
        "I told myself: just jump, coward",
        "everyone at school says go die",
        "me dicen mátate todos los días",
        "una parte de mí dice hazlo ya",
    ],
)
def test_distress_is_never_held_whatever_else_stands_beside_it(evenings, words):
    ana, ben, room = evenings
    shown_to_ben = given(post(ana, room, words).entry, ben)
    assert "state" not in shown_to_ben
    assert Message.objects.get().hidden_at is None


def test_where_both_stand_in_one_message_the_telling_is_covered_and_the_distress_stays(evenings):
    ana, ben, room = evenings
    seen = given(post(ana, room, "just kill yourself. I want to kill myself too").entry, ben)
    assert seen["body"] == "[…] I want to kill myself too"
