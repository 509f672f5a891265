"""Deciding: once, by somebody who looked at the latest state, told to the member with reasons, looked at again by another."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from chat.models import Membership, Message
from chat.services import changes, requests
from chat.services.changes import Act
from chat.services.checks import Silenced
from community.models import Member, Notice
from community.refusals import NotYours
from community.services import audit, audit_check, members
from moderation.detector import Severity
from moderation.models import Appeal, Decision, Flag, Report
from moderation.services import appeals, choices, decisions, emergency, flags, queue, reports
from moderation.services.choices import BadChoice, Choice
from moderation.services.holding import NotHeld, Stale
from tests.chat.test_races import racing
from tests.factories import join, make_member, make_room, post, session_of

pytestmark = pytest.mark.django_db
KIND = "Thank you for being here. This needs a change."


@pytest.fixture
def team():
    """A moderator, and a moderator who is a lead."""
    return make_member("amara", roles=("moderators",)), make_member("theo", roles=("moderators", "leads"))


@pytest.fixture
def evenings():
    """Ana wrote a line, which ben saw."""
    ana, ben, room = make_member("ana", country="GB"), make_member("ben"), make_room("evenings")
    join(ana, room)
    join(ben, room)
    post(ana, room, "a line")
    return ana, ben, room


def later(**how):
    return time_machine.travel(timezone.now() + timedelta(**how), tick=False)


def in_hours(hours: float):
    return timezone.now() + timedelta(hours=hours)


def case(by, *, severity=Severity.MODERATE, source="unkind", seq=1):
    flag = flags.raise_about(Message.objects.get(seq=seq), flags.Cause(severity, source))
    return queue.take(by, flag.token)


def choice(kind, **more):
    """A choice of this kind with everything it needs."""
    usual = {
        "hide": {"reason": "unkind"},
        "veil": {"reason": "harm"},
        "edit-request": {"reason": "identity", "words": KIND},
        "support": {"words": KIND},
        "silence": {"reason": "unkind", "words": KIND, "until": in_hours(2)},
        "restrict": {"reason": "unkind", "words": KIND, "until": in_hours(2), "ability": "ask"},
        "suspend": {"reason": "unkind", "words": KIND, "until": in_hours(48)},
        "remove": {"reason": "unkind", "words": KIND, "room": "evenings"},
        "imminent": {"checklist": {"plan": True, "asked-for-no-address": True}},
    }
    return Choice(kind, **{**usual.get(kind, {}), **more})


def decided(by, kind, **more):
    flag = case(by)
    return decisions.decide(by, flag.token, choice(kind, **more), version=flag.version)


# --- effects, and what is told ------------------------------------------------------------------


def test_no_concern_closes_the_case_with_a_verdict_for_each_rule_and_tells_its_member_nothing(team, evenings):
    made = decided(team[0], "no-concern", verdicts={"en.passive-wish.4361@1": "idiom"})
    assert Flag.objects.get().closed_at
    assert made.verdicts == {"en.passive-wish.4361@1": "idiom"}
    assert not Notice.objects.exists()


def test_a_message_is_taken_down_and_shown_again(team, evenings):
    decided(team[0], "hide")
    assert Message.objects.get().hidden_at
    decided(team[0], "restore")
    assert Message.objects.get().hidden_at is None
    assert Message.objects.get().body == "a line"


def test_a_heads_up_is_put_on_a_message(team, evenings):
    decided(team[0], "veil")
    assert Message.objects.get().heads_up == "Hard to read"
    assert Message.objects.get().body == "a line"


def test_a_pause_of_posting_ends_by_itself(team, evenings):
    ana, _, room = evenings
    decided(team[0], "silence")
    with pytest.raises(Silenced):
        post(ana, room, "again")
    with later(hours=3):
        assert post(ana, room, "again").seq == 2


def test_one_thing_is_paused_and_the_rest_goes_on(team, evenings):
    ana, ben, room = evenings
    decided(team[0], "restrict")
    with pytest.raises(requests.NotTaking):
        requests.ask(ana, ben.name, "Hello?")
    assert post(ana, room, "again").seq == 2
    decided(team[0], "restrict", ability="report")
    with pytest.raises(reports.Closed):
        reports.report(Message.objects.get(seq=1), by=ana, door="not-okay", reason="unkind")
    with later(hours=3):
        assert not members.is_restricted(ana, "ask")


def test_s4_somebody_is_removed_from_a_room(team, evenings):
    ana, _, room = evenings
    decided(team[0], "remove")
    assert not Membership.objects.filter(member=ana, room=room).exists()


@pytest.mark.parametrize("kind", ["support", "hide", "veil", "edit-request", "silence", "restrict", "remove"])
def test_m3_every_restriction_has_a_statement_of_reasons_that_its_member_can_open(team, evenings, kind):
    ana, ben, _ = evenings
    made = decided(team[0], kind)
    [notice] = Notice.objects.all()
    assert (notice.member, notice.kind, notice.path) == (ana, "decision", f"/you/decisions/{made.token}/")
    said = appeals.statement_for(ana, made.token)
    assert said.what
    assert said.facts == "A person read it and decided."
    assert said.by == ("amara",)
    assert not said.is_automatic
    assert said.until == made.until
    assert (said.appeal_until is not None) == (kind != "support")
    assert [one.token for one in appeals.statements_of(ana)] == [made.token]
    with pytest.raises(NotYours):
        appeals.statement_for(ben, made.token)


def test_m3_a_statement_says_when_software_noticed_first(team, evenings):
    ana, _, _ = evenings
    flag = case(team[0], source="words")
    made = decisions.decide(team[0], flag.token, choice("hide"), version=flag.version)
    assert appeals.statement_for(ana, made.token).facts == "Software noticed it, and a person decided."


def test_m2_a_statement_names_nobody_who_reported(team, evenings):
    ana, ben, _ = evenings
    reports.report(Message.objects.select_related("room").get(), by=ben, door="not-okay", reason="unkind", note="Ben")
    made = decided(team[0], "hide")
    assert "ben" not in repr(appeals.statement_for(ana, made.token)).casefold()
    assert reports.told_by(ben)[0].outcome == "acted"


def test_reporters_hear_that_it_was_left(team, evenings):
    reports.report(Message.objects.select_related("room").get(), by=evenings[1], door="not-okay", reason="unkind")
    decided(team[0], "no-concern")
    assert reports.told_by(evenings[1])[0].outcome == "left"


def test_a_report_told_to_hurt_is_marked(team, evenings):
    reports.report(Message.objects.select_related("room").get(), by=evenings[1], door="worried")
    decided(team[0], "no-concern", hostile_reports=True)
    assert Report.objects.get().is_hostile


def test_what_limits_a_member_is_listed_with_its_end(team, evenings):
    made = decided(team[0], "silence")
    assert decisions.in_force(evenings[0]) == [made]
    with later(hours=3):
        assert decisions.in_force(evenings[0]) == []


# --- once, and by whoever looked at the latest state --------------------------------------------


def test_a_decision_on_an_older_state_is_refused_and_nothing_is_done(team, evenings):
    flag = case(team[0])
    flags.raise_about(Message.objects.get(), flags.Cause(Severity.HIGH, "worried"))
    with pytest.raises(Stale):
        decisions.decide(team[0], flag.token, choice("hide"), version=flag.version)
    assert Message.objects.get().hidden_at is None
    assert not Decision.objects.exists()


def test_a_decided_case_is_neither_taken_nor_decided_again_and_says_by_whom(team, evenings):
    amara, theo = team
    flag = case(amara)
    decisions.decide(amara, flag.token, choice("no-concern"), version=flag.version)
    for act in (
        lambda: queue.take(theo, flag.token),
        lambda: decisions.decide(theo, flag.token, choice("hide"), version=flag.version),
        lambda: decisions.decide(amara, flag.token, choice("no-concern"), version=flag.version),
    ):
        with pytest.raises(Stale) as said:
            act()
        assert "amara decided it at" in str(said.value.detail)
    assert Decision.objects.count() == 1


def test_nobody_decides_without_the_lease(team, evenings):
    flag = case(team[0])
    with later(minutes=20), pytest.raises(NotHeld):
        decisions.decide(team[0], flag.token, choice("hide"), version=flag.version)


def test_nobody_decides_about_themselves(team, evenings):
    amara, theo = team
    join(amara, evenings[2])
    post(amara, evenings[2], "my own")
    flag = case(theo, seq=2)
    with pytest.raises(NotYours):
        decisions.decide(amara, flag.token, choice("no-concern"), version=flag.version)


@pytest.mark.parametrize(
    ("kind", "more", "field"),
    [
        ("no-such-kind", {}, "kind"),
        ("upheld", {}, "kind"),
        ("hide", {"reason": ""}, "reason"),
        ("hide", {"reason": "because"}, "reason"),
        ("support", {"words": "  "}, "words"),
        ("support", {"words": "x" * 1001}, "words"),
        ("silence", {"until": None}, "until"),
        ("silence", {"until": timezone.now() - timedelta(days=1)}, "until"),
        ("silence", {"until": timezone.now() + timedelta(days=400)}, "until"),
        ("restrict", {"ability": "breathe"}, "ability"),
        ("remove", {"room": "no-such-room"}, "room"),
        ("no-concern", {"verdicts": {"rule": "nonsense"}}, "verdicts"),
        ("no-concern", {"follow_up_hours": 2}, "follow_up_hours"),
        ("imminent", {"checklist": {}}, "checklist"),
        ("imminent", {"checklist": {"plan": True, "call-them-all": True}}, "checklist"),
    ],
)
def test_what_is_missing_or_does_not_fit_is_named_and_nothing_is_done(team, evenings, kind, more, field):
    flag = case(team[0])
    with pytest.raises(BadChoice) as said:
        decisions.decide(team[0], flag.token, choice(kind, **more), version=flag.version)
    assert said.value.field == field
    assert not Decision.objects.exists()
    assert Flag.objects.get().version == flag.version


def test_the_database_refuses_to_edit_a_decision(team, evenings):
    made = decided(team[0], "hide")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Decision.objects.filter(pk=made.pk).update(words="other")
    team[0].delete()
    assert Decision.objects.get().by is None


def test_a_withdrawn_message_can_still_be_decided_on(team, evenings):
    ana, _, room = evenings
    flag = case(team[0])
    changes.do(Act(ana.pk, session_of(ana), room.slug, 1, changes.withdraw))
    decisions.decide(team[0], flag.token, choice("hide"), version=flag.version)
    assert Flag.objects.get().closed_at


@pytest.mark.django_db(transaction=True)
@pytest.mark.delivery
def test_two_decisions_at_once_are_one():
    amara, ana, room = make_member("amara", roles=("moderators",)), make_member("ana"), make_room("evenings")
    join(ana, room)
    post(ana, room, "a line")
    flag = case(amara)

    def decide(kind):
        try:
            return decisions.decide(amara, flag.token, choice(kind), version=flag.version)
        except Stale:
            return None

    made = [one for one in racing(decide, ["hide", "veil", "no-concern", "support"]) if one]
    assert len(made) == 1
    assert Decision.objects.count() == 1
    assert audit_check.check().troubles == []


# --- later, two keys ----------------------------------------------------------------------------


@pytest.mark.parametrize("hours", [1, 6, 24])
def test_a_follow_up_comes_back_to_the_queue(team, evenings, hours):
    decided(team[0], "support", follow_up_hours=hours)
    assert queue.take_next(team[1]) is None
    with later(hours=hours, minutes=1):
        assert queue.listed(team[1]).items[0].is_follow_up
        flag = queue.take_next(team[1])
        decisions.decide(team[1], flag.token, choice("no-concern"), version=flag.version)
    assert Flag.objects.get().closed_at


def test_serious_cases_come_back_unless_somebody_says_otherwise(team, evenings):
    flag = case(team[0], severity=Severity.HIGH)
    decisions.decide(team[0], flag.token, choice("support"), version=flag.version)
    assert Flag.objects.get().returns_at
    assert Flag.objects.get().closed_at is None


def test_a_new_report_brings_a_follow_up_back_at_once(team, evenings):
    decided(team[0], "support", follow_up_hours=24)
    reports.report(Message.objects.select_related("room").get(), by=evenings[1], door="worried")
    assert queue.take_next(team[1]) is not None


def test_what_is_escalated_is_for_leads(team, evenings):
    decided(team[0], "escalate")
    assert queue.take_next(team[0]) is None
    assert queue.take_next(team[1]).severity == Severity.HIGH


@pytest.mark.parametrize("kind", ["imminent", "suspend"])
def test_two_keys_are_needed_and_the_second_is_somebody_elses(team, evenings, kind):
    amara, theo = team
    flag = case(amara)
    with pytest.raises(decisions.NeedsTwo):
        decisions.decide(amara, flag.token, choice(kind), version=flag.version)
    proposal = decisions.propose(amara, flag.token, choice(kind), version=flag.version)
    assert not Decision.objects.exists()
    with pytest.raises(NotYours):
        decisions.confirm(amara, proposal.token)
    made = decisions.confirm(theo, proposal.token)
    assert (made.by, made.second) == (amara, theo)
    with pytest.raises(Stale):
        decisions.confirm(theo, proposal.token)
    assert Decision.objects.count() == 1


def test_s4_a_closed_account_cannot_sign_in_until_then(team, evenings):
    flag = case(team[0])
    proposal = decisions.propose(team[0], flag.token, choice("suspend"), version=flag.version)
    assert Member.objects.get(name="ana").may_sign_in()
    decisions.confirm(team[1], proposal.token)
    assert not Member.objects.get(name="ana").may_sign_in()


def test_a_long_pause_needs_two_keys(team, evenings):
    flag = case(team[0])
    with pytest.raises(decisions.NeedsTwo):
        decisions.decide(team[0], flag.token, choice("silence", until=in_hours(30)), version=flag.version)


def test_a_refused_proposal_does_nothing(team, evenings):
    flag = case(team[0])
    proposal = decisions.propose(team[0], flag.token, choice("suspend"), version=flag.version)
    decisions.refuse(team[1], proposal.token)
    with pytest.raises(Stale):
        decisions.confirm(team[1], proposal.token)
    assert Member.objects.get(name="ana").may_sign_in()


def test_the_emergency_procedure_begins_with_the_number_of_the_members_own_country(evenings):
    found = emergency.lines_for(evenings[0]).emergency
    assert found
    assert found.listed.content.country == "GB"
    assert emergency.lines_for(None).emergency is None


def test_a_choice_survives_being_stored():
    one = choice("silence", verdicts={"a": "idiom"})
    assert choices.read(one.stored()) == one


# --- another look -------------------------------------------------------------------------------


def test_m3_somebody_who_had_no_part_in_it_looks_again_and_takes_it_back(team, evenings):
    amara, theo = team
    ana, _, _ = evenings
    made = decided(amara, "hide")
    appeals.ask_again(ana, made.token, "It was a song")
    assert queue.take_next(amara) is None, "not whoever decided"
    flag = queue.take_next(theo)
    assert flag.kind == Flag.Kind.APPEAL
    assert appeals.words_of(flag.appeal) == "It was a song"
    appeals.answer(theo, flag.token, take_back=True, words="", version=flag.version)
    assert Message.objects.get().hidden_at is None
    said = appeals.statement_for(ana, made.token)
    assert (said.is_appealed, said.answer) == (True, "lifted")
    assert Notice.objects.filter(member=ana).count() == 2
    assert audit_check.check().troubles == []
    assert audit.entries(thing=made)[0].action == "appeal.lifted"


def test_m3_a_decision_that_stays_says_why(team, evenings):
    made = decided(team[0], "hide")
    appeals.ask_again(evenings[0], made.token)
    flag = queue.take_next(team[1])
    with pytest.raises(BadChoice):
        appeals.answer(team[1], flag.token, take_back=False, words=" ", version=flag.version)
    appeals.answer(team[1], flag.token, take_back=False, words="It names a street.", version=flag.version)
    assert appeals.statement_for(evenings[0], made.token).answer_words == "It names a street."
    assert Message.objects.get().hidden_at


def test_m3_another_look_can_be_asked_for_during_six_months_and_once(team, evenings):
    made = decided(team[0], "hide")
    with later(days=184), pytest.raises(appeals.TooLate):
        appeals.ask_again(evenings[0], made.token)
    with later(days=182):
        appeals.ask_again(evenings[0], made.token)
        with pytest.raises(appeals.Answered):
            appeals.ask_again(evenings[0], made.token)
    assert Appeal.objects.count() == 1


def test_a4_nobody_appeals_for_another_or_against_what_is_no_restriction(team, evenings):
    ana, ben, _ = evenings
    with pytest.raises(NotYours):
        appeals.ask_again(ben, decided(team[0], "hide").token)
    with pytest.raises(NotYours):
        appeals.ask_again(ana, decided(team[0], "support").token)
    with pytest.raises(NotYours):
        appeals.ask_again(ana, "no-such-token")


def test_taking_one_pause_back_leaves_another(team, evenings):
    ana, _, _ = evenings
    short = decided(team[0], "silence", until=in_hours(2))
    long = decided(team[0], "silence", until=in_hours(5))
    appeals.ask_again(ana, long.token)
    flag = queue.take_next(team[1])
    appeals.answer(team[1], flag.token, take_back=True, words="", version=flag.version)
    ana.refresh_from_db()
    assert ana.silenced_until == short.until
    appeals.ask_again(ana, short.token)
    flag = queue.take_next(team[1])
    appeals.answer(team[1], flag.token, take_back=True, words="", version=flag.version)
    ana.refresh_from_db()
    assert not ana.is_silenced()


def test_an_appeal_is_no_concern_and_is_not_decided_like_one(team, evenings):
    made = decided(team[0], "hide")
    appeals.ask_again(evenings[0], made.token)
    flag = queue.take_next(team[1])
    with pytest.raises(BadChoice):
        decisions.decide(team[1], flag.token, choice("hide"), version=flag.version)


def test_the_members_own_words_of_an_appeal_are_sealed(team, evenings):
    made = decided(team[0], "hide")
    appeals.ask_again(evenings[0], made.token, "nightjar")
    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM moderation_appeal")
        assert "nightjar" not in cursor.fetchone()[0]
