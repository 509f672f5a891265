"""Notifications in a real browser: the live number, the list, the switch, and what a device shows when it is woken."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from chat.services import levels
from community.models import Notice, PushDevice
from community.services import boundaries
from tests.browser.test_axe import faults
from tests.receivers import Browser

pytestmark = [pytest.mark.browser, pytest.mark.servers]
PATH = "/notifications/"
PHONE = {"viewport": {"width": 390, "height": 844}}


def everything(evening: Any, name: str = "Linden") -> None:
    """The member wants to be told of every message in the room."""
    evening.site.do(lambda: levels.choose(evening.members[name], {evening.room().pk: "all"}))


def test_the_number_on_the_bell_rises_and_falls_live_on_every_device(evening: Any):
    everything(evening)
    evening.has_read("Linden")
    desk, phone = evening.as_member("Linden", "/today/"), evening.as_member("Linden", "/today/", **PHONE)
    expect(desk.locator(".bell .dot")).to_be_hidden()
    evening.say("Fern", "@Linden are you there?", "I brought soup.")
    expect(desk.locator(".bell .dot")).to_have_text("2 new", timeout=20000)
    expect(phone.locator(".newsline .dot")).to_have_text("2 new", timeout=20000)
    phone.get_by_role("link", name="Notifications").click()
    expect(phone.locator("main")).to_contain_text("Someone named you in Evenings")
    expect(phone.locator("main")).not_to_contain_text("soup")
    phone.get_by_role("button", name="Mark all as seen").click()
    expect(desk.locator(".bell .dot")).to_be_hidden(timeout=20000)
    expect(phone.locator("main .tag")).to_have_count(0)


def test_following_one_marks_it_and_something_newer_is_offered(evening: Any):
    everything(evening)
    evening.say("Fern", "@Linden hello")
    page = evening.as_member("Linden", "/today/")
    expect(page.locator(".bell .dot")).to_have_text("2 new", timeout=20000)
    page.goto(evening.site.url + PATH)
    expect(page.locator("#more")).to_be_hidden()
    evening.site.do(lambda: Notice.objects.filter(kind="room").delete())
    page.reload()
    page.locator(".bell .dot", has_text="1").wait_for()
    evening.say("Otis", "Something else")
    expect(page.locator("#more")).to_be_visible(timeout=20000)
    page.get_by_role("link", name="Someone named you in Evenings").click()
    page.wait_for_url("**/rooms/evenings/?around=3#m-3")
    rows = Notice.objects.filter(kind="mention", seen_at=None)
    expect(page.locator("#m-3")).to_be_visible()
    assert evening.site.do(lambda: _waited_for(lambda: not rows.exists()))


def _waited_for(holds: Any) -> bool:
    from tests.servers import until

    until(holds, "the notice was not marked", within=20)
    return True


def test_without_scripts_the_list_and_its_button_are_there(evening: Any):
    everything(evening)
    evening.say("Fern", "Good evening")
    live = evening.as_member("Linden", "/today/")
    expect(live.locator(".bell .dot")).to_have_text("1 new", timeout=20000)
    page = evening.as_member("Linden", PATH, java_script_enabled=False)
    expect(page.locator(".bell .dot")).to_have_text("1 new")
    expect(page.locator("main .tag")).to_have_text("new")
    expect(page.locator("#push-says")).to_have_text("Turning it on needs scripts.")
    page.get_by_role("button", name="Mark all as seen").click()
    expect(page.locator("main .tag")).to_have_count(0)


# Chromium's own push service is a machine of somebody else. All but the service is the real thing.
FAKE_SERVICE = """
const kept = { now: null };
const made = () => ({ endpoint: "https://push.example.net/abc", toJSON: () => ({ endpoint: "https://push.example.net/abc", keys: KEYS }),
  unsubscribe: async () => { kept.now = null; return true; } });
PushManager.prototype.getSubscription = async () => kept.now;
PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
  if (typeof applicationServerKey !== "string" || applicationServerKey.length !== 87) throw new Error("no key");
  kept.now = made();
  return kept.now;
};
"""


def test_the_switch_lets_this_browser_be_woken_and_takes_it_back(evening: Any):
    page = evening.as_member("Linden", "/today/")
    page.context.grant_permissions(["notifications"], origin=evening.site.url)
    page.add_init_script(FAKE_SERVICE.replace("KEYS", json.dumps(Browser().keys)))
    page.goto(evening.site.url + PATH)
    switch = page.get_by_role("switch", name="Push, in this browser")
    expect(switch).to_have_attribute("aria-checked", "false")
    switch.press("Enter")
    expect(switch).to_have_attribute("aria-checked", "true")
    expect(switch).to_be_focused()
    expect(page.locator("#say")).to_have_text("Saved")
    assert evening.site.do(lambda: PushDevice.objects.get().member.name) == "Linden"
    switch.press("Space")
    expect(switch).to_have_attribute("aria-checked", "false")
    assert evening.site.do(PushDevice.objects.count) == 0


def test_the_switch_says_when_the_browser_does_not_allow_it(evening: Any):
    page = evening.as_member("Linden", PATH)
    switch = page.get_by_role("switch", name="Push, in this browser")
    page.evaluate("Notification.requestPermission = async () => 'denied'")
    switch.click()
    expect(page.locator("#say-now")).not_to_be_empty()
    expect(switch).to_have_attribute("aria-checked", "false")
    assert evening.site.do(PushDevice.objects.count) == 0


SHOWN = """async () => {
  const registration = await navigator.serviceWorker.ready;
  for (let frame = 0; frame < 600; frame += 1) {
    const all = await registration.getNotifications();
    if (all.length) return all.map(({ title, body, tag }) => [title, body, tag]);
    await new Promise(requestAnimationFrame);
  }
  return null;
}"""


@pytest.mark.parametrize(("data", "body"), [('{"title": "Commonlight", "body": "Evenings"}', "Evenings"), ("not json", "Something new for you"),
                                            ("", "Something new for you")])  # fmt: skip
def test_d4_a_woken_device_shows_what_it_was_told_or_a_neutral_line(evening: Any, data: str, body: str):
    page = evening.as_member("Linden", PATH)
    page.context.grant_permissions(["notifications"], origin=evening.site.url)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    line = page.context.new_cdp_session(page)
    found: list[str] = []

    def hear(told: dict[str, Any]) -> None:
        # A browser tells of the workers of earlier tests too.
        mine = [one for one in told["registrations"] if one["scopeURL"].startswith(evening.site.url)]
        found.extend(one["registrationId"] for one in mine if not one["isDeleted"])

    line.on("ServiceWorker.workerRegistrationUpdated", hear)
    line.send("ServiceWorker.enable")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    assert found
    told = {"origin": evening.site.url, "registrationId": found[-1], "data": data}
    shown = None
    for _ in range(4):  # the browser drops what it is told to deliver while the worker is still starting
        line.send("ServiceWorker.deliverPushMessage", told)
        shown = shown or page.evaluate(SHOWN)
    assert shown == [["Commonlight", body, "news"]]


def test_axe_finds_nothing_in_a_full_list_on_any_screen(evening: Any):
    everything(evening)
    evening.say("Fern", "@Linden hello")
    evening.site.do(lambda: boundaries.save(evening.members["Linden"], {"quiet_on": False}))
    page = evening.as_member("Linden", "/today/")
    expect(page.locator(".bell .dot")).to_have_text("2 new", timeout=20000)
    found = []
    for width in (320, 390, 1280):
        page.set_viewport_size({"width": width, "height": 844})
        for path in (PATH, PATH + "#reach"):
            page.goto(evening.site.url + path)
            page.reload()
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
            found += faults(page)
    assert "\n".join(found) == ""
