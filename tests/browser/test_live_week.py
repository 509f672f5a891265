"""Live chats before they begin, in a real browser: the page follows the clock without a reload, and names this device's
own time where it differs."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.test_axe import faults
from tests.factories import make_live_chat, make_member

pytestmark = [pytest.mark.browser, pytest.mark.servers]


def test_from_the_week_to_the_door_of_a_chat_that_opens_by_itself(evening: Any):
    host = evening.site.do(lambda: make_member("Marisol", roles=("hosts",)))
    soon = {"topic": "Sleep, when your mind won't stop", "host": host, "content_note": "nights"}
    later = evening.site.do(lambda: make_live_chat(3 * 24 * 3600, topic="Mornings", host=host, seats=5))
    page = evening.as_member("Linden", "/live/", timezone_id="Asia/Tokyo")
    row = page.get_by_role("listitem").filter(has_text="Mornings")
    expect(row).to_contain_text("By this device's clock:")
    assert not faults(page)
    row.get_by_role("button", name="Remind me").click()
    expect(page.get_by_role("heading", name="A seat is kept for you")).to_be_visible()
    assert later.token in page.url
    assert not faults(page)
    page.goto(f"{evening.site.url}/live/calendar/?month={later.starts_at:%Y-%m}")
    expect(page.get_by_role("table").get_by_role("columnheader", name="Monday")).to_be_visible()
    expect(page.get_by_role("cell").filter(has_text="Mornings")).to_have_count(1)
    assert not faults(page)
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.get_by_role("table")).to_be_hidden()
    expect(page.get_by_role("listitem").filter(has_text="Mornings")).to_be_visible()

    chat = evening.site.do(lambda: make_live_chat(4, **soon))
    page.goto(f"{evening.site.url}/live/{chat.token}/")
    expect(page.get_by_role("button", name="Come in")).to_be_hidden()
    page.get_by_label("What would you like to hear about?").fill("Does it get quieter?")
    expect(page.get_by_role("button", name="Come in")).to_be_visible(timeout=20_000)
    expect(page.locator("#say")).to_contain_text("On now, until")
    expect(page.get_by_label("What would you like to hear about?")).to_have_value("Does it get quieter?")
    page.get_by_role("button", name="Come in").click()
    expect(page.get_by_role("region", name="Messages in Sleep")).to_be_visible()
