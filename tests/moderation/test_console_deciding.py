"""Deciding through the form: every kind, what is missing beside its field, two keys, one of two at once, appeals."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chat.models import Membership, Message
from community.models import AuditEntry, Member
from community.services import members, seeding
from moderation.detector import Severity
from moderation.forms_console import About, DecisionForm
from moderation.models import Appeal, Decision, Flag, Proposal, SupportOffer
from moderation.services import appeals, cases, decisions, flags, queue
from moderation.services.choices import Choice, Kind
from tests.factories import join, make_member, make_room, post
from tests.moderation.console import at_console, page, url

pytestmark = pytest.mark.django_db
KIND = "Thank you for being here. <This> needs a change."


@pytest.fixture
def team():
    """Amara, Theo and Joon, who moderate."""
    return [make_member(name, roles=("moderators",)) for name in ("amara", "theo", "joon")]


@pytest.fixture
def evenings():
    """Ana wrote a line that nobody's list knows."""
    ana, room = make_member("ana", country="GB"), make_room("evenings")
    join(ana, room)
    post(ana, room, "a line")
    return ana, room


@pytest.fixture
def held(team, evenings):
    flag = flags.raise_about(Message.objects.get(), flags.Cause(Severity.MODERATE, "unkind"))
    return queue.take(team[0], flag.token)


def sent(flag, kind, **more):
    """What the form of this kind sends when it is filled in."""
    filled = {
        "hide": {"reason": "unkind"},
        "veil": {"reason": "harm"},
        "edit-request": {"reason": "identity", "words": KIND},
        "support": {"words": KIND},
        "silence": {"reason": "unkind", "words": KIND, "lasts": "6"},
        "restrict": {"reason": "unkind", "words": KIND, "lasts": "6", "ability": "ask"},
        "suspend": {"reason": "unkind", "words": KIND, "lasts": "168"},
        "remove": {"reason": "unkind", "words": KIND, "room": "evenings"},
        "imminent": {"checklist": ["plan", "asked-for-no-address"]},
    }
    return {"kind": kind, "version": Flag.objects.get(pk=flag.pk).version, **filled.get(kind, {}), **more}


ALONE = [
    "no-concern",
    "support",
    "hide",
    "restore",
    "veil",
    "edit-request",
    "silence",
    "restrict",
    "remove",
    "escalate",
]


@pytest.mark.parametrize("kind", ALONE)
def test_every_kind_is_decided_through_its_form(held, team, kind):
    if kind == "restore":
        Message.objects.update(hidden_at=timezone.now())
    client = at_console(team[0])
    shown = page(client.get(url("case", held)))
    assert f'id="act-{kind}"' in shown
    answer = client.post(url("decide", held), sent(held, kind))
    assert (answer.status_code, answer.headers.get("Location")) == (302, f"{url('queue')}?after=1")
    made = Decision.objects.get()
    assert (made.kind, made.by, made.member.name) == (kind, team[0], "ana")
    assert "Done. Would you like the next one, or a minute?" in page(client.get(answer.url))


def test_what_the_decision_does_is_done(held, team, evenings):
    client, ana = at_console(team[0]), evenings[0]
    client.post(url("decide", held), sent(held, "silence", lasts="6"))
    ana.refresh_from_db()
    assert timedelta(hours=5) < ana.silenced_until - timezone.now() <= timedelta(hours=6)


def test_support_sends_the_personal_words(held, team):
    at_console(team[0]).post(url("decide", held), sent(held, "support"))
    assert SupportOffer.objects.get().words == KIND


def test_one_thing_and_one_room_are_what_was_chosen(held, team, evenings):
    client = at_console(team[0])
    client.post(url("decide", held), sent(held, "restrict", follow_up_hours="1"))
    assert members.is_restricted(evenings[0], "ask")
    queue.take(team[0], held.token)
    client.post(url("decide", held), sent(held, "remove"))
    assert not Membership.objects.filter(member=evenings[0]).exists()


@pytest.mark.parametrize(("hours", "comes"), [("", 0), ("0", 0), ("1", 1), ("6", 6), ("24", 24)])
def test_a_follow_up_comes_back_when_it_was_said(held, team, hours, comes):
    at_console(team[0]).post(url("decide", held), sent(held, "support", follow_up_hours=hours))
    back = Flag.objects.get().returns_at
    assert (back is None) == (comes == 0)
    assert back is None or abs(back - timezone.now() - timedelta(hours=comes)) < timedelta(minutes=1)


MISSING = [
    ("hide", {"reason": ""}, "hide-reason_error"),
    ("support", {"words": " "}, "support-words_error"),
    ("support", {"words": "w" * 1001}, "support-words_error"),
    ("silence", {"lasts": ""}, "silence-until_error"),
    ("silence", {"until": "2001-01-01T10:00"}, "silence-until_error"),
    ("silence", {"until": "soon"}, "silence-until_error"),
    ("restrict", {"ability": ""}, "restrict-ability_error"),
    ("restrict", {"ability": "breathe"}, "restrict-ability_error"),
    ("remove", {"room": "elsewhere"}, "remove-room_error"),
    ("imminent", {"checklist": ["offered-company"]}, "imminent-checklist_error"),
    ("veil", {"reason": "whim"}, "veil-reason_error"),
]


@pytest.mark.parametrize(("kind", "wrong", "place"), MISSING)
def test_what_is_missing_is_said_beside_its_field_and_what_was_typed_is_kept(held, team, kind, wrong, place):
    typed = {"words": "my own words"} | wrong if kind != "hide" else wrong
    answer = at_console(team[0]).post(url("decide", held), sent(held, kind, **typed))
    assert answer.status_code == 400
    shown = page(answer)
    assert f'id="{place}"' in shown
    assert re.search(rf'<details class="act" name="act" id="act-{kind}" open>', shown)
    assert kind in ("hide", "imminent") or typed["words"].strip()[:900] in shown
    assert not Decision.objects.exists()


def test_no_concern_wants_a_verdict_for_each_rule(team, evenings):
    ana, room = evenings
    post(ana, room, "I want to kill myself. I don't see a way through this.")
    flag = queue.take(team[0], Flag.objects.get(message__seq=2).token)
    rules = list(cases.rules_of(flag))
    assert len(rules) > 1
    client = at_console(team[0])
    answer = client.post(url("decide", flag), sent(flag, "no-concern"))
    assert 'id="no-concern-verdict_error"' in page(answer)
    client.post(url("decide", flag), sent(flag, "no-concern", verdict="wrong", **{f"verdict:{rules[0]}": "idiom"}))
    assert Decision.objects.get().verdicts == {**dict.fromkeys(rules, "wrong"), rules[0]: "idiom"}


def test_a_text_to_begin_from_is_put_into_the_box_without_a_script(held, team):
    body = sent(held, "hide", do="fill", text="details", reason="harm")
    answer = at_console(team[0]).post(url("decide", held), body)
    assert answer.status_code == 200
    shown = page(answer)
    assert "ana, you&#x27;re welcome to say how bad it is." in shown
    assert '<option value="harm" selected>' in shown
    assert not Decision.objects.exists()


# --- two keys -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "more"), [("imminent", {}), ("suspend", {}), ("silence", {"lasts": "72"})])
def test_two_keys_are_two_people(held, team, kind, more):
    first, second = at_console(team[0]), at_console(team[1])
    assert first.post(url("decide", held), sent(held, kind, **more)).url == url("case", held)
    assert not Decision.objects.exists()
    proposal = Proposal.objects.get()
    turned = {"proposal": proposal.token, "do": "confirm"}
    assert first.post(url("key", held), turned).status_code == 404
    assert "Waiting for a second key" in page(second.get(url("queue")))
    shown = page(second.get(url("case", held)))
    assert "<bdi>amara</bdi> proposes" in shown
    assert second.post(url("key", held), turned).url == f"{url('queue')}?after=1"
    assert (Decision.objects.get().by, Decision.objects.get().second) == (team[0], team[1])
    assert second.post(url("key", held), turned).status_code in (404, 409)
    assert Decision.objects.count() == 1


def test_a_second_key_that_is_not_turned_leaves_the_case_with_its_holder(held, team):
    first, second = at_console(team[0]), at_console(team[1])
    first.post(url("decide", held), sent(held, "suspend"))
    token = Proposal.objects.get().token
    second.post(url("key", held), {"proposal": token, "do": "refuse"})
    assert not Decision.objects.exists()
    assert Flag.objects.get().holder == team[0]
    assert second.post(url("key", held), {"proposal": token, "do": "shrug"}).status_code == 404


def test_the_emergency_steps_name_the_number_of_the_members_country(held, team):
    seeding.load()
    shown = page(at_console(team[0]).get(url("case", held)))
    assert "Call 999" in shown
    Member.objects.filter(name="ana").update(country="")
    assert "They haven't told us a country" in page(at_console(team[0]).get(url("case", held)))


def test_nonsense_is_nobodys_second_key(held, team):
    client = at_console(team[1])
    for proposal in ("", "\0", "x" * 5000, "no-such-token"):
        assert client.post(url("key", held), {"proposal": proposal, "do": "confirm"}).status_code == 404
    note = {"do": "give", "words": "\0"}
    assert client.post(url("second", held), note).status_code in (400, 409)


# --- too late -----------------------------------------------------------------------------------


def test_two_decisions_at_once_are_one_and_the_other_reads_what_changed(held, team):
    first, second = at_console(team[0]), at_console(team[1])
    body = sent(held, "hide")
    assert first.post(url("decide", held), body).status_code == 302
    answer = first.post(url("decide", held), sent(held, "support", version=held.version))
    assert answer.status_code == 409
    assert "amara decided it at" in page(answer)
    assert "This is decided" in page(answer)
    assert "&lt;This&gt; needs a change." in page(answer)
    assert second.post(url("decide", held), body).status_code == 409
    assert Decision.objects.count() == 1


def test_whoever_still_holds_it_decides_on_from_the_state_that_is_now(held, team):
    flags.raise_about(held.message, flags.Cause(Severity.HIGH, "worried"))
    client = at_console(team[0])
    answer = client.post(url("decide", held), sent(held, "support", version=held.version))
    assert answer.status_code == 409
    shown = page(answer)
    assert "It was raised at" in shown
    assert shown.count("&lt;This&gt; needs a change.") == 2, "for copying, and in its box"
    assert not Decision.objects.exists()
    assert client.post(url("decide", held), sent(held, "support")).status_code == 302


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999", "1\0", "²", "٣"])
def test_a_version_that_is_none_is_an_old_one(held, team, version):
    assert at_console(team[0]).post(url("decide", held), sent(held, "hide", version=version)).status_code == 409


def test_whoever_does_not_hold_it_decides_nothing(held, team):
    assert at_console(team[1]).post(url("decide", held), sent(held, "hide")).status_code == 409
    queue.release(team[0], held.token)
    assert at_console(team[0]).post(url("decide", held), sent(held, "hide")).status_code == 409
    assert not Decision.objects.exists()


@pytest.mark.parametrize("kind", ["", "upheld", "lifted", "delete", "HIDE"])
def test_what_is_no_decision_is_not_here(held, team, kind):
    assert at_console(team[0]).post(url("decide", held), {"kind": kind, "version": held.version}).status_code == 404


def test_a_decision_about_oneself_is_refused(held, team, evenings):
    Flag.objects.filter(pk=held.pk).update(member=team[0])
    for kind in ("no-concern", "restore", "support"):
        assert at_console(team[0]).post(url("decide", held), sent(held, kind)).status_code == 404
    assert not Decision.objects.exists()


# --- appeals ------------------------------------------------------------------------------------


@pytest.fixture
def appealed(held, team, evenings):
    made = decisions.decide(team[0], held.token, Choice("hide", reason="unkind"), version=held.version)
    return appeals.ask_again(evenings[0], made.token, "It was a <joke>").flag


def test_an_appeal_waits_for_everybody_but_whoever_decided(appealed, team):
    assert "Another look" in page(at_console(team[1]).get(url("queue")))
    assert "Another look" not in page(at_console(team[0]).get(url("queue")))
    assert at_console(team[0]).get(url("case", appealed)).status_code == 404


@pytest.mark.parametrize(("what", "kind"), [("take-back", "lifted"), ("leave", "upheld")])
def test_an_appeal_is_answered_through_its_form(appealed, team, what, kind):
    client = at_console(team[1])
    client.post(url("take", appealed))
    shown = page(client.get(url("case", appealed)))
    assert "It was a &lt;joke&gt;" in shown
    assert 'id="act-hide"' not in shown
    version = Flag.objects.get(pk=appealed.pk).version
    assert (
        client.post(url("answer", appealed), {"what": what, "words": "We looked", "version": version}).status_code
        == 302
    )
    assert Appeal.objects.get().answer.kind == kind
    assert (Message.objects.get().hidden_at is None) == (kind == "lifted")


def test_leaving_it_wants_words_and_a_late_answer_keeps_them(appealed, team):
    client = at_console(team[1])
    client.post(url("take", appealed))
    version = Flag.objects.get(pk=appealed.pk).version
    answer = client.post(url("answer", appealed), {"what": "leave", "words": " ", "version": version})
    assert answer.status_code == 400
    assert 'id="answer-words_error"' in page(answer)
    answer = client.post(url("answer", appealed), {"what": "leave", "words": "my reasons", "version": 1})
    assert answer.status_code == 409
    assert "my reasons" in page(answer)
    assert Appeal.objects.get().answer is None


# --- the form alone -----------------------------------------------------------------------------


def test_every_kind_has_a_form_with_the_fields_that_its_statement_needs():
    fields = {kind: set(DecisionForm(kind=kind, about=About(rules={"a@1": "x"})).fields) for kind in Kind.values}
    assert fields["hide"] >= {"reason", "words"}
    assert fields["restrict"] >= {"ability", "lasts", "until", "reason", "words"}
    assert fields["imminent"] >= {"checklist", "follow_up_hours"}
    assert fields["escalate"] == set()


def test_a_decision_costs_a_bounded_number_of_queries(held, team):
    client = at_console(team[0])
    client.get(url("case", held))
    with CaptureQueriesContext(connection) as asked:
        client.post(url("decide", held), sent(held, "hide"))
    assert len(asked) < 90
    assert AuditEntry.objects.filter(action="flag.decided-hide").exists()
