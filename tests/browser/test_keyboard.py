"""Everything by keyboard alone, with the focus where a person expects it."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import expect

from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.servers]


def press(page: Any, *keys: str) -> None:
    """Presses keys, one after the other, wherever the focus is."""
    for key in keys:
        page.keyboard.press(key)


def tab_to(page: Any, selector: str, most: int = 60) -> Any:
    """Presses Tab until the element has the focus."""
    wanted = page.locator(selector)
    for _ in range(most):
        if wanted.evaluate("node => node === document.activeElement"):
            return wanted
        press(page, "Tab")
    raise AssertionError(f"{selector} cannot be reached with {most} presses of Tab")


def test_signing_in_and_talking_without_a_mouse(evening: Any, open_page: Any):
    page = open_page(evening.site.url + "/sign-in/")
    tab_to(page, "#id_login")
    page.keyboard.type("Linden")
    tab_to(page, "#id_password")
    page.keyboard.type(PASSWORD)
    press(page, "Enter")
    page.wait_for_url("**/today/")
    tab_to(page, "[data-room-card=evenings] a")
    press(page, "Enter")
    page.wait_for_url("**/rooms/evenings/*")
    tab_to(page, "#w")
    page.keyboard.type("Good evening")
    press(page, "Shift+Enter")
    page.keyboard.type("from the sofa")
    press(page, "Enter")
    expect(page.locator("li.msg.mine:not([data-pending]) .said")).to_have_text("Good evening\nfrom the sofa")
    expect(page.locator("#w")).to_be_focused()
    expect(page.locator("#w")).to_have_value("")


def test_the_list_is_one_tab_stop_and_arrows_go_through_it(evening: Any):
    page = evening.in_room("Linden")
    tab_to(page, "#log")
    press(page, "ArrowUp")
    expect(page.locator("#m-2")).to_be_focused()
    press(page, "ArrowUp")
    expect(page.locator("#m-1")).to_be_focused()
    press(page, "End")
    expect(page.locator("#m-2")).to_be_focused()
    press(page, "Home")
    expect(page.locator("#m-1")).to_be_focused()
    press(page, "Escape")
    expect(page.locator("#w")).to_be_focused()


def test_a_menu_opens_with_enter_and_gives_the_focus_back(evening: Any):
    page = evening.in_room("Linden")
    tab_to(page, "#log")
    press(page, "End", "Enter")
    expect(page.get_by_role("button", name="With you")).to_be_focused()
    press(page, "ArrowDown")
    expect(page.get_by_role("button", name="Same here")).to_be_focused()
    press(page, "Escape")
    expect(page.locator("#m-2 .tools__more")).to_be_focused()
    press(page, "Escape")
    expect(page.locator("#m-2")).to_be_focused()
    press(page, "Enter", "ArrowUp", "ArrowUp", "ArrowUp", "ArrowUp")
    expect(page.get_by_role("button", name="Reply").last).to_be_focused()
    press(page, "Enter")
    expect(page.locator("#w")).to_be_focused()
    expect(page.locator("#replying")).to_contain_text("They are. I light a lamp at five.")
    press(page, "Escape")
    expect(page.locator("#replying")).to_be_hidden()


def test_focus_goes_to_the_next_message_when_one_is_taken_back(evening: Any):
    linden, fern = evening.in_room("Linden"), evening.in_room("Fern")
    tab_to(linden, "#log")
    press(linden, "Home")
    expect(linden.locator("#m-1")).to_be_focused()
    fern.locator("#m-1").hover()
    fern.locator("#m-1").get_by_role("link", name="More for the message").click()
    fern.get_by_role("button", name="Take back").click()
    expect(linden.locator("#m-2")).to_be_focused()


def test_the_first_two_stops_lead_to_the_messages_and_to_writing(evening: Any):
    page = evening.in_room("Linden")
    press(page, "Tab")
    expect(page.get_by_role("link", name="Skip to the messages")).to_be_focused()
    press(page, "Tab", "Enter")
    expect(page.locator("#w")).to_be_focused()


def test_three_times_shift_leaves_and_a_letter_between_does_not(evening: Any):
    page = evening.in_room("Linden")
    evening.catch_leaving(page)
    press(page, "Shift", "Shift", "a", "Shift")
    expect(page.locator(".leave__dots").first).to_have_text("● ○ ○ ")
    press(page, "b", "Shift", "Shift", "Shift")
    page.wait_for_url(settings.LEAVE_URL)
    page.goto(evening.site.url + "/rooms/evenings/")
    assert "/sign-in/" in page.url
