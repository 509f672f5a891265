"""A story's way in real browsers: a clinician, a second reader, a visitor, and a moderator who takes it away."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import timezone

from community.models import Byline, EditorNote, Member, StoryRevision
from community.services import stories
from community.story_content import Text
from tests.browser.staff import as_staff, breaches
from tests.browser.test_axe import CROSSED, faults
from tests.factories import make_member, make_reviewer_byline, make_story

TO_READ = re.compile("Read it.*Soup")
pytestmark = [pytest.mark.browser, pytest.mark.servers]
SAID = Text(
    title="Soup on a Tuesday",
    content_note="losing a job",
    body="I made soup, because it was Tuesday.\n\n## What was in it\n\nCarrots, and 40 mg of patience.\n\nIt was enough.",
)


def _handed_in(content: Text = SAID) -> int:
    writer = make_member()
    draft = stories.begin(content, by=writer, byline=Byline.objects.create(name="Linnet", pebble=7))
    stories.agree(draft.story, by=writer)
    return stories.hand_in(draft, by=writer, ticked=stories.CHECKLIST).pk


def _again(content: Text) -> None:
    story = StoryRevision.objects.get(number=1, story__title=SAID.title).story
    draft = stories.keep(stories.change(story, by=story.writer), content, by=story.writer, version=0)
    stories.hand_in(draft, by=story.writer, ticked=stories.CHECKLIST)


def test_a_clinician_a_second_reader_and_a_visitor_go_the_whole_way(evening: Any, open_page: Any):
    url, do = evening.site.url, evening.site.do
    do(_handed_in)
    cleo = as_staff(evening, open_page, "Cleo", "reviewers")
    cleo.goto(url + "/review/")
    cleo.get_by_text("Before you give a verdict").get_by_role("link").click()
    cleo.get_by_label("Name", exact=True).fill("Dr Cleo Marsh")
    cleo.get_by_label("Profession", exact=True).fill("psychologist")
    cleo.get_by_label("Readers may see my name and profession").check()
    cleo.get_by_role("button", name="Keep it").click()
    cleo.get_by_role("link", name=TO_READ).click()
    third = cleo.locator(".read > li").nth(2)
    third.locator("summary").click()
    cleo.get_by_label("Note beside paragraph 3").fill("Leave the number out.")
    cleo.get_by_role("group", name="Does it give a dose").get_by_label("Yes").check()
    third.get_by_role("button", name="Keep the notes").click()
    cleo.get_by_text("Your notes are kept").wait_for()
    dose = cleo.get_by_role("group", name="Does it give a dose")
    assert dose.get_by_label("Yes").is_checked(), "a verdict that is being written stays"
    dose.get_by_label("Which words").fill("40 mg")
    for begins in ("Does it say how", "Does it give advice", "Could anybody"):
        cleo.get_by_role("group", name=begins).get_by_label("No", exact=True).check()
    cleo.get_by_label("To its author").fill("One number, then it is ready.")
    better = Text(title=SAID.title, content_note=SAID.content_note, body=SAID.body.replace("40 mg of ", ""))
    do(lambda: _again(better))
    cleo.get_by_role("button", name="Ask for changes").click()
    cleo.get_by_text("A newer text was handed in").wait_for()
    assert cleo.get_by_label("To its author").input_value() == "One number, then it is ready."
    assert cleo.locator("del").get_by_text("40 mg of").count() == 1
    cleo.get_by_role("button", name="Take these words to the newer text").click()
    dose = cleo.get_by_role("group", name="Does it give a dose")
    dose.get_by_label("No", exact=True).check()
    cleo.get_by_role("button", name="Approve").click()
    cleo.get_by_text("Approved.").wait_for()

    eve = as_staff(evening, open_page, "Eve", "curators", java_script_enabled=False)
    eve.goto(url + "/review/?list=second")
    eve.get_by_role("link", name=TO_READ).click()
    eve.get_by_label("Comes out at").fill("2100-01-01T10:00")
    eve.get_by_role("button", name="Let it come out").click()
    eve.get_by_text("Choose a time in the coming year").first.wait_for()
    eve.get_by_label("Comes out at").fill("")
    eve.get_by_role("button", name="Let it come out").click()
    eve.get_by_text("Readers see it now").wait_for()

    visitor = open_page(url + "/stories/")
    visitor.get_by_role("link", name="Soup on a Tuesday").first.click()
    visitor.get_by_text("Dr Cleo Marsh").wait_for()
    address = visitor.url
    amara = as_staff(evening, open_page, "Amara", "moderators")
    amara.goto(url + "/review/s/soup-on-a-tuesday/")
    amara.get_by_label("Why").fill("Somebody can be recognised")
    amara.get_by_role("button", name="Withdraw it").click()
    amara.get_by_text("Nobody can read it any more").wait_for()
    assert visitor.goto(address).status == 404
    assert breaches(cleo) + breaches(amara) == []


def _one_of_everything() -> None:
    _handed_in()
    story = make_story("Nine sleepless nights", body="They were long.\n\nThen they were not.")
    old = StoryRevision.objects.get(story=story).story
    make_reviewer_byline(Member.objects.get(name="Cleo"))
    draft = stories.keep(
        stories.change(old, by=old.writer),
        Text("Nine sleepless nights", "They were very long.\n\nThen they were not."),
        by=old.writer,
        version=0,
    )
    stories.hand_in(draft, by=old.writer, ticked=stories.CHECKLIST, correction="The number of nights was wrong.")
    EditorNote.objects.create(
        story=story, number=1, said="A word is missing in the second line", on=timezone.localdate()
    )


PAGES = ["/review/", "/review/?list=again", "/review/?list=told", "/review/?list=out", "/review/name/",
         "/review/s/soup-on-a-tuesday/1/", "/review/s/nine-sleepless-nights/2/", "/review/s/nine-sleepless-nights/"]  # fmt: skip


@pytest.mark.parametrize("look", CROSSED)
def test_axe_finds_nothing_at_the_desk_and_nothing_breaks_the_policy(
    evening: Any, open_page: Any, look: dict[str, Any]
):
    page = as_staff(evening, open_page, "Cleo", "reviewers", "curators", **look)
    evening.site.do(_one_of_everything)
    found: list[str] = []
    for path in PAGES:
        assert page.goto(evening.site.url + path).status == 200, path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        found += faults(page)
        assert breaches(page) == [], path
        page.set_viewport_size(look["viewport"])
    assert "\n".join(found) == ""
