"""The way of a story to its readers: three people, one fixed text, and gone at once when it must be."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from community import text
from community.models import Byline, Story, StoryRevision
from community.refusals import NotYours
from community.services import stories, story_reading, story_saving, story_seeding
from community.services.resources import Overtaken, OwnWords
from community.services.stories import CHECKLIST, ChecklistOpen, NoConsent, Verdict
from community.story_content import BadStory, Source, Text, checked
from tests import factories

pytestmark = pytest.mark.django_db
SAID = Text(title="Soup on a Tuesday", body="I made soup.\n\nIt was enough for that day, and the next.")


@pytest.fixture
def people():
    """A writer, a clinician with a byline of theirs, and an editor."""
    writer = factories.make_member("ana")
    clinician = factories.make_member("cleo", roles=("reviewers",))
    editor = factories.make_member("eve", roles=("curators",))
    byline = factories.make_reviewer_byline(clinician)
    return writer, clinician, editor, byline


def handed_in(writer, content=SAID):
    draft = stories.begin(content, by=writer, byline=Byline.objects.create(name="Ana"))
    stories.agree(draft.story, by=writer)
    return stories.hand_in(draft, by=writer, ticked=CHECKLIST)


def published(people, content=SAID, **when):
    writer, clinician, editor, byline = people
    reviewed = stories.review(handed_in(writer, content), Verdict("approve"), by=clinician, byline=byline)
    return stories.read_second(reviewed, by=editor, **when)


def test_readers_meet_it_only_after_a_clinician_and_a_second_reader(people, client):
    writer, clinician, editor, byline = people
    mine = handed_in(writer)
    page = reverse("story", args=[mine.story.slug])
    assert client.get(page).status_code == 404
    reviewed = stories.review(mine, Verdict("approve"), by=clinician, byline=byline)
    assert client.get(page).status_code == 404
    stories.read_second(reviewed, by=editor)
    shown = client.get(page).content.decode()
    assert "It was enough" in shown
    assert "Dr Cleo" in shown
    assert "Soup on a Tuesday" in client.get(reverse("stories")).content.decode()


def test_nobody_reads_their_own_words_for_others(people):
    writer, clinician, editor, byline = people
    writer.groups.set([*clinician.groups.all(), *editor.groups.all()])
    own = factories.make_reviewer_byline(writer, "Ana, doctor")
    mine = handed_in(writer)
    with pytest.raises(OwnWords):
        stories.review(mine, Verdict("approve"), by=writer, byline=own)
    reviewed = stories.review(mine, Verdict("approve"), by=clinician, byline=byline)
    clinician.groups.set(editor.groups.all())
    for one in (writer, clinician):
        with pytest.raises(OwnWords):
            stories.read_second(reviewed, by=one)


def test_a_verdict_is_about_the_text_that_was_read(people):
    writer, clinician, _editor, byline = people
    first = handed_in(writer)
    again = stories.change(first.story, by=writer)
    stories.hand_in(again, by=writer, ticked=CHECKLIST)
    with pytest.raises(Overtaken):
        stories.review(first, Verdict("approve"), by=clinician, byline=byline)


def test_two_who_write_at_once_lose_nothing(people):
    writer = people[0]
    draft = stories.begin(SAID, by=writer, byline=Byline.objects.create(name="Ana"))
    stories.keep(draft, SAID, by=writer, version=0)
    with pytest.raises(Overtaken):
        stories.keep(draft, SAID, by=writer, version=0)


def test_it_comes_out_at_its_hour_whether_or_not_a_duty_has_looked(people):
    at = timezone.now() + timedelta(hours=2)
    story = published(people, comes_out_at=at)
    with pytest.raises(NotYours):
        story_reading.story_for(story.slug)
    with time_machine.travel(at, tick=False):
        assert story_reading.story_for(story.slug).content.title == SAID.title
        assert (stories.come_out(), stories.come_out()) == (1, 0)
        assert [one.story for one in story_reading.listed()[0]] == [story]


def test_without_consent_it_is_neither_handed_in_nor_read(people, client):
    writer = people[0]
    draft = stories.begin(SAID, by=writer, byline=Byline.objects.create(name="Ana"))
    with pytest.raises(NoConsent):
        stories.hand_in(draft, by=writer, ticked=CHECKLIST)
    story = published(people)
    factories_reader = factories.make_member()
    story_saving.save(factories_reader, story.slug)
    stories.take_consent_back(story, by=writer)
    assert client.get(reverse("story", args=[story.slug])).status_code == 404
    assert story_reading.listed() == ([], False)
    assert [one.told for one in story_saving.kept_by(factories_reader)] == [None]


def test_the_checklist_is_gone_through_before_it_is_handed_in(people):
    writer = people[0]
    draft = stories.begin(SAID, by=writer, byline=Byline.objects.create(name="Ana"))
    stories.agree(draft.story, by=writer)
    with pytest.raises(ChecklistOpen):
        stories.hand_in(draft, by=writer, ticked=set(CHECKLIST) - {"hope"})
    assert draft.state == StoryRevision.State.DRAFT


def test_a_word_of_support_is_one_and_counted_from_five(people):
    story = published(people)
    for _ in range(4):
        story_reading.say(factories.make_member(), story.slug, "with-you")
    last = factories.make_member()
    assert story_reading.support_for(story, None).total == 0
    story_reading.say(last, story.slug, "same-here")
    story_reading.say(last, story.slug, "with-you")
    assert story_reading.support_for(story, last).counts == {"with-you": 5}
    story_reading.say(last, story.slug, "with-you")
    assert story_reading.support_for(story, last).mine == ""


@pytest.mark.parametrize(
    "hostile",
    ["<script>alert(1)</script>", "[x](javascript:alert(1))", "![x](https://evil.example/p.png)", "<img src=x onerror=alert(1)>",
     "[x](//evil.example)", "<style>*{}</style>", "[x](data:text/html,hi)", "`code`", "<a href='vbscript:x'>y</a>"],
)  # fmt: skip
def test_hostile_words_are_words(hostile):
    shown = "".join(text.story_to_blocks(hostile))
    assert "<script" not in shown
    assert "<img" not in shown
    assert "<style" not in shown
    assert not any(f'href="{scheme}' in shown for scheme in ("javascript", "data", "vbscript", "//"))


def test_fields_that_cannot_be_kept_are_named():
    with pytest.raises(BadStory) as no:
        checked(Text(title="", body="x" * 200_000, share_title="My depression", sources=(Source("x", url="ftp://x"),)))
    assert set(no.value.errors) == {"title", "body", "share_title", "sources"}


def test_a_telling_title_is_in_no_address_and_no_page_title(people, client):
    content = Text(title="Ketamine and my depression", body="Words enough to read here, for the first time today.")
    story = published(people, content)
    assert "ketamine" not in story.slug
    page = client.get(reverse("story", args=[story.slug])).content.decode()
    assert "<title>A story" in page


def test_the_library_of_the_demo_goes_the_same_way():
    people = {role: factories.make_member(roles=(role,) if role else ()) for role in ("", "reviewers", "admins")}
    loaded = story_seeding.load(writer=people[""], clinician=people["reviewers"], second=people["admins"])
    assert loaded == Story.objects.public().count() > 0
    assert story_seeding.load(writer=people[""], clinician=people["reviewers"], second=people["admins"]) == 0
    for one in story_reading.listed()[0]:
        assert one.story.byline.is_demo
        assert one.blocks
