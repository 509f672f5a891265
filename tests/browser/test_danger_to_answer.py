"""From words of danger to the last answer, with four people at once, each in a browser of their own."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.staff import as_staff
from tests.browser.test_talking import PATIENCE_MS, wait_for, write

pytestmark = [pytest.mark.browser, pytest.mark.servers]
DANGER = "I don't want to be here tonight"


@pytest.fixture
def on_duty(evening: Any, open_page: Any) -> Any:
    """`on_duty(name)` is a moderator at the queue, whose line is up."""

    def begin(name: str) -> Any:
        page = as_staff(evening, open_page, name, "moderators")
        page.goto(evening.site.url + "/moderate/")
        page.locator("html[data-queue-live]").wait_for(state="attached", timeout=PATIENCE_MS)
        return page

    return begin


def waits(page: Any, count: int) -> Any:
    """The lines of the queue, once there are as many; they come by themselves."""
    expect(page.locator("#queue > li")).to_have_count(count, timeout=PATIENCE_MS)
    return page.locator("#queue > li")


def takes_next(page: Any) -> None:
    """By the key; then the page of the case is there."""
    page.locator("body").press("n")
    page.locator("[data-case]").wait_for(timeout=PATIENCE_MS)


def acts(page: Any, kind: str, **chosen: str) -> None:
    """Opens the form of one kind of decision, chooses, and decides."""
    act = page.locator(f"#act-{kind}")
    act.locator("> summary").click()
    for name, value in chosen.items():
        act.locator(f"[name={name}]").select_option(value)
    act.locator("button.btn-main").click()
    page.locator("#queue-live").wait_for(timeout=PATIENCE_MS)


def test_words_of_danger_reach_help_a_moderator_reasons_and_another_look(evening: Any, on_duty: Any):
    linden, fern = evening.in_room("Linden"), evening.in_room("Fern")
    amara, theo = on_duty("amara"), on_duty("theo")
    write(linden, DANGER)
    expect(linden.locator("li.msg.mine .beside section.care")).to_contain_text(
        "Only you can see this", timeout=PATIENCE_MS
    )
    wait_for(fern, DANGER)
    for page in (amara, theo):
        expect(waits(page, 1)).not_to_contain_text(DANGER)

    takes_next(amara)
    expect(amara.locator(".msg--asked mark")).to_have_text(DANGER)
    expect(amara.locator(".ctx")).to_contain_text("I light a lamp at five")
    expect(waits(theo, 1)).to_contain_text("amara", timeout=PATIENCE_MS)
    acts(amara, "hide", reason="harm")
    expect(fern.locator("li.msg", has_text=DANGER)).to_have_count(0, timeout=PATIENCE_MS)
    waits(theo, 0)

    linden.goto(evening.site.url + "/you/decisions/")
    linden.locator("main a[href*='/you/decisions/']").first.click()
    expect(linden.locator("main")).to_contain_text("amara")
    linden.get_by_label("Anything you'd like them to know").fill("I was talking about the party")
    linden.get_by_role("button", name="Ask for another look").click()
    expect(linden.locator("main")).to_contain_text("A second moderator will read it")

    waits(theo, 1)
    expect(amara.locator("#queue > li")).to_have_count(0)
    takes_next(theo)
    expect(theo.locator(".case")).to_contain_text("I was talking about the party")
    theo.get_by_label("Your words to them").fill("You are right, and it is back.")
    theo.get_by_role("button", name="Take the decision back").click()
    waits(theo, 0)
    wait_for(fern, DANGER)
    linden.reload()
    expect(linden.locator("main")).to_contain_text("You are right, and it is back.")
