"""A rehearsed shift on a phone, and what leads and moderators see of several members and of a memorial."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings
from playwright.sync_api import expect

from chat import demo
from chat.models import Room
from chat.services import memorials
from community.models import Member
from moderation import rehearsal
from moderation.models import Cluster, Flag
from moderation.services import cluster_watch
from tests.browser.staff import as_staff, breaches
from tests.browser.test_axe import faults
from tests.factories import join, make_member, make_room
from tests.moderation.test_clusters import severe

pytestmark = [pytest.mark.browser, pytest.mark.servers]
PHONE = {"viewport": {"width": 390, "height": 844}}
REHEARSED = {"DEMO": "1", "REHEARSAL": "1", "SCREENING": "1"}


def _sound(page: Any) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert breaches(page) == []
    assert "\n".join(faults(page)) == ""


def _begun() -> None:
    """The demo's people and rooms without their words, and the first scenes."""
    for slug, _name, _purpose in demo.ROOMS:
        if not Room.objects.filter(slug=slug).exists():
            make_room(slug)
    for name, _pebble, roles, _line in demo.MEMBERS:
        one = Member.objects.filter(name=name).first() or make_member(name, roles=roles)
        for room in Room.objects.all():
            join(one, room)
    with override_settings(**dict.fromkeys(REHEARSED, True)):
        rehearsal.load()


def test_three_rehearsed_cases_are_worked_on_a_phone(start_web: Any, open_page: Any):
    site = start_web(env=REHEARSED)
    site.do(_begun)
    evening = type("Site", (), {"site": site})
    page = as_staff(evening, open_page, "Robin", **PHONE)
    page.goto(f"{site.url}/moderate/")
    expect(page.get_by_role("heading", name="This is a rehearsal")).to_be_visible()
    for number in range(3):
        page.get_by_role("button", name=re.compile("Take next|^Next")).click()
        expect(page.locator("#act-no-concern")).to_be_attached()
        page.locator("#act-no-concern > summary").click()
        page.locator("#act-no-concern select").first.select_option("distress-but-safe")
        page.locator("#act-no-concern .btn-main[type=submit]").click()
        expect(page.get_by_role("heading", name="Your last case")).to_be_visible()
        assert number < 2 or page.locator(".rehearsed").inner_text().strip()
    page.get_by_role("link", name="The whole rehearsal").click()
    expect(page.get_by_text("3 of 60 cases. There is no hurry, and no score.")).to_be_visible()
    _sound(page)


def test_several_members_at_once_and_a_memorial_are_looked_after_on_a_phone(evening: Any, open_page: Any):
    def noticed() -> str:
        severe(4, evening.room(), ago=timedelta(hours=1))
        assert cluster_watch.watch() == 1
        return str(Cluster.objects.get().flag.token)

    token = evening.site.do(noticed)
    page = as_staff(evening, open_page, "Theo", "moderators", "leads", **PHONE)
    page.goto(f"{evening.site.url}/moderate/")
    page.locator(".qi", has_text="Several members at once").get_by_role("button").click()
    expect(page.get_by_role("heading", name="What was noticed")).to_be_visible()
    expect(page.get_by_role("heading", name="For the room")).to_be_visible()
    expect(page.get_by_role("heading", name="Their own cases")).to_be_visible()
    _sound(page)
    assert evening.site.do(lambda: Flag.objects.get(token=token).holder.name) == "Theo"

    page.locator(".more > summary").click()
    page.locator(".tabs").get_by_role("link", name="Memorials").click()
    page.locator("[name=about]").fill("Hazel")
    page.locator("main form .btn-main").click()
    expect(page.get_by_text("Hazel").first).to_be_visible()
    _sound(page)
    slug = evening.site.do(lambda: memorials.all_for(Member.objects.get(name="Theo"))[0].room.slug)
    fern = evening.as_member("Fern", f"/rooms/{slug}/", **PHONE)
    expect(fern.get_by_text("We leave out how and where it happened")).to_be_visible()
    assert fern.evaluate("document.documentElement.scrollWidth <= innerWidth")
