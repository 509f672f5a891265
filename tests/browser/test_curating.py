"""Curation in a real browser: a curator, a second reader and a member go the whole way; order by keyboard and by drag."""

from __future__ import annotations

from typing import Any

import pytest

from community.models import HelpOrder, Resource, ResourceRevision
from community.resource_content import Channel
from tests.browser.staff import as_staff, breaches
from tests.browser.test_axe import CROSSED, faults
from tests.factories import make_entry, report_entry

pytestmark = [pytest.mark.browser, pytest.mark.servers]


def _three_lines() -> list[int]:
    names = ("Alder line", "Birch line", "Cedar line")
    return [make_entry(one.split()[0].lower(), name=one, is_severe_path=True).pk for one in names]


def _one_of_everything() -> None:
    _three_lines()
    one = make_entry(
        "line",
        offers="Talk to somebody",
        is_severe_path=True,
        channels=(Channel("phone", "116 123"), Channel("text", "85258")),
    )
    report_entry(one, note="It rang for ten minutes")
    one.links.create(url="https://example.org/", failures=3, state="broken", said="404")
    content = {**one.published.content, "offers": "Talk to somebody at night"}
    one.revisions.create(number=2, content=content, based_on=1, state=ResourceRevision.SUBMITTED, note="Clearer")
    make_entry("draft", published=False)
    HelpOrder.objects.create(country="GB", level="now", order=[], author=None)


PAGES = [
    "/curate/", "/curate/?country=GB&tab=all", "/curate/?tab=drafts", "/curate/coverage/", "/curate/missing/", "/curate/add/", "/curate/files/", "/curate/order/GB/now/",
    "/curate/e/line/", "/curate/e/line/change/", "/curate/e/line/check/", "/curate/e/line/withdraw/", "/curate/e/line/2/", "/curate/e/line/2/preview/",
]  # fmt: skip


@pytest.mark.parametrize("look", CROSSED)
def test_axe_finds_nothing_and_nothing_breaks_the_policy(evening: Any, open_page: Any, look: dict[str, Any]):
    evening.site.do(_one_of_everything)
    page = as_staff(evening, open_page, "Priya", "curators", **look)
    found: list[str] = []
    for path in PAGES:
        assert page.goto(evening.site.url + path).status == 200, path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        found += faults(page)
        assert breaches(page) == [], path
        page.set_viewport_size(look["viewport"])
    assert "\n".join(found) == ""


def test_a_curator_a_second_reader_and_a_member_go_the_whole_way(evening: Any, open_page: Any):
    url = evening.site.url
    priya = as_staff(evening, open_page, "Priya", "curators")
    priya.goto(url + "/curate/")
    priya.get_by_role("link", name="Add one").click()
    priya.get_by_label("Name", exact=True).fill("Lantern line")
    priya.get_by_label("Kind").select_option("helpline")
    priya.get_by_label("Country").select_option("GB")
    priya.get_by_label("What it offers").fill("Somebody to talk to.")
    way = priya.get_by_role("group", name="Way 1")
    way.get_by_label("Way", exact=True).select_option("phone")
    way.get_by_label("Number or address").fill("0800 123 456")
    way.get_by_label("The same number again").fill("0800 123 465")
    priya.get_by_label("Day and night, every day").check()
    priya.get_by_label("Languages").fill("en")
    priya.get_by_label("Shown to people in danger").check()
    priya.get_by_label("How you checked it").fill("Called; a listener answered")
    priya.get_by_role("button", name="Hand in for a second reader").click()
    priya.get_by_role("alert").get_by_text("The two are not the same").wait_for()
    assert priya.evaluate("document.activeElement.id") == "form-errors"
    assert priya.get_by_label("What it offers").input_value() == "Somebody to talk to."
    priya.get_by_role("group", name="Way 1").get_by_label("The same number again").fill("0800 123 456")
    priya.get_by_role("button", name="Hand in for a second reader").click()
    priya.get_by_text("Another curator reads it before members see it").wait_for()
    member = evening.as_member("Linden", "/help-now/?country=GB")
    assert member.get_by_text("Lantern line").count() == 0

    ada = as_staff(evening, open_page, "Ada", "admins")
    ada.goto(url + "/curate/?tab=second")
    ada.get_by_role("link", name="Lantern line", exact=True).click()
    ada.get_by_role("link", name="Read it").click()
    ada.get_by_text("Phone: 0800 123 456").wait_for()
    ada.get_by_text("Called; a listener answered").wait_for()
    ada.get_by_role("link", name="Look at it as a member").click()
    ada.get_by_label("Look", exact=True).select_option("dark")
    ada.get_by_role("button", name="Show").click()
    assert ada.locator("html").get_attribute("data-theme") == "dark"
    ada.get_by_role("link", name="What changed").click()
    ada.get_by_role("button", name="Publish it").click()
    ada.get_by_text("Members see it now").wait_for()
    assert evening.site.do(lambda: Resource.objects.get(name="Lantern line").verified_by.name) == "Priya"

    member.goto(url + "/help-now/?country=GB")
    assert member.get_by_role("link", name="Call 0800 123 456").get_attribute("href") == "tel:0800123456"

    amara = as_staff(evening, open_page, "Amara", "moderators")
    amara.goto(url + "/curate/e/lantern-line-gb/withdraw/")
    amara.get_by_label("Why").fill("The number belongs to somebody else now")
    amara.get_by_role("button", name="Put it away").click()
    amara.get_by_text("Members no longer see it").wait_for()
    member.reload()
    assert member.get_by_text("Lantern line").count() == 0
    assert breaches(priya) + breaches(ada) + breaches(amara) == []


def test_fields_are_checked_while_one_writes(evening: Any, open_page: Any):
    page = as_staff(evening, open_page, "Priya", "curators")
    page.goto(evening.site.url + "/curate/add/")
    monday = page.get_by_label("Monday", exact=True)
    monday.fill("9 to 5")
    page.keyboard.press("Tab")
    page.get_by_text("is no span").wait_for()
    assert monday.get_attribute("aria-invalid") == "true"
    assert "id_Mon_error" in monday.get_attribute("aria-describedby")
    monday.fill("09:00-17:00")
    page.locator("#id_Mon_error").wait_for(state="hidden")
    assert monday.get_attribute("aria-invalid") is None
    page.get_by_role("button", name="Monday's hours on every day").click()
    assert page.get_by_label("Sunday").input_value() == "09:00-17:00"
    assert page.locator("#id_name_error").is_hidden(), "what was not touched is not blamed"


def _proposed(evening: Any) -> list[int]:
    return evening.site.do(lambda: HelpOrder.objects.get().order)


def test_the_order_is_changed_by_keyboard_alone(evening: Any, open_page: Any):
    a, b, c = evening.site.do(_three_lines)
    page = as_staff(evening, open_page, "Priya", "curators")
    page.goto(evening.site.url + "/curate/order/GB/now/")
    up = page.get_by_role("button", name="Move up Cedar line")
    up.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.textContent").startswith("Move up")
    assert page.locator("#say").text_content() == "Cedar line: 2/3"
    page.keyboard.press("Space")
    assert up.get_attribute("aria-disabled") == "true", "it stays where the focus is, and says that it is first"
    page.keyboard.press("Enter")
    for _ in range(12):
        if page.evaluate("document.activeElement.matches('[data-propose]')"):
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_text("Another curator has to agree").wait_for()
    assert _proposed(evening) == [c, a, b]


def test_the_order_is_changed_by_dragging(evening: Any, open_page: Any):
    a, b, c = evening.site.do(_three_lines)
    page = as_staff(evening, open_page, "Priya", "curators")
    page.goto(evening.site.url + "/curate/order/GB/now/")
    rows = page.locator(".curate__order > li")
    rows.nth(2).scroll_into_view_if_needed()
    first, last = rows.nth(0).bounding_box(), rows.nth(2).bounding_box()
    page.mouse.move(first["x"] + 40, first["y"] + 15)
    page.mouse.down()
    page.mouse.move(last["x"] + 40, last["y"] + last["height"] - 6, steps=12)
    page.mouse.up()
    page.get_by_role("button", name="Propose this order").click()
    page.get_by_text("Another curator has to agree").wait_for()
    assert _proposed(evening) == [b, c, a]


def test_the_order_is_changed_without_scripts(evening: Any, open_page: Any):
    a, b, c = evening.site.do(_three_lines)
    page = as_staff(evening, open_page, "Priya", "curators", java_script_enabled=False)
    page.goto(evening.site.url + "/curate/order/GB/now/")
    page.get_by_role("button", name="Move up Cedar line").click()
    page.get_by_role("button", name="Move up Cedar line").click()
    page.get_by_role("button", name="Propose this order").click()
    page.get_by_text("Another curator has to agree").wait_for()
    assert _proposed(evening) == [c, a, b]


def test_a_file_is_taken_in(evening: Any, open_page: Any):
    page = as_staff(evening, open_page, "Priya", "curators")
    page.goto(evening.site.url + "/curate/files/")
    body = "name,kind,country,phone\nRowan line,helpline,IE,116 123\nBad line,helpline,XX,1234\n"
    page.set_input_files("#file", {"name": "lines.csv", "mimeType": "text/csv", "buffer": body.encode()})
    page.get_by_role("button", name="Look at it first").click()
    page.get_by_text("There is no country “XX”").wait_for()
    assert page.get_by_role("button", name="Hand all of it in").count() == 0
    page.set_input_files(
        "#file", {"name": "lines.csv", "mimeType": "text/csv", "buffer": body.replace("XX", "IE").encode()}
    )
    page.get_by_role("button", name="Look at it first").click()
    page.get_by_role("button", name="Hand all of it in for a second reader").click()
    page.get_by_text("2 entries wait for a second reader").wait_for()
    with page.expect_download() as given:
        page.goto(evening.site.url + "/curate/files/")
        page.get_by_role("button", name="CSV", exact=True).click()
    assert given.value.suggested_filename.endswith(".csv")
    assert breaches(page) == []
