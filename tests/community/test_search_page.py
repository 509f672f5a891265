"""The page of the search: groups with counts, help first for words of danger, and nothing kept of what is asked."""

from __future__ import annotations

import html
import logging
import re
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from community import throttle
from community.models import Member
from community.resource_content import Channel, Content
from community.services import resources, search_index
from tests.factories import join, make_member, make_room, post

pytestmark = pytest.mark.django_db
TALK = "If you're looking for someone to talk to now"


@pytest.fixture
def lists(settings, django_capture_on_commit_callbacks):
    """Two guides; the help lines are those that come with the project."""
    Path(settings.HELP_FILE).unlink(missing_ok=True)
    curators = [make_member(roles=("curators",)) for _ in range(2)]
    for name, offers in (("Quiet nights", "Guides to sleep"), ("Worries", "What helps with anxiety")):
        content = Content(
            name=name, kind="guidance", offers=offers, channels=(Channel("page", "https://example.org/"),)
        )
        with django_capture_on_commit_callbacks(execute=True):
            draft = resources.submit(resources.draft(content, by=curators[0]), by=curators[0])
            resources.approve(draft, by=curators[1])


@pytest.fixture
def inside(lists):
    """The client of a member of a room in which something was said."""
    ana, room = make_member("ana", country="GB"), make_room("evenings", name="Evenings")
    join(ana, room)
    post(ana, room, "I sleep badly <b>again</b>")
    search_index.repair()
    client = Client()
    client.force_login(ana)
    return client


def page(client, query, **more):
    """The words of the answer."""
    answer = client.get(reverse("search"), {"q": query, **more})
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def main(markup):
    """What is in the middle of the page, without markup."""
    return " ".join(re.sub(r"<[^>]+>", "", markup.partition("<main")[2]).split())


def test_each_group_is_a_landmark_with_its_count(inside):
    shown = page(inside, "sleep")
    for name, title in (("resource", "Resources"), ("message", "In your rooms")):
        assert re.search(
            rf'<section class="look__group" id="found-{name}" aria-labelledby="found-{name}-title">', shown
        )
        assert re.search(rf'<h2 id="found-{name}-title">{title} <span class="num muted">\d+</span>', shown)
        assert f'href="#found-{name}"' in shown


def test_b3_what_was_said_is_shown_as_words_and_what_was_found_is_marked(inside):
    shown = inside.get(reverse("search"), {"q": "sleep"}).content.decode()
    assert "I <mark>sleep</mark> badly &lt;b&gt;again&lt;/b&gt;" in shown


def test_visitors_find_resources_and_nothing_of_the_rooms(inside):
    shown = page(Client(), "sleep")
    assert "found-resource" in shown
    assert "found-message" not in shown
    assert "found-room" not in page(Client(), "evenings")
    assert "found-room" in page(inside, "evenings")


@pytest.mark.parametrize(
    "query", ["suicide", "i want to die", "quiero morir", "自殺", "I have the pills ready and I am ending this tonight"]
)
def test_words_of_danger_bring_ways_to_talk_above_the_results(inside, query):
    shown = page(inside, query)
    assert shown.index(TALK) < (shown.find("look__group") + 1 or len(shown))
    assert 'href="tel:116123"' in shown
    assert "sms:85258" in shown


def test_the_ways_to_talk_are_those_of_the_country_that_is_remembered(lists):
    visitor = Client()
    visitor.get(reverse("help-now"), {"country": "US"})
    assert 'href="tel:988"' in page(visitor, "suicide")
    assert "findahelpline" in page(Client(), "suicide").lower()


def test_other_words_bring_no_such_block(inside):
    assert TALK not in page(inside, "sleep")
    assert TALK not in page(inside, "")


def test_nothing_follows_from_words_of_danger(inside):
    with CaptureQueriesContext(connection) as asked:
        page(inside, "i want to die tonight")
    written = [one["sql"] for one in asked if re.match(r"(INSERT|UPDATE|DELETE)", one["sql"])]
    assert all("session" in sql for sql in written), written


def test_d4_what_is_looked_for_is_in_no_log_table_cache_or_session(inside, caplog):
    caplog.set_level(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.INFO)
    page(inside, "plantedword suicide")
    inside.get(reverse("search") + "no-such-page/?q=plantedword")
    assert "plantedword" not in caplog.text
    assert not any("plantedword" in str(one.get_decoded()) for one in Session.objects.all())
    assert "plantedword" not in str(getattr(cache, "_cache", ""))
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            assert "plantedword" not in str(cursor.fetchall()), table


def test_d4_the_answer_is_not_stored_and_its_address_stays_here(inside):
    answer = inside.get(reverse("search"), {"q": "sleep"})
    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "same-origin"


def test_a_misspelt_word_is_put_right_and_one_can_insist(inside):
    shown = main(page(inside, "anxeity"))
    assert "Showing results for anxiety" in shown
    assert "Look for “anxeity” as it is" in shown
    assert "Nothing for 'anxeity'" in main(page(inside, "anxeity", **{"as": "written"}))


def test_nobody_who_may_be_in_danger_reads_that_there_is_nothing_for_them(inside):
    assert "Nothing for" not in page(inside, "i want to die")
    assert "look through the subjects" in page(inside, "i want to die")


def test_nothing_found_says_what_to_do(inside):
    shown = main(page(inside, "zzqqxx <script>alert(1)</script>"))
    assert "Try one word, or look through the subjects." in shown
    assert "<script>alert" not in inside.get(reverse("search"), {"q": "zz <script>alert(1)</script>"}).content.decode()


@pytest.mark.parametrize(
    "query", ["x" * 10_000, "\0\x1b", "%ED%A0%80", "\U0001f600", "a'b\"c`", "{{ q }}", "{% url %}"]
)
def test_any_question_is_answered(inside, query):
    assert inside.get(reverse("search"), {"q": query}).status_code == 200
    assert Client().get(f"{reverse('search')}?q=%ff%ed%a0%80&q=%00&as=%00").status_code == 200


def test_the_page_asks_the_database_a_bounded_number_of_times(inside):
    page(inside, "sleep")
    with CaptureQueriesContext(connection) as asked:
        page(inside, "helpp anxeity slepe")
    assert len(asked) <= 24, [one["sql"][:80] for one in asked]


def test_too_many_searches_are_told_so_and_help_is_shown_all_the_same(inside):
    throttle.spend(f"look-up:{Member.objects.get(name='ana').pk}", capacity=30, per_seconds=1, cost=30)
    answer = inside.get(reverse("search"), {"q": "suicide"})
    shown = html.unescape(answer.content.decode())
    assert answer.status_code == 429
    assert TALK in shown
    assert 'value="suicide"' in shown


@pytest.mark.logs_errors("the database is made to fail")
def test_help_is_shown_when_nothing_can_be_looked_up(inside, monkeypatch):
    def broken(*_, **__):
        raise DatabaseError

    monkeypatch.setattr("community.services.search.find", broken)
    answer = inside.get(reverse("search"), {"q": "suicide"})
    assert answer.status_code == 503
    assert TALK in html.unescape(answer.content.decode())


def test_links_out_of_the_site_tell_nobody_where_one_came_from(inside):
    for link in re.findall(r'<a href="https?://[^>]*>', page(inside, "sleep")):
        assert 'rel="noreferrer noopener"' in link
