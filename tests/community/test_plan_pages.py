"""The pages of the safety plan: one's own alone, nothing typed is lost, and a lost key is a calm page."""

from __future__ import annotations

import logging
import re

import pytest
from django.test import Client
from django.urls import reverse

from community.models import SafetyPlan
from community.plan_form import services_of
from community.services import plan
from community.services.plan import Plan
from tests.factories import make_member

pytestmark = pytest.mark.django_db
NEW = "2:new-key-new-key-new-key-new-key-new"
OPENED = ["plan", "plan-edit", "plan-offline"]


@pytest.fixture
def ana():
    return make_member("ana", country="GB")


@pytest.fixture
def client(ana):
    client = Client()
    client.force_login(ana)
    return client


def write(client, **parts):
    return client.post(reverse("plan-edit"), parts)


def page(client, name="plan"):
    return client.get(reverse(name)).content.decode()


def test_it_is_written_line_by_line_and_read_again(client, ana):
    assert "Write my plan" in page(client)
    answer = write(
        client, signs="not answering\r\n\r\n  awake at three  ", remember="It\npassed before.", helps="tea\ntea"
    )
    assert (answer.status_code, answer.url) == (302, reverse("plan"))
    assert plan.read(ana) == Plan(
        signs=("not answering", "awake at three"), helps=("tea",), remember="It passed before."
    )
    shown = page(client)
    assert "awake at three" in shown
    assert "People I can reach" not in shown, "empty parts are left out"


def test_every_part_may_stay_empty(client, ana):
    assert write(client).status_code == 302
    assert plan.read(ana).is_empty
    assert "One line is a good start" in page(client)


def test_services_of_the_country_are_ticked_and_own_lines_written(client, ana):
    service = next(iter(services_of("GB")))
    write(client, service=[service], places="the library")
    assert plan.read(ana).places == (service, "the library")
    form = page(client, "plan-edit")
    assert re.search(rf'value="{re.escape(service)}" checked', form)
    assert re.search(r"<textarea[^>]*id=\"id_places\"[^>]*>the library</textarea>", form)
    assert 'href="tel:116123"' in page(client)


def test_a_service_that_is_not_offered_is_refused(client, ana):
    assert write(client, service=["Anything: call 0"], helps="tea").status_code == 400
    assert plan.read(ana) is None


@pytest.mark.parametrize(("words", "href"), [("Mum, 01632 960 001", "tel:01632960001"), ("+44 (0)20 7946 0018 is Jo", "tel:+442079460018"),
                                             ("Room 12, 3rd floor, at 19:30", ""), ("a@b.example", ""), ("12345", "")])  # fmt: skip
def test_numbers_can_be_pressed(client, words, href):
    write(client, people=words)
    found = re.findall(r'href="(tel:[^"]*)"', page(client))
    assert found == ([href] if href else [])


@pytest.mark.parametrize(("part", "words", "says"), [
    ("signs", "\n".join(f"line {n}" for n in range(21)), "Up to 20 lines fit here. There are 21."),
    ("helps", "x" * 301, "longer than 300 characters"),
    ("people", "a\x07b", "can&#x27;t be shown"),
    ("remember", "y" * 301, "longer than 300 characters"),
])  # fmt: skip
def test_what_does_not_fit_is_said_at_its_place_and_nothing_typed_is_lost(client, ana, part, words, says):
    answer = client.post(reverse("plan-edit"), {"safer": "kept words", part: words})
    shown = answer.content.decode()
    assert answer.status_code == 400
    assert says in shown
    assert f'id="id_{part}-error"' in shown
    assert "kept words" in shown
    assert plan.read(ana) is None


def test_b3_a_plan_is_shown_as_text(client):
    write(client, helps="<b>tea</b> & <script>x</script>")
    for name in ("plan", "plan-edit"):
        assert "<script>x" not in page(client, name)
        assert "<b>tea" not in page(client, name)


def test_deleting_asks_once_and_then_everything_is_gone(client):
    write(client, helps="tea")
    client.get(reverse("plan-delete"))
    assert SafetyPlan.objects.exists()
    assert client.post(reverse("plan-delete")).url == reverse("plan")
    assert not SafetyPlan.objects.exists()
    assert "tea" not in page(client)


def test_the_page_for_offline_is_there_only_for_who_asked(client):
    assert client.get(reverse("plan-offline")).status_code == 404
    assert client.post(reverse("plan-keep"), {"keep": "on"}, headers={"Sec-Fetch-Mode": "cors"}).status_code == 404
    write(client, helps="tea")
    assert client.get(reverse("plan-offline")).status_code == 404
    assert client.post(reverse("plan-keep"), {"keep": "on"}, headers={"Sec-Fetch-Mode": "cors"}).status_code == 204
    kept = client.get(reverse("plan-offline"))
    assert kept["Cache-Control"] == "no-store"
    assert "tea" in kept.content.decode()
    client.post(reverse("plan-keep"), {"keep": ""})
    assert client.get(reverse("plan-offline")).status_code == 404


def test_the_page_for_offline_names_nobody_and_has_no_form(client):
    write(client, helps="tea")
    client.post(reverse("plan-keep"), {"keep": "on"})
    shown = page(client, "plan-offline")
    assert "ana" not in re.sub(r"<[^>]*>", "", shown)
    assert "csrf" not in shown
    assert "<form" not in shown
    assert "Anyone who can open this browser can read it" in shown


def test_who_could_see_it_is_said_before_the_switch(client):
    write(client, helps="tea")
    shown = page(client)
    assert shown.index("Anyone who can open this browser") < shown.index('role="switch"')


@pytest.mark.logs_errors("the key is lost on purpose")
def test_a_lost_key_is_a_calm_page_and_nothing_is_overwritten(client, settings, caplog):
    caplog.set_level(logging.DEBUG)
    write(client, helps="tea by the heron")
    client.post(reverse("plan-keep"), {"keep": "on"})
    stored = SafetyPlan.objects.values().get()
    settings.FIELD_KEYS = NEW
    for name in OPENED:
        answer = client.get(reverse(name))
        assert answer.status_code == 503
        assert "can&#x27;t be opened right now" in answer.content.decode()
        assert reverse("help-now") in answer.content.decode()
    refused = write(client, helps="words typed just now")
    assert refused.status_code == 503
    assert "words typed just now" in refused.content.decode(), "nothing typed is lost"
    assert SafetyPlan.objects.values().get() == stored
    assert "heron" not in caplog.text
    assert "typed" not in caplog.text


def test_a4_nobody_elses_plan_has_an_address(client):
    write(client, helps="tea by the heron")
    ben, staff = (
        make_member("ben"),
        make_member("theo", roles=("moderators", "leads", "admins"), is_staff=True, is_superuser=True),
    )
    for other in (ben, staff):
        visitor = Client()
        visitor.force_login(other)
        for address in (
            *(reverse(name) for name in OPENED),
            "/you/plan/ana/",
            "/people/ana/plan/",
            "/you/plan/?member=1",
        ):
            assert "heron" not in visitor.get(address).content.decode()


def test_it_is_one_tap_from_help_which_needs_no_session(client):
    assert f'href="{reverse("plan")}"' in page(Client(), "help-now")
    assert f'href="{reverse("plan")}"' in page(Client(), "help-all")
    assert f'href="{reverse("plan")}"' in page(client, "you")
    assert Client().get(reverse("plan")).url.startswith(reverse("account_login"))


def test_a_print_style_leaves_only_the_plan():
    from tests.system import stylesheet

    sheet = (stylesheet.TOKENS.parent / "plan.css").read_text(encoding="utf-8")
    printed = sheet.split("@media print", 1)[1]
    for part in (".nav", ".bar", ".tabs", ".plan__keep"):
        assert part in printed.split("display: none")[0]
