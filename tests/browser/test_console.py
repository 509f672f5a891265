"""The console in real browsers: two moderators at once, by keyboard alone, on a phone, without scripts."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from chat.models import Message
from community.models import Member
from community.services import seeding
from moderation.models import Decision, Flag
from moderation.services import appeals, decisions, flags, queue, reports
from moderation.services.choices import Choice
from tests.browser.staff import as_staff, breaches
from tests.browser.test_axe import CROSSED, faults
from tests.factories import make_member, post

pytestmark = [pytest.mark.browser, pytest.mark.servers]


def _reported(evening: Any) -> dict[str, str]:
    """Two cases: Fern's message with a worry about it, and one that is unkind; with what was found in the first."""
    fern, room = evening.members["Fern"], evening.room()
    post(fern, room, "Everyone would be better off without me.")
    worry = Message.objects.get(room=room, seq=3)
    reports.report(worry, by=evening.members["Otis"], door="worried", note="She sounds different today")
    reports.report(Message.objects.get(room=room, seq=1), by=evening.members["Otis"], door="not-okay", reason="unkind")
    return {"worry": Flag.objects.get(message=worry).token, "unkind": Flag.objects.get(message__seq=1).token}


def _everything(evening: Any) -> list[str]:
    """A page of each kind: held, held by somebody else who proposes, an appeal, one that is decided."""
    seeding.load()
    tokens = _reported(evening)
    amara, theo = (
        make_member("Amara", roles=("moderators", "leads", "admins")),
        make_member("Theo", roles=("moderators",)),
    )
    held = queue.take(amara, tokens["worry"])
    Flag.objects.filter(pk=held.pk).update(due_at=timezone.now() - timedelta(minutes=3))
    mine = queue.take(theo, tokens["unkind"])
    decisions.decide(theo, mine.token, Choice("hide", reason="unkind"), version=mine.version)
    decided = Decision.objects.get()
    appeal = appeals.ask_again(evening.members["Fern"], decided.token, "I meant it well").flag
    queue.take(amara, appeal.token)
    other = queue.take(theo, flags.raise_about(Message.objects.get(seq=2), flags.Cause(4, "asked")).token)
    plan = Choice("imminent", checklist={"plan": True})
    decisions.propose(theo, other.token, plan, version=other.version)
    return [held.token, appeal.token, other.token, mine.token]


@pytest.mark.parametrize("look", CROSSED)
def test_axe_finds_nothing_and_nothing_breaks_the_policy(evening: Any, open_page: Any, look: dict[str, Any]):
    tokens = evening.site.do(lambda: _everything(evening))
    page = as_staff(evening, open_page, "Amara", **look)
    found: list[str] = []
    for path in (
        "",
        *(f"{token}/" for token in tokens),
        "times/",
        "audit/",
        "apart/",
        "care/",
        "care/of/Theo/",
        "care/limits/",
        "care/break/",
        "minute/",
    ):
        assert page.goto(f"{evening.site.url}/moderate/{path}").status == 200, path
        for act in page.locator("details:not(.act, .more)" if path else "details:not(.act)").all():
            act.evaluate("one => one.open = true")
        found += faults(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert breaches(page) == [], path
        page.set_viewport_size(look["viewport"])
    assert "\n".join(found) == ""


def test_every_form_of_a_case_is_without_fault_when_it_is_open(evening: Any, open_page: Any):
    held, *_ = evening.site.do(lambda: _everything(evening))
    page = as_staff(evening, open_page, "Amara", viewport={"width": 390, "height": 844})
    page.goto(f"{evening.site.url}/moderate/{held}/")
    page.evaluate(
        "for (const one of document.querySelectorAll('.act')) { one.removeAttribute('name'); one.open = true; }"
    )
    expect(page.locator("#act-imminent")).to_contain_text("Never ask for an address")
    assert "\n".join(faults(page)) == ""
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_two_moderators_one_by_keyboard_and_the_second_reads_what_changed(evening: Any, open_page: Any):
    tokens = evening.site.do(lambda: _reported(evening))
    amara = as_staff(evening, open_page, "Amara", "moderators")
    theo = as_staff(evening, open_page, "Theo", "moderators")
    old = as_staff(evening, open_page, "Theo", "moderators", java_script_enabled=False)  # a page that is never renewed
    for page in (amara, theo, old):
        page.goto(evening.site.url + "/moderate/")
        assert "better off" not in page.content(), "no words before a case is taken"

    _listens(amara)
    amara.keyboard.press("n")
    amara.wait_for_url(f"**/{tokens['worry']}/")
    expect(amara.locator("mark").first).to_contain_text("better off without me", ignore_case=True)
    expect(theo.locator("#queue")).to_contain_text("Amara has it")
    old.get_by_role("button", name=re.compile("Take ?: Soon, Evenings")).click()
    expect(old.locator("main .errors")).to_contain_text("Amara took it at")
    assert "better off" not in theo.content() + old.content()

    _listens(amara)
    amara.keyboard.press("e")
    box = amara.locator("#support-words")
    expect(box).to_be_focused()
    expect(box).to_have_value(
        "Hi Fern, it's Amara, one of the moderators. I read what you wrote. Would you like some company for a while? You don't have to explain anything."
    )
    amara.keyboard.press("Control+End")
    amara.keyboard.type(" I'm here until ten. xn?")
    expect(box).to_be_focused()
    _tab_to(amara, "#act-support .btn-main[type=submit]")
    amara.keyboard.press("Enter")
    expect(amara.get_by_text("Done. Would you like the next one")).to_be_visible()

    theo.goto(f"{evening.site.url}/moderate/{tokens['worry']}/")
    expect(theo.get_by_role("heading", name="Nobody has this")).to_be_visible()
    theo.goto(evening.site.url + "/moderate/")
    _listens(theo)
    theo.keyboard.press("j")
    expect(theo.get_by_role("button", name=re.compile("Take ?: Today, Evenings"))).to_be_focused()
    assert breaches(amara) + breaches(theo) == []


def _listens(page: Any) -> None:
    """Returns once the page's keys work."""
    expect(page.get_by_role("button", name="Keys")).to_be_visible()


def _tab_to(page: Any, selector: str) -> None:
    """Goes on with Tab until this has the focus."""
    for _ in range(12):
        if page.evaluate("one => document.activeElement.matches(one)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} cannot be reached by Tab")


def test_two_keys_are_turned_by_two_people(evening: Any, open_page: Any):
    tokens = evening.site.do(lambda: _reported(evening))
    amara = as_staff(evening, open_page, "Amara", "moderators")
    theo = as_staff(evening, open_page, "Theo", "moderators")
    amara.goto(evening.site.url + "/moderate/")
    amara.get_by_role("button", name="Take next").click()
    expect(amara.get_by_role("heading", name="Fern, in Evenings")).to_be_visible()
    _listens(amara)
    amara.keyboard.press("i")
    amara.get_by_role("button", name="Propose to a colleague").last.click()
    expect(amara.locator("#imminent-checklist_error")).to_contain_text("a plan, a time or a place")
    amara.get_by_label("A plan was stated").check()
    amara.locator("#act-imminent").get_by_role("button", name="Propose to a colleague").click()
    expect(amara.get_by_text("Nothing happens before a colleague confirms it")).to_be_visible()
    theo.goto(evening.site.url + "/moderate/")
    theo.get_by_role("link", name=re.compile("Read ?: Emergency procedure")).click()
    expect(theo.get_by_text("A plan was stated")).to_be_visible()
    theo.get_by_role("button", name="Confirm it").click()
    expect(theo.get_by_text("Confirmed, and done.")).to_be_visible()
    made = evening.site.do(lambda: Decision.objects.values_list("kind", "by__name", "second__name").get())
    assert made == ("imminent", "Amara", "Theo")
    assert tokens["worry"] in amara.url


def test_single_letters_are_listed_and_can_be_turned_off(evening: Any, open_page: Any):
    evening.site.do(lambda: _reported(evening))
    page = as_staff(evening, open_page, "Amara", "moderators")
    page.goto(evening.site.url + "/moderate/")
    _listens(page)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Take next")
    assert "\n".join(faults(page)) == ""
    page.get_by_label("Single letters work as keys").uncheck()
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("n")
    page.reload()
    _listens(page)
    page.keyboard.press("n")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Take next")).to_be_visible()
    assert evening.site.do(lambda: Flag.objects.filter(holder=None).count()) == 2
    page.get_by_role("button", name="Keys").click()
    page.get_by_label("Single letters work as keys").check()
    page.get_by_role("button", name="Close").click()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("n")
    expect(page.get_by_role("button", name="Pass on")).to_be_visible()


def test_work_renews_the_lease_and_a_lost_one_is_said(evening: Any, open_page: Any):
    token = evening.site.do(lambda: _reported(evening))["worry"]
    page = as_staff(evening, open_page, "Amara", "moderators")
    page.clock.install()
    page.goto(evening.site.url + "/moderate/")
    page.get_by_role("button", name="Take next").click()
    expect(page.locator("[data-until]")).to_be_visible()
    before = evening.site.do(lambda: Flag.objects.get(token=token).held_until)
    page.clock.fast_forward(61_000)
    with page.expect_response("**/renew/") as answer:
        page.keyboard.press("Shift")
    assert answer.value.status == 200
    assert evening.site.do(lambda: Flag.objects.get(token=token).held_until) > before

    def lost() -> None:
        theo = make_member("Theo", roles=("moderators",))
        Flag.objects.filter(token=token).update(held_until=timezone.now())
        queue.take(theo, token)

    evening.site.do(lost)
    page.get_by_role("button", name="Still with it").click()
    expect(page.locator("#say-now")).to_contain_text("Theo took it")
    page.locator("#act-support > summary").click()
    page.locator("#support-words").fill("What I had written")
    page.locator("#act-support .btn-main[type=submit]").click()
    expect(page.locator("main .errors")).to_contain_text("Theo took it")
    expect(page.get_by_label("What you had written")).to_have_value("What I had written")


def test_a_text_to_begin_from_is_put_in_without_leaving_the_page(evening: Any, open_page: Any):
    evening.site.do(lambda: _reported(evening))
    page = as_staff(evening, open_page, "Amara", "moderators")
    page.goto(evening.site.url + "/moderate/")
    page.get_by_role("button", name="Take next").click()
    page.locator("#act-hide > summary").click()
    form = page.locator("#act-hide")
    form.get_by_label("A text to begin from").select_option(label="Advice about medicine")
    form.get_by_role("button", name="Use this text").click()
    expect(page.locator("#hide-words")).to_have_value(
        "Fern, what happened to you is yours to tell. Doses and changes are for a prescriber."
    )
    expect(page.locator("#act-hide")).to_have_attribute("open", "")


def test_what_was_hidden_for_now_is_undone_by_a_key_and_the_line_goes_by_itself(evening: Any, open_page: Any):
    tokens = evening.site.do(lambda: _reported(evening))
    page, linden = as_staff(evening, open_page, "Amara", "moderators"), evening.in_room("Linden")
    page.clock.install()
    evening.site.do(lambda: queue.take(Member.objects.get(name="Amara"), tokens["unkind"]))
    page.goto(f"{evening.site.url}/moderate/{tokens['unkind']}/")
    _listens(page)
    page.keyboard.press("f")
    page.keyboard.press("Enter")
    expect(page.get_by_text("It is still yours to decide.")).to_be_visible()
    expect(linden.locator("#m-1")).to_have_count(0)
    line = page.locator("[data-undo]")
    expect(line).to_contain_text("Hidden for 30 minutes")
    assert faults(page) == []
    _listens(page)
    page.keyboard.press("u")
    expect(page.get_by_text("Undone. It is yours again.")).to_be_visible()
    expect(linden.locator("#m-1 .bubble")).to_contain_text("The evenings are long now.")
    page.keyboard.press("f")
    page.keyboard.press("Enter")
    expect(line).to_be_visible()
    line.get_by_role("button").focus()
    page.clock.fast_forward(11_000)
    expect(line).to_be_visible()
    page.keyboard.press("Tab")
    page.clock.fast_forward(100)
    expect(line).to_have_count(0)


def test_everything_works_without_scripts_on_a_phone(evening: Any, open_page: Any):
    evening.site.do(lambda: _reported(evening))
    page = as_staff(
        evening, open_page, "Amara", "moderators", java_script_enabled=False, viewport={"width": 390, "height": 844}
    )
    page.goto(evening.site.url + "/moderate/")
    page.get_by_role("button", name="Take next").click()
    page.get_by_role("button", name="Still with it").click()
    page.locator("#act-no-concern > summary").click()
    page.locator("#act-no-concern .btn-main[type=submit]").click()
    expect(page.locator("#no-concern-verdict_error")).to_contain_text("Say what it was")
    page.locator("#no-concern-verdict").select_option("distress-but-safe")
    page.locator("#act-no-concern .btn-main[type=submit]").click()
    expect(page.get_by_text("Done. Would you like the next one")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone. It is yours again.")).to_be_visible()
    page.get_by_role("button", name="Pass on").click()
    expect(page.get_by_text("It is back in the queue.")).to_be_visible()
