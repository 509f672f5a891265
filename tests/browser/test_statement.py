"""The member's side of moderation in a real browser: reasons, another look, the narrow door of a closed account."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from chat.models import Message
from chat.services import changes
from community.models import Member
from moderation.models import Appeal, Decision, Report
from moderation.services import appeals, decisions, flags, queue
from moderation.services.choices import Choice
from tests.browser.staff import as_staff, breaches
from tests.browser.test_axe import CROSSED, faults
from tests.browser.test_talking import PATIENCE_MS
from tests.factories import PASSWORD, make_member, post

pytestmark = [pytest.mark.browser, pytest.mark.servers]
WHY = "Thank you for being here. This needs a pause."


def decide(evening: Any, kind: str, **more: Any) -> str:
    """The token of a decision about Linden's message, made by Amara (and Theo, where it takes two)."""

    def make() -> str:
        amara, theo = (_staff(name) for name in ("Amara", "Theo"))
        if not Message.objects.filter(author__name="Linden").exists():
            post(Member.objects.get(name="Linden"), evening.room(), "Something that gave a place away")
        message = Message.objects.select_related("room", "author").get(author__name="Linden")
        flag = queue.take(amara, flags.raise_about(message, flags.Cause(2, "unkind")).token)
        choice = Choice(kind, reason="identity", words=WHY, **more)
        if kind != "suspend":
            return decisions.decide(amara, flag.token, choice, version=flag.version).token
        proposed = decisions.propose(amara, flag.token, choice, version=flag.version)
        return decisions.confirm(theo, proposed.token).token

    return evening.site.do(make)


def _staff(name: str) -> Member:
    return Member.objects.filter(name=name).first() or make_member(name, roles=("moderators",))


def suspend(evening: Any) -> str:
    return decide(evening, "suspend", until=timezone.now() + timedelta(days=2))


def sign_in(page: Any, name: str = "Linden") -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])
def test_m3_a_member_finds_the_notice_reads_why_and_asks_for_another_look(evening: Any, scripts: bool):
    decide(evening, "hide")
    page = evening.as_member("Linden", "/notifications/", java_script_enabled=scripts)
    page.get_by_role("link", name="A moderator has written to you").click()
    expect(page.get_by_role("heading", name="took down your message of")).to_be_visible()
    expect(page.get_by_text("It gave a way to find someone.")).to_be_visible()
    expect(page.get_by_text(WHY)).to_be_visible()
    page.get_by_text("See what you wrote").click()
    expect(page.get_by_text("Something that gave a place away")).to_be_visible()
    page.get_by_label("Anything you'd like them to know").fill("It was the name of a song")
    page.get_by_role("button", name="Ask for another look").click()
    expect(page.get_by_text("A second moderator will read it, not Amara.")).to_be_visible()
    assert evening.site.do(lambda: appeals.words_of(Appeal.objects.get())) == "It was the name of a song"


def test_m3_in_place_of_ones_own_message_stands_why_live_after_a_reload_and_without_scripts(evening: Any):
    evening.say("Linden", "Something that gave a place away")
    linden, fern = evening.in_room("Linden"), evening.in_room("Fern")
    token = decide(evening, "hide")
    for page in (linden, linden, evening.as_member("Linden", java_script_enabled=False)):
        panel = page.locator("#m-3 .taken")
        expect(panel.get_by_text("took down your message of")).to_be_visible()
        expect(panel.get_by_text("Why: It gave a way to find someone.")).to_be_visible()
        expect(panel.get_by_role("link", name="Ask for another look")).to_have_attribute(
            "href", f"/you/decisions/{token}/#another-look"
        )
        expect(page.locator("#m-3 .note-line")).not_to_be_visible()
        panel.get_by_text("See what you wrote").click()
        expect(panel.get_by_text("Something that gave a place away")).to_be_visible()
        assert faults(page) == [] if page is linden else True
        linden.reload()
    expect(fern.locator("#m-3")).to_contain_text("A moderator took this message down.")
    expect(fern.locator(".taken")).to_have_count(0)
    evening.site.do(lambda: changes.keep(Message.objects.get(seq=3), changes.show, by=_staff("Amara")))
    shown = expect(linden.locator("#m-3 .bubble"))
    shown.to_contain_text("Something that gave a place away", timeout=PATIENCE_MS)
    expect(linden.locator("#m-3 .taken")).to_have_count(0)
    expect(linden.locator("#m-3 .tools__more")).to_be_attached()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])
def test_m3_s4_a_closed_account_reads_why_asks_and_gets_nowhere_else(evening: Any, open_page: Any, scripts: bool):
    suspend(evening)
    page = open_page(evening.site.url + "/sign-in/", java_script_enabled=scripts)
    sign_in(page)
    expect(page.get_by_role("heading", name="From the moderators")).to_be_visible()
    expect(page.get_by_text("This account is resting until")).to_be_visible()
    page.get_by_role("link", name="Read why").click()
    expect(page.get_by_text(WHY)).to_be_visible()
    page.get_by_role("button", name="Ask for another look").click()
    expect(page.get_by_text("A second moderator will read it, not Amara and Theo.")).to_be_visible()
    page.goto(evening.site.url + "/rooms/evenings/")
    expect(page.get_by_role("heading", name="Come back in")).to_be_visible()
    page.goto(evening.site.url + "/you/decisions/")
    page.get_by_role("button", name="Close this page").click()
    expect(page).to_have_url(evening.site.url + "/")
    page.goto(evening.site.url + "/you/decisions/")
    expect(page.get_by_role("heading", name="Come back in")).to_be_visible()


def test_m3_the_answer_stands_on_the_same_page(evening: Any):
    token = decide(evening, "hide")

    def answered() -> None:
        linden, theo = Member.objects.get(name="Linden"), _staff("Theo")
        appeals.ask_again(linden, token, "A song")
        flag = queue.take_next(theo)
        assert flag is not None
        appeals.answer(theo, flag.token, take_back=True, words="You're right.", version=flag.version)

    evening.site.do(answered)
    page = evening.as_member("Linden", "/notifications/")
    page.get_by_role("link", name="A moderator has written to you").first.click()
    expect(page.get_by_text("It is taken back, and we're sorry.")).to_be_visible()
    assert evening.site.do(lambda: Decision.objects.count()) == 2


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "none"])
def test_m1_somebody_is_told_about_from_their_profile_and_the_list_says_what_became_of_it(evening: Any, scripts: bool):
    page = evening.as_member("Linden", "/people/Otis/", java_script_enabled=scripts)
    page.get_by_role("link", name="I'm worried about them, or report").click()
    page.get_by_text("It's unkind or threatening").click()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Thank you for telling us.")).to_be_visible()
    page.get_by_role("link", name="What you've told us").click()
    expect(page.get_by_text("Otis, as a member")).to_be_visible()
    assert evening.site.do(lambda: Report.objects.get().about.name) == "Otis"


@pytest.mark.parametrize("look", CROSSED)
def test_no_page_of_the_members_side_has_a_fault_in_any_look(evening: Any, open_page: Any, look: dict[str, Any]):
    token = decide(evening, "hide")
    page = evening.as_member("Linden", **look)
    found = []
    for path in (f"/you/decisions/{token}/", "/you/decisions/", "/you/reports/", "/people/Otis/report/"):
        page.goto(evening.site.url + path)
        found += faults(page)
    suspend(evening)
    page.goto(evening.site.url + "/sign-in/")
    sign_in(page)
    expect(page.get_by_role("heading", name="From the moderators")).to_be_visible()
    found += faults(page)
    page.get_by_role("link", name="Read why").first.click()
    expect(page.get_by_text(WHY).first).to_be_visible()
    found += faults(page)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("look", CROSSED)
def test_what_needs_a_reply_has_no_fault_and_a_host_says_that_it_was_answered(
    evening: Any, open_page: Any, look: dict[str, Any]
):
    long_ago = timezone.now() - timedelta(hours=1)
    evening.site.do(lambda: Message.objects.filter(seq=1).update(stored_at=long_ago))
    page = as_staff(evening, open_page, "Amara", "moderators", **look)
    page.goto(evening.site.url + "/moderate/needs-reply/")
    expect(page.get_by_text(re.compile(r"waiting for \d+ minutes"))).to_be_visible()
    found = faults(page)
    page.get_by_role("button", name="The message in Evenings that has waited").click()
    expect(page.get_by_text("Everyone has had an answer.")).to_be_visible()
    assert not found + faults(page), found
    assert breaches(page) == []
