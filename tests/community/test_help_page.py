"""The help page: what is open now first, from the curators' file, with nothing else needed."""

from __future__ import annotations

import msgspec
import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from community.helplines import Held
from community.hours import parse
from community.resource_content import Channel, Content
from tests.factories import make_member


@pytest.fixture
def on_file(settings, tmp_path):
    """Writes these entries as the curators' file."""
    settings.HELP_FILE = tmp_path / "help.json"
    return lambda *entries: settings.HELP_FILE.write_bytes(
        msgspec.json.encode([Held(content.name, content, checked_on="2026-11-01") for content in entries])
    )


def line(name, hours="24/7", **more):
    """A line in Britain."""
    more.setdefault("channels", (Channel("phone", "116 123"),))
    return Content(name=name, kind="helpline", country="GB", is_severe_path=True, cost="free",
                   hours=parse(hours, zone="Europe/London" if hours else ""), **more)  # fmt: skip


def page(country="GB"):
    """The page of a country, as a visitor gets it."""
    return " ".join(Client().get(reverse("help-now"), {"country": country}).content.decode().split())


@time_machine.travel("2026-11-26T18:30:00Z", tick=False)
def test_what_is_open_now_comes_first_and_says_until_when(on_file):
    on_file(line("Day line", "daily 09:00-17:00"), line("Evening line", "daily 18:00-22:30"), line("Unsure", ""))
    shown = page()
    assert shown.index("Evening line") < shown.index("Unsure") < shown.index("Day line")
    assert "Open now, until 22:30." in shown
    assert "Closed now. Opens tomorrow at 09:00." in shown
    assert "We don&#x27;t know its hours." in shown


def test_a_text_says_which_word_to_send(on_file):
    on_file(line("Shout", channels=(Channel("text", "85258", keyword="SHOUT"),)))
    assert 'href="sms:85258"' in page()
    assert "Send the word SHOUT." in page()


def test_a_hostile_name_is_only_a_name(on_file):
    on_file(line("<script>alert(1)</script>\u202e"))
    assert "<script>alert" not in page()


@pytest.mark.parametrize("country", ["", "ZZ", "KI", "<b>", "GB' OR 1=1"])
def test_it_is_never_empty(country):
    shown = page(country)
    assert 'href="tel:112"' in shown
    assert "open to people anywhere" in shown
    assert "findahelpline.com" in shown


def test_it_asks_no_database():  # no django_db mark: any query fails the test
    for country in ("GB", "US", "JP", ""):
        assert page(country)
    assert Client().get(reverse("help-all")).status_code == 200


@pytest.mark.django_db
def test_a_members_country_is_known_there_until_they_choose_another():
    client = Client()
    client.force_login(make_member("ana", country="JP"))
    client.get(reverse("today"))
    assert 'href="tel:119"' in client.get(reverse("help-now")).content.decode()
    client.get(reverse("help-now"), {"country": "GB"})
    client.get(reverse("today"))
    assert 'href="tel:999"' in client.get(reverse("help-now")).content.decode()
