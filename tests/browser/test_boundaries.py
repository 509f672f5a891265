"""Boundaries in a real browser: saved at once with scripts, all together without, by keyboard alone, and back when lost."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from chat.models import Membership
from community.services import boundaries
from tests.browser.test_axe import faults

pytestmark = [pytest.mark.browser, pytest.mark.servers]
PATH = "/you/boundaries/"


def mine(evening: Any, name: str = "Linden") -> Any:
    """The member's boundaries as they are stored."""
    return evening.site.do(lambda: boundaries.of(evening.members[name]))


def level(evening: Any) -> str:
    """What Linden's room may ring for."""
    return evening.site.do(lambda: Membership.objects.get(member=evening.members["Linden"]).level)


def test_every_choice_is_saved_at_once_and_says_so(evening: Any):
    page = evening.as_member("Linden", PATH)
    expect(page.get_by_role("button", name="Save", exact=True)).to_be_hidden()
    page.get_by_role("switch", name="Keep quiet hours").click()
    expect(page.locator("#say")).to_have_text("Saved")
    assert mine(evening).quiet_on is False
    with page.expect_response(lambda answer: answer.status == 204):
        page.get_by_text("No requests reach you.").click()
    assert mine(evening).who_may_write == "nobody"
    with page.expect_response(lambda answer: answer.status == 204):
        page.get_by_label("Evenings").select_option("all")
    assert level(evening) == "all"
    page.reload()
    expect(page.get_by_role("switch", name="Keep quiet hours")).not_to_be_checked()


def test_a_switch_that_could_not_be_saved_goes_back_and_says_so(evening: Any):
    page = evening.as_member("Linden", PATH)
    page.context.set_offline(True)
    switch = page.get_by_role("switch", name="Rooms you share with them")
    switch.click()
    expect(page.locator("#say-now")).to_contain_text("didn't reach us")
    expect(switch).to_be_checked()
    assert mine(evening).shows_rooms is True


def test_a_wrong_day_is_said_at_its_field_and_goes_away_once_it_is_right(evening: Any):
    page = evening.as_member("Linden", PATH)
    page.get_by_label("Until (optional)").fill("2020-01-01")
    page.get_by_label("Until (optional)").blur()
    expect(page.locator(".form-error")).to_contain_text("from tomorrow on")
    page.get_by_label("Until (optional)").fill("")
    page.get_by_label("Until (optional)").blur()
    expect(page.locator(".form-error")).to_have_count(0)


def test_the_keyboard_alone_is_enough(evening: Any):
    page = evening.as_member("Linden", PATH)
    switch = page.get_by_role("switch", name="Tell people I talk with that it is quiet hours")
    page.get_by_label("Until", exact=True).focus()
    for _ in range(8):
        page.keyboard.press("Tab")
        if switch.evaluate("one => one === document.activeElement"):
            break
    with page.expect_response(lambda answer: answer.status == 204):
        page.keyboard.press("Space")
    assert mine(evening).shows_quiet is True


def test_one_form_with_one_button_without_scripts(evening: Any):
    page = evening.as_member("Linden", PATH, java_script_enabled=False)
    page.get_by_role("switch", name="Keep quiet hours").click()
    page.get_by_role("switch", name="One letter a day").click()
    page.get_by_label("Evenings").select_option("none")
    page.get_by_label("A line for whoever writes").fill("Resting. Back on Monday.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("main .notice")).to_have_text("Saved")
    stored = mine(evening)
    assert (stored.quiet_on, stored.digest, stored.break_words) == (False, "daily", "Resting. Back on Monday.")
    assert level(evening) == "none"


def test_axe_finds_nothing_in_errors_either(evening: Any):
    page = evening.as_member("Linden", PATH, java_script_enabled=True, viewport={"width": 320, "height": 700})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_label("Until (optional)").fill("2020-01-01")
    page.get_by_label("Until (optional)").blur()
    page.locator(".form-error").wait_for()
    assert "\n".join(faults(page)) == ""
