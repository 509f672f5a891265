"""Help without a network, and a room that says honestly that it is offline."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.servers]

CONTROLLED = "navigator.serviceWorker.ready.then(() => caches.keys()).then((names) => names.length > 0)"


def keep_help(page: Any) -> None:
    """Returns once the service worker has kept the help page."""
    assert page.evaluate(CONTROLLED)
    page.reload()


def test_f4_help_is_there_when_the_server_is_gone(web: Any, open_page: Any):
    page = open_page(web.url + "/")
    keep_help(page)
    web.kill9()
    page.goto(web.url + "/help-now/")
    expect(page.locator("h1")).to_be_visible()
    assert page.locator("a[href^='tel:']").count() > 5
    page.goto(web.url + "/rooms/")
    assert page.locator("a[href^='tel:']").count() > 5


def test_w3_nothing_private_is_kept_for_offline(evening: Any):
    page = evening.in_room("Linden")
    keep_help(page)
    evening.is_heard(page)
    kept = page.evaluate(
        "caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name))))"
        ".then((all) => Promise.all(all.map((one) => one.keys())))"
        ".then((all) => all.flat().map((one) => new URL(one.url).pathname))"
    )
    assert "/help-now/all/" in kept
    assert [path for path in kept if not path.startswith(("/help-now/", "/static/"))] == []


def test_the_room_says_that_it_is_offline_and_comes_back_by_itself(evening: Any):
    page = evening.in_room("Linden")
    evening.site.kill9()
    expect(page.locator("#line")).to_have_text(
        "You're offline. You can read what's here. What you write will wait.", timeout=60_000
    )
    evening.say("Fern", "You missed this")
    evening.site.restart()
    expect(page.locator("#line")).to_have_text("Back online. 1 new message below.", timeout=60_000)
    expect(page.locator(".said").last).to_have_text("You missed this")
