"""The directory and what one saved, in a real browser: with and without scripts, by keyboard, on paper, offline."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from community.models import ResourceFeedback
from community.resource_content import Channel
from community.services import saved as services
from tests.browser.test_help_offline import keep_help
from tests.browser.test_keyboard import press, tab_to
from tests.browser.test_plan import UNTIL
from tests.factories import make_resource

pytestmark = [pytest.mark.browser, pytest.mark.servers]
KEPT = "caches.has('saved-1')"
GONE = UNTIL % "async () => !(await caches.has('saved-1'))"
HERE = UNTIL % "async () => caches.has('saved-1')"


@pytest.fixture(autouse=True)
def lines(evening: Any) -> None:
    """Two lines and an article of one country, and one of another."""

    def make() -> None:
        make_resource("Quiet Line", topics=("grief",), channels=(Channel("phone", "0800 000 111"),
                      Channel("text", "85258", keyword="HELLO"), Channel("page", "https://quiet.example/")))  # fmt: skip
        make_resource("Sleep Line", topics=("sleep",))
        make_resource("About sleep", kind="education", topics=("sleep",), channels=(Channel("page", "https://e.org/"),))
        make_resource("Verre Lijn", "NL")

    evening.site.do(make)


def saved(evening: Any) -> list[tuple[str, str]]:
    """What is stored: names and notes."""
    linden = evening.members["Linden"]
    return evening.site.do(lambda: [(one.resource.name, one.note) for one in services.saved_by(linden)])


def headings(page: Any) -> Any:
    """The names on the cards."""
    return page.locator(".res h3")


def test_a_visitor_without_scripts_finds_a_line_and_tells_that_it_is_wrong(evening: Any, open_page: Any):
    page = open_page(evening.site.url + "/resources/", java_script_enabled=False)
    expect(page.get_by_role("heading", name="If you need someone now")).to_be_visible()
    page.get_by_label("Country").select_option("GB")
    page.get_by_role("button", name="Show").first.click()
    expect(headings(page)).to_have_text(["Quiet Line", "Sleep Line", "About sleep"])
    page.get_by_role("link", name="Sleep", exact=True).click()
    expect(headings(page)).to_have_text(["Sleep Line", "About sleep"])
    expect(page.locator("#count")).to_have_text("2 resources")
    page.get_by_text("More choices").click()
    page.get_by_label("How").select_option("text")
    page.get_by_role("button", name="Show").last.click()
    expect(page.locator("main")).to_contain_text("Without “Text” there are 2.")
    page.get_by_label("Search resources").fill("quïet")
    page.get_by_role("link", name="Show them").last.click()
    page.goto(evening.site.url + "/resources/?country=GB")
    page.get_by_role("link", name="Quiet Line", exact=True).click()
    expect(page.get_by_role("link", name="Call 0800 000 111")).to_have_attribute("href", "tel:0800000111")
    expect(page.get_by_role("button", name="Share")).to_be_hidden()
    page.get_by_label("A word about it").fill("It rang and rang")
    page.get_by_role("button", name="Nobody answered").click()
    expect(page.locator("main")).to_contain_text("Thank you. A curator will look at it.")
    rows = evening.site.do(lambda: list(ResourceFeedback.objects.values_list("said", "note")))
    assert rows == [("no answer", "It rang and rang")]


def test_a_member_without_scripts_saves_notes_and_takes_out(evening: Any):
    page = evening.as_member("Linden", "/resources/?country=GB", java_script_enabled=False)
    page.get_by_role("button", name="Save: Quiet Line").click()
    expect(page.get_by_role("button", name="Save: Quiet Line")).to_have_attribute("aria-pressed", "true")
    page.goto(evening.site.url + "/saved/")
    page.get_by_label("Note to yourself").fill("my Sunday one")
    page.get_by_role("button", name="Keep note").click()
    expect(page.get_by_label("Note to yourself")).to_have_value("my Sunday one")
    page.get_by_role("button", name="Take out").click()
    assert saved(evening) == []
    page.get_by_role("button", name="Undo").click()
    assert saved(evening) == [("Quiet Line", "my Sunday one")]
    expect(page.get_by_role("switch")).to_be_hidden()


def test_choosing_speaks_the_count_and_saving_says_so_in_place(evening: Any):
    page = evening.as_member("Linden", "/resources/?country=GB&subject=sleep")
    expect(page.locator("#say")).to_have_text("2 resources")
    button = page.get_by_role("button", name="Save: Sleep Line")
    button.click()
    expect(page.locator("#say")).to_have_text("Saved")
    expect(button).to_have_attribute("aria-pressed", "true")
    assert saved(evening) == [("Sleep Line", "")]
    button.click()
    expect(page.locator("#say")).to_have_text("Taken out of what you saved")
    assert saved(evening) == []


def test_the_directory_by_keyboard(evening: Any):
    page = evening.as_member("Linden", "/resources/?country=GB")
    tab_to(page, "#q")
    page.keyboard.type("quiet")
    press(page, "Enter")
    expect(headings(page)).to_have_text(["Quiet Line"])
    tab_to(page, ".res [data-save]")
    press(page, "Space")
    expect(page.locator(".res [data-save]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".res [data-save]")).to_be_focused()
    tab_to(page, ".found .chip")
    press(page, "Enter")
    expect(headings(page)).to_have_text(["Quiet Line", "Sleep Line", "About sleep"])


def test_taking_out_moves_the_focus_to_undo_and_back(evening: Any):
    page = evening.as_member("Linden", "/resources/?country=GB")
    for name in ("Quiet Line", "Sleep Line"):
        page.get_by_role("button", name=f"Save: {name}").click()
        expect(page.locator("#say")).to_have_text("Saved")
        page.evaluate("document.getElementById('say').textContent = ''")
    page.goto(evening.site.url + "/saved/")
    note = page.locator(".keepC", has_text="Sleep Line").get_by_label("Note to yourself")
    note.fill("for the small hours")
    press(page, "Enter")
    expect(page.locator("#say")).to_have_text("Note saved")
    page.locator(".keepC", has_text="Sleep Line").get_by_role("button", name="Take out").click()
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    expect(page.locator(".keepC")).to_have_count(1)
    press(page, "Enter")
    expect(page.locator(".keepC")).to_have_count(2)
    expect(page.get_by_role("link", name="Sleep Line")).to_be_focused()
    assert ("Sleep Line", "for the small hours") in saved(evening)


def with_a_kept_line(evening: Any) -> Any:
    """The page of what is saved, with one line kept on this device."""
    page = evening.as_member("Linden", "/resources/?country=GB")
    page.get_by_role("button", name="Save: Quiet Line").click()
    expect(page.locator("#say")).to_have_text("Saved")
    page.goto(evening.site.url + "/saved/")
    keep_help(page)
    assert not page.evaluate(KEPT)
    page.get_by_role("switch").click()
    expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "true")
    assert page.evaluate(HERE)
    return page


def test_w3_saved_lines_are_kept_only_where_asked_and_read_offline(evening: Any):
    page = with_a_kept_line(evening)
    other = evening.as_member("Linden", "/saved/")
    keep_help(other)
    expect(other.get_by_role("switch")).to_have_attribute("aria-checked", "false")
    assert not other.evaluate(KEPT)
    evening.site.kill9()
    for path in ("/saved/", "/resources/", "/resources/quiet-line-gb/"):
        page.goto(evening.site.url + path)
        expect(page.get_by_role("heading", name="Quiet Line")).to_be_visible()
        assert page.locator("a[href='tel:0800000111']").count() == 1
    assert "Linden" not in page.content()
    page.goto(evening.site.url + "/rooms/")
    expect(page.get_by_role("heading", name="Quiet Line")).to_have_count(0)


def test_turning_it_off_or_taking_it_out_lets_it_go(evening: Any):
    page = with_a_kept_line(evening)
    page.get_by_role("switch").click()
    expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "false")
    assert page.evaluate(GONE)
    page.get_by_role("switch").click()
    expect(page.get_by_role("switch")).to_have_attribute("aria-checked", "true")
    page.get_by_role("button", name="Take out").click()
    assert page.evaluate(GONE)


@pytest.mark.parametrize("how", ["sign out", "leave"])
def test_s3_what_is_kept_goes_when_one_goes(evening: Any, how: str):
    page = with_a_kept_line(evening)
    if how == "leave":
        evening.catch_leaving(page)
        page.get_by_role("button", name="Leave quickly").click()
        page.wait_for_url(lambda url: "127.0.0.1" not in url)
        page.goto(evening.site.url + "/help-now/")
    else:
        page.goto(evening.site.url + "/you/")
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url(lambda url: urlsplit(url).path != "/you/")
    assert page.evaluate(GONE)


def test_a_country_on_paper_is_black_on_white_with_numbers_and_addresses_and_nothing_else(evening: Any, open_page: Any):
    page = open_page(evening.site.url + "/resources/country/gb/", color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    painted = page.evaluate(
        "[...document.querySelectorAll('body, .panel, .paper h2, .paper__number a, .paper__url')]"
        ".map((one) => getComputedStyle(one)).map((style) => [style.color, style.backgroundColor].join())"
    )
    assert set(painted) == {"rgb(0, 0, 0),rgba(0, 0, 0, 0)"}
    expect(page.get_by_text("https://quiet.example/")).to_be_visible()
    sizes = page.evaluate(
        "[...document.querySelectorAll('.paper__number')].map((one) => parseFloat(getComputedStyle(one).fontSize))"
    )
    assert min(sizes) >= 18
    for part in (".nav", ".bar", ".tabs", "[data-print]", ".paper__address .paper__press"):
        assert not any(one.is_visible() for one in page.locator(part).all()), part


@pytest.mark.parametrize("width", [320, 390])
def test_nothing_runs_out_of_a_narrow_screen(evening: Any, width: int):
    page = evening.as_member("Linden", "/resources/?country=GB", viewport={"width": width, "height": 700})
    for path in ("/resources/?country=GB&way=phone", "/resources/quiet-line-gb/", "/resources/country/gb/", "/saved/"):
        page.goto(evening.site.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        assert page.locator(".tabs a").count() <= 5
