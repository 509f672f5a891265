"""The whole way of a member with scripts turned off."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.servers]


@pytest.fixture
def page(evening: Any) -> Any:
    """Linden in the room, without scripts."""
    return evening.as_member("Linden", java_script_enabled=False)


def more(page: Any, words: str) -> None:
    """Goes to the page of the message with these words. Pointing at it first is what makes its tools appear."""
    message = page.locator("li.msg", has_text=words)
    message.hover()
    message.get_by_role("link", name="More for the message").click()
    page.wait_for_url("**/m/*/")


def send(page: Any, words: str) -> None:
    """Fills the box and presses the button."""
    page.locator("#w").fill(words)
    page.get_by_role("button", name="Send").click()


def test_signing_in_reading_and_posting(evening: Any, open_page: Any):
    page = open_page(evening.site.url + "/sign-in/", java_script_enabled=False)
    page.locator("#id_login").fill("Linden")
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#id_password").press("Enter")
    page.goto(evening.site.url + "/rooms/evenings/")
    expect(page.locator("li.msg .said").first).to_have_text("The evenings are long now.")
    send(page, "Without a script")
    expect(page.locator("li.msg.mine .said")).to_have_text("Without a script")
    assert page.url.endswith("#m-3")
    assert evening.stored()[-1] == "Without a script"


def test_answering_supporting_changing_and_taking_back(evening: Any, page: Any):
    more(page, "I light a lamp at five")
    page.get_by_role("button", name="Same here").click()
    expect(page.locator("#m-2 .felt")).to_have_text("Same here 1")
    more(page, "I light a lamp at five")
    page.get_by_label("Reply").fill("A good hour for it")
    page.get_by_role("button", name="Send reply").click()
    expect(page.locator("#m-3 .quote")).to_contain_text("I light a lamp at five")
    more(page, "A good hour for it")
    page.get_by_label("Change your words").fill("The best hour for it")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#m-3")).to_contain_text("changed")
    more(page, "The best hour for it")
    page.get_by_label("Heads-up").fill("lamps")
    page.get_by_role("button", name="Save the heads-up").click()
    expect(page.locator("#m-3 summary")).to_contain_text("lamps")
    more(page, "lamps")
    page.get_by_role("button", name="Take back").click()
    expect(page.locator("#m-3")).to_have_count(0)


def test_reporting(page: Any):
    more(page, "I light a lamp at five")
    page.get_by_role("link", name="I'm worried about them, or report").click()
    page.locator("input[type=radio]").first.check()
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator("main")).to_contain_text("Thank you")


def test_leaving_a_room_and_joining_it_again(page: Any):
    page.get_by_role("button", name="Leave the room").click()
    page.get_by_role("link", name="Evenings").click()
    expect(page.locator("li.msg")).to_have_count(0)
    page.get_by_role("button", name="Join to read and write").click()
    expect(page.locator("li.msg")).to_have_count(2)


def test_words_that_were_refused_stay_in_the_box(page: Any):
    send(page, "x" * 4001)
    expect(page.locator("#w")).to_have_value("x" * 4001)
    expect(page.locator("#we")).to_be_visible()


def test_earlier_messages_by_link(evening: Any, page: Any):
    evening.say("Otis", *(f"line {number}" for number in range(60)))
    page.reload()
    page.get_by_role("link", name="Earlier messages").click()
    expect(page.locator("li.msg .said").first).to_have_text("The evenings are long now.")
    page.get_by_role("link", name="Go to the newest").click()
    expect(page.locator("li.msg .said").last).to_have_text("line 59")
