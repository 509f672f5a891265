"""Two browsers in one room, over the real socket, with everything that goes wrong in between."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.servers]

PATIENCE_MS = 60_000  # slow machines are not failures


def write(page: Any, words: str) -> None:
    """Types into the box and presses Enter."""
    page.locator("#w").fill(words)
    page.locator("#w").press("Enter")


def shown(page: Any) -> list[str]:
    """The words of every stored message on the page, from top to bottom."""
    return page.locator("li.msg[data-seq]:not([data-pending]) .said").all_text_contents()


def wait_for(page: Any, words: str) -> Any:
    """The message with these words, once it is on the page and stored."""
    found = page.locator("li.msg:not([data-pending])", has=page.locator(".said", has_text=words))
    found.wait_for(timeout=PATIENCE_MS)
    return found


def test_r1_r3_a_killed_server_loses_nothing_and_doubles_nothing(evening: Any):
    linden, fern = evening.in_room("Linden"), evening.in_room("Fern")
    for number in range(3):
        write(linden, f"before {number}")
        write(fern, f"answer {number}")
    wait_for(fern, "before 2")
    for number in range(3):
        write(linden, f"in the middle {number}")
    evening.site.kill9()
    write(linden, "while it was gone")
    write(fern, "I can hear nothing")
    expect(linden.locator("[data-pending]").last).to_contain_text("Not sent yet", timeout=PATIENCE_MS)
    sent = linden.locator("li.msg.mine:not([data-pending]) .said").all_text_contents()
    evening.site.restart()
    for page in (linden, fern):
        wait_for(page, "while it was gone")
        wait_for(page, "I can hear nothing")
        expect(page.locator("[data-pending]")).to_have_count(0)
    kept = evening.stored()
    assert len(kept) == len(set(kept)) == 2 + 6 + 3 + 2
    assert shown(linden) == shown(fern) == kept
    assert set(sent) <= set(kept)
    assert [one for one in kept if one.startswith("in the middle")] == [f"in the middle {n}" for n in range(3)]


def test_b3_words_of_people_are_text_and_nothing_else(evening: Any):
    linden, fern = evening.in_room("Linden"), evening.in_room("Fern")
    write(linden, '<img src=x onerror="document.title=1"> & <b>bold</b>')
    assert wait_for(fern, '<img src=x onerror="document.title=1"> & <b>bold</b>').locator("img, .said b").count() == 0
    fern.reload()
    wait_for(fern, '<img src=x onerror="document.title=1"> & <b>bold</b>')
    assert "Evenings" in fern.title()


def test_an_answer_quotes_and_words_of_support_reach_the_other_browser(evening: Any):
    linden, fern = evening.in_room("Linden"), evening.in_room("Fern")
    message = wait_for(linden, "They are. I light a lamp at five.")
    message.hover()
    message.get_by_role("button", name="Reply").click()
    write(linden, "Five is a good hour for it.")
    expect(wait_for(fern, "Five is a good hour for it.").locator(".quote")).to_have_text(
        "Fern They are. I light a lamp at five."
    )
    message.hover()
    message.get_by_role("button", name="Respond").click()
    linden.get_by_role("button", name="Same here").click()
    expect(message.locator(".felt button")).to_have_attribute("aria-pressed", "true")
    expect(wait_for(fern, "They are. I light a lamp at five.").locator(".felt")).to_have_text("Same here 1")


def test_r5_a_change_and_a_withdrawal_reach_the_other_browser(evening: Any):
    linden, fern = evening.in_room("Linden"), evening.in_room("Fern")
    write(linden, "I am fine")
    wait_for(fern, "I am fine")
    linden.locator("#w").press("ArrowUp")
    expect(linden.locator("#w")).to_have_value("I am fine")
    write(linden, "I am not fine")
    expect(wait_for(fern, "I am not fine")).to_contain_text("changed")
    mine = wait_for(linden, "I am not fine")
    mine.hover()
    mine.get_by_role("link", name="More for the message").click()
    mine.get_by_role("button", name="Take back").click()
    expect(fern.get_by_text("I am not fine")).to_have_count(0)
    assert "I am not fine" not in evening.stored()


def test_r3_a_change_that_could_not_be_stored_keeps_its_words(evening: Any):
    linden = evening.in_room("Linden")
    write(linden, "I am fine")
    wait_for(linden, "I am fine")
    linden.locator("#w").press("ArrowUp")
    evening.site.kill9()
    linden.locator("#w").fill("I am not fine, if I am honest")
    linden.locator("#w").press("Enter")
    expect(linden.locator("#line")).to_contain_text("offline", timeout=PATIENCE_MS)
    expect(linden.locator("#w")).to_have_value("I am not fine, if I am honest")
    evening.site.restart()
    expect(linden.locator("#line")).to_be_hidden(timeout=PATIENCE_MS)
    linden.locator("#w").press("Enter")
    expect(linden.locator("#w")).to_have_value("", timeout=PATIENCE_MS)
    assert "I am not fine, if I am honest" in evening.stored()


def test_r3_a_message_written_beside_an_old_one_is_stored(evening: Any):
    evening.say("Otis", *(f"line {number}" for number in range(120)))
    linden = evening.as_member("Linden", "/rooms/evenings/?around=10#m-10")
    expect(linden.locator("#m-10")).to_be_in_viewport()
    write(linden, "Reading this late")
    linden.wait_for_url("**/rooms/evenings/#m-*")
    wait_for(linden, "Reading this late")
    assert evening.stored()[-1] == "Reading this late"


def test_nothing_moves_while_one_reads_above_and_a_button_leads_down(evening: Any):
    evening.say("Otis", *(f"line {number}" for number in range(40)))
    linden, fern = evening.in_room("Linden"), evening.in_room("Fern")
    linden.locator("#m-12").scroll_into_view_if_needed()
    before = linden.locator("#m-12").bounding_box()
    write(fern, "Somebody new came in")
    expect(linden.locator("#below")).to_have_text("1 new message")
    assert linden.locator("#m-12").bounding_box() == before
    linden.locator("#below").click()
    expect(wait_for(linden, "Somebody new came in")).to_be_focused()
    expect(linden.locator("#below")).to_be_hidden()


def test_a_room_opens_at_its_end_however_tall_its_messages_are(evening: Any):
    evening.say("Otis", *("tall " * (number % 60 + 1) for number in range(80)))
    evening.has_read("Linden")
    for size in ({"width": 1280, "height": 800}, {"width": 390, "height": 844}):
        linden = evening.in_room("Linden", viewport=size)
        settled(linden)
        left = "log => log.scrollHeight - log.scrollTop - log.clientHeight"
        assert linden.locator("#log").evaluate(left) < 2


def test_earlier_messages_come_without_a_jump(evening: Any):
    evening.say("Otis", *(f"line {number} " * (number % 30 + 1) for number in range(120)))
    linden = evening.in_room("Linden")
    linden.locator("#earlier").scroll_into_view_if_needed()
    first = linden.locator("li.msg").first
    seq = int(first.get_attribute("data-seq"))
    linden.locator("#log").evaluate("log => { log.scrollTop = 0; }")
    before = linden.locator(f"#m-{seq}").bounding_box()["y"]
    linden.locator("#earlier").click()
    linden.locator(f"#m-{seq - 50}").wait_for(state="attached")
    settled(linden)
    assert abs(linden.locator(f"#m-{seq}").bounding_box()["y"] - before) < 2
    assert linden.locator("li.msg").count() == 100


def settled(page: Any) -> None:
    """Returns once the list has kept its height and place for five frames."""
    page.locator("#log").evaluate(
        """log => new Promise((resolve) => {
          let [seen, calm] = ["", 0];
          const look = () => {
            const now = `${log.scrollHeight} ${log.scrollTop}`;
            [calm, seen] = [now === seen ? calm + 1 : 0, now];
            if (calm === 5) resolve(); else requestAnimationFrame(look);
          };
          look();
        })"""
    )


def test_new_messages_are_spoken_once_and_history_never(evening: Any):
    linden, fern = evening.in_room("Linden"), evening.in_room("Fern")
    write(fern, "Hello from over here")
    expect(linden.locator("#say-chat p")).to_have_text(["Fern: Hello from over here"])
    write(linden, "And from here")
    expect(linden.locator("#say")).to_have_text("Sent")
    expect(linden.locator("#say-chat p")).to_have_count(1)


def test_a_draft_stays_in_this_tab_and_goes_with_signing_out(evening: Any):
    linden = evening.in_room("Linden")
    linden.locator("#w").fill("Half a sentence")
    linden.reload()
    expect(linden.locator("#w")).to_have_value("Half a sentence")
    linden.goto(evening.site.url + "/you/")
    linden.get_by_role("button", name="Sign out", exact=True).first.click()
    linden.wait_for_url(lambda url: "/you/" not in url)
    assert linden.evaluate("sessionStorage.length") == 0


def test_counts_of_other_rooms_come_live(evening: Any):
    linden, fern = evening.as_member("Linden", "/rooms/"), evening.in_room("Fern")
    card = linden.locator("[data-room-card=evenings] [data-unread]")
    before = card.get_by_text("2")
    expect(before).to_be_visible()
    write(fern, "One more")
    expect(card.locator("[data-count]")).to_have_text("3", timeout=PATIENCE_MS)
