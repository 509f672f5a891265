"""The plan of live chats by its pages, without a script: a series, one chat, what is wrong, the roster."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from chat.models import LiveChat, Series, Wish
from chat.services import live_places, organising, planning
from community.models import Member
from community.services import notices
from tests import factories
from tests.system.test_access_table import staff_client
from tests.system.test_pages import Page

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
SERIES = {"name": "Evening chat", "weekdays": list("0123456"), "at": "20:00", "zone": "Europe/Lisbon", "minutes": "60", "slow_seconds": "0",
          "keep_days": "7", "host": "open", "cover": "open", "moderator": "open", "topics": "2", "topic-0-topic": "Sleep",
          "topic-0-prompts": "What helps?\n\n And then? ", "topic-1-topic": "", "topic-1-prompts": ""}  # fmt: skip


@pytest.fixture
def curator():
    return staff_client("curators", second_factor=True)


def begin(client, **changes):
    """The form of a series, sent with these answers."""
    return client.post(reverse("curate-live-series-add"), {**SERIES, "first_day": f"{TODAY():%Y-%m-%d}", **changes})


def plan(client, query="", **changes):
    """The form of one chat, sent with these answers."""
    day = TODAY() + timedelta(days=3)
    plain = {name: value for name, value in SERIES.items() if name not in ("name", "weekdays", "topics")}
    return client.post(
        reverse("curate-live-add") + query,
        {**plain, "topic": "Night shifts", "prompts": "", "day": f"{day:%Y-%m-%d}", **changes},
    )


def texts(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_a_series_is_begun_changed_and_ended_by_its_page(curator):
    answer = begin(curator)
    one = Series.objects.get()
    assert answer.url == reverse("curate-live-series", args=[one.pk])
    assert one.topics == [
        {"topic": "Sleep", "purpose": "", "content_note": "", "prompts": ["What helps?", "And then?"]}
    ]
    assert LiveChat.objects.count() in (13, 14, 15)
    page = curator.get(answer.url)
    assert "Every day, 20:00, Europe/Lisbon" in texts(page)
    assert re.search(r'name="topic-0-topic" value="Sleep"', page.content.decode())
    changed = {
        **SERIES,
        "first_day": f"{TODAY():%Y-%m-%d}",
        "topic-0-topic": "",
        "topic-0-prompts": "",
        "topic-1-topic": "Telling someone",
    }
    assert curator.post(answer.url, changed).status_code == 302
    assert [topic["topic"] for topic in Series.objects.get().topics] == ["Telling someone"], "an empty topic is none"
    assert {chat.topic for chat in LiveChat.objects.all()} <= {"Telling someone", "Sleep"}
    day = TODAY() + timedelta(days=4)
    curator.post(answer.url, {"do": "leave-out", "leave-out-day": f"{day:%Y-%m-%d}", "leave-out-reason": "A feast"})
    assert not LiveChat.objects.filter(day=day).exists()
    assert "A feast" in texts(curator.get(answer.url))
    curator.post(answer.url, {"do": "bring-back", "bring-back-day": f"{day:%Y-%m-%d}"})
    assert LiveChat.objects.filter(day=day).exists()
    assert curator.post(answer.url, {"do": "end", "end-day": "soon"}).status_code == 400
    assert curator.post(answer.url, {"do": "end", "end-day": f"{day:%Y-%m-%d}"}).status_code == 302
    assert LiveChat.objects.latest("day").day == day


def test_one_more_topic_keeps_what_was_typed_and_says_nothing_is_wrong(curator):
    answer = begin(curator, do="more", **{"topic-1-topic": "Half typed", "at": ""})
    page = answer.content.decode()
    assert (answer.status_code, page.count('name="topic-2-topic"'), Series.objects.count()) == (200, 1, 0)
    assert 'value="Half typed"' in page


@pytest.mark.parametrize(("changes", "where"), [
    ({"zone": "Mars/Base"}, "id_zone"), ({"until": "2020-01-01"}, "id_until"), ({"host": ""}, "id_host"), ({"host": "99999"}, "id_host"),
    ({"minutes": "0"}, "id_minutes"), ({"minutes": "many"}, "id_minutes"), ({"minutes": "241"}, "id_minutes"), ({"name": " "}, "id_name"),
    ({"at": "25:00"}, "id_at"), ({"first_day": "31.12."}, "id_first_day"), ({"first_day": "0001-01-01"}, "id_first_day"), ({"seats": "1"}, "id_seats"),
    ({"keep_days": "99"}, "id_keep_days"), ({"slow_seconds": "7"}, "id_slow_seconds"), ({"holidays_of": "XX"}, "id_holidays_of"),
    ({"topic-0-topic": "x" * 81}, "id_topic-0-topic"), ({"topic-0-topic": "", "topic-0-prompts": ""}, "id_topic-0-topic"),
    ({"topic-0-topic": "", "topic-0-purpose": "why"}, "id_topic-0-topic"), ({"topic-0-prompts": "x" * 201}, "id_topic-0-prompts"),
    ({"topic-0-prompts": "\n".join("abcdefghijklm")}, "id_topic-0-prompts"), ({"weekdays": []}, "id_weekdays"), ({"weekdays": ["8"]}, "id_weekdays"),
])  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(curator, changes, where):
    answer = begin(
        curator,
        **{"topic-1-topic": "Words that took a while", **changes} if "topic-0-topic" not in changes else changes,
    )
    page = answer.content.decode()
    assert answer.status_code == 400
    assert f'href="#{where}"' in page
    assert page.count("Some fields need another look.") == 1
    assert where == "id_weekdays" or re.search(rf'id="{where}_error" data-error>\s*<b>Check this:</b> \S', page)
    assert not Series.objects.exists()


def test_one_person_has_one_part(curator):
    theo = factories.make_member("Theo", roles=("hosts",))
    answer = plan(curator, host=theo.pk, cover=theo.pk)
    assert "one person has one part" in texts(answer)
    assert not LiveChat.objects.exists()


def test_a_chat_by_itself_is_planned_in_time_only(curator):
    assert "still to come" in texts(plan(curator, day="2020-01-01"))
    assert "does not exist" in texts(plan(curator, day="2011-12-30", zone="Pacific/Apia"))
    assert plan(curator, topic="x" * 81).status_code == 400
    assert not LiveChat.objects.exists()
    answer = plan(curator, prompts="How do you sleep?", seats="8")
    chat = LiveChat.objects.get()
    assert answer.url == reverse("curate-live-chat", args=[chat.token])
    assert "20:00" in texts(curator.get(answer.url))
    assert (chat.seats, [one.text for one in chat.prompts.all()]) == (8, ["How do you sleep?"])


def test_what_members_ask_for_is_planned_or_declined_once(curator):
    wishes = [Wish.objects.create(topic=topic, key=topic) for topic in ("Night shifts", "Exams")]
    people = [factories.make_member() for _ in range(3)]
    for one in wishes:
        one.members.set(people)
    page = texts(curator.get(reverse("curate-live")))
    assert "3 members ask" in page
    assert not any(one.name in page for one in people), "nobody's name is said"
    assert 'value="Night shifts"' in curator.get(reverse("curate-live-add") + f"?wish={wishes[0].pk}").content.decode()
    assert plan(curator, wish=wishes[0].pk).status_code == 302
    assert plan(curator, wish=wishes[0].pk).status_code == 404
    assert curator.post(reverse("curate-live"), {"wish": wishes[1].pk}).status_code == 302
    assert curator.post(reverse("curate-live"), {"wish": wishes[1].pk}).status_code == 404
    assert sorted(Wish.objects.values_list("answer", flat=True)) == ["declined", "planned"]


def test_a_week_shows_every_chat_and_says_what_it_needs(curator):
    factories.make_series(host=None, topics=[{"topic": "<b>Sleep</b>"}])
    planning.plan()
    monday = TODAY() + timedelta(days=7 - TODAY().weekday())
    answer = curator.get(reverse("curate-live") + f"?week={monday:%Y-%m-%d}")
    page = texts(answer)
    assert answer.content.decode().count("&lt;b&gt;Sleep&lt;/b&gt;") == 7
    assert "7 chats of this week need something." in page
    assert page.count("Nobody hosts it yet.") == 7
    for odd in ("soon", "0001-01-01", "9999-12-31", "2026-02-30", "\0"):
        assert curator.get(reverse("curate-live"), {"week": odd}).status_code == 200
    found = Page(answer.content.decode())
    assert (found.faults, found.headings) == ([], 1)


def test_one_chat_is_handed_over_moved_and_cancelled_by_its_page(curator):
    theo, ana = factories.make_member("Theo", roles=("hosts",)), factories.make_member("ana")
    chat = factories.make_live_chat(3 * 24 * 3600, is_led=False)
    live_places.sign_up(ana, chat)
    page = reverse("curate-live-chat", args=[chat.token])
    assert (
        curator.post(page, {"do": "hand-over", "host": "nobody", "cover": "open", "moderator": "open"}).status_code
        == 400
    )
    assert (
        curator.post(page, {"do": "hand-over", "host": theo.pk, "cover": "open", "moderator": "open"}).status_code
        == 302
    )
    day = f"{TODAY() + timedelta(days=9):%Y-%m-%d}"
    assert curator.post(page, {"do": "move", "day": day, "at": "", "minutes": "60"}).status_code == 400
    assert curator.post(page, {"do": "move", "day": day, "at": "18:15", "minutes": "45"}).status_code == 302
    chat.refresh_from_db()
    assert (chat.host, f"{chat.starts_at:%Y-%m-%d %H:%M}", chat.lasts) == (theo, f"{day} 18:15", timedelta(minutes=45))
    assert "It would have begun on" in texts(curator.get(page))
    assert "Write a sentence for those who wanted to come." in texts(
        curator.post(page, {"do": "cancel", "because": " "})
    )
    assert curator.post(page, {"do": "cancel", "because": "Theo is <ill>"}).status_code == 302
    answer = curator.get(page)
    assert "Theo is &lt;ill&gt;" in answer.content.decode()
    assert 'name="do"' not in answer.content.decode(), "nothing is left to do"
    assert "already on, over or cancelled" in texts(curator.post(page, {"do": "cancel", "because": "again"}))
    assert Page(answer.content.decode()).faults == []


def test_what_one_was_told_is_seen_where_it_leads(curator, client):
    host, ana = factories.make_member("Theo", roles=("hosts",)), factories.make_member("ana")
    begin(curator, host=host.pk)
    chat = LiveChat.objects.last()
    live_places.sign_up(ana, chat)
    organising.move(chat, chat.starts_at + timedelta(hours=1), minutes=60, by=_member(curator))
    assert notices.new_count(ana) == 1
    assert notices.new_count(host) == 2, "leading the series, and the move"
    client.force_login(ana)
    client.get(reverse("live-chat", args=[chat.token]))
    assert notices.new_count(ana) == 0
    client.force_login(host)
    client.get(reverse("live-chat", args=[chat.token]))
    assert notices.new_count(host) == 1, "the page of a chat says nothing of its series"


def _member(client):
    return Member.objects.get(pk=client.session["_auth_user_id"])


def test_a_curator_who_lost_the_race_sees_it_as_it_is(curator):
    """What somebody else ended or cancelled meanwhile is said, not stored."""
    one = factories.make_series()
    Series.objects.update(ended_at=timezone.now(), until=TODAY())
    page = reverse("curate-live-series", args=[one.pk])
    answer = curator.post(page, {**SERIES, "first_day": "2026-01-01", "name": "Other"})
    assert answer.status_code == 409
    assert Series.objects.get().name == "Evening chat"
    assert curator.get(reverse("curate-live-series", args=[999])).status_code == 404
    assert curator.get(reverse("curate-live-chat", args=["nothing"])).status_code == 404


def test_the_roster_is_taken_from_and_given_back(curator):
    client = staff_client("hosts", second_factor=True)
    theo = _member(client)
    with transaction.atomic():
        notices.notify([theo.pk], kind="live-series", key="series:1", subject="Evening chat", path="/live/roster/")
    chat, other = (factories.make_live_chat(hours * 3600, is_led=False, host=None) for hours in (30, 31.5))
    page = reverse("live-roster")
    assert "I'll host it : Sleep, and lying awake" in texts(client.get(page))
    assert "I'll look after it" not in texts(client.get(page)), "that wants another role"
    assert client.post(page, {"chat": chat.token, "part": "host"}).status_code == 302
    assert "Yours" in texts(client.get(page))
    assert "Leave two hours between them" in texts(client.post(page, {"chat": other.token, "part": "host"}))
    assert client.post(page, {"chat": "nothing", "part": "host"}).status_code == 404
    assert client.post(page, {"chat": chat.token, "part": "moderator"}).status_code == 404
    assert client.post(page, {"chat": chat.token, "part": "host", "do": "give-back"}).status_code == 302
    chat.refresh_from_db()
    assert chat.host is None
    organising.cancel(chat, because="-", by=_member(curator))
    assert notices.new_count(theo) == 0, "what was told of a series is seen on the roster"
    assert client.post(page, {"chat": chat.token, "part": "host"}).status_code == 409
    assert Page(client.get(page).content.decode()).faults == []
    assert theo.name not in texts(curator.get(reverse("curate-live")))
