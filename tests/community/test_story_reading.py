"""Stories for their readers: found, listed, kept, told about; and gone from every path at once when they must be."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from community import alongside, display
from community.models import EditorNote, SavedStory, SearchEntry, Story
from community.refusals import NotYours
from community.services import (
    keyring,
    search,
    search_index,
    stories,
    story_reading,
    story_related,
    story_saving,
    topics,
)
from community.services.story_reading import Place
from tests.factories import make_live_chat, make_member, make_story

pytestmark = pytest.mark.django_db
WORDS = "The kettle was on, and nobody had come yet. I waited by the window for the post."


@pytest.fixture
def tell(django_capture_on_commit_callbacks):
    """Makes a story that is out, with what follows a commit."""

    def make(title="Soup on a Tuesday", body=WORDS, **said):
        with django_capture_on_commit_callbacks(execute=True):
            return make_story(title, body=body, **said)

    return make


@pytest.fixture
def ana():
    return make_member("ana")


@pytest.fixture
def at_ana(ana):
    client = Client()
    client.force_login(ana)
    return client


def page(client, name, *arguments, **asked):
    """The words of a page."""
    return client.get(reverse(name, args=arguments), asked).content.decode()


# --- Gone at once --------------------------------------------------------------------------------------


def withdrawn(story):
    stories.withdraw(story, by=make_member(roles=("curators",)), reason="somebody could be recognised")


def without_consent(story):
    stories.take_consent_back(story, by=story.writer)


@pytest.mark.parametrize("take_away", [withdrawn, without_consent])
def test_what_is_taken_back_is_gone_from_every_path_at_once(take_away, tell, at_ana, ana):
    gone, other = tell("Zinnias"), tell("A bed of beans")
    Story.objects.filter(pk=gone.pk).update(shows_a_line=True)
    story_saving.save(ana, gone.slug, note="for Sundays")
    visitor = Client()
    paths = [("stories",), ("story", other.slug), ("story-feed",), ("sitemap-part", 1), ("saved",), ("today",)]
    before = [page(at_ana, *path) for path in paths]
    assert all("innias" in one for one in before[:5])
    assert "nobody had come yet" in page(visitor, "landing")
    # Not even what follows the commit is waited for: the index may lag, the pages do not.
    take_away(gone)
    after = [page(at_ana, *path) for path in paths] + [page(at_ana, "search", q="zinnias")]
    assert not any("innias" in one.replace('value="zinnias"', "").replace("for “", "") for one in after[:6])
    assert "zinnias/" not in after[6]
    assert "nobody had come yet" not in page(visitor, "landing")
    assert "for Sundays" in after[4]
    assert at_ana.get(reverse("story", args=[gone.slug])).status_code == 404
    for name, body in (
        ("story-say", {"kind": "with-you"}),
        ("story-save", {"save": "on"}),
        ("story-tell", {"said": "x"}),
    ):
        assert at_ana.post(reverse(name, args=[gone.slug]), {"number": "1", **body}).status_code == 404


def test_the_index_follows_what_comes_out_and_what_goes(tell, django_capture_on_commit_callbacks):
    story = tell("Zinnias", topics=("food",), tags=("garden",))

    def found(words):
        return [one.hit.title for group in search.find(words, viewer=None).groups for one in group.shown]

    assert found("zinnias") == found("garden kettle") == found("zinias") == ["Zinnias"]
    with django_capture_on_commit_callbacks(execute=True):
        withdrawn(story)
    assert not SearchEntry.objects.filter(kind="story").exists()
    Story.objects.update(withdrawn_at=None)
    assert search_index.repair() == 1
    assert found("zinnias") == ["Zinnias"]


# --- The list, and more like it ------------------------------------------------------------------------


def many(story, count):
    """Copies of a story that came out one minute after the other, two of them at the same moment."""
    first = timezone.now() - timedelta(days=30)
    rows = [Story(slug=f"copy-{n}", title="x", category=story.category, byline=story.byline, published=story.published,
                  published_at=first + timedelta(minutes=n // 2), consent_at=first) for n in range(count)]  # fmt: skip
    Story.objects.bulk_create(rows)


def test_pages_of_the_list_show_each_story_once_whatever_comes_out_meanwhile(tell, client):
    many(tell(), 45)
    seen, place = [], None
    while True:
        found, has_more = story_reading.listed(older=place)
        seen += [one.story.slug for one in found]
        if not has_more:
            break
        place = Place.read(str(Place.of(found[-1].story)))
        many_more = tell(f"Another of {len(seen)}")
        assert many_more.slug not in seen
    assert len(seen) == len(set(seen)) == 46
    back, _ = story_reading.listed(newer=Place.of(found[0].story))
    assert [one.story.slug for one in back] == seen[20:40]
    words = page(client, "stories", older=str(Place.of(back[0].story)))
    assert "Newer" in words
    assert "Older" in words


@pytest.mark.parametrize("written", ["", "x", "1-", "-1-1", "9" * 17 + "-1", "1" * 40 + "-2", "1-2-3", "١-٢", "1--2"])
def test_a_place_that_is_none_gives_the_first_page(written, tell, client):
    tell()
    assert "Soup on a Tuesday" in page(client, "stories", older=written) or written == "9" * 17 + "-1"
    assert client.get(reverse("stories"), {"newer": written}).status_code == 200


def test_related_stories_share_tags_subjects_and_rare_words(tell):
    of_it = tell("Lamps", tags=("evenings",), category="work", body="The lighthouse keeper came by. " + WORDS)
    by_tag = tell("Candles", tags=("evenings",), category="treatment", body="Something else altogether happened then.")
    by_words = tell("Ships", category="treatment", body="A lighthouse keeper is never asked how he is. It was night.")
    by_category = tell("Payslips", category="work", body="Numbers on paper, once a month, and nothing more to say.")
    search_index.repair()  # counts the words
    tell("Far away", category="beginnings", body="Nothing here resembles anything written above, thankfully enough.")
    found = [one.story for one in story_related.related(story_reading.story_for(of_it.slug))]
    assert set(found) == {by_words, by_category} | {by_tag} or found[:2] == [by_words, by_category]
    with CaptureQueriesContext(
        connection,
    ) as asked:
        story_related.related(story_reading.story_for(of_it.slug))
    assert len(asked) <= 7


def test_a_list_and_a_story_cost_a_bounded_number_of_queries(tell, at_ana):
    story = tell()
    make_live_chat(3600)

    def cost(*path):
        with CaptureQueriesContext(connection) as asked:
            page(at_ana, *path)
        return len(asked)

    cost("stories")  # the first page of a session costs more
    few = [cost("stories"), cost("story", story.slug)]
    many(story, 30)
    assert [cost("stories"), cost("story", story.slug)] <= [few[0], few[1] + 2]  # more like it is looked for
    assert max(few) <= 20


def test_a_topic_somebody_asked_to_have_folded_is_folded_in_the_list_beside_a_story_and_not_for_tonight(
    tell, at_ana, ana
):
    story = tell("The last sandwich", topics=("food",), content_note="eating, or not")
    near = tell("Other days")
    topics.choose(ana, ["food"])
    assert page(at_ana, "stories").index("headsup") < page(at_ana, "stories").index("The last sandwich")
    assert "headsup" in page(at_ana, "story", near.slug)
    assert "The last sandwich" not in page(at_ana, "today")
    assert "Other days" in page(at_ana, "today")
    found = page(at_ana, "search", q="sandwich")
    assert "A story: eating, or not" in found
    assert "The last" not in found
    assert "headsup" not in page(Client(), "stories")
    assert story.slug


# --- Keeping ---------------------------------------------------------------------------------------------


def test_a_story_is_kept_with_a_note_that_lies_sealed(tell, at_ana, ana):
    story = tell()
    for _ in range(2):
        at_ana.post(reverse("story-save", args=[story.slug]), {"save": "on"})
    at_ana.post(reverse("story-note", args=[story.slug]), {"note": " my  Sunday\none "})
    row = SavedStory.objects.get()
    assert "Sunday" not in row.note
    assert 'value="my Sunday one"' in page(at_ana, "saved")
    assert "Soup on a Tuesday" in page(at_ana, "saved", q="sunday")
    assert "Soup on a Tuesday" not in page(at_ana, "saved", q="monday")
    assert keyring.turn_all()["notes on saved stories"] == 0
    too_long = at_ana.post(reverse("story-note", args=[story.slug]), {"note": "x" * 201})
    assert too_long.status_code == 400
    assert story_saving.kept_by(ana)[0].note == "my Sunday one"


def test_taking_a_story_out_offers_to_put_it_back_as_it_was(tell, at_ana, ana):
    story = tell()
    story_saving.save(ana, story.slug, note="my Sunday one")
    shown = at_ana.post(reverse("story-save", args=[story.slug]), {"save": "off", "from": "saved"}).content.decode()
    assert not SavedStory.objects.exists()
    assert 'name="note" value="my Sunday one"' in shown
    at_ana.post(reverse("story-save", args=[story.slug]), {"save": "on", "note": "my Sunday one"})
    assert story_saving.kept_by(ana)[0].note == "my Sunday one"


def test_nobody_takes_out_or_notes_what_another_keeps(tell, at_ana):
    story, ben = tell(), make_member("ben")
    story_saving.save(ben, story.slug, note="mine")
    theirs = SavedStory.objects.get()
    answers = {at_ana.post(reverse("saved-story-out", args=[pk])).status_code for pk in (theirs.pk, 10**9)}
    assert answers == {404}
    assert at_ana.post(reverse("story-note", args=[story.slug]), {"note": "x"}).status_code == 404
    assert story_saving.kept_by(ben)[0].note == "mine"
    without_consent(story)
    other = Client()
    other.force_login(ben)
    other.post(reverse("saved-story-out", args=[theirs.pk]))
    assert not SavedStory.objects.exists()


# --- Telling the editors, and how it reads -----------------------------------------------------------


def test_a_word_to_the_editors_says_which_text_and_not_who(tell, at_ana, client):
    story = tell()
    address = reverse("story-tell", args=[story.slug])
    assert at_ana.post(address, {"number": "1", "said": " The link is dead. "}).status_code == 302
    note = EditorNote.objects.get()
    assert (note.story, note.number, note.said) == (story, 1, "The link is dead.")
    assert {field.name for field in EditorNote._meta.fields} == {
        "id", "story", "number", "said", "on", "closed_at", "closed_by", "outcome"}  # fmt: skip
    for number in ("2", "", "x", "1" * 30, "-1"):
        assert client.post(address, {"number": number, "said": "x"}).status_code == 404
    long = client.post(address, {"number": "1", "said": "kept words " * 60})
    assert long.status_code == 400
    assert "kept words" in long.content.decode()
    assert client.post(address, {"number": "1", "said": "  "}).status_code == 400
    codes = [client.post(address, {"number": "1", "said": "again and again"}).status_code for _ in range(8)]
    assert codes[-1] == 429
    with pytest.raises(NotYours):
        stories_number_of_a_draft(story)


def stories_number_of_a_draft(story):
    """A draft has a number, and no reader has seen it."""
    from community.services import story_telling

    draft = stories.change(story, by=story.writer)
    story_telling.tell_editors(story.slug, number=str(draft.number), said="x", who="m1")


def test_how_it_reads_is_kept_for_everyone_and_leaves_other_choices_alone(tell, client):
    story = tell()
    there = reverse("story", args=[story.slug])
    client.cookies[display.COOKIE] = "motion:reduce|theme:dark"
    answer = client.post(
        reverse("story-reading"), {"text": "large", "lines": "wide", "font": "", "theme": "", "next": there}
    )
    assert answer.url == there
    assert display.read(client.cookies[display.COOKIE].value) == {"motion": "reduce", "text": "large", "lines": "wide"}
    assert 'data-lines="wide"' in page(client, "story", story.slug)
    away = client.post(reverse("story-reading"), {"text": "huge", "next": "https://evil.example/"})
    assert away.url == reverse("stories")


# --- The next live chat ----------------------------------------------------------------------------------


def test_the_next_live_chat_is_on_the_same_subject_or_else_the_next(tell, client):
    story = tell("Awake at four", tags=("sleep",))
    assert "The next live chat" not in page(client, "story", story.slug)
    soon = make_live_chat(3600, topic="Payslips and forms")
    assert soon.topic in page(client, "story", story.slug)
    make_live_chat(7200, topic="Sleep, when your mind won't stop")
    make_live_chat(7300, topic="Sleep again", cancelled_at=timezone.now())
    words = page(client, "story", story.slug)
    assert "mind won&#x27;t stop" in words
    assert soon.topic not in words


def test_a_story_is_there_when_what_stands_beside_it_is_broken(tell, client, monkeypatch):
    from django.db import DatabaseError

    def breaks(request, about):
        raise DatabaseError("away")

    monkeypatch.setattr(alongside, "_pieces", [breaks])
    assert "The kettle was on" in page(client, "story", tell().slug)
