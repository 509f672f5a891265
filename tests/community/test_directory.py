"""The directory: found by country and choices, in one order, with few questions to the database; never what is withdrawn."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db.models import OuterRef, Subquery
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from community import shelves, text
from community.hours import parse
from community.models import MissingResource, Resource, ResourceFeedback, ResourceRevision
from community.narrowing import Asked
from community.resource_content import Channel, Content, to_json
from community.services import directory, help_file, resources, search_index, seeding, telling
from tests.factories import make_member, make_resource

pytestmark = pytest.mark.django_db
PAGE = Channel("page", "https://example.org/")


def names(answer: Any) -> list[str]:
    """The entries of a page, in order."""
    return re.findall(r"<h3><a [^>]*><bdi>([^<]*)</bdi>", answer.content.decode())


def seek(**asked: str) -> int:
    """How many entries of Britain the directory has."""
    return directory.find(Asked(country="GB", **asked), timezone.now(), "")[0].count


def get(client: Client, **asked: str) -> Any:
    return client.get(reverse("resources"), asked)


# --- The country ---


def test_a_visitor_is_asked_for_a_country_and_none_is_assumed(client):
    make_resource("Quiet Line", "GB")
    make_resource("Anywhere Line", "INT")
    page = client.get(reverse("resources"), headers={"Accept-Language": "en-GB"})
    assert names(page) == ["Anywhere Line"]
    assert "Choose your country, and the numbers that work there" in page.content.decode()


def test_a_country_once_chosen_is_remembered_for_this_browser_session(client):
    make_resource("Quiet Line", "GB")
    assert names(get(client, country="gb")) == ["Quiet Line"]
    cookie = client.cookies["country"]
    assert (cookie.value, cookie["expires"], cookie["max-age"]) == ("GB", "", "")
    assert names(client.get(reverse("resources"))) == ["Quiet Line"]


def test_a_member_gets_their_own_country_unless_they_ask_for_another(client):
    make_resource("Quiet Line", "GB")
    make_resource("Stille Lijn", "NL")
    client.force_login(make_member(country="NL"))
    assert names(client.get(reverse("resources"))) == ["Stille Lijn"]
    assert names(get(client, country="GB")) == ["Quiet Line"]


@pytest.mark.parametrize("country", ["ZZ", "G", "<b>", "x" * 5000, "\u0130\u0130", "12"])
def test_a_country_that_does_not_exist_is_no_country(client, country):
    make_resource("Anywhere Line", "INT")
    assert names(get(client, country=country)) == ["Anywhere Line"]


def test_someone_now_names_what_the_country_has_and_its_emergency_number(client):
    page = get(client, country="GB").content.decode()
    assert re.search(r'call <a href="tel:999"><b>999</b></a>', page)
    assert 'href="tel:116123"' in page
    assert "Call 116 123" in page
    assert "Text SHOUT to 85258" in page


def test_a_line_that_is_withdrawn_leaves_someone_now_with_the_next_page(client, settings, tmp_path):
    settings.HELP_FILE = str(tmp_path / "help.json")
    lines = [make_resource(name, "NL", is_severe_path=True) for name in ("First Line", "Second Line")]
    help_file.write()
    assert "First Line" in someone_now(get(client, country="NL"))
    resources.withdraw(lines[0], by=make_member(roles=("moderators",)), reason="A wrong number")
    help_file.write()
    assert "First Line" not in someone_now(get(client, country="NL"))
    assert "Second Line" in someone_now(get(client, country="NL"))


def someone_now(page: Any) -> str:
    """The block at the top of the page."""
    return page.content.decode().partition('id="now"')[2].partition("</section>")[0]


# --- Shelves and choices ---


def test_help_lines_stand_before_articles_and_those_open_to_everywhere_last(client):
    make_resource("An article", "GB", kind="education", channels=(PAGE,))
    make_resource("A group", "GB", kind="peer support", channels=(PAGE,))
    make_resource("For families", "GB", kind="guidance", topics=("carers",), channels=(PAGE,))
    make_resource("An app", "GB", kind="app", channels=(PAGE,))
    make_resource("Zzz Line", "GB")
    make_resource("World Line", "INT")
    page = get(client, country="GB")
    assert names(page) == ["Zzz Line", "A group", "An article", "An app", "For families", "World Line"]
    heads = re.findall(r'<h2 id="shelf-[a-z]+">([^<]*)', page.content.decode())
    assert heads == [
        "Talk to someone",
        "Understand it",
        "Day by day",
        "For someone you love",
        "Open to people anywhere",
    ]


def test_every_entry_that_comes_with_the_project_stands_on_a_shelf():
    seeding.load()
    kinds = {row.kind for row in Resource.objects.published()} - {"emergency"}
    assert all(
        shelves.shelf_of(row.content) in shelves.SHELVES for row in Resource.objects.published().filter(kind__in=kinds)
    )
    assert shelves.shelf_of(Content("999", "emergency")) == ""


@pytest.mark.parametrize(("asked", "found"), [
    ({"subject": "grief"}, ["Grief Line"]),
    ({"for": "students"}, ["Student Line"]),
    ({"kind": "read"}, ["A book"]),
    ({"way": "text"}, ["Grief Line"]),
    ({"language": "es"}, ["Student Line"]),
    ({"cost": "free"}, ["Student Line"]),
    ({"open": "now"}, ["Student Line"]),
    ({"q": "grïef"}, ["Grief Line"]),
    ({"q": "book habits"}, ["A book"]),
    ({"q": "studnet"}, ["Student Line"]),
    ({"subject": "grief", "way": "phone"}, []),
    ({"subject": "nonsense", "for": "x", "kind": "<", "way": "'", "language": "%", "cost": "0", "page": "-1"},
     ["Grief Line", "Student Line", "A book"]),
])  # fmt: skip
def test_each_choice_narrows_the_list(client, asked, found):
    make_resource("Grief Line", topics=("grief",), channels=(Channel("text", "85258"),),
                  hours=parse("Mon 10:00-11:00", zone="Europe/London"))  # fmt: skip
    make_resource("Student Line", audiences=("students",), languages=("es", "en"), cost="free", hours=parse("24/7"))
    make_resource("A book", kind="book", topics=("habits",), channels=(PAGE,))
    search_index.rebuild()
    with time_machine.travel(datetime(2026, 11, 26, 20, 0, tzinfo=UTC), tick=False):
        assert sorted(names(get(client, country="GB", **asked))) == sorted(found)


def test_where_nothing_is_found_it_says_what_could_be_given_up(client):
    make_resource("Grief Line", topics=("grief",))
    page = get(client, country="GB", subject="grief", way="text").content.decode()
    assert "Nothing for these choices yet" in page
    assert "Without “Text” there is 1." in page
    assert "Tell a curator what&#x27;s missing" in page or "Tell a curator what's missing" in page


def test_of_many_each_shelf_shows_a_few_and_its_own_page_shows_all_in_pages(client):
    for number in range(directory.PER_PAGE + 2):
        make_resource(f"Line {number:02d}")
    first = get(client, country="GB")
    assert len(names(first)) == directory.FIRST_FEW
    assert f"Talk to someone: all {directory.PER_PAGE + 2}" in first.content.decode()
    assert len(names(get(client, country="GB", shelf="talk"))) == directory.PER_PAGE
    last = get(client, country="GB", shelf="talk", page="2")
    assert names(last) == ["Line 24", "Line 25"]
    assert names(get(client, country="GB", shelf="talk", page="99999")) == names(last)


def test_what_is_published_withdrawn_or_changed_shows_at_once(client):
    line = make_resource("Quiet Line")
    assert names(get(client, country="GB")) == ["Quiet Line"]
    ada, joon = (make_member(roles=("curators",)) for _ in range(2))
    other = resources.draft(Content("Quieter Line", "helpline", "GB", channels=(Channel("phone", "0800 000 112"),)),
                            by=ada, resource=line)  # fmt: skip
    resources.approve(resources.submit(other, by=ada), by=joon)
    assert names(get(client, country="GB")) == ["Quieter Line"]
    resources.withdraw(line, by=make_member(roles=("moderators",)), reason="The number is another's")
    assert names(get(client, country="GB")) == []
    assert client.get(reverse("resource", args=[line.slug])).status_code == 404


def test_a_draft_is_nowhere(client):
    ada = make_member(roles=("curators",))
    draft = resources.draft(Content("Draft Line", "helpline", "GB", channels=(PAGE,)), by=ada)
    assert names(get(client, country="GB")) == []
    absent = client.get(reverse("resource", args=["no-such-thing"]))
    hidden = client.get(reverse("resource", args=[draft.resource.slug]))
    assert (hidden.status_code, hidden.content[:200]) == (absent.status_code, absent.content[:200])


# --- Who checked it ---


def test_each_entry_says_who_checked_it_and_when_or_that_nobody_did(client):
    line = make_resource("Quiet Line")
    address = reverse("resource", args=[line.slug])
    assert "Not yet checked by us" in client.get(address).content.decode()
    Resource.objects.update(source_checked_on=datetime(2026, 11, 23, tzinfo=UTC).date())
    assert "From public pages, looked up on 23 November 2026" in client.get(address).content.decode()
    ada = make_member("Wren", roles=("curators",))
    resources.verify(line, by=ada, how="Called it")
    for days, words in (
        (0, "today"),
        (1, "yesterday"),
        (13, "13 days ago"),
        (21, "3 weeks ago"),
        (100, "3 months ago"),
    ):
        with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
            assert f"Checked by Wren, {words}" in client.get(address).content.decode()
    with time_machine.travel(timezone.now() + timedelta(days=200), tick=False):
        assert "Not verified since" in client.get(address).content.decode()
        assert "Checked by" not in client.get(address).content.decode()


# --- One entry ---


def test_an_entry_shows_numbers_exactly_as_held_with_plain_links(client):
    line = make_resource(
        "Quiet Line",
        offers="We *listen*. <script>alert(1)</script> [More](javascript:alert(1)) ![x](https://e.org/p.png)\n\n- one",
        channels=(Channel("phone", "(011) 5275-1135"), Channel("text", "85258", keyword="HOME"), PAGE),
    )
    page = client.get(reverse("resource", args=[line.slug])).content.decode()
    assert '<a class="way" href="tel:01152751135"' in page
    assert "Call (011) 5275-1135" in page
    assert 'href="sms:85258"' in page
    assert "Text HOME to 85258" in page
    assert 'href="https://example.org/" rel="noreferrer noopener"' in page
    assert "Go to example.org" in page
    assert "<em>listen</em>" in page
    assert "<li>one</li>" in page
    assert "<script>alert" not in page
    assert 'href="javascript:' not in page
    assert "<img" not in page


def test_a_name_with_markup_is_only_a_name(client):
    line = make_resource("<b onclick=x>Line</b> & co")
    for address in (reverse("resource", args=[line.slug]), reverse("resources") + "?country=GB"):
        page = client.get(address).content.decode()
        assert "<b onclick" not in page
        assert "&lt;b onclick=x&gt;" in page


def test_the_week_is_a_table_in_the_lines_own_time(client):
    line = make_resource(hours=parse("Mon-Fri 10:00-22:00; Sat 22:00-02:00", zone="Europe/London"))
    page = client.get(reverse("resource", args=[line.slug])).content.decode()
    assert re.search(r'<th scope="row">Monday</th><td class="num">10:00 – 22:00', page)
    assert "22:00 to 02:00, the next day" in page
    assert re.search(r'<th scope="row">Sunday</th><td class="num">Closed', page)
    assert "By the clock in London." in page


def test_entries_about_the_same_stand_below(client):
    line = make_resource("Grief Line", topics=("grief",))
    make_resource("Sleep Line", topics=("sleep",))
    make_resource("Loss Line", topics=("loss",))
    make_resource("Far Line", "NL", topics=("grief",))
    assert names(client.get(reverse("resource", args=[line.slug]))) == ["Loss Line", "Sleep Line"]


def test_markdown_becomes_a_few_plain_elements():
    assert text.markdown_to_html("a **b** [c](https://e.org)") == (
        '<p>a <strong>b</strong> <a href="https://e.org" rel="noreferrer noopener">c</a></p>\n'
    )
    assert text.markdown_to_plain("a **b** [c](https://e.org) <i>&amp;") == "a b c <i>&"
    assert "<h1" not in text.markdown_to_html("# a\n\nb\n===\n\n    code\n\n---\n")


# --- On paper ---


def test_a_country_on_paper_has_every_line_and_no_article(client):
    make_resource("Quiet Line")
    make_resource("An article", kind="education", channels=(PAGE,))
    page = client.get(reverse("resources-country", args=["gb"])).content.decode()
    assert "Call 0800 000 111" in page
    assert "https://example.org/" not in page
    assert "999" in page
    for code in ("zz", "INT", "g", "a b", "ATLANTIS"):
        assert client.get(reverse("resources-country", args=[code])).status_code == 404


# --- What readers tell ---


def test_a_report_holds_place_and_hour_and_nobody(client):
    line = make_resource()
    client.force_login(make_member("Otis", country="IE", time_zone="Pacific/Auckland"))
    with time_machine.travel(datetime(2026, 11, 26, 20, 30, tzinfo=UTC), tick=False):
        answer = client.post(reverse("resource-wrong", args=[line.slug]), {"said": "no answer", "note": "It rang on"})
        assert answer.status_code == 302
    row = ResourceFeedback.objects.values().get()
    assert (row["said"], row["note"], row["country"], row["hour"]) == ("no answer", "It rang on", "IE", 9)
    fields = {field.name for field in ResourceFeedback._meta.get_fields()}
    assert fields == {"id", "resource", "said", "note", "country", "hour", "on", "closed_at", "closed_by", "outcome"}


def test_reports_without_a_word_with_too_many_or_of_another_kind(client):
    line = make_resource()
    address = reverse("resource-wrong", args=[line.slug])
    assert client.post(address, {"said": "x" * 500}).status_code == 302
    assert ResourceFeedback.objects.get().said == "other"
    kept = client.post(address, {"note": "y" * 301})
    assert kept.status_code == 400
    assert "y" * 301 in kept.content.decode()
    assert client.post(reverse("resource-wrong", args=["no-such"]), {}).status_code == 404


def test_reports_of_one_address_are_counted(client):
    address = reverse("resource-wrong", args=[make_resource().slug])
    answers = [client.post(address, {"said": "wrong"}).status_code for _ in range(8)]
    assert answers == [302] * 6 + [429] * 2
    assert ResourceFeedback.objects.count() == 6


def test_what_is_missing_is_told_with_the_choices_that_found_nothing(client):
    asked = {"said": "A line for night nurses", "country": "gb", "subject": "grief", "for": "students", "q": "nurse"}
    answer = client.post(reverse("resource-missing"), asked)
    assert answer.url == "/resources/?country=GB&subject=grief&for=students"
    row = MissingResource.objects.get()
    assert (row.said, row.country, row.looked_for) == ("A line for night nurses", "GB", "nurse, Grief, Students")
    client.post(reverse("resource-missing"), {"said": " "})
    assert MissingResource.objects.count() == 1
    with pytest.raises(telling.NothingSaid):
        telling.say_missing(said="", country="", looked_for="", who="x")


# --- Many ---


def _thousands(count: int) -> None:
    """Entries of one country, put in at once."""
    rows = [Resource(slug=f"line-{n}", name=f"Line {n}", kind="helpline", country="GB") for n in range(count)]
    made = Resource.objects.bulk_create(rows)
    contents = [
        to_json(Content(row.name, "helpline", "GB", channels=(Channel("phone", "0800 000 111"),))) for row in made
    ]
    texts = zip(made, contents, strict=True)
    ResourceRevision.objects.bulk_create(
        ResourceRevision(resource=row, number=1, content=content, state="approved") for row, content in texts
    )
    first = ResourceRevision.objects.filter(resource=OuterRef("pk")).values("pk")[:1]
    Resource.objects.update(published=Subquery(first), published_at=timezone.now())


def test_the_questions_to_the_database_do_not_grow_with_the_list(client, django_assert_max_num_queries):
    _thousands(1200)
    client.force_login(make_member(country="GB"))
    client.get("/resources/")  # a process reads the index once, and a session begins
    for address, most in (
        ("/resources/", 9),
        ("/resources/?country=GB&open=now&q=line&shelf=talk&page=3", 9),
        ("/resources/?subject=sleep&q=nothing", 9),
        ("/resources/line-1/", 10),
        ("/resources/country/gb/", 8),
        ("/saved/", 7),
    ):
        with django_assert_max_num_queries(most):
            assert client.get(address).status_code == 200


def test_one_change_among_thousands_is_read_alone(django_assert_num_queries):
    _thousands(1200)
    seek()
    make_resource("New Line")
    with django_assert_num_queries(3):  # is it still true, what stands now, and the one text
        seek()
    with django_assert_num_queries(1):
        assert seek() == 1201
