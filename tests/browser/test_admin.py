"""Django's own admin in a real browser: in our look, on a phone and on a desk, within the policy, by keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry

from community.models import Member
from tests.browser.staff import as_staff, breaches
from tests.browser.test_axe import CROSSED, faults
from tests.factories import make_entry, make_member

pytestmark = [pytest.mark.browser, pytest.mark.servers]


def _many_members() -> tuple[int, int]:
    for number in range(60):
        make_member(f"neighbour{number}", roles=("hosts",) if number % 7 == 0 else ())
    return Member.objects.get(name="Fern").pk, make_entry().pk


@pytest.mark.parametrize("look", CROSSED)
def test_no_page_breaks_the_policy_and_axe_finds_nothing(evening: Any, open_page: Any, look: dict[str, Any]):
    fern, line = evening.site.do(_many_members)
    page = as_staff(evening, open_page, "Ada", "admins", **look)
    members = "/admin/community/member/"
    found: list[str] = []
    for path in ("/admin/", "/admin/community/", members, f"{members}?q=neigh&role=hosts", f"{members}?p=2&o=-4",
                 f"{members}{fern}/change/", f"{members}{fern}/history/", "/admin/admin/logentry/",
                 "/admin/community/resource/", f"/admin/community/resource/{line}/change/", f"/admin/community/resource/{line}/history/"):  # fmt: skip
        assert page.goto(evening.site.url + path).status == 200, path
        assert breaches(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        found += faults(page)
        page.set_viewport_size(look["viewport"])
    assert "\n".join(found) == ""


def test_an_admin_finds_a_member_and_gives_a_role_by_keyboard(evening: Any, open_page: Any):
    page = as_staff(evening, open_page, "Ada", "admins")
    page.goto(evening.site.url + "/admin/")
    page.get_by_role("link", name="Members").focus()
    page.keyboard.press("Enter")
    page.get_by_role("searchbox").focus()
    page.keyboard.type("fer")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=fer*")
    page.get_by_role("link", name="Fern").focus()
    page.keyboard.press("Enter")
    box = page.get_by_label("Curator: keeps help lines and resources right")
    box.focus()
    assert box.evaluate("e => getComputedStyle(e).outlineStyle") == "solid", "the ring is seen"
    page.keyboard.press("Space")
    page.get_by_role("button", name="Save").focus()
    page.keyboard.press("Enter")
    page.get_by_text("was changed successfully").wait_for()
    assert evening.site.do(lambda: LogEntry.objects.get().get_change_message()) == "Given: curators."
    page.goto(page.url.split("?")[0])
    page.get_by_role("link", name="Fern").click()
    page.get_by_role("link", name="History").click()
    page.get_by_text("Given: curators.").wait_for()
    assert breaches(page) == []


def test_the_way_out_is_on_every_page(evening: Any, open_page: Any):
    evening.catch_leaving(page := as_staff(evening, open_page, "Ada", "admins"))
    page.goto(evening.site.url + "/admin/community/member/")
    page.get_by_role("button", name="Leave quickly").click()
    page.get_by_text("The weather").wait_for()
    page.goto(evening.site.url + "/admin/")
    assert "/sign-in/" in page.url


def test_without_scripts_it_is_the_same(evening: Any, open_page: Any):
    page = as_staff(evening, open_page, "Ada", "admins", java_script_enabled=False)
    page.goto(evening.site.url + "/admin/community/member/?q=Otis")
    page.get_by_role("link", name="Otis").click()
    page.get_by_label("Host: leads live chats").check()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("was changed successfully").wait_for()
