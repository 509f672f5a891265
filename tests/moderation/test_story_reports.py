"""Telling moderators about a story: the very text that was read, one case, and what became of it."""

from __future__ import annotations

from html import unescape

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from chat.services import story_talk
from community.models import Notice, Story, StoryRevision
from community.refusals import NotYours, TooFast
from community.services import stories, story_reading
from moderation.models import Decision, Flag, Report
from moderation.services import appeals, cases, choices, decisions, effects, flags, queue, reports
from moderation.services.choices import BadChoice, Choice
from moderation.views import acts
from tests.factories import make_member, make_story, post, unhurried
from tests.moderation.console import at_console, page, url

pytestmark = pytest.mark.django_db
SAID = "It was a day like others, and then it rained."


@pytest.fixture
def story() -> Story:
    return make_story("A quiet story", body=SAID)


@pytest.fixture
def amara():
    return make_member("amara", roles=("moderators",))


def as_(member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def address(story):
    return reverse("moderation:report-story", args=[story.slug])


def told(story, by, reason="could-harm"):
    with unhurried():
        return reports.report_story(story_reading.story_for(story.slug).revision, by=by, reason=reason)


def decided(by, kind, **more):
    flag = queue.take(by, Flag.objects.open().get().token)
    return decisions.decide(by, flag.token, Choice(kind, **{"follow_up_hours": 0, **more}), version=flag.version)


def test_a_reader_reports_a_story_by_a_form_and_finds_how_it_ended(story, amara):
    ben = make_member("ben")
    reader = as_(ben)
    assert address(story) in page(reader.get(reverse("story", args=[story.slug])))
    assert address(story) not in page(as_(story.writer).get(reverse("story", args=[story.slug])))
    form = page(reader.get(address(story)))
    assert "It could harm someone who reads it" in form
    assert reader.post(address(story), {"note": "look"}).status_code == 400
    assert not Report.objects.exists()
    assert "Thank you for telling us" in page(reader.post(address(story), {"reason": "about-me", "note": "my town"}))
    decided(amara, "story-off", reason="identity")
    assert "acted on it" in unescape(page(reader.get(reverse("moderation:reports"))))
    assert Notice.objects.filter(member=ben, kind=reports.OUTCOME).count() == 1


def test_many_reports_are_one_case_and_one_reader_waits_once(story):
    ben, cleo = make_member("ben"), make_member("cleo")
    assert told(story, ben)
    assert not told(story, ben, "selling")
    assert told(story, cleo, "identity")
    flag = Flag.objects.get()
    assert flag.story == story
    assert flag.member == story.writer
    assert flag.reports.count() == 2
    # A case about its writer as a member is another one.
    assert flags.raise_about_member(story.writer, flags.Cause(2, "unkind")) != flag
    assert reports.report_member(story.writer, by=ben, door="not-okay", reason="unkind")


def test_the_text_that_was_read_is_kept_whatever_comes_after(story, amara):
    ben = make_member("ben")
    assert told(story, ben)
    report = Report.objects.get()
    assert report.revision == 1
    assert SAID not in report.body_then
    StoryRevision.objects.filter(story=story).update(content={"title": "Other", "body": "Other words."})
    flag = queue.take(amara, Flag.objects.get().token)
    opened = cases.open_case(amara, flag.token)
    assert SAID in opened.told[0].words_then
    assert opened.told[0].revision == 1
    shown = page(at_console(amara).get(url("case", flag)))
    assert "number 1" in shown
    assert SAID in shown
    assert "Take the story away" in shown
    assert reverse("story", args=[story.slug]) in shown


def test_a_number_that_readers_never_had_counts_as_the_text_of_now(story):
    draft = stories.change(story, by=story.writer)
    now = story_reading.story_for(story.slug)
    assert reports.text_read(now, draft.number) == now.revision
    assert reports.text_read(now, None) == now.revision
    assert reports.text_read(now, 1).number == 1


def test_taking_it_away_tells_its_writer_and_another_look_brings_it_back(story, amara):
    told(story, make_member("ben"))
    made = decided(amara, "story-off", reason="harm", words="It names an amount.")
    with pytest.raises(NotYours):
        story_reading.story_for(story.slug)
    story.refresh_from_db()
    assert story.withdrawn_by == amara
    assert story.withdrawn_because
    statement = page(as_(story.writer).get(reverse("moderation:decision", args=[made.token])))
    assert "took your story away" in statement
    assert "It names an amount." in statement
    assert "ben" not in statement
    appeals.ask_again(story.writer, made.token, "It was a mistake")
    theo = make_member("theo", roles=("moderators",))
    flag = queue.take(theo, Flag.objects.open().get().token)
    appeals.answer(theo, flag.token, take_back=True, words="It is back.", version=flag.version)
    assert story_reading.story_for(story.slug)


def test_what_its_writer_took_away_stays_away(story, amara):
    told(story, make_member("ben"))
    stories.withdraw(story, by=story.writer, reason="mine")
    made = decided(amara, "story-off", reason="harm")
    effects.take_back(Decision.objects.get(pk=made.pk), by=amara)
    story.refresh_from_db()
    assert story.withdrawn_because == "mine"


def test_nothing_to_do_leaves_the_story_and_says_so(story, amara):
    told(story, make_member("ben"))
    decided(amara, "no-concern")
    assert Report.objects.get().outcome == Report.Outcome.LEFT
    assert story_reading.story_for(story.slug)
    assert told(story, Report.objects.get().reporter)  # a later one is a new one


def test_only_a_case_about_a_story_takes_one_away(story, amara):
    flags.raise_about_member(story.writer, flags.Cause(2, "unkind"))
    with pytest.raises(BadChoice):
        decided(amara, "story-off", reason="harm")
    with pytest.raises(BadChoice):
        choices.check(Choice("hide", reason="harm"), Flag(story=story))


def test_a4_what_cannot_be_read_cannot_be_reported(story):
    ben = as_(make_member("ben"))
    assert as_(story.writer).get(address(story)).status_code == 404
    stories.take_consent_back(story, by=story.writer)
    assert ben.get(address(story)).status_code == 404
    assert ben.post(address(story), {"reason": "harm"}).status_code == 404
    assert not Report.objects.exists()


def test_reports_of_stories_have_the_limits_of_reports(story):
    ben = make_member("ben")
    read = story_reading.story_for(story.slug).revision
    refused = 0
    with override_settings(LIMITS_SCALE=1):
        for _ in range(40):
            try:
                reports.report_story(read, by=ben, reason="other")
            except TooFast:
                refused += 1
    assert refused
    assert Report.objects.count() == 1


def test_a_case_of_a_comment_leads_to_its_story_and_pauses_where_it_can_be_told(story, amara):
    story_talk.choose(story, by=story.writer, on=True)
    other = make_story("Another story")
    story_talk.choose(other, by=other.writer, on=True)
    ana, ben = make_member("ana"), make_member("ben")
    for member in (ana, ben):
        for one in (story, other):
            story_talk.join(member, one.slug)
    room = story_talk.room_of(story)
    post(ana, room, "something unkind")
    reports.report(reports.message_for(ben, room.slug, 1), by=ben, door="not-okay", reason="unkind")
    flag = queue.take(amara, Flag.objects.get().token)
    shown = page(at_console(amara).get(url("case", flag)))
    assert "The story that it stands under" in shown
    assert reverse("story", args=[story.slug]) in shown
    assert "Take the story away" not in shown
    assert [slug for slug, _ in acts.about(flag).rooms] == [room.slug]
    decisions.decide(amara, flag.token, Choice("remove", words="Please rest.", reason="unkind", room=room.slug,
                                               follow_up_hours=0), version=flag.version)  # fmt: skip
    assert as_(ana).get(reverse("message", args=[room.slug, 1])).status_code == 404
