"""Every page, in light and dark, on a phone and on a desk: no violation of WCAG that can be found by a machine."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from community.hours import parse
from community.services import plan, resources, saved, seeding, topics
from tests.factories import make_member, make_resource

pytestmark = [pytest.mark.browser, pytest.mark.servers]

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
    # The link to leave comes before every landmark, so that it is the first thing a screen reader meets.
    "rules": {"color-contrast-enhanced": {"enabled": True}, "region": {"enabled": False}},
    "resultTypes": ["violations"],  # of what passed, axe would describe every node
}
VISITOR = [
    "/",
    "/join/",
    "/sign-in/",
    "/sign-in/lost/",
    "/rooms/",
    "/help-now/",
    "/guidelines/",
    "/not-a-page/",
    "/search/",
    "/search/?q=suicide",
    "/resources/",
    "/resources/?country=GB&for=students&way=mail",
    "/resources/quiet-line-gb/",
    "/resources/country/gb/",
]
MEMBER = [
    "/today/",
    "/search/?q=evenings",
    "/search/?q=zzqqxx",
    "/rooms/",
    "/rooms/evenings/",
    "/rooms/evenings/m/1/",
    "/rooms/evenings/m/3/",
    "/rooms/grief/",
    "/report/evenings/1/",
    "/you/",
    "/you/apart/",
    "/you/privacy/",
    "/you/decisions/",
    "/you/reports/",
    "/people/Fern/report/",
    "/people/Fern/",
    "/messages/",
    "/messages/search/",
    "/messages/ask/Otis/",
    "/you/boundaries/",
    "/notifications/",
    "/you/plan/",
    "/you/plan/edit/",
    "/you/plan/delete/",
    "/you/plan/offline/",
    "/you/topics/",
    "/resources/?country=GB",
    "/resources/quiet-line-gb/",
    "/saved/",
    "/saved/offline/",
    "/leave/",
]
LOOKS = [
    pytest.param({"viewport": {"width": width, "height": height}, "color_scheme": scheme}, id=f"{width}-{scheme}")
    for width, height in ((390, 844), (1280, 800))
    for scheme in ("light", "dark")
]
CROSSED = [LOOKS[1], LOOKS[2]]  # dark on a phone, light on a desk: each size and each scheme once


LOOK = """(rules) => axe.run(rules)
    .then((found) => found.violations.map((one) => [one.id, one.nodes.slice(0, 3).map((node) => node.target)]))"""
AT_REST = """() => document.getAnimations()
    .filter((one) => one.effect.getComputedTiming().endTime !== Infinity)
    .forEach((one) => one.finish())"""


def faults(page: Any) -> list[str]:
    """What axe finds, one line each, with the whole page in view: what a bar covers can be scrolled.

    No colour is half-way: even a transition of no time lasts until the next frame, which a busy machine draws late.
    """
    width = page.viewport_size["width"]
    page.set_viewport_size({"width": width, "height": max(800, page.evaluate("document.body.scrollHeight"))})
    page.evaluate(AT_REST)
    page.evaluate(Axe().axe_script)
    return [f"{page.url}: {rule} {nodes}" for rule, nodes in page.evaluate(LOOK, RULES)]


def has_a_plan(member: Any) -> None:
    """One of everything that a plan and the page of topics can show."""
    plan.save(
        member,
        plan.Plan(("not answering",), ("tea",), ("Mum, 01632 960 001",), ("the library",), ("ask Otis",), "It passed."),
    )
    plan.keep_offline(member, on=True)
    topics.choose(member, ["loss", "food"])
    topics.add_words(member, "hospital corridor")


def has_saved(member: Any) -> None:
    """A line with every part, kept with a note, and one that was withdrawn since."""
    seeding.load()  # or the help page would have nothing but these
    line = make_resource(
        offers="We **listen**.\n\n- at night\n- by day",
        what_happens="Somebody says hello.",
        hours=parse("Mon-Fri 10:00-22:00", zone="Europe/London"),
        languages=("en", "es"),
    )
    saved.save(member, line, note="my Sunday one", keeps_offline=True)
    gone = make_resource("Old Line")
    saved.save(member, gone)
    resources.withdraw(gone, by=make_member(roles=("moderators",)), reason="A wrong number")


@pytest.mark.parametrize("look", CROSSED)
def test_axe_finds_nothing(evening: Any, open_page: Any, look: dict[str, Any]):
    evening.furnish()
    evening.site.do(lambda: has_a_plan(evening.members["Linden"]))
    evening.site.do(lambda: has_saved(evening.members["Linden"]))
    visitor = open_page("about:blank", **look)
    member = evening.as_member("Linden", "/today/", **look)
    talk, token = evening.furnish_one_to_one()
    private = [
        f"/messages/{talk}/",
        f"/messages/{talk}/about/",
        f"/messages/{talk}/delete/",
        f"/messages/requests/{token}/",
    ]
    found: list[str] = []
    for page, paths in ((visitor, VISITOR), (member, [*MEMBER, *private])):
        for path in paths:
            page.goto(evening.site.url + path)
            found += faults(page)
    assert "\n".join(found) == ""


def test_axe_finds_nothing_in_an_open_menu(evening: Any):
    page = evening.in_room("Linden")
    page.locator("#m-2").hover()
    page.locator("#m-2 .tools__more").click()
    assert "\n".join(faults(page)) == ""
