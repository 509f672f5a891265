"""Help beside one's own message: its author sees it, takes it or leaves it; another in the same room sees nothing."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from moderation.models import Flag, SupportAfter, SupportOffer
from tests.browser.test_axe import CROSSED, faults
from tests.browser.test_talking import PATIENCE_MS, wait_for, write
from tests.factories import post, talk

pytestmark = [pytest.mark.browser, pytest.mark.servers]
DANGER = "I don't want to be here tonight"
SAID = "Support options are below your message."


def panel_of(page: Any) -> Any:
    """The panel beside the newest own message."""
    return page.locator("li.msg.mine .beside section.care").last


def line_of(page: Any) -> Any:
    """The folded line."""
    return page.locator("li.msg.mine .beside .care-line").last


def head_of(page: Any) -> Any:
    """What opens the folded line."""
    return line_of(page).locator("> summary")


def shown(page: Any) -> Any:
    """The panel, once it is there."""
    expect(panel_of(page)).to_be_visible(timeout=PATIENCE_MS)
    return panel_of(page)


def lives_in(evening: Any, name: str, country: str) -> None:
    """The member said so at joining."""
    member = evening.members[name]
    evening.site.do(lambda: type(member).objects.filter(pk=member.pk).update(country=country))


def offers(evening: Any) -> list[str]:
    """How each offer was answered."""
    return evening.site.do(lambda: list(SupportOffer.objects.order_by("pk").values_list("state", flat=True)))


def test_m4_the_author_sees_it_and_another_in_the_room_sees_nothing(evening: Any):
    evening.say("Otis", "The kettle is on")
    linden, fern = evening.in_room("Linden"), evening.in_room("Fern")
    write(linden, DANGER)
    expect(shown(linden)).to_contain_text("Only you can see this")
    wait_for(fern, DANGER)
    expect(fern.locator(".beside")).to_have_count(0)
    calm, danger = (fern.locator("li.msg", has_text=words) for words in ("The kettle is on", DANGER))
    assert danger.evaluate(SHAPE) == calm.evaluate(SHAPE)
    fern.reload()
    expect(fern.locator(".beside")).to_have_count(0)
    assert "support" not in fern.locator("li.msg", has_text=DANGER).inner_html()


SHAPE = "node => [...node.querySelectorAll('.msg-body, .msg-body *')].map(one => one.tagName + '.' + one.className).join(' ')"


def test_it_takes_no_focus_keeps_the_draft_and_is_announced_once(evening: Any):
    page = evening.in_room("Linden")
    page.evaluate(
        """() => { window.heard = []; new MutationObserver(() => window.heard.push(document.getElementById('say').textContent))
        .observe(document.getElementById('say'), { childList: true, characterData: true, subtree: true }); }"""
    )
    write(page, DANGER)
    page.locator("#w").type("and then")
    shown(page)
    expect(page.locator("#w")).to_be_focused()
    expect(page.locator("#w")).to_have_value("and then")
    assert page.evaluate("window.heard").count(SAID) == 1
    expect(page.locator("li.msg.mine").last).to_be_in_viewport()


def test_the_lines_are_those_of_the_members_country_and_an_unknown_one_is_asked(evening: Any):
    page = evening.in_room("Linden")
    write(page, DANGER)
    panel = shown(page)
    expect(panel).to_contain_text("call 112")
    panel.get_by_label("Which country's numbers").select_option("GB")
    panel.get_by_role("button", name="Show", exact=True).click()
    expect(panel_of(page)).to_contain_text("call 999")
    expect(panel_of(page).get_by_role("link", name="116 123")).to_have_attribute("href", "tel:116123")
    page.reload()
    expect(panel_of(page)).to_contain_text("call 999")


@pytest.mark.parametrize(
    ("press", "state"), [("Not now", "not-now"), ("That's not what I meant", "not-meant"), ("Close for now", "folded")]
)
def test_any_answer_folds_it_here_and_in_the_other_tab(evening: Any, press: str, state: str):
    page, other = evening.in_room("Linden"), evening.in_room("Linden")
    write(page, DANGER)
    shown(other)
    shown(page).get_by_role("button", name=press).click()
    expect(line_of(page)).to_contain_text("Support options")
    expect(head_of(page)).to_be_focused()
    expect(line_of(other)).to_be_visible(timeout=PATIENCE_MS)
    expect(panel_of(other)).to_have_count(0)
    assert offers(evening) == [state]
    head_of(page).click()
    expect(line_of(page).get_by_role("button", name="a moderator")).to_be_visible()


def test_asking_for_a_moderator_brings_the_case_to_the_top(evening: Any):
    page = evening.in_room("Linden")
    write(page, DANGER)
    shown(page).get_by_role("button", name="a moderator").click()
    expect(panel_of(page)).to_contain_text("You don't have to explain anything.")
    assert evening.site.do(lambda: list(Flag.objects.values_list("severity", flat=True))) == [4]


def test_in_a_conversation_only_the_one_who_wrote_it_is_offered_help(evening: Any):
    slug = evening.site.do(lambda: talk(evening.members["Linden"], evening.members["Fern"], "Hello").slug)
    linden, fern = (evening.as_member(name, f"/messages/{slug}/") for name in ("Linden", "Fern"))
    linden.locator("#main[data-live]").wait_for()
    write(linden, DANGER)
    shown(linden)
    wait_for(fern, DANGER)
    expect(fern.locator(".beside")).to_have_count(0)


def test_everything_without_scripts(evening: Any):
    lives_in(evening, "Linden", "GB")
    page = evening.as_member("Linden", java_script_enabled=False)
    page.locator("#w").fill(DANGER)
    page.get_by_role("button", name="Send").click()
    shown(page).get_by_text("Why do I see this?").click()
    panel_of(page).get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("section.care")).to_contain_text("call 999")
    page.get_by_role("link", name="Back to your message").click()
    shown(page).get_by_role("button", name="a moderator").click()
    expect(panel_of(page)).to_contain_text("A moderator will write to you here.")
    panel_of(page).get_by_role("button", name="Not now").click()
    head_of(page).click()
    expect(line_of(page).get_by_role("link", name="Ten minutes")).to_be_visible()


def test_by_keyboard_it_is_reached_backwards_from_the_box(evening: Any):
    page = evening.in_room("Linden")
    write(page, DANGER)
    shown(page)
    focused = page.locator(".beside :focus")
    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        if focused.count():
            break
    expect(focused).to_have_count(1)
    while focused.get_attribute("value") != "not-now":
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(head_of(page)).to_be_focused()


@pytest.mark.parametrize("look", CROSSED)
def test_axe_finds_nothing_in_the_panel_and_the_line(evening: Any, look: dict[str, Any]):
    lives_in(evening, "Linden", "GB")
    evening.site.do(lambda: [post(evening.members["Linden"], evening.room(), words) for words in (DANGER, DANGER)])
    page = evening.in_room("Linden", **look)
    shown(page)
    head_of(page).click()
    token = page.locator(".beside").last.get_attribute("data-offer")
    assert "\n".join(faults(page)) == ""
    page.goto(f"{evening.site.url}/support/{token}/")
    assert "\n".join(faults(page)) == ""


def test_help_is_beside_a_severe_draft_and_nothing_of_it_leaves_the_browser(evening: Any):
    page = evening.in_room("Linden")
    sent = []
    page.on("request", lambda request: sent.append(request.url))
    line = page.locator("#draft-help")
    page.locator("#w").type("I want to die")
    expect(line).to_be_visible()
    expect(page.locator("#w")).to_be_focused()
    expect(line.get_by_role("link")).to_have_attribute("href", "/help-now/")
    assert sent == []
    line.get_by_role("button", name="Close").click()
    expect(line).to_be_hidden()
    page.locator("#w").fill("")
    page.locator("#w").fill("No quiero vivir")
    expect(line).to_be_visible()
    page.locator("#w").press("Enter")
    expect(line).to_be_hidden()
    wait_for(page, "No quiero vivir")
    assert evening.stored()[-1] == "No quiero vivir"


@pytest.mark.parametrize("look", CROSSED)
def test_axe_finds_nothing_beside_the_draft(evening: Any, look: dict[str, Any]):
    page = evening.in_room("Linden", **look)
    page.locator("#w").fill("I want to die")
    expect(page.locator("#draft-help")).to_be_visible()
    assert "\n".join(faults(page)) == ""


@pytest.mark.parametrize("look", CROSSED)
def test_axe_finds_nothing_where_one_question_is_asked(evening: Any, look: dict[str, Any]):
    def asked() -> str:
        post(evening.members["Linden"], evening.room(), DANGER)
        made = SupportOffer.objects.get()
        SupportAfter.objects.create(offer=made, member=made.member)
        return made.token

    page = evening.as_member("Linden", f"/support/{evening.site.do(asked)}/after/", **look)
    assert "\n".join(faults(page)) == ""
    page.get_by_label("Calling is hard for me").check()
    page.get_by_role("button", name="Send").click()
    expect(page.locator("main")).to_contain_text("Thank you.")
