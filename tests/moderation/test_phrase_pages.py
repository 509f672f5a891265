"""The phrase workbench as moderators, leads and admins use it: lists, drafts, trying a text, the way into force."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from chat.models import Message
from moderation import phrase_content
from moderation.models import Decision, Flag, PhraseVersion, RuleDay
from moderation.services import dry_run_counting, flags, lexicon_in_force, phrases, reports
from moderation.services.choices import Kind
from moderation.views import phrase_scores
from tests.factories import join, make_member, make_room, post
from tests.moderation.console import at_console, page
from tests.moderation.phrases import SITE, TIRED, make_draft, make_run

pytestmark = pytest.mark.django_db
State = PhraseVersion.State
NEW_LIST = {
    "name": "The grey days", "purpose": "How people here say it", "language": "en", "category": "distress",
    "severity": "moderate", "person": "self", "negatable": "on", "phrases": "grey all the way\ngrey to the bone",
    "must": "\n".join(["it is grey all the way", "grey to the bone again", "I feel grey to the bone"]),
    "must_not": "\n".join(["a grey coat", "the sky is grey", "grey cats"]),
}  # fmt: skip


@pytest.fixture
def ada():
    return make_member("ada", roles=("admins",))


@pytest.fixture
def theo():
    return make_member("theo", roles=("leads", "moderators"))


@pytest.fixture
def draft(ada):
    return make_draft(ada)


@pytest.fixture
def enforced(ada, theo):
    """A version in force, as it would be put there."""
    lexicon_in_force.forget()
    made = make_draft(ada, state=State.IN_FORCE, number=1, signed_by=theo, in_force_at=timezone.now())
    yield made
    lexicon_in_force.forget()


def url(name: str, *arguments: object) -> str:
    return reverse(f"moderation:{name}", args=arguments)


def kept(draft: PhraseVersion) -> phrases.Content:
    draft.refresh_from_db()
    return phrases.content_of(draft)


# --- what is looked for ------------------------------------------------------------------------


def test_the_table_shows_lists_with_their_weight_in_words_and_what_they_brought(ada, enforced):
    RuleDay.objects.create(rule=f"{SITE}.0001@s1", day=timezone.now().date(), hits=212, flags=9)
    shown = page(at_console(ada).get(url("phrases")))
    assert "<caption" in shown
    assert "Tired of it all" in shown
    assert "Wish to die" in shown
    assert ">212<" in shown
    assert "Version 1 is in force since" in shown


def test_its_queries_do_not_grow_with_what_is_there(ada, enforced):
    client = at_console(ada)
    for _ in range(2):
        make_draft(ada)
    client.get(url("phrases"))
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(url("phrases"))
    for number in range(2, 8):
        make_draft(ada)
        make_draft(ada, state=State.REPLACED, number=number)
    with CaptureQueriesContext(connection) as many:
        client.get(url("phrases"))
    assert len(many) == len(few)
    assert len(few) <= 40
    for address in (url("phrase-list", SITE), url("phrase-version", enforced.token)):
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        assert len(asked) <= 40, address


def test_moderators_read_and_leave_notes_but_change_nothing(draft, theo):
    client = at_console(make_member(roles=("moderators",)))
    shown = page(client.get(url("phrase-version", draft.token)))
    assert "Add a phrase" not in shown
    assert client.post(url("phrase-note", draft.token), {"words": "I saw this twice"}).status_code == 302
    assert "I saw this twice" in page(client.get(url("phrase-version", draft.token)))
    wanted = {"do": "remove-phrase", "key": "tired", "phrase": TIRED.phrases[0], "edits": draft.edits}
    assert client.post(url("phrase-change", draft.token), wanted).status_code == 404
    assert kept(draft).list_of("tired").phrases == TIRED.phrases


def test_a_list_is_searched_without_the_words_in_an_address(ada, enforced):
    client = at_console(ada)
    shown = page(client.post(url("phrase-list", SITE), {"wanted": "ANOTHER  winter"}))
    assert "1 of 1 have this in them" in shown
    assert "I love winter" in shown
    assert "0 of 1 have this in them" in page(client.post(url("phrase-list", SITE), {"wanted": "\0summer"}))
    for absent in ("en.no-such", "xx.intent", "en", "en.site-other"):
        assert client.get(url("phrase-list", absent)).status_code == 404


def test_examples_stand_with_how_they_are_read(ada):
    wrong = make_draft(ada, replace(TIRED, must_not=(*TIRED.must_not[:2], TIRED.must[0])))
    shown = page(at_console(ada).get(url("phrase-settings", wrong.token, "tired")))
    assert shown.count('<span class="tag tag-leaf">found<') == 3
    assert shown.count('<span class="tag tag-leaf">left alone<') == 2
    assert shown.count('<span class="tag tag-brick">found<') == 1


def test_rules_that_are_mostly_wrong_are_listed_with_their_phrase(ada, enforced):
    rule = f"{phrase_scores.rule_name(SITE, TIRED.phrases[0])}@s1"
    for _ in range(6):
        Decision.objects.create(by=ada, kind=Kind.NO_CONCERN, verdicts={rule: "idiom"})
    shown = page(at_console(ada).get(url("phrases")))
    assert "6 of 6" in shown
    assert "cannot do another winter" in shown


def test_severe_cases_that_only_people_saw_are_counted_and_linked_for_those_who_work_on_cases(ada, theo):
    ana, ben, room = make_member("ana"), make_member("ben"), make_room("evenings")
    join(ana, room)
    join(ben, room)
    post(ana, room, "The lamps are lit early")
    reports.report(Message.objects.get(), by=ben, door="worried")
    Flag.objects.update(severity=3)
    flag = Flag.objects.get()
    assert "1 severe case in 7 days" in page(at_console(ada).get(url("phrases")))
    assert flag.token not in page(at_console(ada).get(url("phrases")))
    shown = page(at_console(theo).get(url("phrases")))
    assert flag.token in shown
    assert "lamps" not in shown
    flags.raise_about(Message.objects.get(), flags.Cause(3, "words"))
    Flag.objects.update(from_words=True)
    assert "No severe case in 7 days" in page(at_console(theo).get(url("phrases")))


def test_the_rules_are_given_out_as_json_and_toml_without_anybody(ada, enforced):
    client = at_console(ada)
    said = json.loads(client.get(url("phrases-file")).content)
    again = tomllib.loads(client.get(url("phrases-file"), {"as": "toml"}).content.decode())
    assert said == again
    assert said["version"] == 1
    assert said["lists"][0]["phrases"] == list(TIRED.phrases)
    assert "ada" not in json.dumps(said)


# --- a draft -----------------------------------------------------------------------------------


def test_a_phrase_is_looked_at_and_then_added(ada, draft):
    client, address = at_console(ada), url("phrase-add", draft.token)
    wanted = {"key": "tired", "phrase": "tired to  the bone", "edits": draft.edits}
    looked = client.post(address, {**wanted, "do": "look"})
    assert "tired to the bone" in page(looked)
    assert "Add it" in page(looked)
    assert len(kept(draft).list_of("tired").phrases) == 1
    assert client.post(address, {**wanted, "do": "add"}).status_code == 302
    assert kept(draft).list_of("tired").phrases[-1] == "tired to the bone"
    shown = page(client.get(url("phrase-version", draft.token)))
    assert '<span class="sr">Added: </span>' in shown


@pytest.mark.parametrize("phrase", ["(so", "*", "a" * 301, "", "\0"])
def test_what_is_no_phrase_is_said_beside_the_form_and_not_added(ada, draft, phrase):
    wanted = {"key": "tired", "phrase": phrase, "edits": draft.edits, "do": "look"}
    answer = at_console(ada).post(url("phrase-add", draft.token), wanted)
    assert "Add it" not in page(answer)
    assert 'class="errors"' in page(answer) or "form-error" in page(answer)
    assert len(kept(draft).list_of("tired").phrases) == 1


def test_a_list_comes_with_three_sentences_of_each_kind(ada, draft):
    client = at_console(ada)
    few = client.post(url("phrase-new-list", draft.token), {**NEW_LIST, "must": "only one", "edits": draft.edits})
    assert few.status_code == 422
    assert "At least three" in page(few)
    assert "grey to the bone" in page(few), "what was written stays"
    assert client.post(url("phrase-new-list", draft.token), {**NEW_LIST, "edits": draft.edits}).status_code == 302
    made = kept(draft).list_of("the-grey-days")
    assert made.phrases == ("grey all the way", "grey to the bone")
    assert made.must_not == ("a grey coat", "the sky is grey", "grey cats")


@pytest.mark.parametrize("name", ["0815 !", "ñ", "Ünruhe", "a"])
def test_whatever_a_list_is_called_it_gets_a_key(ada, draft, name):
    wanted = {**NEW_LIST, "name": name, "edits": draft.edits}
    assert at_console(ada).post(url("phrase-new-list", draft.token), wanted).status_code == 302
    assert [one.name for one in kept(draft).lists] == ["Tired of it all", name]


def test_what_the_release_has_rests_or_weighs_otherwise_and_goes_back(ada, draft):
    client, change = at_console(ada), url("phrase-change", draft.token)
    shown = page(client.post(url("phrase-release", draft.token), {"wanted": "kill myself", "language": "en"}))
    assert "phrases have this in them" in shown or "phrase has this in it" in shown
    wanted = {"do": "reweigh", "group": "en.intent", "phrase": "", "back": "release"}
    for severity, kinds in (("moderate", ["moderate"]), ("", [""]), ("as-shipped", [])):
        draft.refresh_from_db()
        answer = client.post(change, {**wanted, "severity": severity, "edits": draft.edits})
        assert answer.url == url("phrase-release", draft.token)
        assert [one.severity for one in kept(draft).weights] == kinds
    refused = client.post(change, {**wanted, "group": "en.no-such", "severity": "high", "edits": draft.edits})
    assert refused.status_code == 422


def test_a_change_on_an_older_text_shows_both_and_can_be_done_all_the_same(ada, theo, draft):
    old = draft.edits
    phrases.say_why(theo, draft.token, edits=old, reason="We saw it twice")
    wanted = {"do": "remove-phrase", "key": "tired", "phrase": TIRED.phrases[0], "edits": old}
    late = at_console(ada).post(url("phrase-change", draft.token), wanted)
    assert late.status_code == 409
    assert "theo" in page(late)
    assert "cannot do another winter" in page(late)
    draft.refresh_from_db()
    assert f'name="edits" value="{draft.edits}"' in page(late)
    assert at_console(ada).post(url("phrase-change", draft.token), {**wanted, "edits": draft.edits}).status_code == 302
    assert kept(draft).list_of("tired").phrases == ()


def test_two_who_write_the_same_list_lose_nothing(ada, theo, draft):
    old, address = draft.edits, url("phrase-settings", draft.token, "tired")
    theirs = {**NEW_LIST, "name": "Tired, by Theo", "edits": old}
    mine = {**NEW_LIST, "name": "Tired, by Ada", "edits": old}
    assert at_console(theo).post(address, theirs).status_code == 302
    late = at_console(ada).post(address, mine)
    assert late.status_code == 409
    assert "Tired, by Theo" in page(late)
    assert 'value="Tired, by Ada"' in page(late)
    draft.refresh_from_db()
    assert at_console(ada).post(address, {**mine, "edits": draft.edits}).status_code == 302
    one = kept(draft).list_of("tired")
    assert (one.name, one.phrases) == ("Tired, by Ada", TIRED.phrases)


def test_what_was_written_stays_when_the_list_or_the_draft_is_gone_meanwhile(ada, theo, draft):
    old, address = draft.edits, url("phrase-settings", draft.token, "tired")
    mine = {**NEW_LIST, "name": "Tired, by Ada", "language_was": "en", "edits": old}
    at_console(theo).post(url("phrase-change", draft.token), {"do": "remove-list", "key": "tired", "edits": old})
    late = at_console(ada).post(address, mine)
    assert late.status_code == 409
    assert 'value="Tired, by Ada"' in page(late)
    assert "was taken out of the draft" in page(late)
    PhraseVersion.objects.update(state=State.WAITING)
    over = at_console(ada).post(address, mine)
    assert over.status_code == 409
    assert 'value="Tired, by Ada"' in page(over)
    assert "Copy what you need into a new draft" in page(over)


def test_a_reason_on_an_older_text_is_kept_in_its_box(ada, theo, draft):
    old = draft.edits
    phrases.say_why(theo, draft.token, edits=old, reason="We saw it twice")
    late = at_console(ada).post(url("phrase-why", draft.token), {"words": "And I once", "edits": old})
    assert late.status_code == 409
    assert "We saw it twice" in page(late)
    assert "And I once" in page(late)


@pytest.mark.parametrize(
    "wrong", [{}, {"do": "burn"}, {"do": "rest", "edits": "x"}, {"do": "rest", "edits": "-1"}, {"edits": "9" * 30}]
)
def test_a_press_that_makes_no_sense_changes_nothing(ada, draft, wrong):
    before = kept(draft)
    assert at_console(ada).post(url("phrase-change", draft.token), wrong).status_code == 400
    assert kept(draft) == before


def test_problems_are_said_with_what_to_do_about_them(ada):
    broken = make_draft(ada, replace(TIRED, must=(*TIRED.must, "Nothing of the kind")))
    shown = page(at_console(ada).post(url("phrase-check", broken.token)))
    assert "Nothing of the kind" in shown
    assert "or change the sentence" in shown


# --- trying a text -----------------------------------------------------------------------------


def test_a_text_is_read_now_and_by_a_draft_and_is_nowhere_afterwards(ada, draft):
    client, words = at_console(ada), "I cannot do another winter, <b>friends</b>"
    answer = client.post(url("phrases-try"), {"text": words, "version": draft.token})
    assert answer.status_code == 200
    assert page(answer).count("Read as: Today") == 1
    assert page(answer).count("Read as: ") == 2
    assert "<b>friends" not in page(answer)
    assert not Message.objects.exists()
    assert client.post(url("phrases-try"), {"text": "", "version": ""}).status_code == 400
    assert client.post(url("phrases-try"), {"text": "x", "version": "no-such"}).status_code == 400


# --- the way into force ------------------------------------------------------------------------


def test_a_signature_is_asked_for_only_after_a_dry_run_of_this_text(ada, draft):
    client, step = at_console(ada), url("phrase-step", draft.token)
    assert "Not before a dry run" in page(client.get(url("phrase-version", draft.token)))
    early = client.post(step, {"do": "ask", "edits": draft.edits})
    assert early.status_code == 409
    make_run(draft, counts={"missed": 2})
    assert "would be missed" in page(client.post(step, {"do": "ask", "edits": draft.edits}))
    PhraseVersion.objects.update(reason="They were a song")
    assert client.post(step, {"do": "ask", "edits": draft.edits}).status_code == 302


def test_from_a_draft_into_force_by_two_people_and_back(ada, theo, draft):
    lexicon_in_force.forget()
    by_ada, by_theo = at_console(ada), at_console(theo)
    step, shown = url("phrase-step", draft.token), url("phrase-version", draft.token)
    asked = by_ada.post(url("dry-run-ask", draft.token), {"days": "7"})
    token = draft.dry_runs.get().token
    assert asked.url == url("dry-run", token)
    assert dry_run_counting.go_on(token)
    assert by_ada.post(step, {"do": "ask", "edits": draft.edits}).status_code == 302
    assert by_ada.post(step, {"do": "sign"}).status_code == 409
    assert "You are the second reader" in page(by_theo.get(shown))
    assert by_theo.post(step, {"do": "sign"}).status_code == 302
    assert by_theo.post(step, {"do": "force"}).status_code == 302
    draft.refresh_from_db()
    assert draft.state == State.IN_FORCE
    assert by_ada.post(url("phrases-back"), {"here": "another"}).status_code == 302
    draft.refresh_from_db()
    assert draft.state == State.IN_FORCE, "what was looked at is what stops"
    by_ada.post(url("phrases-back"), {"here": draft.token})
    draft.refresh_from_db()
    assert draft.state == State.REPLACED
    assert "Only the release" in page(by_ada.get(url("phrases")))
    lexicon_in_force.forget()


def test_a_draft_is_begun_let_go_and_begun_again(ada):
    client = at_console(ada)
    client.post(url("phrase-draft"))
    one = PhraseVersion.objects.get()
    client.post(url("phrase-step", one.token), {"do": "drop"})
    one.refresh_from_db()
    assert one.state == State.DROPPED
    assert client.post(url("phrase-draft"), {"based_on": one.token}).status_code == 302
    assert client.post(url("phrase-draft"), {"based_on": "no-such"}).status_code == 404
    assert client.get(url("phrase-add", one.token)).status_code == 409, "it doesn't change any more"


def test_every_press_wants_its_own_page(ada, draft):
    from django.conf import settings
    from django.test import Client

    from tests.browser.staff import session_with_code

    client = Client(enforce_csrf_checks=True)
    client.cookies[settings.SESSION_COOKIE_NAME] = session_with_code(ada)
    for name in ("phrase-change", "phrase-why", "phrase-note", "phrase-check", "phrase-step", "dry-run-ask"):
        assert client.post(url(name, draft.token), {"do": "drop"}).status_code == 403, name
    for name in ("phrase-draft", "phrases-back", "phrases-try"):
        assert client.post(url(name), {"text": "x"}).status_code == 403, name
    draft.refresh_from_db()
    assert draft.state == State.DRAFT
    assert timezone.now() - draft.made_at < timedelta(minutes=10)


# --- a draft that another version overtook -----------------------------------------------------------


@pytest.fixture
def overtaken(ada, enforced):
    """Ada's draft with a phrase more, and Theo's version, which took one away and is in force by now."""
    mine = phrases.draft(ada)
    add = phrase_content.AddPhrase("tired", "not one more spring")
    mine = phrases.change(ada, mine.token, edits=mine.edits, change=add)
    mine = phrases.say_why(ada, mine.token, edits=mine.edits, reason="Two people said so.")
    PhraseVersion.objects.filter(pk=enforced.pk).update(state=State.REPLACED)
    other = replace(TIRED, key="grey", name="The grey days", phrases=("grey to the bone",))
    make_draft(make_member("lena", roles=("leads",)), replace(TIRED, phrases=("so very tired",)), other,
               state=State.IN_FORCE, number=2, based_on=enforced, in_force_at=timezone.now())  # fmt: skip
    lexicon_in_force.forget()
    return mine


def test_an_overtaken_draft_says_what_changed_since(ada, overtaken):
    shown = page(at_console(ada).get(url("phrase-version", overtaken.token)))
    since = shown.split('id="since"')[1].split("</section>")[0]
    assert "Version 2 was put in force since this was begun" in since
    assert "The grey days" in since
    assert "cannot do another winter" in since
    mine = shown.split('id="changes"')[1].split("</section>")[0]
    assert "not one more spring" in mine
    assert "grey" not in mine, "only what its author changed"
    listed = page(at_console(ada).get(url("phrases"))).split('id="drafts-h"')[1].split("</section>")[0]
    assert "Another version was put in force since this was begun." in listed
    assert "grey" not in listed


def test_its_lines_are_carried_to_a_draft_from_what_is_in_force(ada, theo, overtaken):
    client = at_console(theo)
    answer = client.post(url("phrase-draft"), {"carry": overtaken.token})
    made = PhraseVersion.objects.latest("pk")
    assert answer.url == url("phrase-version", made.token)
    assert made.based_on.number == 2
    tired, grey = phrases.content_of(made).lists
    assert (tired.phrases, grey.phrases) == (("so very tired", "not one more spring"), ("grey to the bone",))
    assert made.reason == "Two people said so."
    assert phrases.writers(made) == {ada.pk, theo.pk}, "neither of them can sign it"
    overtaken.refresh_from_db()
    assert overtaken.state == State.DROPPED
    assert "was put in force since" not in page(client.get(answer.url))


def test_what_no_longer_fits_is_said(ada, overtaken):
    here = phrases.in_force()
    here.content = {"lists": [], "weights": []}
    here.save()
    client = at_console(ada)
    shown = page(client.post(url("phrase-draft"), {"carry": overtaken.token}, follow=True))
    assert "These no longer fit and were left out" in shown
    assert "not one more spring" in shown


def test_only_what_was_overtaken_is_begun_anew_and_only_by_writers(ada, draft, overtaken):
    assert at_console(ada).post(url("phrase-draft"), {"carry": "no-such"}).status_code == 404
    moderator = make_member("mo", roles=("moderators",))
    assert at_console(moderator).post(url("phrase-draft"), {"carry": overtaken.token}).status_code in (403, 404)
    fresh = phrases.draft(ada)
    at_console(ada).post(url("phrase-draft"), {"carry": fresh.token})
    fresh.refresh_from_db()
    assert fresh.state == State.DRAFT


def test_a_phrase_goes_to_the_list_that_has_none_yet(ada):
    made = make_draft(ada, TIRED, replace(TIRED, key="grey", name="The grey days", phrases=()))
    shown = page(at_console(ada).get(url("phrase-add", made.token)))
    assert '<option value="grey" selected>' in shown
