"""Topics that hurt, in a real room: what arrives, what is quoted and what is spoken stays folded."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from community.services import topics
from tests.factories import post

pytestmark = [pytest.mark.browser, pytest.mark.servers]
ARRIVES_MS = 20_000  # rows put into the database behind the process are found by polling
FAR = "I made soup and sat by the window until the street was quiet, and then I thought of the funeral."


@pytest.fixture
def page(evening: Any) -> Any:
    """Linden in the room, who wants loss and a word of her own folded."""
    linden = evening.members["Linden"]
    evening.say("Fern", "My brother died in May.")

    def choose() -> None:
        topics.choose(linden, ["loss"])
        topics.add_words(linden, "corridor")

    evening.site.do(choose)
    return evening.in_room("Linden")


def test_live_messages_of_others_arrive_folded_and_open_on_demand(evening: Any, page: Any):
    expect(page.locator("#m-3 summary")).to_contain_text("loss and grief")
    evening.say("Otis", "The CORRIDOR again", FAR, "I made soup.")
    expect(page.locator("#m-4 summary")).to_contain_text("something you asked to be warned about", timeout=ARRIVES_MS)
    expect(page.locator("#m-5 summary")).to_contain_text("loss and grief")
    expect(page.locator("#m-6 .said")).to_have_text("I made soup.")
    expect(page.locator("#m-5 .said")).to_be_hidden()
    expect(page.locator("#say-chat")).to_contain_text("Otis, heads-up: loss and grief")
    assert "funeral" not in page.locator("#say-chat").text_content()
    page.locator("#m-5 summary").click()
    expect(page.locator("#m-5 .said")).to_be_visible()


def test_ones_own_words_stay_open_and_quotations_stay_folded(evening: Any, page: Any):
    page.locator("#w").fill("My brother died too")
    page.locator("#w").press("Enter")
    expect(page.locator("#m-4 .said")).to_have_text("My brother died too")
    expect(page.locator("#m-4 summary")).to_have_count(0)
    evening.say("Otis", FAR)
    expect(page.locator("#m-5 summary")).to_contain_text("loss and grief", timeout=ARRIVES_MS)
    evening.site.do(lambda: post(evening.members["Fern"], evening.room(), "Thank you", reply_to=5))
    expect(page.locator("#m-6 .quote")).to_contain_text("loss and grief", timeout=ARRIVES_MS)
    assert "soup" not in page.locator("#m-6").text_content()
    page.reload()
    expect(page.locator("#m-6 .quote")).to_contain_text("loss and grief")
    assert "soup" not in page.locator("#m-6").text_content()


def test_earlier_messages_come_folded_too(evening: Any, page: Any):
    evening.say("Otis", *(f"line {number}" for number in range(55)))
    evening.has_read("Linden")
    page.reload()
    evening.is_heard(page)
    page.get_by_role("link", name="Earlier messages").click()
    expect(page.locator("#m-3 summary")).to_contain_text("loss and grief")
    expect(page.locator("#m-3 .said")).to_be_hidden()


def test_topics_are_chosen_without_scripts(evening: Any):
    page = evening.as_member("Otis", "/you/topics/", java_script_enabled=False)
    page.locator("label", has_text="Loss and grief").click()
    expect(page.get_by_label("Loss and grief")).to_be_checked()
    page.get_by_role("button", name="Save the topics").click()
    page.get_by_label("Words you'd rather not meet").fill("light a lamp")
    page.get_by_role("button", name="Add").click()
    evening.say("Fern", "The funeral is over.")
    page.goto(evening.site.url + "/rooms/evenings/")
    expect(page.locator("#m-2 summary")).to_contain_text("something you asked to be warned about")
    expect(page.locator("#m-3 summary")).to_contain_text("loss and grief")
    page.locator("#m-3 summary").click()
    expect(page.locator("#m-3 .said")).to_be_visible()
