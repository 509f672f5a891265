"""Every decision carries a verdict; taken out, they hold figures and rules, of those who agreed, and nobody's words."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from community.models import AuditEntry, Consent
from community.services import consent
from moderation.console_words import VERDICTS
from moderation.forms_console import About, DecisionForm
from moderation.models import Decision, Flag
from moderation.services import choices, verdict_data
from moderation.views.acts import ACTS
from tests.factories import join, make_member, make_room, post, talk

RULE = "en.passive-wish.4361@1"
DANGER = "nightjar: I don't want to be here tonight, heron"


def form(kind: str, rules: dict[str, str], **sent: str) -> DecisionForm:
    made = DecisionForm({"kind": kind, **sent}, kind=kind, about=About(rules))
    made.is_valid()
    return made


@pytest.mark.parametrize("kind", [one[0] for one in ACTS])
@pytest.mark.parametrize("rules", [{RULE: "wishes not to exist"}, {}], ids=["by words", "by a report"])
def test_each_deciding_kind_carries_a_verdict_that_can_be_changed(kind, rules):
    plain, chosen = form(kind, rules), form(kind, rules, verdict="idiom")
    key = RULE if rules else choices.CASE
    if kind in choices.WITHOUT_VERDICT:
        assert "verdict" not in plain.fields
        assert plain.choice().verdicts == {}
        return
    usual = choices.usual_verdict(kind, has_rules=bool(rules))
    assert plain.fields["verdict"].initial == usual
    assert chosen.choice().verdicts == {key: "idiom"}
    if usual:
        assert plain.choice().verdicts == {key: usual}
        assert ("", "Choose") not in plain.fields["verdict"].choices
    else:
        assert (kind, bool(rules)) == ("no-concern", True), "what nobody can guess is asked"


# --- taken out --------------------------------------------------------------------------------------


@pytest.fixture
def evenings() -> Any:
    ana, room = make_member("anastasia"), make_room("evenings")
    join(ana, room)
    consent.give(ana, {"research"})
    post(ana, room, DANGER)
    return ana, room


def judged(member: Any, count: int = 12, **more: Any) -> None:
    flag = Flag.objects.first()
    for number in range(count):
        one = (
            flag
            if not number
            else Flag.objects.create(
                message=flag.message, member=member, severity=2, due_at=timezone.now(), closed_at=timezone.now()
            )
        )
        Decision.objects.create(
            **{
                "flag": one,
                "member": member,
                "kind": "support",
                "verdicts": {RULE: "real-risk"},
                "words": "plover",
                **more,
            }
        )


ALLOWED = {"rule", "rule_version", "lists", "severity", "score", "category", "verdict", "language", "week"}


@pytest.mark.django_db
def test_what_is_taken_out_holds_rules_and_figures_and_no_word_name_or_key(evenings):
    ana, _room = evenings
    judged(ana)
    out = StringIO()
    call_command("export_verdicts", stdout=out, stderr=StringIO())
    lines = [json.loads(one) for one in out.getvalue().splitlines()]
    assert len(lines) == 12
    week = timezone.now().isocalendar()
    for one in lines:
        assert set(one) == ALLOWED
        assert one["rule"] == RULE.partition("@")[0]
        assert (one["rule_version"], one["language"], one["severity"], one["category"]) == ("1", "en", 2, "suicide")
        assert one["verdict"] in VERDICTS
        assert one["week"] == f"{week.year}-W{week.week:02}"
        assert 0 < one["score"] < 1
        assert round(one["score"], 2) == one["score"]
        assert one["lists"].startswith("en1")
    for word in ("nightjar", "heron", "tonight", "plover", "anastasia", "evenings", Flag.objects.earliest("pk").token):
        assert word not in out.getvalue()
    assert AuditEntry.objects.filter(action="verdicts.exported").exists()


@pytest.mark.django_db
def test_only_of_members_who_agreed_to_research_as_it_stands_now(evenings):
    ana, _room = evenings
    judged(ana)
    consent.withdraw(ana, "research")
    assert verdict_data.export() == verdict_data.Export([], 0)
    Consent.objects.create(member=ana, kind="research", version="2020-01", text_hash="0")
    assert not verdict_data.export().rows, "what was agreed to in other words is not agreed to"
    consent.give(ana, {"research"})
    assert len(verdict_data.export().rows) == 12


@pytest.mark.django_db
def test_conversations_are_in_it_only_as_figures():
    ana, ben = make_member("anastasia"), make_member("ben")
    consent.give(ana, {"research"})
    post(ana, talk(ana, ben), DANGER)
    judged(ana)
    (first, *_others) = verdict_data.export().rows
    assert set(first.stored()) == ALLOWED
    assert first.severity == 2


@pytest.mark.django_db
def test_small_groups_are_made_coarser_and_what_is_left_alone_goes(evenings):
    ana, _room = evenings
    judged(ana, 11)
    judged(ana, 2, at=timezone.now() - timedelta(days=30), flag=None)
    judged(ana, 1, verdicts={"es.seldom.0001@1": "idiom"}, flag=None)
    found = verdict_data.export()
    assert len(found.rows) == 11
    assert found.left_out == 3
    judged(ana, 9, verdicts={"es.seldom.0002@1": "idiom"}, flag=None, at=timezone.now() - timedelta(days=60))
    rows = [one for one in verdict_data.export().rows if one.language == "es"]
    assert {(one.rule, one.week) for one in rows} == {("es.seldom", "any")}
    assert len(rows) == 10


@pytest.mark.django_db
def test_where_few_rows_have_a_language_neither_it_nor_the_rule_is_named(evenings):
    ana, _room = evenings
    for language in ("es", "pt"):
        judged(ana, 6, verdicts={f"{language}.seldom.0001@1": "idiom"}, flag=None)
    assert {(one.rule, one.rule_version, one.language) for one in verdict_data.export().rows} == {("other", "", "any")}


@pytest.mark.django_db
def test_a_rule_that_few_judged_is_named_by_its_list(evenings):
    ana, _room = evenings
    for number in range(12):
        judged(ana, 1, verdicts={f"en.passive-wish.{number:04}@1": "idiom"}, flag=None)
    assert {one.rule for one in verdict_data.export().rows} == {"en.passive-wish"}
