"""The site's own thresholds: alarms per 1,000, one step at most, never what is imminent, two people where it matters."""

from __future__ import annotations

from collections import Counter
from datetime import UTC
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community.models import AuditEntry
from community.refusals import NotYours
from moderation import detector
from moderation.detector import Category, Finding, Reason, Severity, Span
from moderation.models import Decision, Flag, ScoreDay, Screening, SupportOffer, Thresholds
from moderation.services import calibration, foresight, screening, thresholds
from moderation.services.calibration import LOWER, RAISE, Cut, after, bin_of, cut_for, edge_of, level_after
from tests.factories import join, make_member, make_room, post
from tests.moderation.console import at_console, page

DANGER = "I can't go on like this"
calm = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
bins = st.dictionaries(st.integers(-20, 20), st.integers(1, 60), max_size=8)
tables = st.dictionaries(st.sampled_from([0, 1, 2, 3, 4]), bins, min_size=1)


@calm
@given(st.floats(0, 1))
def test_a_score_lies_in_its_bin(score):
    number = bin_of(score)
    assert edge_of(number) <= score + 1e-9
    assert calibration.LOWEST <= number <= calibration.HIGHEST


@calm
@given(tables, st.sampled_from(["low", "moderate", "high"]), st.floats(0.05, 900))
def test_a_cut_brings_the_alarms_that_were_asked_for_or_as_near_as_one_step_comes(table, level, wanted):
    cut = cut_for(level, wanted, table)
    cuts = {level: cut} if cut else {}
    at = calibration.LEVELS[level]
    whole = sum(sum(one.values()) for one in table.values())
    above = lambda counted: 1000 * sum(n for severity, n in counted.items() if severity >= at) / max(1, whole)  # noqa: E731
    was, became = above(after(table, {})), above(after(table, cuts))
    assert not cut or (became < was) == (cut.direction == LOWER)
    assert abs(became - wanted) <= abs(was - wanted) + 1e-6
    if cut and cut.direction == RAISE:
        assert became <= wanted + 1e-6


@calm
@given(
    st.integers(0, 4),
    st.floats(0, 1),
    st.floats(0, 1),
    st.sampled_from([LOWER, RAISE]),
    st.sampled_from(["low", "moderate", "high"]),
)
def test_nothing_moves_by_more_than_a_step_and_what_is_imminent_stays(level, score, edge, direction, name):
    after_it = level_after(level, score, {name: Cut(direction, edge)})
    assert abs(after_it - level) <= 1
    assert level < Severity.IMMINENT or after_it == level
    assert level >= Severity.HIGH or after_it <= Severity.HIGH


# --- what is read ---------------------------------------------------------------------------------


def in_force(**cuts: tuple[str, float]) -> None:
    Thresholds.objects.filter(state="in-force").update(state="replaced")
    stored = {name: {"direction": one[0], "score": one[1]} for name, one in cuts.items()}
    Thresholds.objects.create(state="in-force", cuts=stored, wanted={"moderate": 1})
    thresholds.forget()


@pytest.fixture
def evenings() -> Any:
    ana, room = make_member("ana"), make_room("evenings")
    join(ana, room)
    return ana, room


@pytest.mark.django_db
def test_without_a_row_everything_is_as_shipped(evenings):
    finding = detector.screen(DANGER)
    assert thresholds.applied(finding, number=0, length=len(DANGER)) is finding
    post(*evenings, DANGER)
    row = Screening.objects.get()
    assert (row.severity, row.detected) == (2, None)


@pytest.mark.django_db
def test_a_threshold_lowers_what_was_found_and_the_reading_says_so(evenings):
    in_force(moderate=(LOWER, 0.99))
    post(*evenings, DANGER)
    row = Screening.objects.get()
    assert (row.severity, row.detected) == (1, 2)
    assert not Flag.objects.exists()
    assert not SupportOffer.objects.exists()
    why = screening.unpacked(row)["reasons"][-1]
    assert (why["rule"].partition("@")[0], why["change"]) == ("site.threshold", [2, 1])


@pytest.mark.django_db
def test_a_threshold_raises_what_was_found_and_its_case_says_why(evenings):
    in_force(high=(RAISE, 0.005))
    post(*evenings, DANGER)
    flag = Flag.objects.get()
    assert flag.severity == Severity.HIGH
    client = at_console(make_member(roles=("moderators",)))
    client.post(reverse("moderation:take", args=[flag.token]))
    assert "the site's threshold raised it" in page(client.get(reverse("moderation:case", args=[flag.token]))).replace(
        "&#x27;", "'"
    )


KEPT = [
    Finding(Severity.MODERATE, 0.001, Category.SUICIDE, details=(Span(0, 0, 3),)),
    Finding(Severity.MODERATE, 0.001, Category.ENCOURAGEMENT, (Category.ENCOURAGEMENT,)),
    Finding(Severity.IMMINENT, 0.001, Category.SUICIDE),
    Finding(Severity.MODERATE, 0.001, Category.SUICIDE, reasons=(
        Reason("sign", "en.a.1@1", "", Span(0, 0, 3), before=Severity.IMMINENT, after=Severity.MODERATE),)),
]  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("finding", KEPT, ids=["details", "urging", "imminent", "an imminent sign that was lowered"])
def test_what_others_must_not_read_and_what_is_imminent_is_never_silenced(finding):
    in_force(low=(LOWER, 1.0), moderate=(LOWER, 1.0), high=(LOWER, 1.0))
    assert thresholds.applied(finding, number=0, length=3) is finding
    lowered = Finding(Severity.MODERATE, 0.001, Category.SUICIDE)
    assert thresholds.applied(lowered, number=0, length=3).severity == Severity.LOW


@pytest.mark.django_db
def test_the_row_is_read_at_most_every_two_seconds(monkeypatch):
    clock = [100.0]
    monkeypatch.setattr(thresholds.time, "monotonic", lambda: clock[0])
    thresholds.forget()
    with CaptureQueriesContext(connection) as queries:
        for _ in range(50):
            thresholds.in_force()
    assert len(queries) == 1
    Thresholds.objects.create(state="in-force", cuts={"moderate": {"direction": LOWER, "score": 0.5}})
    assert not thresholds.in_force().cuts, "as another process stored it"
    clock[0] += 2.1
    assert thresholds.in_force().cuts


# --- setting them ---------------------------------------------------------------------------------


def month(**levels: dict[int, int]) -> None:
    """Readings of a day: level to bin to how many."""
    counts = {name[1:]: {str(number): count for number, count in some.items()} for name, some in levels.items()}
    readings = sum(sum(one.values()) for one in counts.values())
    ScoreDay.objects.create(day=timezone.now().astimezone(UTC).date(), readings=readings, counts=counts)


def confirmed(evenings: Any) -> Flag:
    """A case that was found by words, and that a moderator called a real risk."""
    post(*evenings, DANGER)
    flag = Flag.objects.get()
    Decision.objects.create(flag=flag, kind="support", verdicts={"en.passive-wish.4361@1": "real-risk"})
    return flag


@pytest.mark.django_db
def test_what_it_would_have_meant_is_worked_out_from_scores_and_confirmed_cases(evenings):
    confirmed(evenings)
    month(_0={-20: 900}, _1={-8: 80}, _2={-6: 10, 4: 8}, _3={8: 2})
    seen = foresight.Foresight()
    now, cuts = seen.shipped(), seen.cuts({"moderate": 10})
    later = seen.with_cuts(cuts)
    assert (now.rates["moderate"], later.rates["moderate"]) == (20.0, 10.0)
    assert (now.a_day, later.a_day) == (20.0, 10.0)
    assert later.minutes_a_day == 10 * foresight.USUAL_MINUTES
    assert (now.confirmed, now.missed, later.missed) == (1, 0, 1)


@pytest.mark.django_db
def test_a_confirmed_case_that_members_told_about_too_would_not_have_been_missed(evenings):
    from moderation.models import Report

    flag = confirmed(evenings)
    Report.objects.create(flag=flag, message=flag.message, door="worried")
    month(_0={-20: 982}, _2={-6: 10, 4: 8})
    seen = foresight.Foresight()
    assert seen.with_cuts(seen.cuts({"moderate": 5})).missed == 0


@pytest.mark.django_db
def test_one_person_sets_what_misses_nothing_and_two_what_would_have(evenings):
    ada, theo = make_member(roles=("admins",)), make_member(roles=("leads",))
    first = thresholds.set_to(ada, {"low": 10}, {"low": Cut(LOWER, 0.1)}, meant={"missed": 0, "later": 0})
    assert thresholds.in_force().number == first.pk
    cuts = {"moderate": Cut(LOWER, 0.9)}
    with pytest.raises(thresholds.Unreasoned):
        thresholds.set_to(ada, {"moderate": 1}, cuts, meant={"missed": 2})
    made = thresholds.set_to(ada, {"moderate": 1}, cuts, meant={"missed": 2}, why="Too many songs")
    assert thresholds.now_set() == first
    with pytest.raises(NotYours):
        thresholds.confirm(ada, made.token)
    thresholds.confirm(theo, made.token)
    assert thresholds.now_set() == made
    with pytest.raises(thresholds.Decided):
        thresholds.confirm(theo, made.token)
    thresholds.as_shipped(theo)
    thresholds.forget()
    assert not thresholds.in_force().cuts
    said = Counter(AuditEntry.objects.filter(action__startswith="thresholds.").values_list("action", flat=True))
    assert said == {"thresholds.set": 2, "thresholds.proposed": 1, "thresholds.confirmed": 1}


@pytest.mark.django_db
def test_a_proposal_can_be_refused_and_taken_back_and_moderators_set_nothing():
    ada, theo = make_member(roles=("admins",)), make_member(roles=("leads",))
    for who in (ada, theo):
        made = thresholds.set_to(ada, {"high": 1}, {"high": Cut(LOWER, 0.9)}, meant={"later": 1}, why="Because")
        thresholds.refuse(who, made.token)
        assert thresholds.waiting() is None
    with pytest.raises(NotYours):
        thresholds.as_shipped(make_member(roles=("moderators",)))


@pytest.mark.django_db
def test_the_page_counts_first_then_sets_or_proposes(evenings):
    confirmed(evenings)
    lead, admin = at_console(make_member(roles=("leads",))), at_console(make_member(roles=("admins",)))
    address = reverse("moderation:thresholds")
    assert "are needed to say anything" in page(lead.get(address))
    month(_0={-20: 900}, _1={-8: 80}, _2={-6: 10, 4: 8}, _3={8: 2})
    counted = page(lead.post(address, {"what": "count", "moderate": "10"}))
    assert "1 of 1" in counted
    assert "It takes two people" in counted
    assert lead.post(address, {"what": "set", "moderate": "10"}).status_code == 400
    assert lead.post(address, {"what": "set", "moderate": "10", "why": "Songs"}).status_code == 302
    token = Thresholds.objects.get(state="waiting").token
    assert lead.post(address, {"what": "confirm", "token": token}).status_code == 404
    assert "Songs" in page(admin.get(address))
    admin.post(address, {"what": "confirm", "token": token})
    assert Thresholds.objects.get(state="in-force").wanted == {"moderate": 10.0}
    assert lead.post(address, {"what": "count", "moderate": "1", "high": "5"}).status_code == 400
    admin.post(address, {"what": "shipped"})
    assert Thresholds.objects.get(state="in-force").cuts == {}
