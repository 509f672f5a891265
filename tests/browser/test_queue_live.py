"""The queue in real browsers: it moves by itself, for everyone who looks at it, and takes no focus."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from community.models import Member
from tests.browser.staff import as_staff, breaches
from tests.browser.test_talking import PATIENCE_MS, write

pytestmark = [pytest.mark.browser, pytest.mark.servers]
DANGER, WORSE = "I don't want to be here tonight", "I'm going to kill myself tonight, I have the pills"
PLACES = "#queue-live #queue > li"


@pytest.fixture
def web(start_web: Any) -> Any:
    """A site that reads what is said."""
    return start_web(env={"READER_PROCESS": "1"})


def console(evening: Any, open_page: Any, name: str) -> Any:
    """The queue of a moderator, once its line is up."""
    page = as_staff(evening, open_page, name, "moderators")
    page.goto(f"{evening.site.url}/moderate/")
    is_live(page)
    return page


def is_live(page: Any) -> None:
    """Returns once the page's line is up."""
    page.locator("html[data-queue-live]").wait_for(state="attached", timeout=PATIENCE_MS)


def test_three_people_at_once(evening: Any, open_page: Any):
    amara, sol = (console(evening, open_page, name) for name in ("Amara", "Sol"))
    expect(amara.locator(PLACES)).to_have_count(0)
    linden = evening.in_room("Linden")
    write(linden, DANGER)
    for page in (amara, sol):
        expect(page.locator(PLACES)).to_have_count(1, timeout=PATIENCE_MS)
        expect(page.locator("#queue-live")).not_to_contain_text(DANGER)
    amara.get_by_role("button", name="Take next").click()
    amara.wait_for_url("**/moderate/*/")
    expect(sol.locator("#queue-live")).to_contain_text("Amara", timeout=PATIENCE_MS)
    assert breaches(sol) == []
    assert breaches(amara) == []


def test_what_is_new_and_severe_is_said_and_the_focus_stays(evening: Any, open_page: Any):
    amara = console(evening, open_page, "Amara")
    take = amara.get_by_role("button", name="Take next")
    take.focus()
    evening.say("Linden", WORSE)
    expect(amara.locator(PLACES)).to_have_count(1, timeout=PATIENCE_MS)
    expect(amara.locator("#say")).to_have_text("1 new case is severe.", timeout=PATIENCE_MS)
    expect(take).to_be_focused()


def test_without_a_line_the_page_asks(evening: Any, open_page: Any):
    amara = as_staff(evening, open_page, "Amara", "moderators")
    amara.route_web_socket("**/ws/moderate/", lambda socket: socket.close())
    amara.goto(f"{evening.site.url}/moderate/")
    evening.say("Linden", DANGER)
    expect(amara.locator(PLACES)).to_have_count(1, timeout=PATIENCE_MS)


def test_whoever_loses_the_role_hears_no_more(evening: Any, open_page: Any):
    amara = console(evening, open_page, "Amara")
    evening.site.do(lambda: Member.objects.get(name="Amara").groups.clear())
    expect(amara.locator("html[data-queue-live]")).to_have_count(0, timeout=PATIENCE_MS)
