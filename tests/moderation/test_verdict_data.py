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
def twelve() -> list[Any]:
    """Twelve members who agreed to research; each of them wrote what the detector found."""
    room = make_room("evenings")
    people = [make_member(f"anastasia{number}") for number in range(12)]
    for one in people:
        join(one, room)
        consent.give(one, {"research"})
        post(one, room, DANGER)
    return people


def judged(people: list[Any], **more: Any) -> None:
    """A decision about each of them, with the same verdict."""
    for one in people:
        said = {"kind": "support", "verdicts": {RULE: "real-risk"}, "words": "plover", **more}
        flag = Flag.objects.filter(member=one).order_by("pk").last()
        Decision.objects.create(**{"flag": flag, "member": one, **said})


ALLOWED = {"rule", "rule_version", "lists", "severity", "score", "category", "verdict", "language", "week", "times"}


@pytest.mark.django_db
def test_what_is_taken_out_counts_rules_and_figures_and_holds_no_word_name_or_key(twelve):
    judged(twelve)
    out = StringIO()
    call_command("export_verdicts", stdout=out, stderr=StringIO())
    (one,) = [json.loads(line) for line in out.getvalue().splitlines()]
    week = timezone.now().isocalendar()
    assert set(one) == ALLOWED
    assert (one["rule"], one["rule_version"]) == (RULE.partition("@")[0], "1")
    assert (one["language"], one["severity"], one["category"], one["times"]) == ("en", 2, "suicide", 12)
    assert one["verdict"] in VERDICTS
    assert one["week"] == f"{week.year}-W{week.week:02}"
    assert round(one["score"], 1) == one["score"]
    assert one["lists"].startswith("en1")
    for word in ("nightjar", "heron", "tonight", "plover", "anastasia", "evenings", Flag.objects.earliest("pk").token):
        assert word not in out.getvalue()
    assert AuditEntry.objects.filter(action="verdicts.exported").exists()


@pytest.mark.django_db
def test_only_of_members_who_agreed_to_research_as_it_stands_now(twelve):
    judged(twelve)
    for one in twelve[:2]:
        consent.withdraw(one, "research")
    assert [one.times for one in verdict_data.export().rows] == [10]
    consent.withdraw(twelve[2], "research")
    Consent.objects.create(member=twelve[2], kind="research", version="2020-01", text_hash="0")
    assert not verdict_data.export().rows, "what was agreed to in other words is not agreed to"
    consent.give(twelve[2], {"research"})
    assert [one.times for one in verdict_data.export().rows] == [10]


@pytest.mark.django_db
def test_a_line_is_about_ten_members_however_often_one_of_them_was_judged(twelve):
    for _ in range(12):
        judged(twelve[:1], flag=None)
    assert verdict_data.export() == verdict_data.Export([], 12)


@pytest.mark.django_db
def test_conversations_are_in_it_only_as_figures(twelve):
    post(twelve[0], talk(twelve[0], twelve[1]), DANGER)
    judged(twelve)
    (one,) = verdict_data.export().rows
    assert set(one.stored()) == ALLOWED
    assert (one.severity, one.times) == (2, 12)


@pytest.mark.django_db
def test_what_is_rare_is_made_coarser_and_what_is_left_alone_goes(twelve):
    judged(twelve[:9], verdicts={"es.seldom.0001@1": "idiom"}, flag=None, at=timezone.now() - timedelta(days=60))
    judged(twelve[:1], verdicts={"pt.alone.0001@1": "wrong"}, flag=None)
    found = verdict_data.export()
    assert (found.rows, found.left_out) == ([], 10)
    judged(twelve[9:], verdicts={"es.seldom.0002@1": "idiom"}, flag=None)
    (one,) = verdict_data.export().rows
    assert (one.rule, one.rule_version, one.week, one.language, one.times) == ("es.seldom", "", "any", "es", 12)


@pytest.mark.django_db
def test_where_few_have_a_language_neither_it_nor_the_rule_is_named(twelve):
    for language, some in (("es", twelve[:6]), ("pt", twelve[6:])):
        judged(some, verdicts={f"{language}.seldom.0001@1": "idiom"}, flag=None)
    assert {(one.rule, one.rule_version, one.language) for one in verdict_data.export().rows} == {("other", "", "any")}
