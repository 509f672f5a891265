"""Comments under a story in a real browser, without a script: joining, a comment, an answer, a report."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from chat.services import story_talk
from tests.factories import make_member, make_story, post

pytestmark = [pytest.mark.browser, pytest.mark.servers]


def test_a_reader_joins_comments_answers_and_reports_a_story(evening: Any):
    def make() -> None:
        story = make_story("A quiet story")
        story_talk.choose(story, by=story.writer, on=True)
        ana = make_member("Ana Ruiz")
        story_talk.join(ana, story.slug)
        post(ana, story_talk.room_of(story), "It rained here too, and the kettle was company.")
        post(ana, story_talk.room_of(story), "Reading this on a bad day.", heads_up="a bad day")

    evening.site.do(make)
    page = evening.as_member("Linden", "/stories/a-quiet-story/", java_script_enabled=False)
    page.get_by_role("link", name="Read the comments").click()
    expect(page.get_by_text("A few comments")).to_be_visible()
    expect(page.get_by_text("kettle")).to_have_count(0)
    page.get_by_role("button", name="Join the talk").click()
    expect(page.get_by_text("kettle")).to_be_visible()
    page.get_by_label("Write a comment").fill("Mine has a dent, and still sings.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("still sings")).to_be_visible()
    page.get_by_role("link", name="More for the message by Ana Ruiz").first.click()
    page.get_by_label("Reply").fill("Thank you.")
    page.get_by_role("button", name="Send reply").click()
    expect(page.get_by_text("Thank you.")).to_be_visible()
    page.get_by_role("link", name="Back to the story").click()
    page.get_by_role("link", name="Report this story").click()
    page.get_by_label("It could harm someone who reads it").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Thank you for telling us.")).to_be_visible()
