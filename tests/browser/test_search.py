"""Looking for something in a real browser, with scripts and without."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from community.services import search_index

pytestmark = [pytest.mark.browser, pytest.mark.servers]


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_looking_for_a_room_and_what_was_said_in_it(evening: Any, scripts: bool):
    evening.site.do(search_index.repair)
    page = evening.as_member("Linden", "/today/", java_script_enabled=scripts)
    page.get_by_role("link", name="Search", exact=True).first.click()
    box = page.get_by_role("searchbox", name="What are you looking for?")
    box.fill("evenings")
    box.press("Enter")
    expect(page.get_by_role("region", name="Rooms 1", exact=True).get_by_role("link")).to_have_text(["Evenings"])
    said = page.get_by_role("region", name="In your rooms 1")
    expect(said.locator("mark")).to_have_text(["Evenings", "evenings"])
    said.get_by_role("link").click()
    expect(page.locator("#m-1 .said")).to_have_text("The evenings are long now.")


def test_on_a_phone_the_way_to_it_is_on_today(evening: Any):
    page = evening.as_member("Linden", "/today/", viewport={"width": 390, "height": 844})
    page.get_by_role("main").get_by_role("link", name="Search").click()
    box = page.get_by_role("searchbox")
    box.fill("i want to die")
    page.get_by_role("button", name="Search").click()
    expect(page.get_by_role("region", name="If you're looking for someone to talk to now")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
