"""A story from its first line to a reviewer, in a real browser: kept by itself, looked at, handed in."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from community.models import Story, StoryRevision
from community.services import stories

pytestmark = [pytest.mark.browser, pytest.mark.servers]


def test_a_story_is_kept_while_it_is_written_looked_at_and_handed_in(evening: Any):
    page = evening.as_member("Linden", "/stories/")
    page.get_by_role("link", name="Write yours").click()
    page.get_by_role("link", name="Write a story").click()
    page.clock.install()
    page.reload()
    page.get_by_label("Title").fill("Soup on a Tuesday")
    page.get_by_role("textbox", name="Text").fill("I made soup.\n\nIt was **enough** for that day.")
    page.clock.run_for(1000)
    expect(page.locator("#look .prose strong")).to_have_text("enough")
    page.clock.run_for(10_000)
    expect(page.locator("[data-state]")).to_have_text(re.compile(r"Saved \d\d:\d\d"))
    expect(page).to_have_url(re.compile(r"/stories/mine/\d+/text/$"))
    two_tabs(evening, page)
    page.get_by_role("button", name="Send to a reviewer").click()
    for box in page.locator("[name=ticked]").all():
        box.check()
    page.get_by_role("button", name="Hand it in").click()
    expect(page.locator(".errors").first).to_contain_text("Your agreement")
    page.locator("[name=agrees]").check()
    page.get_by_role("button", name="Hand it in").click()
    expect(page.locator("main")).to_contain_text("With a reviewer, usually 4 days")
    mine = evening.site.do(lambda: StoryRevision.objects.get())
    assert (mine.state, mine.read().body) == ("submitted", "Mine, and theirs.")


def two_tabs(evening: Any, page: Any) -> None:
    """Another version was kept elsewhere: nothing is sent over it before its writer has seen both."""
    draft = evening.site.do(lambda: StoryRevision.objects.select_related("story").get())
    other = stories.Text("Soup on a Tuesday", "Theirs.")
    evening.site.do(lambda: stories.keep(draft, other, by=evening.members["Linden"], version=draft.version))
    page.get_by_role("textbox", name="Text").fill("Mine.")
    page.clock.run_for(10_000)
    expect(page.locator("[data-late]")).to_be_visible()
    expect(page.locator("[data-state]")).to_have_text(re.compile("Not saved since"))
    page.get_by_role("button", name="Look at both").click()
    page.get_by_text(re.compile(r"The other version, ")).click()
    expect(page.locator("details[open] .said").last).to_have_text("Theirs.")
    page.get_by_role("textbox", name="Text").fill("Mine, and theirs.")
    page.clock.run_for(10_000)
    expect(page.locator("[data-state]")).to_have_text(re.compile(r"Saved \d\d:\d\d"))
    assert evening.site.do(lambda: Story.objects.count()) == 1
