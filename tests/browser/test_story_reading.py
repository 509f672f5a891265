"""A story on a phone: read without scripts and with them, by keyboard, in light and dark, with nothing from elsewhere."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from community.models import EditorNote, SavedStory, StoryReaction
from tests.browser.test_axe import faults
from tests.browser.test_keyboard import press, tab_to
from tests.factories import make_live_chat, make_story

pytestmark = [pytest.mark.browser, pytest.mark.servers]
PHONE = {"width": 390, "height": 844}
BODY = (
    "The lighthouse keeper came by.\n\n## Night\n\nHe stayed.\n\n> It was enough.\n\n- one\n- two\n\n---\n\n"
    + "Then more. " * 80
)
SOURCE = {"title": "A study", "publisher": "A journal", "url": "https://example.org/study", "published": "2023"}


@pytest.fixture
def story(evening: Any) -> Any:
    """A story with everything that a page can show, and others like it."""

    def make() -> Any:
        from community.story_content import Source

        make_live_chat(3600, topic="Lighthouses at night")
        for title in ("A near one", "Another near one"):
            make_story(title, tags=("night",), content_note="being alone")
        return make_story("The lighthouse", body=BODY, tags=("night",), content_note="being alone", sponsor="Nobody",
                          sources=(Source(**SOURCE),))  # fmt: skip

    return evening.site.do(make)


def test_a_story_is_read_answered_kept_and_told_about_without_scripts(evening: Any, story: Any):
    page = evening.as_member("Linden", "/stories/", java_script_enabled=False, viewport=PHONE)
    page.get_by_role("link", name="The lighthouse").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The lighthouse")
    expect(page.locator(".prose blockquote")).to_have_text("It was enough.")
    page.get_by_text("Respond").click()
    page.get_by_role("button", name="Same here").click()
    expect(page.locator("[data-word]")).to_have_text("Same here")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Saved")).to_be_visible()
    page.locator(".aa summary").click()
    page.locator(".aa label", has_text="Wider").click()
    page.get_by_role("button", name="Read like this").click()
    assert page.locator("html").get_attribute("data-lines") == "wider"
    page.locator("#said").fill("The link is dead.")
    page.get_by_role("button", name="Tell the editors").click()
    expect(page.locator("main")).to_contain_text("An editor will read it")
    page.goto(evening.site.url + "/saved/")
    page.get_by_role("button", name="Take out The lighthouse").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="The lighthouse")).to_be_visible()
    stored = evening.site.do(
        lambda: (EditorNote.objects.get().said, SavedStory.objects.count(), StoryReaction.objects.get().kind)
    )
    assert stored == ("The link is dead.", 1, "same-here")


def test_a_story_with_scripts_by_keyboard_stays_where_one_is_and_asks_nobody_else(evening: Any, story: Any):
    page = evening.as_member("Linden", "/today/", viewport=PHONE)
    asked: list[str] = []
    violations: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.on("console", lambda one: violations.append(one.text) if "Content Security Policy" in one.text else None)
    page.goto(f"{evening.site.url}/stories/{story.slug}/")
    data = page.evaluate("JSON.parse(document.querySelector('script[type=\"application/ld+json\"]').textContent)")
    assert data["mainEntity"]["headline"] == "The lighthouse"
    tab_to(page, "[data-said]")
    press(page, "Enter")
    tab_to(page, "button[value=same-here]")
    press(page, "Enter")
    expect(page.locator("[data-word]")).to_have_text("Same here")
    expect(page.locator("[data-said]")).to_be_focused()
    tab_to(page, "[data-save]")
    press(page, "Enter")
    expect(page.locator("[data-save]")).to_have_attribute("aria-pressed", "true")
    page.locator(".dock__share summary").click()
    expect(page.get_by_role("link", name="By e-mail, without its title")).to_be_visible()
    press(page, "Escape")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert "\n".join(faults(page)) == ""
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.goto(f"{evening.site.url}/saved/")
    page.get_by_label("Note to yourself: The lighthouse").fill("my Sunday one")
    page.get_by_role("button", name="Keep note").click()
    page.get_by_role("button", name="Take out The lighthouse").click()
    page.locator("[data-undo] button").click()
    expect(page.locator("[name=note]").first).to_have_value("my Sunday one")
    assert faults(page) == []
    assert not violations
    assert not [url for url in asked if not url.startswith((evening.site.url, "data:"))]
