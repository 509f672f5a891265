"""The week of live chats and the page before one: in the reader's time, in words, by plain forms."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
import time_machine
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from chat.models import Question, SignUp
from chat.services import live_places
from chat.views import live_rows
from community.models import Notice
from tests.factories import join, make_live_chat, make_member, make_resource, make_room, unhurried

pytestmark = pytest.mark.django_db
EIGHT = datetime(2026, 6, 5, 20, 0, tzinfo=UTC)  # a Friday


@pytest.fixture(autouse=True)
def _half_past_seven():
    with time_machine.travel(EIGHT - timedelta(minutes=34), tick=False):
        yield


def make(hours=0.0, **fields):
    """A live chat so many hours after eight."""
    return make_live_chat(starts_at=EIGHT + timedelta(hours=hours), **fields)


def signed_in(name="linden", **fields):
    """A client of a new member, with that member."""
    client, member = Client(), make_member(name, **fields)
    client.force_login(member)
    return client, member


def words(answer):
    """What the page says, without its markup."""
    shown = re.sub(r"<(script|style|template).*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", " ", shown).replace("&#x27;", "'").split())


def page(client, chat, **query):
    """What the page of this chat says."""
    return words(client.get(reverse("live-chat", args=[chat.token]), query))


# --- The week and the month ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "day", "clock"),
    [("Europe/Lisbon", "Today, Friday", "21:00"), ("Asia/Tokyo", "Today, Saturday", "05:00"),
     ("America/St_Johns", "Today, Friday", "17:30")],
)  # fmt: skip
def test_days_and_times_are_the_readers_own(zone, day, clock):
    make()
    client, _ = signed_in(time_zone=zone)
    for name in ("live", "live-calendar"):
        shown = words(client.get(reverse(name)))
        assert clock in shown
        assert f"by your clock, in {zone.rpartition('/')[2].replace('_', ' ')}" in shown
    assert day in words(client.get(reverse("live")))


def test_visitors_are_told_topics_and_times_and_nobodys_name(client):
    on = make(-1, topic="Letters that stay unopened", host=make_member("marisol", roles=("hosts",)))
    off = make(3, topic="Mornings", cancelled_because="Marisol is ill", cancelled_at=EIGHT)
    make(-5, topic="Sundays", summed_up_at=EIGHT, host=on.host)
    for address in (reverse("live"), reverse("live-calendar"), reverse("landing")):
        answer = client.get(address)
        shown = words(answer)
        assert on.topic in shown
        assert off.topic in shown
        assert "On now" in shown
        assert "by the clock in UTC" in shown
        assert "marisol" not in shown.lower()
        assert on.token not in answer.content.decode()
    assert client.get(reverse("live-chat", args=[on.token])).url.startswith(reverse("account_login"))


STANDING = [
    ({}, 0, "With marisol . 60 minutes."),
    ({}, -0.9, "On now"),
    ({"seats": 1}, 1, "It's full, so that everyone can be heard. You can read along."),
    ({"seats": 3}, 1, "2 seats are free."),
    ({"cancelled_at": EIGHT, "cancelled_because": "Marisol is ill."}, 2, "Cancelled. Marisol is ill."),
    ({"moved_from": EIGHT}, 3, "This one moved. Before, it was: Today at 20:00."),
    ({"is_led": False}, 0.1, "This one doesn't take place. Nobody could be here to host it."),
    ({"summed_up_at": EIGHT}, -3, "Ended. marisol wrote a few lines."),
    ({}, -3, "Ended."),
]


@pytest.mark.parametrize(("fields", "hours", "says"), STANDING, ids=[one[2] for one in STANDING])
def test_how_each_chat_stands_is_said_in_words(fields, hours, says):
    client, _ = signed_in()
    chat = make(hours, host=make_member("marisol", roles=("hosts",)), **fields)
    if "seats" in fields:
        live_places.sign_up(make_member(), chat, wants_reminder=True)
    with time_machine.travel(EIGHT if fields.get("is_led") is False else EIGHT - timedelta(minutes=30), tick=False):
        assert says in words(client.get(reverse("live")))
        shown = page(client, chat)
        assert "If it stirred things up" in shown if hours < -1 else says in shown or "marisol hosts this chat" in shown


def test_who_stands_in_for_a_host_is_named_once_they_are_there():
    client, _ = signed_in()
    host, cover = make_member("marisol", roles=("hosts",)), make_member("theo", roles=("hosts",))
    make(host=host, cover=cover, cover_asked_at=EIGHT, checked_in_by=cover, led_by=cover)
    make(1, host=host, cover=cover, cover_asked_at=EIGHT, is_led=False)
    says = "marisol can't come. theo is keeping the room open for whoever needs it."
    assert words(client.get(reverse("live"))).count(says) == 1
    assert "theo" not in words(Client().get(reverse("live")))


def test_a_week_without_any_says_so_and_lets_one_ask():
    client, _ = signed_in()
    make(24 * 8)
    assert "No live chats this week yet. You can ask for one." in words(client.get(reverse("live")))


class Table(HTMLParser):
    """The cells of the only table of a page: their kind, scope, marks and words."""

    def __init__(self, markup):
        super().__init__()
        self.rows, self.current = [], None
        self.feed(markup)

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        if tag in ("th", "td"):
            self.current = {"tag": tag, **dict(attrs), "words": ""}
            self.rows[-1].append(self.current)

    def handle_endtag(self, tag):
        self.current = None if tag in ("th", "td") else self.current

    def handle_data(self, data):
        if self.current is not None:
            self.current["words"] += data


def test_the_month_is_a_table_whose_cells_are_days():
    client, _ = signed_in()
    make(topic="Sleep")
    make(24 * 20, topic="Mornings")
    shown = client.get(reverse("live-calendar")).content.decode()
    head, *weeks = Table(shown).rows
    assert [(one["tag"], one["scope"]) for one in head] == [("th", "col")] * 7
    assert {len(days) for days in weeks} == {7}
    cells = [day for days in weeks for day in days if "off" not in day.get("class", "")]
    assert [int(re.match(r"\s*(\d+)", day["words"])[1]) for day in cells] == list(range(1, 31))
    assert [day["words"].split()[0] for day in cells if "aria-current" in day] == ["5"]
    assert "20:00 Sleep" in " ".join(cells[4]["words"].split())
    assert "20:00 Mornings" in " ".join(cells[24]["words"].split())
    assert 'aria-labelledby="month"' in shown


@pytest.mark.parametrize(
    ("asked", "shows"),
    [("2026-07", "July 2026"), ("2025-12", "December 2025"), ("2030-01", "June 2026"), ("0000-00", "June 2026"),
     ("x" * 5000, "June 2026"), ("2026-06-05", "June 2026")],
)  # fmt: skip
def test_other_months_are_a_press_away_but_not_without_end(client, asked, shows):
    assert shows in words(client.get(reverse("live-calendar"), {"month": asked}))
    last = client.get(reverse("live-calendar"), {"month": "2027-06"}).content.decode()
    assert "?month=2027-05" in last
    assert "?month=2027-07" not in last


def test_a_full_week_costs_as_few_queries_as_an_empty_one():
    client, member = signed_in()

    def cost():
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("live"))
        return len(queries)

    client.get(reverse("live"))
    make(seats=2)
    few = cost()
    for hour in range(1, 9):
        live_places.sign_up(member, make(hour, seats=hour))
    assert cost() == few


# --- The page before it begins ------------------------------------------------------------------------


def test_the_page_before_says_when_who_and_what_to_expect():
    client, _ = signed_in(time_zone="Europe/Lisbon")
    chat = make(
        host=make_member("marisol", roles=("hosts",), bio="Tea at four."), moderator=make_member("amara"),
        purpose="We keep each other company.", content_note="nights", slow_seconds=30, keep_days=5,
    )  # fmt: skip
    shown = page(client, chat)
    for said in (
        "In 34 minutes, at 21:00", "Friday 5 June, 21:00 to 22:00 by your clock.", "Heads-up: nights",
        "marisol hosts this chat Tea at four.", "We keep each other company.", "amara is moderating",
        "One message every 30 seconds", "can read the messages for 5 days. Then they are deleted.", "only read",
    ):  # fmt: skip
        assert said in shown
    assert "<title>Live chat ·" in client.get(reverse("live-chat", args=[chat.token])).content.decode()
    assert "Come in" not in shown
    with time_machine.travel(EIGHT, tick=False):
        shown = page(client, chat)
    assert "On now, until 22:00" in shown
    assert shown.index("Heads-up: nights") < shown.index("Come in")


def test_signing_up_and_leaving_the_list_again_by_plain_forms():
    client, _ = signed_in()
    chat = make()
    address = reverse("live-sign-up", args=[chat.token])
    assert "Nobody sees who wants to come." in page(client, chat)
    assert client.post(address, {"wants_reminder": "1"}).status_code == 302
    assert "We remind you 15 minutes before, at 19:45" in page(client, chat)
    assert SignUp.objects.get().wants_reminder
    client.post(address, {"do": "leave"})
    assert "Would you like to come?" in page(client, chat)
    with time_machine.travel(EIGHT - timedelta(minutes=5), tick=False):
        client.post(address, {"wants_reminder": "1", "by_mail": "1"})
        assert "We remind you when it begins" in page(client, chat)
    with time_machine.travel(chat.ends_at, tick=False):
        assert client.post(address, {"wants_reminder": "1"}).status_code == 403
    assert client.post(reverse("live-sign-up", args=["nothing"])).status_code == 404


def test_seats_go_by_order_and_the_page_says_how_many_are_before():
    client, member = signed_in()
    chat, others = make(seats=1), [make_member() for _ in range(3)]
    for one in others[:2]:
        live_places.sign_up(one, chat)
    assert "1 person would be before you" in page(client, chat)
    client.post(reverse("live-sign-up", args=[chat.token]), {"wants_reminder": "1"})
    live_places.sign_up(others[2], chat)
    assert "You're on the waiting list 1 person is before you." in page(client, chat)
    live_places.leave(others[0], chat)
    assert "You're on the waiting list You are next." in page(client, chat)
    live_places.leave(others[1], chat)
    assert "A seat is kept for you" in page(client, chat)
    assert Notice.objects.filter(member=member, kind="live-seat").exists()
    with time_machine.travel(EIGHT, tick=False):
        client.post(reverse("live-enter", args=[chat.token]))
    assert not Notice.objects.filter(member=member, seen_at=None).exists()


def test_a_question_beforehand_is_kept_for_the_host_and_can_be_taken_back():
    client, _ = signed_in()
    chat = make()
    address = reverse("live-question", args=[chat.token])
    with unhurried():
        for said in ("Does it get quieter?", "  Does it get quieter?\r\n", "And in winter?", "Whose idea is sleep?"):
            assert client.post(address, {"body": said}).status_code == 302
        assert list(Question.objects.values_list("text", flat=True)) == [
            "Does it get quieter?", "And in winter?", "Whose idea is sleep?"]  # fmt: skip
        refused = client.post(address, {"body": "A fourth one"})
        assert refused.status_code == 400
        assert "A fourth one" in refused.content.decode()
        for bad in ("x" * 301, "\x00", "   "):
            assert client.post(address, {"body": bad}).status_code == 400
    other, _ = signed_in("ben")
    first = Question.objects.earliest("pk")
    assert first.text not in page(other, chat)
    other.post(address, {"take_back": first.pk})
    other.post(address, {"take_back": "9" * 99})
    assert Question.objects.count() == 3
    client.post(address, {"take_back": first.pk})
    assert Question.objects.count() == 2
    with time_machine.travel(EIGHT, tick=False):
        assert client.post(address, {"body": "Too late"}).status_code == 403


def test_a_question_that_sounds_of_danger_brings_ways_to_somebody_now():
    make_resource(is_severe_path=True)
    client, _ = signed_in(country="GB")
    chat = make()
    answer = client.post(reverse("live-question", args=[chat.token]), {"body": "How do I not kill myself tonight?"})
    assert "All the ways to reach someone" in words(answer)
    assert Question.objects.count() == 1
    assert "All the ways to reach someone" not in page(client, chat)


def test_questions_have_a_limit_and_none_from_who_may_not_write():
    client, member = signed_in()
    chats = [make(hour) for hour in range(7)]
    asked = [client.post(reverse("live-question", args=[one.token]), {"body": "Why?"}).status_code for one in chats]
    assert asked == [302] * 6 + [429]
    member.silenced_until = EIGHT
    member.save()
    assert "Ask a question beforehand" not in page(client, chats[0])
    assert client.post(reverse("live-question", args=[chats[0].token]), {"body": "Why?"}).status_code == 404


# --- Other pages ----------------------------------------------------------------------------------------


def test_today_shows_the_chat_that_is_on_or_next_and_the_others_below():
    client, _ = signed_in()
    make(-4, topic="Working days", summed_up_at=EIGHT)
    make(topic="Sleep")
    shown = words(client.get(reverse("today")))
    assert "In 34 minutes, at 20:00 Sleep" in shown
    assert shown.index("Sleep") < shown.index("Working days")
    with time_machine.travel(EIGHT, tick=False):
        assert "On now, until 21:00 Sleep" in words(client.get(reverse("today")))
        assert "Come in" in words(client.get(reverse("today")))
    assert client.get(reverse("today")).content.decode().count('class="night"') == 1


def test_without_one_today_the_next_is_named():
    client, _ = signed_in()
    assert "No live chat today." in words(client.get(reverse("today")))
    make(24)
    assert "No live chat today. The next one is tomorrow at 20:00." in words(client.get(reverse("today")))
    assert "No live chat today. The next one is tomorrow at 20:00." in words(Client().get(reverse("landing")))


def test_the_list_of_rooms_leads_there_and_names_the_next_when_all_are_resting():
    client, _ = signed_in()
    make_room("evenings")
    assert reverse("live") in client.get(reverse("rooms")).content.decode()
    make()
    assert "Live chat: In 34 minutes, at 20:00" in words(client.get(reverse("rooms")))
    lit = words(client.get(reverse("rooms"), {"show": "lit"}))
    assert "Everyone is resting. The next live chat is at 20:00." in lit


def test_a_room_says_so_in_the_hour_before_and_while_it_is_on():
    client, member = signed_in()
    room = make_room("evenings")
    join(member, room)
    make(0.5, topic="Sleep")

    def shown(minutes):
        with time_machine.travel(EIGHT + timedelta(minutes=minutes), tick=False):
            return words(client.get(reverse("room", args=["evenings"])))

    assert "Sleep" not in shown(-34)
    assert "In 50 minutes, at 20:30 Sleep Remind me" in shown(-20)
    assert "On now, until 21:30 Sleep Come in" in shown(60)


def test_the_landing_page_is_there_without_a_database(client, monkeypatch):
    def broken(*_args, **_more):
        raise DatabaseError

    monkeypatch.setattr(live_rows.LiveChat.objects, "filter", broken)
    assert client.get(reverse("landing")).status_code == 200


def test_what_is_to_come_is_found_by_its_topic_and_what_is_over_is_not(client):
    make(24, topic="Getting up", purpose="Mornings that begin at noon.")
    make(-24, topic="Mornings of last week")
    make(48, topic="Cancelled mornings", cancelled_at=EIGHT)
    member, _ = signed_in(time_zone="Europe/Lisbon")
    found = words(member.get(reverse("search"), {"q": "mornings"}))
    assert "Getting up Saturday 6 June, 21:00" in found
    assert "last week" not in found
    assert "Cancelled" not in found
    assert "Getting up" not in words(client.get(reverse("search"), {"q": "mornings"}))
