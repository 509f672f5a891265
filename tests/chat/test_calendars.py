"""Live chats in one's own calendar: correct, neutral, for whoever knows the secret and nobody else."""

from __future__ import annotations

import logging
import logging.config
from datetime import timedelta

import icalendar
import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chat.models import CalendarAddress
from chat.services import calendars, live_chats, live_places
from community.services import keyring
from tests.chat import ical
from tests.factories import make_live_chat, make_member

pytestmark = pytest.mark.django_db
SECRET_WORDS = "planted: nightjar"


@pytest.fixture
def ana():
    return make_member("ana", time_zone="Europe/Lisbon")


@pytest.fixture
def secret(ana):
    return calendars.renew(ana)


def feed(secret, **headers):
    """The answer at this secret address, to somebody without a session."""
    return Client().get(reverse("live-feed", args=[secret]), headers=headers)


def events(secret):
    """What the feed holds, read by two readers that know nothing of each other."""
    body = feed(secret).content
    ours = ical.events(body)
    theirs = icalendar.Calendar.from_ical(body)
    assert [(str(one["UID"]), one["DTSTART"].dt, int(one["SEQUENCE"])) for one in theirs.walk("VEVENT")] == [
        (one["UID"], ical.moment(one["DTSTART"]), int(one["SEQUENCE"])) for one in ours
    ]
    return ours


def make(hours, **fields):
    """A live chat that begins in so many hours."""
    return make_live_chat(begins_in=hours * 3600, topic=SECRET_WORDS, purpose=SECRET_WORDS, **fields)


@transaction.atomic
def change(chat, **fields):
    """Changes a chat as every page does."""
    row = live_chats.held(chat)
    for name, value in fields.items():
        setattr(row, name, value)
    live_chats.changed(row, *fields)


def test_the_feed_has_what_one_signed_up_for_and_everything_only_on_request(ana, secret):
    mine, other = make(2), make(4)
    live_places.sign_up(ana, mine)
    live_places.sign_up(make_member(), other)
    (event,) = events(secret)
    assert ical.moment(event["DTSTART"]) == mine.starts_at.replace(microsecond=0)
    assert ical.moment(event["DTEND"]) - ical.moment(event["DTSTART"]) == mine.lasts
    assert event["URL"].endswith(f"/live/{mine.token}/")
    calendars.choose(ana, words="", has_all=True)
    assert len(events(secret)) == 2
    calendars.choose(ana, words="", has_all=False)
    live_places.leave(ana, mine)
    assert events(secret) == []


@pytest.mark.parametrize(("hour", "words"), [(7, "Morning call"), (13, "Afternoon call"), (20, "Evening call")])
def test_a_shared_calendar_says_neither_topic_nor_host_nor_place(ana, secret, hour, words):
    there = timezone.now() + timedelta(days=1)
    chat = make(0, starts_at=there.replace(hour=hour, minute=0), content_note="nights")
    live_places.sign_up(ana, chat)
    shown = [feed(secret), _file(ana, chat)]
    for answer in shown:
        said = answer.content.decode().replace("\r\n ", "").casefold()
        assert not [one for one in ("nightjar", "nights", "depression", "chat ", chat.host.name, "ana") if one in said]
        assert ical.events(answer.content)[0]["SUMMARY"] == words
    calendars.choose(ana, words="Band; practice, \\ loud", has_all=False)
    assert events(secret)[0]["SUMMARY"] == "Band; practice, \\ loud"
    calendars.choose(ana, words="ღ" * 60, has_all=False)
    assert events(secret)[0]["SUMMARY"] == "ღ" * 60


def _file(member, chat):
    client = Client()
    client.force_login(member)
    return client.get(reverse("live-file", args=[chat.token]))


def test_an_entry_keeps_its_name_and_follows_the_chat(ana, secret):
    chat = make(30)
    live_places.sign_up(ana, chat)
    (before,) = events(secret)
    change(chat, starts_at=chat.starts_at + timedelta(hours=1), ends_at=chat.ends_at + timedelta(hours=1))
    (moved,) = events(secret)
    assert moved["UID"] == before["UID"] == ical.events(_file(ana, chat).content)[0]["UID"]
    assert int(moved["SEQUENCE"]) > int(before["SEQUENCE"])
    assert ical.moment(moved["DTSTART"]) - ical.moment(before["DTSTART"]) == timedelta(hours=1)
    change(chat, cancelled_at=timezone.now())
    (off,) = events(secret)
    assert (before["STATUS"], off["STATUS"]) == ("CONFIRMED", "CANCELLED")
    assert int(off["SEQUENCE"]) > int(moved["SEQUENCE"])


def test_a_chat_that_nobody_came_to_lead_is_cancelled_there_too(ana, secret):
    chat = make(1, is_led=False)
    live_places.sign_up(ana, chat)
    with time_machine.travel(chat.starts_at - timedelta(minutes=9), tick=False):
        assert events(secret)[0]["STATUS"] == "CANCELLED"


def test_the_file_rings_a_quarter_of_an_hour_before(ana):
    chat = make(3)
    answer = _file(ana, chat)
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    (alarm,) = ical.events(answer.content)[0]["inside"]
    assert (alarm["ACTION"], alarm["TRIGGER"]) == ("DISPLAY", "-PT15M")
    with time_machine.travel(chat.ends_at, tick=False):
        assert ical.events(_file(ana, chat).content)[0]["inside"] == []


def test_a_calendar_that_asks_again_is_told_that_nothing_changed(ana, secret):
    live_places.sign_up(ana, make(3))
    first = feed(secret)
    assert "private" in first["Cache-Control"]
    assert "max-age" in first["Cache-Control"]
    assert not first.cookies
    with time_machine.travel(timezone.now() + timedelta(minutes=5), tick=False):
        assert feed(secret, if_none_match=first["ETag"]).status_code == 304
        live_places.sign_up(ana, make(5))
        assert feed(secret, if_none_match=first["ETag"]).status_code == 200


def test_a_new_address_ends_the_old_one_at_once_and_so_does_leaving(ana, secret):
    newer = calendars.renew(ana)
    assert [feed(one).status_code for one in (secret, newer, newer[:-1], newer.swapcase())] == [404, 200, 404, 404]
    calendars.end(ana)
    assert feed(newer).status_code == 404
    last = calendars.renew(ana)
    ana.suspended_until = timezone.now() + timedelta(days=1)
    ana.save()
    assert feed(last).status_code == 404


def test_the_secret_lies_sealed_and_is_shown_to_its_member_alone(ana, secret, settings):
    row = CalendarAddress.objects.get()
    assert secret not in f"{row.digest} {row.secret}"
    assert calendars.secret_of(row) == secret
    row.member = make_member("ben")  # moved to somebody else's row, it opens nothing
    assert calendars.secret_of(row) == ""
    settings.FIELD_KEYS = f"new:another-key-of-more-than-thirty-two-characters,{settings.FIELD_KEYS}"
    assert keyring.turn_all()["calendar addresses"] == 1
    assert calendars.secret_of(CalendarAddress.objects.get()) == secret
    assert feed(secret).status_code == 200


def test_the_page_makes_shows_renews_and_ends_the_address_and_is_stored_nowhere(ana, client):
    client.force_login(ana)
    page = reverse("live-feed-renew")
    assert "/live/feed/" not in client.get(page).content.decode().replace(f'"{page}"', "")
    client.post(page, {"do": "renew"})
    shown = client.get(page)
    first = calendars.secret_of(calendars.of(ana))
    assert f"/live/feed/{first}.ics" in shown.content.decode()
    assert shown["Cache-Control"] == "no-store"
    client.post(page, {"do": "renew"})
    assert first not in client.get(page).content.decode()
    client.post(page, {"do": "choose", "words": " Band \n practice ", "has_all": "1"})
    kept = calendars.of(ana)
    assert (kept.words, kept.has_all) == ("Band practice", True)
    assert client.post(page, {"do": "choose", "words": "x" * 61}).status_code == 400
    client.post(page, {"do": "end"})
    assert calendars.of(ana) is None


def test_no_log_has_the_secret_whatever_the_answer(secret, caplog, settings):
    for one in (secret, "wrong"):
        for _ in range(32):
            feed(one)  # 200 or 404, then 429, which Django would write down with the address
    as_written = logging.config.DictConfigurator(settings.LOGGING).configure_formatter(
        dict(settings.LOGGING["formatters"]["line"])
    )
    proxied = logging.LogRecord("proxy", logging.INFO, "", 0, "GET %s 200", (f"/live/feed/{secret}.ics?x=1",), None)
    lines = [as_written.format(record) for record in [*caplog.records, proxied]]
    assert len(lines) > 3
    assert not [line for line in lines if secret in line or "wrong" in line]
    assert lines[-1].endswith("GET /live/feed/…?x=1 200")
    used = {one["formatter"] for one in settings.LOGGING["handlers"].values()}
    assert used == {"line"}


def test_nobody_asks_for_calendars_without_end(secret):
    assert {feed(secret).status_code for _ in range(31)} == {200, 429}
    assert {feed("wrong").status_code for _ in range(31)} == {404, 429}
