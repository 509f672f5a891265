"""My safety plan in a real browser: written without scripts, kept for offline only when asked, and let go in time."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from community.models import Member
from community.services import plan
from community.services.plan import Plan
from tests.browser.test_help_offline import keep_help

pytestmark = [pytest.mark.browser, pytest.mark.servers]
PLANTED = "the heron by the canal"
KEPT = """caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name))))
  .then((all) => Promise.all(all.map((one) => one.keys())))
  .then((all) => all.flat().map((one) => new URL(one.url).pathname).filter((path) => path.startsWith("/you/")))"""
# `wait_for_function` takes a promise for a yes, so the browser itself asks until it is so.
UNTIL = """async () => {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await (%s)()) return true;
    await new Promise((then) => setTimeout(then, 50));
  }
  return false;
}"""
GONE = UNTIL % f"async () => (await {KEPT}).length === 0"
SOUP = UNTIL % "async () => (await (await caches.match('/you/plan/offline/'))?.text() ?? '').includes('soup at noon')"


@pytest.fixture
def linden(evening: Any) -> Member:
    """A member with a plan, in a browser that has a service worker."""
    linden = evening.members["Linden"]
    evening.site.do(lambda: plan.save(linden, Plan(helps=(PLANTED,), people=("Mum, 01632 960 001",))))
    return linden


def with_plan(evening: Any) -> Any:
    """The page of the plan, kept on this device."""
    page = evening.as_member("Linden", "/you/plan/")
    keep_help(page)
    assert page.evaluate(KEPT) == []
    page.get_by_role("switch").click()
    expect(page.locator("[data-says]")).to_have_text("Kept on this device.")
    expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "true")
    assert page.evaluate(KEPT) == ["/you/plan/offline/"]
    return page


def test_without_scripts_everything_but_offline_works(evening: Any):
    page = evening.as_member("Linden", "/help-now/", java_script_enabled=False)
    page.get_by_role("link", name="My safety plan").click()
    page.get_by_role("link", name="Write my plan").click()
    page.get_by_label("What helps me").fill(f"tea\n{PLANTED}")
    page.get_by_label("What I want to remember").fill("It passed before.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".plan__part li")).to_have_text(["tea", PLANTED])
    expect(page.locator("#keep")).to_be_hidden()
    page.get_by_role("link", name="Change").click()
    page.get_by_label("What helps me").fill("soup")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".plan__part li")).to_have_text(["soup"])
    page.get_by_role("link", name="Delete the plan").click()
    page.get_by_role("button", name="Delete my plan").click()
    expect(page.get_by_role("link", name="Write my plan")).to_be_visible()


def test_w3_a_plan_is_kept_for_offline_only_on_the_device_that_asked(evening: Any, linden: Any):
    page = with_plan(evening)
    other = evening.as_member("Linden", "/you/plan/")
    keep_help(other)
    expect(other.get_by_role("switch")).to_have_attribute("aria-checked", "false")
    assert other.evaluate(KEPT) == []
    evening.site.kill9()
    page.goto(evening.site.url + "/you/plan/")
    expect(page.get_by_role("heading", name="My safety plan")).to_be_visible()
    expect(page.locator("main")).to_contain_text(PLANTED)
    assert page.locator("a[href='tel:01632960001']").count() == 1
    assert "Linden" not in page.content()
    page.get_by_role("link", name="Someone to talk to, now").click()
    expect(page.locator("h1")).to_have_text("Someone to talk to, now")
    page.get_by_role("link", name="My safety plan").click()
    expect(page.locator("main")).to_contain_text(PLANTED)
    other.goto(evening.site.url + "/you/plan/")
    assert PLANTED not in other.content()


def test_the_kept_plan_follows_the_stored_one(evening: Any, linden: Any):
    page = with_plan(evening)
    page.get_by_role("link", name="Change").click()
    page.get_by_label("What helps me").fill("soup at noon")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text("soup at noon")
    assert page.evaluate(SOUP)
    page.get_by_role("link", name="Delete the plan").click()
    page.get_by_role("button", name="Delete my plan").click()
    expect(page.get_by_role("link", name="Write my plan")).to_be_visible()
    assert page.evaluate(GONE)


def test_turning_it_off_takes_it_away_here_and_elsewhere(evening: Any, linden: Any):
    page, other = with_plan(evening), with_plan(evening)
    page.get_by_role("switch").click()
    expect(page.locator("[data-says]")).to_have_text("No longer kept on this device.")
    assert page.evaluate(KEPT) == []
    other.goto(evening.site.url + "/you/plan/")
    assert other.evaluate(GONE)


def test_s3_signing_out_takes_it_away(evening: Any, linden: Any):
    page = with_plan(evening)
    page.goto(evening.site.url + "/you/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda url: urlsplit(url).path != "/you/")
    assert page.evaluate(GONE)


@pytest.mark.parametrize("scripts", [True, False])
def test_s3_leaving_quickly_takes_it_away(evening: Any, linden: Any, scripts: bool):
    page = with_plan(evening)
    evening.catch_leaving(page)
    if not scripts:
        # As the form does it where the script never ran.
        page.evaluate(
            "document.querySelector('[data-leave-form]').replaceWith(document.querySelector('[data-leave-form]').cloneNode(true))"
        )
    page.get_by_role("button", name="Leave quickly").click()
    page.wait_for_url(lambda url: "127.0.0.1" not in url)
    page.goto(evening.site.url + "/help-now/")
    assert page.evaluate(GONE)


@pytest.mark.parametrize(("path", "leads_to"), [("/you/plan/", "/sign-in/"), ("/join/", "/join/")])
def test_s3_a_session_that_ended_elsewhere_takes_it_away(evening: Any, linden: Any, path: str, leads_to: str):
    from community.services import sessions

    page = with_plan(evening)
    evening.site.do(lambda: sessions.end_all(linden))
    page.goto(evening.site.url + path)
    assert leads_to in page.url
    assert page.evaluate(GONE)


def test_r11_the_files_of_the_database_hold_no_word_of_it(evening: Any):
    page = evening.as_member("Linden", "/you/plan/edit/")
    page.get_by_label("What helps me").fill(PLANTED)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("main")).to_contain_text(PLANTED)
    page.goto(evening.site.url + "/you/topics/")
    page.get_by_label("Words you'd rather not meet").fill(PLANTED)
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("listitem").filter(has_text=PLANTED)).to_be_visible()
    from pathlib import Path

    database = Path(urlsplit(evening.site.database_url).path)
    files = [path for path in database.parent.rglob("*") if path.is_file()]
    assert database in files
    assert [path for path in files if PLANTED.encode() in path.read_bytes()] == []


def test_print_shows_only_the_plan_in_dark_ink_on_paper(evening: Any, linden: Any):
    page = evening.as_member("Linden", "/you/plan/")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.emulate_media(media="print")
    painted = page.evaluate(
        "[...document.querySelectorAll('body, .panel, .plan__part')].map((one) => getComputedStyle(one))"
        ".map((style) => [style.color, style.backgroundColor].join())"
    )
    assert set(painted) == {"rgb(0, 0, 0),rgba(0, 0, 0, 0)"}
    expect(page.locator(".plan__part").first).to_be_visible()
    for part in (".nav", ".bar", ".tabs", "#keep", ".plan__acts"):
        assert not any(one.is_visible() for one in page.locator(part).all()), part
