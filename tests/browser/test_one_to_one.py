"""One-to-one in real browsers: asking, a yes, talking live, ending, with a third who sees nothing of it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.test_talking import PATIENCE_MS, wait_for, write

pytestmark = [pytest.mark.browser, pytest.mark.servers]


def ask(evening: Any, note: str, **how: Any) -> Any:
    """Linden asks Fern to talk, from her profile; Linden's page."""
    linden = evening.as_member("Linden", "/people/Fern/", **how)
    linden.get_by_role("link", name="Ask to talk").click()
    linden.get_by_label("A short note").fill(note)
    linden.get_by_role("button", name="Ask").click()
    expect(linden.get_by_role("status").filter(has_text="Fern will see your note.")).to_be_visible()
    return linden


def say_yes(evening: Any, **how: Any) -> Any:
    """Fern says yes; Fern's page of the conversation."""
    fern = evening.as_member("Fern", "/messages/", **how)
    fern.get_by_role("link", name="Linden").click()
    fern.get_by_role("button", name="Yes, let's talk").click()
    fern.wait_for_url("**/messages/c-*/")
    return fern


def in_it(page: Any) -> Any:
    """The page, once its line is up."""
    page.locator("#main[data-live]").wait_for()
    return page


def test_two_talk_and_a_third_browser_sees_nothing_of_it(evening: Any):
    otis = evening.in_room("Otis")
    linden = ask(evening, "I liked what you said about lamps.")
    fern = in_it(say_yes(evening))
    wait_for(fern, "I liked what you said about lamps.")
    linden.goto(fern.url)
    in_it(linden)
    write(fern, "I light one at five")
    wait_for(linden, "I light one at five")
    write(linden, "So do I, now")
    wait_for(fern, "So do I, now")
    expect(otis.locator("#messages")).not_to_contain_text("lamps.")
    otis.goto(fern.url)
    expect(otis.locator("main")).to_contain_text("This page isn't here")


def test_it_recovers_when_the_server_is_killed_and_shows_each_message_once(evening: Any):
    ask(evening, "Hello")
    fern = in_it(say_yes(evening))
    linden = in_it(evening.as_member("Linden", fern.url.removeprefix(evening.site.url)))
    evening.site.kill9()
    linden.locator("#w").fill("Written while it was down")
    linden.locator("#w").press("Enter")
    expect(linden.locator("[data-pending]").last).to_contain_text("Not sent yet", timeout=PATIENCE_MS)
    evening.site.restart()
    expect(linden.locator("li.msg.mine:not([data-pending])").last).to_contain_text(
        "Written while it was down", timeout=PATIENCE_MS
    )
    expect(fern.locator("li.msg", has_text="Written while it was down")).to_have_count(1, timeout=PATIENCE_MS)


def test_a_yes_shows_beside_messages_on_a_page_that_is_open(evening: Any):
    linden = ask(evening, "Hello")
    linden.goto(evening.site.url + "/rooms/")
    linden.locator("[data-socket]").wait_for()
    say_yes(evening)
    expect(linden.locator(".nav [data-unread-talks] [data-count]")).to_have_text("1", timeout=PATIENCE_MS)


def test_ending_and_a_block_read_the_same_to_the_other(evening: Any):
    ask(evening, "Hello")
    fern = say_yes(evening)
    linden = in_it(evening.as_member("Linden", fern.url.removeprefix(evening.site.url)))
    fern.get_by_role("link", name="About this").click()
    fern.get_by_role("button", name="Block Linden").click()
    expect(fern.locator("main")).to_contain_text("They aren't told.")
    linden.locator("#w").fill("Are you there?")
    linden.locator("#w").press("Enter")
    expect(linden.locator("[data-pending]").last).to_contain_text("This conversation has ended.", timeout=PATIENCE_MS)
    linden.reload()
    expect(linden.locator("#why-not")).to_contain_text("It stays here for you to read or delete.")


def test_everything_without_scripts(evening: Any):
    ask(evening, "Without a script", java_script_enabled=False)
    fern = say_yes(evening, java_script_enabled=False)
    fern.locator("#w").fill("Me too")
    fern.get_by_role("button", name="Send").click()
    expect(fern.locator("li.msg.mine .said")).to_have_text("Me too")
    fern.goto(evening.site.url + "/messages/search/")
    fern.get_by_label("Words in your own conversations").fill("without")
    fern.get_by_role("button", name="Look").click()
    expect(fern.locator("#found-title")).to_have_text("1 message")
    fern.get_by_role("link", name="Linden").click()
    expect(fern.locator("#m-1")).to_contain_text("Without a script")
    fern.get_by_role("link", name="About this").click()
    fern.get_by_role("button", name="End the conversation").click()
    expect(fern.locator("#why-not")).to_contain_text("has ended")
    fern.get_by_role("link", name="About this").click()
    fern.get_by_role("link", name="Delete it for me").click()
    fern.get_by_role("button", name="Delete it for me").click()
    expect(fern.locator("main")).to_contain_text("Nobody has written yet")


def test_by_keyboard_alone(evening: Any):
    from tests.browser.test_keyboard import press, tab_to

    ask(evening, "Hello")
    fern = evening.as_member("Fern", "/messages/")
    tab_to(fern, ".thread__name")
    press(fern, "Enter")
    tab_to(fern, "button[value=yes]")
    press(fern, "Enter")
    fern.wait_for_url("**/messages/c-*/")
    in_it(fern)
    tab_to(fern, "#w")
    fern.keyboard.type("By keyboard")
    press(fern, "Enter")
    wait_for(fern, "By keyboard")
