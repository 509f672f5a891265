"""Those who read stories before others do: lists, one text, verdicts on exactly that text, leaving and coming back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from community import story_compare
from community.models import AuditEntry, Correction, EditorNote, Member, Notice, Story, StoryRevision, StoryVerdict
from community.notice_words import NAMELESS, kinds
from community.refusals import NotYours, Refusal
from community.services import (
    reviewers,
    stories,
    story_desk,
    story_due,
    story_notes,
    story_reading,
    story_release,
    story_verdicts,
)
from community.services.resources import Overtaken, OwnWords, ReasonNeeded
from community.services.stories import CHECKLIST, NoConsent, Verdict
from community.story_content import Source, Text
from moderation import audit_words
from tests import factories
from tests.chat.test_races import racing
from tests.system.test_access_table import staff_client

pytestmark = pytest.mark.django_db
SAID = Text(title="Soup on a Tuesday", body="I made soup.\n\nIt was enough for that day.\n\nAnd the next.")
NO = dict.fromkeys(story_verdicts.QUESTIONS, "no")
YES_TO_A_DOSE = {"dose": {"is": True, "words": "forty"}}


def handed_in(writer=None, content=SAID, story=None, **more):
    """A text that waits for a clinician: a first one, or the next of `story`."""
    writer = writer or factories.make_member()
    if story is None:
        byline = factories.make_reviewer_byline(writer, "Ana")
        draft = stories.begin(content, by=writer, byline=byline)
        stories.agree(draft.story, by=writer)
    else:
        draft = stories.keep(stories.change(story, by=writer), content, by=writer, version=0)
    return stories.hand_in(draft, by=writer, ticked=CHECKLIST, **more)


def somebody(role):
    return factories.make_member(roles=(role,))


def clinician():
    """A clinician and their byline, which readers may see."""
    member = somebody("reviewers")
    return member, factories.make_reviewer_byline(member)


def approved(text=None, **verdict):
    member, byline = clinician()
    return stories.review(text or handed_in(), Verdict("approve", **verdict), by=member, byline=byline)


def told(member):
    """The kinds of notices that are new for somebody."""
    return set(Notice.objects.filter(member=member, seen_at=None).values_list("kind", flat=True))


def audited():
    return list(AuditEntry.objects.order_by("number").values_list("action", flat=True))


def person(client):
    return Member.objects.get(pk=client.session["_auth_user_id"])


def page_of(text):
    return reverse("review-text", args=[text.story.slug, text.number])


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.fixture
def cleo():
    """A clinician at the desk, with a name for readers."""
    client = staff_client("reviewers", second_factor=True)
    factories.make_reviewer_byline(person(client))
    return client


@pytest.fixture
def eve():
    return staff_client("curators", second_factor=True)


# --- Verdicts ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "state", "notice"), [
    ("approve", "reviewed", "story-approved"), ("changes", "changes", "story-changes"), ("decline", "declined", "story-declined"),
])  # fmt: skip
def test_a_verdict_is_remembered_told_and_audited(kind, state, notice):
    text, (member, byline) = handed_in(), clinician()
    answers = {key: {"is": False, "words": ""} for key in story_verdicts.QUESTIONS}
    stories.review(text, Verdict(kind, "A word", answers=answers), by=member, byline=byline)
    said = StoryVerdict.objects.get()
    assert (said.kind, said.note, said.by, said.shown_as, said.answers) == (kind, "A word", member, byline, answers)
    assert StoryRevision.objects.get().state == state
    assert told(text.author) == {notice}
    assert Notice.objects.get().subject == ""
    assert audited() == [f"story.{kind}"]


def test_every_act_at_the_desk_has_words_and_every_notice_names_nothing():
    acts = ["approve", "changes", "decline", "again-approve", "again-changes", "read", "sent-back", "out-now",
            "called-off", "withdrawn", "brought-back", "told-closed"]  # fmt: skip
    assert all(audit_words.done(f"story.{act}") != f"story.{act}" for act in acts)
    ours = {kind for kind in kinds() if kind.startswith("stor")}
    assert len(ours) == 8
    assert ours <= NAMELESS


def test_a_yes_to_one_of_the_four_questions_keeps_a_text_from_coming_out():
    text, (member, byline) = handed_in(), clinician()
    with pytest.raises(story_verdicts.Unsettled):
        stories.review(text, Verdict("approve", answers=YES_TO_A_DOSE), by=member, byline=byline)
    stories.review(text, Verdict("changes", "Leave the dose out", answers=YES_TO_A_DOSE), by=member, byline=byline)
    assert StoryVerdict.objects.get().answers == YES_TO_A_DOSE


def test_nobody_signs_without_having_agreed_to_be_named():
    text, (member, byline) = handed_in(), clinician()
    reviewers.write(member, name="Dr Cleo", profession="psychologist", agrees=False)
    byline.refresh_from_db()
    with pytest.raises(NotYours):
        stories.review(text, Verdict("approve"), by=member, byline=byline)
    assert reviewers.signing(member) is None


def test_a_name_taken_back_is_shown_to_nobody_and_its_stories_are_read_by_somebody_else(client):
    text = approved()
    story = stories.read_second(text, by=somebody("curators"))
    page = reverse("story", args=[story.slug])
    assert "Dr Cleo" in words(client.get(page))
    reviewers.write(text.reviewer, name="Dr Cleo", profession="psychologist", agrees=False)
    story.refresh_from_db()
    assert story.is_under_review(timezone.localdate())
    assert "Dr Cleo" not in words(client.get(page))
    assert audited()[-1] == "byline.taken-back"


def test_the_next_day_of_reading_belongs_to_the_text_that_is_out():
    story = stories.read_second(approved(), by=somebody("curators"))
    first = story.review_due
    soon = timezone.localdate() + timedelta(days=30)
    again = approved(handed_in(story.writer, SAID, story), look_again_on=soon)
    story.refresh_from_db()
    assert story.review_due == first
    stories.read_second(again, by=somebody("curators"))
    story.refresh_from_db()
    assert story.review_due == soon


def test_notes_are_kept_beside_their_paragraph_until_there_is_a_verdict():
    text, (member, byline) = handed_in(), clinician()
    story_notes.keep(text, {0: "Warm", 2: "Which day?"}, by=member)
    story_notes.keep(text, {0: "", 2: "Which day was it?"}, by=member)
    assert [(one.paragraph, one.said) for one in text.notes.all()] == [(2, "Which day was it?")]
    with pytest.raises(NotYours):
        story_notes.keep(text, {3: "There is no such paragraph"}, by=member)
    text.author.groups.set(member.groups.all())
    with pytest.raises(OwnWords):
        story_notes.keep(text, {0: "Mine"}, by=text.author)
    stories.review(text, Verdict("changes", "See there", beside=((1, "Lovely"),)), by=member, byline=byline)
    assert text.notes.count() == 2
    with pytest.raises(Overtaken):
        story_notes.keep(text, {0: "Too late"}, by=member)


# --- The second reader, hours, withdrawing ---------------------------------------------------------


def test_a_set_hour_is_called_off_and_read_again_or_brought_forward():
    text, editor = approved(), somebody("curators")
    later = timezone.now() + timedelta(days=1)
    story = stories.read_second(text, by=editor, comes_out_at=later)
    story_release.call_off(story, text.number, by=editor)
    for act in (story_release.call_off, story_release.come_out_now):
        with pytest.raises(Overtaken):
            act(story, text.number, by=editor)
    with time_machine.travel(later + timedelta(hours=1), tick=False):
        assert stories.come_out() == 0
    stories.read_second(text, by=editor, comes_out_at=later)
    story_release.come_out_now(story, text.number, by=editor)
    assert story_reading.story_for(story.slug)
    assert "story-out" in told(story.writer)


def test_what_its_writer_no_longer_agrees_to_does_not_come_out_at_its_hour():
    at = timezone.now() + timedelta(hours=1)
    story = stories.read_second(approved(), by=somebody("curators"), comes_out_at=at)
    stories.take_consent_back(story, by=story.writer)
    with time_machine.travel(at + timedelta(minutes=5), tick=False):
        assert stories.come_out() == 0
        assert "story-out" not in told(story.writer)
        stories.agree(story, by=story.writer)
        assert stories.come_out() == 1


def test_sending_back_needs_a_word_and_a_third_person():
    text = approved()
    editor = somebody("curators")
    with pytest.raises(ReasonNeeded):
        stories.send_back(text, by=editor, note=" ")
    for own in (text.reviewer, text.author):
        own.groups.add(*editor.groups.all())
        with pytest.raises(OwnWords):
            stories.send_back(text, by=own, note="Not yet")
    stories.send_back(text, by=editor, note="The end is missing")
    assert told(text.author) == {"story-changes"}


def test_a_correction_comes_out_with_the_text_that_it_is_about():
    story = stories.read_second(approved(), by=somebody("curators"))
    again = approved(handed_in(story.writer, SAID, story, correction="The day was wrong."))
    assert not Correction.objects.exists()
    stories.read_second(again, by=somebody("curators"), correction="The day was Tuesday.")
    assert [one.said for one in Correction.objects.all()] == ["The day was Tuesday."]


@pytest.mark.parametrize("role", ["moderators", "leads", "reviewers", "curators", "admins"])
def test_one_person_is_enough_to_take_a_story_away(role, client):
    story = stories.read_second(approved(), by=somebody("curators"))
    with pytest.raises(ReasonNeeded):
        story_release.withdraw(story, by=somebody(role), reason="")
    story_release.withdraw(story, by=somebody(role), reason="Somebody can be recognised")
    assert client.get(reverse("story", args=[story.slug])).status_code == 404
    assert story_reading.listed() == ([], False)
    assert "story-withdrawn" in told(story.writer)
    with pytest.raises(Overtaken):
        story_release.withdraw(story, by=somebody(role), reason="Again")


def test_a_withdrawn_story_comes_back_by_the_same_two_readings():
    editor = somebody("curators")
    story = stories.read_second(approved(), by=editor)
    draft = stories.change(story, by=story.writer)
    waiting = approved(handed_in(story.writer, SAID, story))
    story_release.withdraw(story, by=editor, reason="A name in it")
    waiting.refresh_from_db()
    assert waiting.state == "submitted", "who read it before did not know why it was withdrawn"
    with pytest.raises(Overtaken):
        story_release.bring_back(story, by=editor)
    member, byline = clinician()
    stories.review(waiting, Verdict("decline", "No"), by=member, byline=byline)
    kept = stories.change(story, by=story.writer)
    brought = story_release.bring_back(story, by=editor)
    kept.refresh_from_db()
    assert (brought.state, brought.author, draft.story) == ("submitted", story.writer, story)
    assert kept.number > brought.number, "a draft stays the newest text"
    assert not Story.objects.public().exists()
    stories.read_second(approved(brought), by=editor)
    assert story_reading.story_for(story.slug).content == SAID
    stories.take_consent_back(story, by=story.writer)
    story_release.withdraw(story, by=editor, reason="Gone")
    with pytest.raises(NoConsent):
        story_release.bring_back(story, by=editor)


# --- Read again a year later -----------------------------------------------------------------------


def test_clinicians_are_told_once_of_what_is_due_and_never_of_their_own():
    story = stories.read_second(approved(), by=somebody("curators"))
    ana, other = somebody("reviewers"), story.published.reviewer
    story.writer.groups.set(ana.groups.all())
    assert story_due.tell_reviewers() == 0
    with time_machine.travel(timezone.now() + timedelta(days=367), tick=False):
        assert (story_due.tell_reviewers(), story_due.tell_reviewers()) == (1, 0)
        assert story_reading.story_for(story.slug).story.is_under_review(timezone.localdate())
        assert {"stories-due"} == told(ana) == told(other)
        assert "stories-due" not in told(story.writer)
        assert list(story_desk.listed(story_desk.AGAIN, ana)) == [story]
        assert story_desk.left_out(story_desk.AGAIN, story.writer) == 1
        member, byline = clinician()
        stays = story_verdicts.review_again(story.published, Verdict("changes", "The name of the medicine changed"), by=member, byline=byline,
                                            after=story_verdicts.newest_verdict(story.published))  # fmt: skip
        story.refresh_from_db()
        assert (stays.state, story.is_under_review(timezone.localdate())) == ("ready", True)
        with pytest.raises(Overtaken):
            story_verdicts.review_again(story.published, Verdict("approve"), by=other, byline=byline_of(other))
        story_verdicts.review_again(story.published, Verdict("approve"), by=member, byline=byline,
                                    after=story_verdicts.newest_verdict(story.published))  # fmt: skip
        shown = story_reading.story_for(story.slug)
        assert (shown.revision.reviewer, shown.revision.reviewed_at) == (member, timezone.now())
        assert shown.story.review_due == timezone.localdate() + timedelta(days=365)
        assert story_due.tell_reviewers() == 0


def byline_of(member):
    return reviewers.byline_of(member)


def test_who_was_its_second_reader_or_wrote_it_does_not_read_it_again():
    story = stories.read_second(approved(), by=somebody("curators"))
    after = story_verdicts.newest_verdict(story.published)
    for own in (story.published.second_reader, story.writer):
        own.groups.add(*somebody("reviewers").groups.all())
        byline = factories.make_reviewer_byline(own)
        with pytest.raises(OwnWords):
            story_verdicts.review_again(story.published, Verdict("approve"), by=own, byline=byline, after=after)
        assert story_desk.part_of(own, story_desk.text_of(story.slug, 1)).why_not


# --- Two at once -----------------------------------------------------------------------------------


def once(work, people):
    """How many of these people, all at once, were not refused."""

    def attempt(member):
        try:
            work(member)
        except Refusal:
            return 0
        return 1

    return sum(racing(attempt, people))


@pytest.mark.django_db(transaction=True)
@pytest.mark.delivery
def test_what_two_decide_at_once_is_decided_once():
    text, people = handed_in(), [clinician() for _ in range(3)]
    judge = lambda one: stories.review(text, Verdict("approve"), by=one[0], byline=one[1])  # noqa: E731
    assert once(judge, people) == 1
    text.refresh_from_db()
    editors = [somebody("curators") for _ in range(3)]
    later = timezone.now() + timedelta(days=1)
    assert once(lambda one: stories.read_second(text, by=one, comes_out_at=later), editors) == 1
    assert once(lambda one: story_release.come_out_now(text.story, text.number, by=one), editors) == 1
    story, after = text.story, story_verdicts.newest_verdict(text)
    again = lambda one: story_verdicts.review_again(text, Verdict("approve"), by=one[0], byline=one[1], after=after)  # noqa: E731
    assert once(again, people) == 1
    assert once(lambda one: story_release.withdraw(story, by=one, reason="wrong"), editors) == 1
    assert once(lambda one: story_release.bring_back(story, by=one), editors) == 1
    note = EditorNote.objects.create(story=story, number=1, said="A word", on=timezone.localdate())
    assert once(lambda one: story_desk.close_told(note.pk, by=one, outcome="Put right"), editors) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.delivery
def test_a_verdict_and_a_newer_text_at_once_leave_one_text_to_read():
    text, (member, byline) = handed_in(), clinician()
    newer = stories.change(text.story, by=text.author)

    def judge(_nothing):
        stories.review(text, Verdict("approve"), by=member, byline=byline)

    def write(_nothing):
        stories.hand_in(newer, by=text.author, ticked=CHECKLIST)

    once(lambda work: work(None), [judge, write])
    text.refresh_from_db()
    newer.refresh_from_db()
    assert (text.state, newer.state) == ("past", "submitted")


# --- By its pages, without a script ------------------------------------------------------------------


def test_the_whole_way_by_the_pages(cleo, eve, client):
    text = handed_in()
    list_page = words(cleo.get(reverse("review")))
    assert "Soup on a Tuesday" in list_page
    assert "less than an hour" in list_page
    page = words(cleo.get(page_of(text)))
    assert all(part in page for part in ("It was enough for that day.", "Yes: It leaves the reader", "Dr Cleo"))
    kept = cleo.post(page_of(text), {"do": "keep", "as": "judge", "note-1": "Which day?", "note": "Nearly"})
    assert kept.status_code == 200
    assert "Nearly" in kept.content.decode(), "a verdict that is being written stays"
    assert text.notes.get().said == "Which day?"
    assert cleo.post(page_of(text), {"do": "approve", "as": "judge"}).status_code == 400
    day = timezone.localdate() + timedelta(days=200)
    sent = {"do": "approve", "as": "judge", "look_again_on": day.isoformat(), "note-1": "Which day?", **NO}
    assert cleo.post(page_of(text), sent).status_code == 302
    assert eve.get(reverse("review")).context["rows"][0]["title"] == SAID.title
    at = timezone.localtime() + timedelta(days=2)
    assert (
        eve.post(page_of(text), {"do": "out", "as": "read", "comes_out_at": f"{at:%Y-%m-%dT%H:%M}"}).status_code == 302
    )
    story = reverse("review-story", args=[text.story.slug])
    assert "comes out on" in words(eve.get(story))
    assert eve.post(story, {"do": "now", "number": text.number}).status_code == 302
    assert "Dr Cleo" in words(client.get(reverse("story", args=[text.story.slug])))
    assert Story.objects.get().review_due == day
    moderator = staff_client("moderators", second_factor=True)
    assert "Which day?" not in words(moderator.get(story))
    assert moderator.post(story, {"do": "withdraw", "reason": ""}).status_code == 400
    assert moderator.post(story, {"do": "withdraw", "reason": "A name in it"}).status_code == 302
    again = eve.post(story, {"do": "withdraw", "reason": "A name, I think"})
    assert again.status_code == 409
    assert "A name, I think" in again.content.decode()
    assert eve.post(story, {"do": "back"}).status_code == 302
    assert "A name in it" in words(cleo.get(reverse("review-text", args=[text.story.slug, 2])))


def test_a_newer_text_answers_409_with_what_changed_and_everything_typed(cleo):
    text = handed_in()
    newer = Text(title=SAID.title, body="I made soup.\n\nIt was plenty for that day.\n\nAnd the next.")
    handed_in(text.author, newer, text.story)
    typed = {
        "do": "changes",
        "as": "judge",
        "note": "My long thoughts",
        "note-1": "This one",
        "dose_words": "forty",
        **NO,
    }
    answer = cleo.post(page_of(text), typed)
    shown = answer.content.decode()
    assert answer.status_code == 409
    assert all(word in shown for word in ("My long thoughts", "This one", "forty", "<ins>plenty</ins>"))
    assert StoryVerdict.objects.count() == 0
    carried = cleo.post(reverse("review-text", args=[text.story.slug, 2]), {**typed, "do": "carry"})
    assert carried.status_code == 200
    assert all(word in carried.content.decode() for word in ("My long thoughts", "This one", "forty"))


def test_somebody_elses_verdict_answers_409_with_who_it_was(cleo, eve):
    text = approved()
    typed = {"do": "changes", "as": "judge", "note": "My long thoughts", "note-0": "Here", **NO}
    answer = cleo.post(page_of(text), typed)
    assert answer.status_code == 409
    assert all(word in answer.content.decode() for word in ("My long thoughts", "Here", "Approved"))
    stories.send_back(text, by=somebody("curators"), note="Not yet")
    answer = eve.post(page_of(text), {"do": "back", "as": "read", "note": "The end is missing"})
    assert answer.status_code == 409
    assert "The end is missing" in answer.content.decode()


def test_nobody_is_given_their_own_text_to_judge_and_the_page_says_why(cleo, eve):
    text = handed_in(person(cleo))
    page = words(cleo.get(reverse("review")))
    assert "Soup on a Tuesday" not in page
    assert "1 more waits that you wrote yourself" in page
    assert "Somebody else has to read it for others" in words(cleo.get(page_of(text)))
    answer = cleo.post(page_of(text), {"do": "approve", "as": "judge", **NO})
    assert answer.status_code == 403
    both = staff_client("curators", "reviewers", second_factor=True)
    own = handed_in()
    stories.review(own, Verdict("approve"), by=person(both), byline=factories.make_reviewer_byline(person(both)))
    page = words(both.get(f"{reverse('review')}?list=second"))
    assert "1 more waits that you wrote or reviewed" in page


def test_a_text_whose_writer_no_longer_agrees_is_shown_to_nobody(cleo, eve):
    text = handed_in()
    stories.take_consent_back(text.story, by=text.author)
    assert cleo.get(page_of(text)).status_code == 404
    assert SAID.title not in words(cleo.get(reverse("review")))
    page = words(eve.get(f"{reverse('review')}?list=withdrawn")) + words(
        eve.get(reverse("review-story", args=[text.story.slug]))
    )
    assert "Its writer took their consent back" in page
    assert SAID.title not in page


def test_a_draft_is_its_authors(cleo):
    draft = stories.begin(
        SAID, by=factories.make_member(), byline=factories.make_reviewer_byline(factories.make_member())
    )
    assert cleo.get(page_of(draft)).status_code == 404


@pytest.mark.parametrize(("sent", "field"), [
    ({"dose": "yes"}, "dose_words"), ({"dose": "maybe"}, "dose"), ({"look_again_on": "2020-01-01"}, "look_again_on"),
    ({"look_again_on": "soon"}, "look_again_on"), ({"do": "changes"}, "note"), ({"note": "x" * 601}, "note"),
])  # fmt: skip
def test_what_is_missing_in_a_verdict_is_said_and_nothing_typed_is_lost(cleo, sent, field):
    text = handed_in()
    day = timezone.localdate() + timedelta(days=9)
    answer = cleo.post(
        page_of(text), {"do": "approve", "as": "judge", "look_again_on": day, "note-0": "Kept", **NO, **sent}
    )
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]
    assert "Kept" in answer.content.decode()
    assert not StoryVerdict.objects.exists()


@pytest.mark.parametrize("at", ["2020-01-01T10:00", "2999-01-01T10:00", "soon", "2026-13-01T10:00"])
def test_an_hour_that_cannot_be_is_said(eve, at):
    text = approved()
    answer = eve.post(page_of(text), {"do": "out", "as": "read", "comes_out_at": at, "note": "Kept"})
    assert answer.status_code == 400
    assert "Kept" in answer.content.decode()


@pytest.mark.parametrize("sent", [{}, {"do": "x"}, {"do": "out", "as": "judge"}, {"do": "now", "number": "²"}])
def test_forged_acts_are_not_here(cleo, sent):
    text = handed_in()
    assert cleo.post(page_of(text), sent).status_code == 404
    assert cleo.post(reverse("review-story", args=[text.story.slug]), sent).status_code == 404


def test_what_readers_tell_is_answered_once_and_with_words(eve):
    story = factories.make_story()
    note = EditorNote.objects.create(story=story, number=1, said="There is a word missing", on=timezone.localdate())
    box, answer = f"{reverse('review')}?list=told", reverse("review-told", args=[note.pk])
    assert "There is a word missing" in words(eve.get(box))
    assert eve.post(answer, {"outcome": " "}).status_code == 400
    assert eve.post(answer, {"outcome": "Put in"}).status_code == 302
    late = eve.post(answer, {"outcome": "Put in, too"})
    assert late.status_code == 409
    assert "Put in, too" in late.content.decode()
    assert "There is a word missing" not in words(eve.get(box))


def test_a_clinician_says_under_which_name_readers_see_them():
    client = staff_client("reviewers", second_factor=True)
    text = handed_in()
    sent = {
        "do": "approve",
        "as": "judge",
        "look_again_on": timezone.localdate() + timedelta(days=9),
        "note-0": "Kept",
        **NO,
    }
    nameless = client.post(page_of(text), sent)
    assert nameless.status_code == 409
    assert "Kept" in nameless.content.decode()
    page = reverse("review-byline")
    assert client.post(page, {"name": "Dr Ito", "agrees": "on"}).status_code == 400
    assert client.post(page, {"name": "Dr Ito", "profession": "nurse", "agrees": "on"}).status_code == 302
    assert client.post(page_of(text), sent).status_code == 302
    assert reviewers.signing(person(client)).name == "Dr Ito"


def test_lists_ask_the_database_as_often_however_long_they_are(eve):
    address = f"{reverse('review')}?list=second"
    counted = []
    eve.get(address)
    for _ in range(2):
        approved()
        approved()
        with CaptureQueriesContext(connection) as queries:
            eve.get(address)
        counted.append(len(queries))
    assert counted[0] == counted[1]


# --- Differences -----------------------------------------------------------------------------------


def test_differences_are_by_paragraph_and_name_an_address_that_changed():
    before = Text(title="A", body="One.\n\nTwo [here](https://a.example).\n\nThree.", sources=(Source("Book"),))
    after = Text(title="A", body="One.\n\nNew.\n\nTwo [here](https://b.example).", sources=(Source("Other"),))
    said = [(str(one.label), one.number) for one in story_compare.compared(before, after)]
    assert said == [("Sources", 0), ("", 2), ("", 3)]
    assert "https://b.example" in str(story_compare.compared(before, after))
    assert story_compare.compared(before, before) == []


def test_hostile_texts_are_compared_in_bounded_work():
    many, other = Text(title="A", body="a\n\n" * 10_000), Text(title="A", body="b\n\n" + "a\n\n" * 9000 + "c")
    long, longer = Text(title="A", body="x " * 19_000), Text(title="A", body="y " * 19_000)
    assert story_compare.compared(many, other)
    assert len(story_compare.compared(long, longer)) == 1


def test_a_text_of_ten_thousand_paragraphs_is_still_a_page(cleo):
    text = handed_in(content=Text(title="A", body="a\n\n" * 10_000))
    answer = cleo.get(page_of(text))
    assert answer.status_code == 200
    assert len(answer.content) < 3_000_000
    cleo.post(page_of(text), {"do": "keep", "as": "judge", "far": "9000", "far-said": "Long"})
    assert text.notes.get().paragraph == 8999


def test_an_editor_opens_and_closes_comments_on_the_page_of_a_story_and_a_clinician_does_not(cleo, eve):
    story = factories.make_story()
    page = reverse("review-story", args=[story.slug])
    assert "Open the comments" in words(eve.get(page))
    assert "Comments are open." in words(eve.post(page, {"do": "open-comments"}, follow=True))
    assert "Close the comments" in words(eve.get(page))
    assert "Close the comments" not in words(cleo.get(page))
    assert cleo.post(page, {"do": "close-comments"}).status_code == 404
    assert Story.objects.get(pk=story.pk).takes_comments
    eve.post(page, {"do": "close-comments"})
    assert not Story.objects.get(pk=story.pk).takes_comments


def test_a_clinician_who_opens_a_text_hears_of_it_no_more_and_sees_the_links_below_the_name(cleo):
    text = handed_in()
    text.byline.links = [{"label": "My blog", "url": "https://blog.example.org/"}]
    text.byline.save()
    assert "story-waits" in told(person(cleo))
    shown = cleo.get(page_of(text)).content.decode()
    assert 'href="https://blog.example.org/"' in shown
    assert "story-waits" not in told(person(cleo))
