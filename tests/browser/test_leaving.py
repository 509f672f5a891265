"""Leaving quickly: the page is covered, the session ends, and going back shows nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.servers]


def test_s3_one_press_covers_forgets_and_signs_out(evening: Any):
    page = evening.in_room("Linden")
    evening.catch_leaving(page)
    page.locator("#w").fill("Something I would not want read")
    length = page.evaluate("history.length")
    page.get_by_role("button", name="Leave quickly").click()
    page.wait_for_url(settings.LEAVE_URL)
    assert page.evaluate("history.length") == length
    page.goto(evening.site.url + "/rooms/evenings/")
    assert "/sign-in/" in page.url
    assert page.evaluate("sessionStorage.length") == 0
    assert "Evenings" not in page.content()


def test_w3_going_back_shows_no_private_page(evening: Any):
    page = evening.in_room("Linden")
    evening.catch_leaving(page)
    page.goto(evening.site.url + "/today/")
    page.get_by_role("button", name="Leave quickly").click()
    page.wait_for_url(settings.LEAVE_URL)
    page.go_back()
    expect(page.locator("#id_login")).to_be_visible()


def test_w3_going_back_shows_no_private_page_when_the_line_broke_on_leaving(evening: Any):
    page = evening.in_room("Linden")
    evening.catch_leaving(page)
    page.goto(evening.site.url + "/today/")
    page.context.route("**/leave/", lambda route: route.abort())
    page.get_by_role("button", name="Leave quickly").click()
    page.wait_for_url(settings.LEAVE_URL)
    page.go_back()
    expect(page.locator("#id_login")).to_be_visible()


def test_s3_a_second_tab_ends_too(evening: Any):
    first = evening.in_room("Linden")
    evening.catch_leaving(first)
    second = first.context.new_page()
    second.goto(evening.site.url + "/rooms/evenings/")
    evening.is_heard(second)
    first.get_by_role("button", name="Leave quickly").click()
    expect(second.locator("#line")).to_contain_text("You've been signed out", timeout=60_000)


def test_leaving_without_scripts_is_a_form(evening: Any):
    page = evening.as_member("Linden", "/today/", java_script_enabled=False)
    evening.catch_leaving(page)
    page.get_by_role("button", name="Leave quickly").click()
    page.wait_for_url(settings.LEAVE_URL)
    page.goto(evening.site.url + "/today/")
    assert "/sign-in/" in page.url
