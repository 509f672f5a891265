"""A story's way in real browsers: who writes it, a clinician, a second reader, an editor, a visitor, a member."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from chat.services import story_talk
from community.models import Byline, EditorNote, Member, Story, StoryRevision
from community.services import stories
from community.story_content import Text
from tests.browser.staff import as_staff, breaches
from tests.browser.test_axe import CROSSED, faults
from tests.factories import make_member, make_reviewer_byline, make_story, post

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


def _picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (60, 40), "teal").save(out, "PNG")
    return out.getvalue()


def _is_handed_in(page: Any) -> None:
    page.get_by_role("button", name="Send to a reviewer").click()
    for box in page.locator("[name=ticked]").all():
        box.check()
    if page.locator("[name=agrees]").count():
        page.locator("[name=agrees]").check()
    page.get_by_role("button", name="Hand it in").click()
    expect(page.locator("main")).to_contain_text("With a reviewer, usually 4 days")


def _answered(page: Any, dose: str) -> None:
    for begins in ("Does it say how", "Does it give advice", "Could anybody"):
        page.get_by_role("group", name=begins).get_by_label("No", exact=True).check()
    page.get_by_role("group", name="Does it give a dose").get_by_label(dose, exact=True).check()


def _written(writer: Any) -> None:
    """A text with a preview, a source and a picture, handed in with consent."""
    writer.get_by_label("Title").fill(SAID.title)
    writer.get_by_role("textbox", name="Text").fill(SAID.body)
    expect(writer.locator("#look .prose h2")).to_have_text("What was in it")
    writer.get_by_label("Heads-up").fill(SAID.content_note)
    writer.get_by_label("Name", exact=True).fill("Linnet")
    writer.get_by_role("button", name="Add a source").click()
    writer.locator("[name=source-0-title]").fill("A book of soups")
    writer.get_by_role("button", name="Add a picture").click()
    writer.locator("[type=file]").set_input_files({"name": "me.png", "mimeType": "image/png", "buffer": _picture()})
    writer.get_by_label("What can be seen?").fill("A pot on a stove")
    writer.get_by_role("button", name="Add the picture").click()
    expect(writer.locator("#look img")).to_have_attribute("alt", "A pot on a stove")
    _is_handed_in(writer)


def _sent_back(cleo: Any) -> None:
    """A clinician gives themselves a name, notes something beside a paragraph, keeps it, and asks for changes."""
    cleo.get_by_text("Before you give a verdict").get_by_role("link").click()
    cleo.get_by_label("Name", exact=True).fill("Dr Cleo Marsh")
    cleo.get_by_label("Profession", exact=True).fill("psychologist")
    cleo.get_by_label("Readers may see my name and profession").check()
    cleo.get_by_role("button", name="Keep it").click()
    cleo.get_by_role("link", name=TO_READ).click()
    third = cleo.locator(".read > li").nth(2)
    third.locator("summary").click()
    cleo.get_by_label("Note beside paragraph 3").fill("Leave the number out.")
    _answered(cleo, "Yes")
    third.get_by_role("button", name="Keep the notes").click()
    cleo.get_by_text("Your notes are kept").wait_for()
    dose = cleo.get_by_role("group", name="Does it give a dose")
    assert dose.get_by_label("Yes").is_checked(), "a verdict that is being written stays"
    dose.get_by_label("Which words").fill("40 mg")
    cleo.get_by_label("To its author").fill("One number, then it is ready.")
    cleo.get_by_role("button", name="Ask for changes").click()
    cleo.get_by_text("Its author is told what to change.").wait_for()


def _changed(writer: Any) -> None:
    """The writer reads the note, answers it, changes the text, opens its comments and hands it in again."""
    writer.reload()
    expect(writer.locator(".mine__note")).to_contain_text("Leave the number out.")
    writer.get_by_label("Your answer").fill("Gladly.")
    writer.get_by_role("button", name="Change the text").click()
    writer.get_by_role("textbox", name="Text").fill(writer.locator("#id_body").input_value().replace("40 mg of ", ""))
    _is_handed_in(writer)
    writer.get_by_role("button", name="Open the comments").click()
    writer.get_by_text("Comments are open.").wait_for()


def _let_out(second: Any, editor: Any, url: str) -> None:
    """The second reader signs and sets an hour; an editor lets it out now."""
    second.goto(url + "/review/?list=second")
    second.get_by_role("link", name=TO_READ).click()
    second.get_by_label("Comes out at").fill("2100-01-01T10:00")
    second.get_by_role("button", name="Let it come out").click()
    second.get_by_text("Choose a time in the coming year").first.wait_for()
    second.get_by_label("Comes out at").fill(f"{timezone.localtime() + timedelta(days=2):%Y-%m-%dT%H:%M}")
    second.get_by_role("button", name="Let it come out").click()
    second.get_by_text("It comes out at the hour you set.").wait_for()
    editor.goto(url + "/review/?list=coming")
    editor.get_by_role("link", name=re.compile(SAID.title)).click()
    editor.get_by_role("button", name="Come out now").click()
    editor.get_by_text("It is out. Readers see it now.").wait_for()


def _talked_about(page: Any) -> None:
    """A member keeps the story, joins the talk, comments, answers and reports the story, all without a script."""
    page.get_by_role("link", name=SAID.title).first.click()
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Read the comments").click()
    page.get_by_role("button", name="Join the talk").click()
    page.get_by_label("Write a comment").fill("Mine has a dent, and still sings.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("still sings")).to_be_visible()
    page.get_by_role("link", name="More for the message by").first.click()
    page.get_by_label("Reply").fill("The pot, I mean.")
    page.get_by_role("button", name="Send reply").click()
    expect(page.get_by_text("The pot, I mean.")).to_be_visible()
    page.get_by_role("link", name="Back to the story").click()
    page.get_by_role("link", name="Report this story").click()
    page.get_by_label("It could harm someone who reads it").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Thank you for telling us.")).to_be_visible()


def test_writer_clinician_second_reader_editor_visitor_and_member_go_the_whole_way(evening: Any, open_page: Any):
    url = evening.site.url
    writer = evening.as_member("Linden", "/stories/write/")
    cleo = as_staff(evening, open_page, "Cleo", "reviewers")
    eve, ida = (as_staff(evening, open_page, name, "curators", java_script_enabled=False) for name in ("Eve", "Ida"))
    member = evening.as_member("Fern", "/stories/", java_script_enabled=False)
    visitor = open_page(url + "/stories/")
    _written(writer)
    cleo.goto(url + "/review/")
    _sent_back(cleo)
    _changed(writer)
    cleo.goto(url + "/review/")
    cleo.get_by_role("link", name=TO_READ).click()
    _answered(cleo, "No")
    cleo.get_by_role("button", name="Approve").click()
    cleo.get_by_text("Approved.").wait_for()
    expect(visitor.get_by_role("link", name=SAID.title)).to_have_count(0)
    _let_out(eve, ida, url)

    visitor.reload()
    visitor.get_by_role("link", name=SAID.title).first.click()
    for words in ("Dr Cleo Marsh", "Carrots, and patience.", "A book of soups"):
        visitor.get_by_text(words).first.wait_for()
    assert visitor.get_by_alt_text("A pot on a stove").evaluate("one => one.complete && one.naturalWidth") == 60
    visitor.locator(".dock__share summary").click()
    mail = visitor.get_by_role("link", name="By e-mail, without its title").get_attribute("href")
    assert visitor.url.rpartition("/stories/")[2] in mail
    member.reload()
    _talked_about(member)

    writer.reload()
    writer.get_by_role("button", name="Take it back").click()
    writer.get_by_text("Taken back.").first.wait_for()
    assert visitor.reload().status == 404
    assert visitor.goto(f"{url}/search/?q=soup").status == 200
    for page, path in ((visitor, "/stories/"), (visitor, "/search/?q=soup"), (member, "/saved/")):
        page.goto(url + path)
        assert SAID.title not in page.content()
    assert SAID.title not in visitor.request.get(url + "/stories/feed/").text()
    assert breaches(cleo) == []


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


def _of_a_writer(cleo: Member) -> list[str]:
    """Addresses of a draft, a text that is being read, one with suggestions, a talk they are in, one they are not."""
    links = [{"label": "My blog", "url": "https://blog.example.org/"}]
    name = Byline.objects.create(name="Linnet", pebble=7, member=cleo, links=links)
    draft, waits, asked = (stories.begin(SAID, by=cleo, byline=name) for _ in range(3))
    for one in (waits, asked):
        stories.agree(one.story, by=cleo)
        stories.hand_in(one, by=cleo, ticked=stories.CHECKLIST)
    clinician = make_member(roles=("reviewers",))
    verdict = stories.Verdict("changes", "One number.", ((2, "Leave the number out."),))
    stories.review(asked, verdict, by=clinician, byline=make_reviewer_byline(clinician))
    told, other = Story.objects.get(slug="nine-sleepless-nights"), make_story("A quiet story")
    for one in (told, other):
        story_talk.choose(one, by=one.writer, on=True)
    story_talk.join(cleo, told.slug)
    room = story_talk.room_of(told)
    post(cleo, room, "It rained here too.")
    post(cleo, room, "On a bad day", heads_up="a bad day", reply_to=1)
    mine = [f"/stories/mine/{one.story_id}/" for one in (draft, waits, asked)]
    pages = [
        "/stories/write/",
        "/stories/mine/",
        *mine,
        *(f"{mine[0]}{part}/" for part in ("text", "hand-in", "pictures")),
    ]
    return [*pages, *(f"/stories/{one.slug}/comments/" for one in (told, other)), f"/stories/{told.slug}/"]


PAGES = ["/review/", "/review/?list=again", "/review/?list=told", "/review/?list=out", "/review/name/",
         "/review/s/soup-on-a-tuesday/1/", "/review/s/nine-sleepless-nights/2/", "/review/s/nine-sleepless-nights/"]  # fmt: skip


@pytest.mark.parametrize("look", CROSSED)
def test_axe_finds_nothing_at_the_desk_while_writing_and_in_the_talk_and_nothing_breaks_the_policy(
    evening: Any, open_page: Any, look: dict[str, Any]
):
    page = as_staff(evening, open_page, "Cleo", "reviewers", "curators", **look)
    own = evening.site.do(lambda: _one_of_everything() or _of_a_writer(Member.objects.get(name="Cleo")))
    found: list[str] = []
    for path in [*PAGES, *own]:
        assert page.goto(evening.site.url + path).status == 200, path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        found += faults(page)
        assert breaches(page) == [], path
        page.set_viewport_size(look["viewport"])
    assert "\n".join(found) == ""
