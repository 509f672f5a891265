"""A host with a phone and a member beside them: one evening from the first word to the lines for those who missed it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from chat.models import LiveChat
from chat.services import live_places
from community.models import Member
from tests.browser.staff import as_staff, breaches
from tests.browser.test_talking import PATIENCE_MS, wait_for, write
from tests.factories import make_live_chat

pytestmark = [pytest.mark.browser, pytest.mark.servers]
PHONE = {"width": 390, "height": 844}
ASKED = "What does four in the morning sound like?"


def late_chat() -> str:
    """A chat that should have begun five minutes ago, whose host is only coming now."""
    host = Member.objects.get(name="Marisol")
    return make_live_chat(-300, is_led=False, host=host, topic="Sleep", opening="Hello, all of you.").token


def is_heard(page: Any) -> None:
    """Returns once the page has entered the room on the socket."""
    page.locator("#main[data-live]").wait_for(timeout=PATIENCE_MS)


def press(page: Any, name: str) -> None:
    """Presses a control of the strip, or of the desk where the strip has none of that name."""
    page.get_by_role("button", name=name, exact=True).first.click()


def desk(page: Any) -> Any:
    """The desk, opened over the messages as on any phone."""
    page.get_by_role("link", name="All controls").click()
    return page.locator("#desk")


def test_a_whole_evening_from_a_phone(evening: Any, open_page: Any):
    marisol = as_staff(evening, open_page, "Marisol", "hosts", viewport=PHONE, has_touch=True)
    token = evening.site.do(late_chat)
    marisol.goto(f"{evening.site.url}/host/{token}/")
    expect(marisol.locator("#host-strip")).to_contain_text("Not taking place")
    press(marisol, "I'm here")
    is_heard(marisol)
    expect(marisol.locator("#host-strip")).to_contain_text("Open until")

    chat = evening.site.do(lambda: LiveChat.objects.get(token=token))
    evening.site.do(lambda: live_places.enter(evening.members["Linden"], chat))
    linden = evening.as_member("Linden", f"/live/{token}/")
    is_heard(linden)
    press(marisol, "Open with your words")
    wait_for(linden, "Hello, all of you.")
    write(linden, "I'm new to this")
    wait_for(marisol, "I'm new to this")

    # a question that was not prepared; what is being typed survives what others do meanwhile
    place = desk(marisol)
    place.locator("#h-so-far").fill("We spoke of the night.")
    place.get_by_label("Another question").fill(ASKED)
    place.get_by_role("button", name="Ask it now").click()
    expect(linden.locator("#asks h2")).to_have_text(ASKED, timeout=PATIENCE_MS)
    expect(place.locator(".pinned")).to_contain_text(ASKED)
    expect(place.locator("#h-so-far")).to_have_value("We spoke of the night.")
    place.locator("[data-part=so-far]").get_by_role("button", name="Keep").click()
    expect(linden.locator("#so-far")).to_contain_text("We spoke of the night.", timeout=PATIENCE_MS)
    place.get_by_label("Another question").fill("Half a question")
    place.locator("[data-part=questions]").get_by_role("button", name="Take it down").click()
    expect(linden.locator("#asks")).to_be_hidden(timeout=PATIENCE_MS)
    expect(place.get_by_label("Another question")).to_have_value("Half a question")
    place.get_by_role("button", name="30 s", exact=True).click()
    expect(place.get_by_role("button", name="30 s", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(linden.locator("#wh")).to_contain_text("30 seconds", timeout=PATIENCE_MS)
    expect(place.locator("[data-part=newcomers]")).to_contain_text("Linden")

    place.get_by_role("link", name="Back to the messages").click()
    press(marisol, "Take a minute")
    expect(linden.locator("#live-line")).to_contain_text("take a minute", timeout=PATIENCE_MS)
    press(marisol, "Let everyone write")
    expect(linden.locator("#live-line")).to_be_hidden(timeout=PATIENCE_MS)

    place = desk(marisol)
    place.get_by_role("button", name="Begin the last five minutes").click()
    expect(linden.locator("#main")).to_have_attribute("data-state", "winding-down", timeout=PATIENCE_MS)
    place.get_by_text("Close it at once").click()
    place.get_by_role("button", name="Close it now").click()
    expect(linden.locator("#main")).to_have_attribute("data-state", "ended", timeout=PATIENCE_MS)
    place.get_by_label("What we talked about").fill("- Linden's night")
    place.get_by_role("button", name="Publish these lines").click()
    expect(marisol.locator("#say-now")).to_contain_text("without names", timeout=PATIENCE_MS)
    expect(place.get_by_label("What we talked about")).to_have_value("- Linden's night")
    place.get_by_label("What we talked about").fill("what four in the morning sounds like")
    place.get_by_role("button", name="Publish these lines").click()
    expect(place.get_by_role("button", name="Keep the changes")).to_be_visible(timeout=PATIENCE_MS)
    kept = evening.site.do(lambda: LiveChat.objects.get(token=token))
    assert kept.talked_about == ["what four in the morning sounds like"]
    assert timezone.now() - kept.closed_at < timedelta(minutes=10)
    assert breaches(marisol) == []


def chat_to_come() -> str:
    """A chat that begins in twenty minutes, with a cover, and somebody who wants to come."""
    host, cover = Member.objects.get(name="Marisol"), Member.objects.get(name="Theo")
    return make_live_chat(1200, is_led=False, host=host, cover=cover, topic="Sleep").token


def test_the_cover_comes_when_the_host_cannot(evening: Any, open_page: Any):
    marisol = as_staff(evening, open_page, "Marisol", "hosts")
    theo = as_staff(evening, open_page, "Theo", "hosts", viewport=PHONE, has_touch=True)
    token = evening.site.do(chat_to_come)
    linden = evening.as_member("Linden", f"/live/{token}/")
    linden.get_by_role("button", name="Remind me").click()
    marisol.goto(f"{evening.site.url}/host/{token}/")
    press(marisol, "I need cover")
    expect(marisol.get_by_role("main")).to_contain_text("Theo", timeout=PATIENCE_MS)
    theo.goto(f"{evening.site.url}/host/{token}/")
    press(theo, "I'm here")
    theo.get_by_role("button", name="I'm here", exact=True).wait_for(state="detached", timeout=PATIENCE_MS)
    linden.reload()
    expect(linden.get_by_role("main")).to_contain_text("Theo is keeping the room open for whoever needs it.")
    kept = evening.site.do(lambda: LiveChat.objects.select_related("led_by").get(token=token))
    assert kept.led_by.name == "Theo"
    assert breaches(theo) == []
