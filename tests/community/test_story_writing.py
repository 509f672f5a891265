"""Writing a story: drafts that lose nothing, handing in, where it stands, and nobody else's business."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from community.models import Byline, Notice, Story, StoryRevision
from community.refusals import NotYours
from community.services import stories, story_desk, story_reading, story_release, story_rows, story_writing
from community.services.stories import CHECKLIST, Verdict
from community.story_content import Text
from tests import factories

pytestmark = pytest.mark.django_db
SCRIPT = {"HTTP_ACCEPT": "application/json"}
WORDS = "I made soup on a Tuesday.\n\nIt was enough for that day."


@pytest.fixture
def ana(client):
    ana = factories.make_member("ana")
    client.force_login(ana)
    return ana


@pytest.fixture
def draft(client, ana):
    client.post(reverse("story-write"), said())
    return StoryRevision.objects.select_related("story").get()


def said(**more):
    fields = {"title": "Soup", "body": WORDS, "category": "daily-life", "byline": "another", "byline_name": "Ann",
              "rows": "0", "version": "0", "key": "0123456789abcdef", "do": "keep"}  # fmt: skip
    return {**fields, **more}


def at(name, draft):
    return reverse(name, args=[draft.story_id])


def handed_in(client, draft, **more):
    body = {"ticked": list(CHECKLIST), "agrees": "on", "version": str(draft.version), "share_title": "", **more}
    return client.post(at("story-hand-in", draft), body)


def reviewed(draft, verdict):
    clinician = factories.make_member(roles=("reviewers",))
    byline = Byline.objects.create(
        name="Dr Cleo", profession="psychologist", member=clinician, agreed_at=timezone.now()
    )
    return stories.review(StoryRevision.objects.get(pk=draft.pk), verdict, by=clinician, byline=byline)


def test_a_draft_is_kept_as_it_was_typed_and_begun_once(client, ana):
    first = client.post(reverse("story-write"), said(title="", body="One line"), **SCRIPT)
    again = client.post(reverse("story-write"), said(title="", body="One line"), **SCRIPT)
    assert (first.status_code, first.json()["version"], first.json()["url"]) == (200, 0, again.json()["url"])
    kept = client.post(first.json()["url"], said(body="One line, and more", tags="soup, rain"), **SCRIPT)
    assert kept.json()["version"] == 1
    draft = StoryRevision.objects.get()
    assert (draft.read().body, draft.read().tags, draft.story.title) == ("One line, and more", ("soup", "rain"), "Soup")
    page = client.get(first.json()["url"]).content.decode()
    assert "One line, and more" in page
    assert "Saved " in page


def test_two_tabs_lose_nothing(client, draft):
    page = at("story-text", draft)
    client.post(page, said(body="The first tab"))
    script = client.post(page, said(body="The second tab"), **SCRIPT)
    both = client.post(page, said(body="The second tab"))
    assert (script.status_code, both.status_code) == (409, 409)
    assert "The first tab" in both.content.decode()
    assert "The second tab" in both.content.decode()
    assert 'name="version" value="1"' in both.content.decode()
    assert client.post(page, said(body="The second tab", version="1")).status_code == 302
    other = client.post(reverse("story-write"), said(body="A page opened long ago"))
    assert other.status_code == 409
    assert "A page opened long ago" in other.content.decode()


def test_what_comes_after_handing_in_is_shown_and_not_lost(client, draft):
    handed_in(client, draft)
    late = client.post(at("story-text", draft), said(body="Typed in another tab"))
    assert late.status_code == 409
    assert "Typed in another tab" in late.content.decode()
    assert StoryRevision.objects.get().read().body == WORDS
    assert client.get(at("story-text", draft)).url == at("story-mine", draft)


def test_b2_a_megabyte_of_text_is_refused_politely_and_stays_in_the_form(client, ana):
    long = "word " * 200_000
    answer = client.post(reverse("story-write"), said(body=long))
    assert answer.status_code == 400
    assert "960000 characters more than fit." in answer.content.decode()
    assert long.strip() in answer.content.decode()
    assert not Story.objects.exists()
    assert "too long to show" in client.post(reverse("story-preview"), said(body=long)).content.decode()


@pytest.mark.parametrize("words", ["\x00", "\x07 a bell", "", "   ", "\u202e\u200b"])
def test_what_is_no_text_is_not_kept_and_nothing_breaks(client, ana, words):
    answer = client.post(reverse("story-write"), said(title="", body=words))
    assert answer.status_code == 400
    assert not Story.objects.exists()


def test_the_preview_is_what_readers_get(client, ana):
    hostile = WORDS + "\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) **bold**"
    row = {"rows": "1", "source-0-title": "A source", "source-0-url": "javascript:alert(1)"}
    piece = client.post(reverse("story-preview"), said(body=hostile, **row)).content.decode()
    page = client.post(reverse("story-write"), said(body=hostile, do="preview")).content.decode()
    for shown in (piece, page):
        assert "<p>It was enough for that day.</p>" in shown
        assert "<strong>bold</strong>" in shown
        assert "<script>alert" not in shown
        assert 'href="javascript' not in shown
    assert not Story.objects.exists()
    story = factories.make_story(body=hostile)
    told = client.get(reverse("story", args=[story.slug])).content.decode()
    assert all(str(block) in told for block in stories.text.story_to_blocks(hostile) if str(block) in piece)


def test_rows_of_sources_come_and_go_without_a_script(client, draft):
    page, row = at("story-text", draft), {"rows": "1", "source-0-title": "NICE", "source-0-url": "https://nice.org.uk/"}
    more = client.post(page, said(do="row", **row)).content.decode()
    assert 'name="rows" value="2"' in more
    assert 'value="NICE"' in more
    two = {**row, "rows": "2", "source-1-title": "WHO", "source-1-looked_at": "2026-11-01"}
    less = client.post(page, said(do="drop-0", **two)).content.decode()
    assert 'name="rows" value="1"' in less
    assert 'value="WHO"' in less
    assert 'value="NICE"' not in less
    client.post(page, said(**two))
    assert [one.title for one in StoryRevision.objects.get().read().sources] == ["NICE", "WHO"]


def test_handing_in_wants_the_checklist_the_agreement_and_the_text_that_was_seen(client, draft):
    assert handed_in(client, draft, ticked=["hope"]).status_code == 400
    assert handed_in(client, draft, agrees="").status_code == 400
    assert handed_in(client, draft, version="7").status_code == 409
    assert Story.objects.get().consent_at is None
    assert handed_in(client, draft).url == at("story-mine", draft)
    mine = StoryRevision.objects.select_related("story__byline").get()
    assert (mine.state, mine.story.slug, mine.story.byline.name) == ("submitted", "soup", "Ann")
    assert mine.story.consent_at is not None
    assert "With a reviewer, usually 4 days" in client.get(reverse("stories-mine")).content.decode()


def test_an_unfinished_text_is_not_handed_in(client, draft):
    client.post(at("story-text", draft), said(title="", rows="1", **{"source-0-url": "htp://x"}))
    page = client.get(at("story-hand-in", draft)).content.decode()
    assert "Something is still missing" in page
    draft.refresh_from_db()
    assert handed_in(client, draft).status_code == 400
    assert StoryRevision.objects.get().state == "draft"


def test_a_telling_title_gets_quiet_words_for_links(client, ana):
    client.post(reverse("story-write"), said(title="My depression and soup"))
    draft = StoryRevision.objects.get()
    page = client.get(at("story-hand-in", draft)).content.decode()
    assert 'value="Words from Ann"' in page
    assert handed_in(client, draft, share_title="My depression").status_code == 400
    assert handed_in(client, draft, share_title="Words from Ann").status_code == 302
    assert Story.objects.get().slug == "words-from-ann"


def test_the_detector_reads_along_and_blocks_nothing(client, ana):
    body = "A quiet day.\n\nI took thirty tablets with wine, because that is enough to die.\n\nMy sister came."
    client.post(reverse("story-write"), said(body=body))
    draft = StoryRevision.objects.get()
    page = client.get(at("story-hand-in", draft)).content.decode()
    assert "Worth a second look" in page
    assert "Paragraph 2" in page
    assert "Paragraph 1" not in page
    assert handed_in(client, draft).status_code == 302


def test_a_long_text_is_looked_at_for_a_bounded_time():
    found = stories.remarks_on("I want to kill myself tonight. " * 1000)
    assert 0 < len(found) <= 8


def test_suggestions_are_answered_side_by_side(client, draft):
    handed_in(client, draft)
    verdict = Verdict("changes", "Two small things.", ((0, "Which soup?"), (1, "For whom?")))
    reviewed(draft, verdict)
    assert [one.kind for one in Notice.objects.filter(member__name="ana")] == ["story-changes"]
    page = client.get(at("story-mine", draft)).content.decode()
    assert "2 suggestions for you" in page
    assert "Which soup?" in page
    assert Notice.objects.get().seen_at is not None
    notes = list(StoryRevision.objects.get(pk=draft.pk).notes.order_by("paragraph"))
    stranger = factories.make_member("ben")
    with pytest.raises(story_writing.NotYours):
        story_writing.answer(stranger, draft.story_id, [(notes[0].pk, "mine now")])
    client.post(at("story-act", draft), {"do": "change", f"answer-{notes[0].pk}": "Lentil", "answer-999": "x"})
    notes[0].refresh_from_db()
    assert notes[0].answer == "Lentil"
    assert "Which soup?" in client.get(at("story-text", draft)).content.decode()
    newest = StoryRevision.objects.latest("number")
    assert handed_in(client, newest).status_code == 302
    assert list(StoryRevision.objects.order_by("number").values_list("state", flat=True)) == ["past", "submitted"]


def test_a_no_gives_its_reason_and_leaves_the_text(client, draft):
    handed_in(client, draft)
    reviewed(draft, Verdict("decline", "it gives doses."))
    page = client.get(at("story-mine", draft)).content.decode()
    assert "because it gives doses." in page
    assert "It stays yours, here" in page
    assert "rejected" not in page
    assert WORDS.split("\n")[0] in page


def test_out_taken_back_and_agreed_to_again(client, draft):
    handed_in(client, draft)
    story = stories.read_second(reviewed(draft, Verdict("approve")), by=factories.make_member(roles=("curators",)))
    public = reverse("story", args=[story.slug])
    assert "Everyone can read it" in client.get(at("story-mine", draft)).content.decode()
    assert Client().get(public).status_code == 200
    client.post(at("story-act", draft), {"do": "take-back"})
    assert Client().get(public).status_code == 404
    assert "You took it back on" in client.get(at("story-mine", draft)).content.decode()
    assert client.post(at("story-act", draft), {"do": "delete"}).status_code == 404
    client.post(at("story-act", draft), {"do": "agree"})
    assert Client().get(public).status_code == 200
    stories.withdraw(story, by=factories.make_member(roles=("moderators",)), reason="Somebody could be recognised.")
    assert "Somebody could be recognised." in client.get(at("story-mine", draft)).content.decode()
    assert {"story-withdrawn"} == set(Notice.objects.filter(member__name="ana").values_list("kind", flat=True))


def test_a_name_that_readers_have_met_does_not_change_with_a_draft(client, draft):
    client.post(at("story-text", draft), said(byline_name="Anna", pronouns="she"))
    assert Byline.objects.count() == 1
    draft.refresh_from_db()
    handed_in(client, draft)
    story = stories.read_second(reviewed(draft, Verdict("approve")), by=factories.make_member(roles=("curators",)))
    client.post(at("story-act", draft), {"do": "change"})
    client.post(at("story-text", draft), said(byline_name="Bella", bio="Another life"))
    assert "Anna" in Client().get(reverse("story", args=[story.slug])).content.decode()
    newest = StoryRevision.objects.latest("number")
    handed_in(client, newest)
    stories.read_second(reviewed(newest, Verdict("approve")), by=factories.make_member(roles=("curators",)))
    assert "Bella" in Client().get(reverse("story", args=[story.slug])).content.decode()
    assert set(Byline.objects.filter(member__name="ana").values_list("name", flat=True)) == {"Anna", "Bella"}


def test_nobody_writes_under_the_name_of_another(client, draft):
    theirs = Byline.objects.create(name="Ben", member=factories.make_member("ben"))
    client.post(at("story-text", draft), said(byline=str(theirs.pk), byline_name=""))
    assert StoryRevision.objects.get().byline.member.name == "ana"


def test_only_editors_fill_in_what_was_paid(client, draft):
    client.post(at("story-text", draft), said(sponsor="A company", advertising="Buy this", kind="article"))
    content = StoryRevision.objects.get().read()
    assert (content.sponsor, content.advertising, content.kind) == ("", "", "story")


@pytest.mark.parametrize("name", ["story-mine", "story-text", "story-hand-in", "story-act"])
@pytest.mark.parametrize("roles", [(), ("curators", "reviewers", "admins")])
def test_a4_a_story_of_another_is_not_here(client, draft, name, roles):
    other = Client()
    other.force_login(factories.make_member("ben", roles=roles))
    body = {**said(body="Overwritten"), "do": "take-back" if name == "story-act" else "keep"}
    for pk in (draft.story_id, 4711):
        assert other.post(reverse(name, args=[pk]), body).status_code in (404, 405)
        assert other.get(reverse(name, args=[pk])).status_code in (404, 405)
    assert StoryRevision.objects.get().read().body == WORDS
    assert Story.objects.get().consent_withdrawn_at is None


def test_a_draft_is_deleted_for_good(client, draft):
    assert client.post(at("story-act", draft), {"do": "delete"}).url == reverse("stories-mine")
    assert not Story.objects.exists()


def test_forms_want_their_token(draft):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(draft.author)
    for name in ("story-text", "story-hand-in", "story-act"):
        assert strict.post(at(name, draft), said()).status_code == 403


def test_there_is_a_limit_to_keeping_and_the_words_stay(client, draft, monkeypatch):
    from community import throttle

    monkeypatch.setattr(throttle, "write", lambda _member: 4.0)
    answer = client.post(at("story-text", draft), said(body="Typed very fast"))
    assert answer.status_code == 429
    assert "Typed very fast" in answer.content.decode()


def test_what_one_wrote_costs_few_questions(client, ana, django_assert_max_num_queries):
    for n in range(5):
        stories.begin(Text(f"Title {n}", WORDS), by=ana, byline=Byline.objects.create(name="Ann", member=ana))
    client.get(reverse("stories-mine"))
    with django_assert_max_num_queries(20):
        assert client.get(reverse("stories-mine")).content.decode().count("Title ") == 5


# --- back from review, comments, links ------------------------------------------------------------


def story_of(writer):
    """A story of theirs that is out."""
    Story.objects.filter(pk=factories.make_story("Soup").pk).update(writer=writer)
    return Story.objects.get()


def test_a_writer_takes_a_text_back_to_their_desk_and_keeps_what_is_agreed(client, ana, draft):
    handed_in(client, draft)
    cleo = factories.make_member("cleo", roles=("reviewers",))
    before = StoryRevision.objects.get(pk=draft.pk).read()
    assert "Back to my desk" in client.get(at("story-mine", draft)).content.decode()
    answer = client.post(at("story-act", draft), {"do": "from-review"})
    assert answer["Location"] == at("story-text", draft)
    rows = list(StoryRevision.objects.order_by("number"))
    assert [(one.state, one.read()) for one in rows] == [("past", before), ("draft", before)]
    assert Story.objects.get().consent_at
    assert Story.objects.get().consent_withdrawn_at is None
    assert client.post(at("story-act", draft), {"do": "from-review"}).status_code == 409
    assert not story_desk.listed("waiting", cleo).exists()
    assert "Back to my desk" not in client.get(at("story-mine", draft)).content.decode()


def test_a_text_that_was_approved_or_has_its_hour_can_be_taken_back_too_and_what_is_out_stays(ana):
    story = story_of(ana)
    following = stories.keep(stories.change(story, by=ana), Text("Soup", "Less salt."), by=ana, version=0)
    stories.hand_in(following, by=ana, ticked=CHECKLIST)
    read = reviewed(following, Verdict("approve"))
    hour = timezone.now() + timedelta(hours=2)
    stories.read_second(read, by=factories.make_member(roles=("curators",)), comes_out_at=hour)
    assert story_writing.own(ana, story.pk).is_being_read
    again = stories.take_from_review(story, by=ana)
    assert (again.state, again.read().body) == ("draft", "Less salt.")
    assert not story_writing.own(ana, story.pk).is_being_read
    with time_machine.travel(hour + timedelta(hours=1)):
        assert story_release.come_out() == 0
        assert story_reading.story_for(story.slug).revision.number == 1
    with pytest.raises(NotYours):
        stories.take_from_review(story, by=factories.make_member(roles=("curators",)))


def test_clinicians_hear_once_of_each_text_and_no_more_once_nobody_waits(client, ana, draft):
    cleo, _other = (factories.make_member(name, roles=("reviewers",)) for name in ("cleo", "other"))
    factories.make_member("eve", roles=("curators",))

    def heard():
        rows = Notice.objects.filter(kind="story-waits", seen_at=None).order_by("member__name")
        return [(one.member.name, one.count) for one in rows.select_related("member")]

    handed_in(client, draft)
    assert heard() == [("cleo", 1), ("other", 1)]
    [path] = set(Notice.objects.filter(kind="story-waits").values_list("path", flat=True))
    assert path == reverse("review-text", args=[Story.objects.get().slug, 1])
    story_rows.has_met(StoryRevision.objects.get(), cleo)
    assert heard() == [("other", 1)]
    story = Story.objects.get()
    stories.take_from_review(story, by=ana)
    assert heard() == []
    newest = stories.hand_in(story.revisions.latest("number"), by=ana, ticked=CHECKLIST)
    assert heard() == [("cleo", 1), ("other", 1)]
    reviewed(newest, Verdict("approve"))
    assert [name for name, _ in heard()] == []


def test_whoever_writes_for_others_and_reads_for_others_hears_nothing_of_their_own_text():
    writer = factories.make_member("cleo", roles=("reviewers",))
    text = stories.begin(Text("Soup", "I made soup."), by=writer, byline=factories.make_reviewer_byline(writer, "Ana"))
    stories.agree(text.story, by=writer)
    stories.hand_in(text, by=writer, ticked=CHECKLIST)
    assert not Notice.objects.filter(kind="story-waits").exists()
    stories.take_consent_back(text.story, by=writer)


def test_a_writer_opens_and_closes_comments_on_the_page_of_the_story_and_nobody_else_does(client, ana, draft):
    assert "Open the comments" in client.get(at("story-mine", draft)).content.decode()
    client.post(at("story-act", draft), {"do": "open-comments"})
    assert Story.objects.get().takes_comments
    assert "Close the comments" in client.get(at("story-mine", draft)).content.decode()
    ben = Client()
    ben.force_login(factories.make_member("ben"))
    assert ben.post(at("story-act", draft), {"do": "close-comments"}).status_code == 404
    assert Story.objects.get().takes_comments
    client.post(at("story-act", draft), {"do": "close-comments"})
    assert not Story.objects.get().takes_comments


def test_links_below_a_name_are_shown_with_where_they_lead_and_the_writer_takes_them_out(client, ana):
    story = story_of(ana)
    links = [{"label": "My <b>bank</b>", "url": "https://blog.example.org/a?b=1&c=2"},
             {"label": "old", "url": "http://example.org/"}, {"label": "", "url": "javascript:alert(1)"},
             {"label": "https://other.example/", "url": "https://other.example/"}]  # fmt: skip
    Byline.objects.filter(pk=story.byline_id).update(links=links, member=ana)
    page = Client().get(reverse("story", args=[story.slug])).content.decode()
    whole = 'href="https://blog.example.org/a?b=1&amp;c=2" rel="nofollow ugc noopener noreferrer"'
    assert whole in page
    assert "My &lt;b&gt;bank&lt;/b&gt;" in page
    assert "blog.example.org</bdi></span>" in page
    assert not [one for one in ("http://example.org", "javascript:") if one in page]
    ben = Client()
    ben.force_login(factories.make_member("ben"))
    press = {"do": "link-out-https://blog.example.org/a?b=1&c=2"}
    act = reverse("story-act", args=[story.pk])
    assert ben.post(act, press).status_code == 404
    assert "blog.example.org" in client.get(reverse("story-mine", args=[story.pk])).content.decode()
    client.post(act, press)
    assert "blog.example.org" not in Client().get(reverse("story", args=[story.slug])).content.decode()
    assert "other.example" in Client().get(reverse("story", args=[story.slug])).content.decode()
