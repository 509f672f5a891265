"""A shift on a phone: read, begun, ended; the roster; and nothing wrong for whoever listens to them."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from chat.models import Message
from moderation.models import Shift
from moderation.services import closing, flags, queue, shifts
from tests.browser.staff import as_staff, breaches
from tests.browser.test_axe import faults
from tests.factories import make_member

pytestmark = [pytest.mark.browser, pytest.mark.servers]


def test_a_shift_is_begun_read_and_ended_on_a_phone(evening: Any, open_page: Any):
    def handed_over() -> None:
        theo = make_member("Theo", roles=("moderators",))
        shifts.begin(theo)
        flags.raise_about(Message.objects.get(seq=1), flags.Cause(3, "worried"))
        closing.close(theo, notes={}, lines=["A slow evening."])

    evening.site.do(handed_over)
    page = as_staff(evening, open_page, "Amara", "moderators", viewport={"width": 390, "height": 844})
    page.goto(f"{evening.site.url}/moderate/shift/")
    expect(page.locator("#handovers")).to_contain_text("A slow evening.")
    page.get_by_role("button", name="I have read it").click()
    page.get_by_role("button", name="I'm fit for it, and begin").click()
    expect(page.get_by_role("region", name="Your shift")).to_contain_text("On shift until")
    evening.site.do(lambda: queue.take_next(shifts.on_now()[0].member))
    found: list[str] = []
    for path in ("shift/", "roster/", "shift/end/"):
        page.goto(f"{evening.site.url}/moderate/{path}")
        found += faults(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    assert (found, breaches(page)) == ([], [])
    page.get_by_role("button", name="Give back and end my shift").click()
    expect(page.locator("#errors")).to_contain_text("needs a line")
    page.get_by_label("Evenings").fill("She is with her sister.")
    page.get_by_role("button", name="Give back and end my shift").click()
    expect(page.locator("main")).to_contain_text("what is open is handed over")
    assert evening.site.do(lambda: Shift.objects.filter(ended_at=None).count()) == 0
