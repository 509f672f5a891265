"""Curation by its services: work lists, coverage, reports, the order two curators agree on, evidence that travels."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from community.models import HelpOrder, Resource, ResourceRevision
from community.refusals import NotYours
from community.resource_content import Channel, Content
from community.services import curation, help_orders, resources
from community.services.resources import Evidence, Overtaken, OwnWords, ReasonNeeded
from tests.factories import make_entry, make_member, report_entry

pytestmark = pytest.mark.django_db
LINE = Content("Evening line", "helpline", "GB", channels=(Channel("phone", "116 123"),), is_severe_path=True)


@pytest.fixture
def ana():
    return make_member("ana", roles=("curators",))


@pytest.fixture
def ben():
    return make_member("ben", roles=("curators",))


def names(tab, country=""):
    return [one.name for one in curation.work(tab, country)]


def published(name, by, second, **fields):
    """An entry that went the whole way."""
    content = Content(**{"name": name, "kind": "helpline", "country": "GB", "channels": (Channel("phone", "116 123"),),
                         "is_severe_path": True, **fields})  # fmt: skip
    draft = resources.draft(content, by=by)
    return resources.approve(resources.submit(draft, by=by), by=second)


# --- Work lists ----------------------------------------------------------------------------------


def test_what_is_overdue_comes_oldest_first_and_lines_for_people_in_danger_before_all(ana):
    today = timezone.localdate()
    for name, days, severe in (
        ("old page", 90, False),
        ("older page", 200, False),
        ("line", 1, True),
        ("fresh", -5, False),
    ):
        one = make_entry(name.replace(" ", "-"), is_severe_path=severe)
        Resource.objects.filter(pk=one.pk).update(
            name=name, review_due=today - timedelta(days=days), verified_at=timezone.now()
        )
    assert names("check") == ["line", "older page", "old page"]


def test_each_tab_holds_what_its_name_says(ana, ben):
    waiting = resources.submit(resources.draft(LINE, by=ana), by=ana).resource
    make_entry("only-a-draft", published=False)
    reported, broken, away = make_entry("reported"), make_entry("broken"), make_entry("away")
    report_entry(reported)
    broken.links.create(url="https://example.org/", failures=3)
    make_entry("shaky").links.create(url="https://example.org/", failures=2)
    resources.withdraw(away, by=ana, reason="wrong number")
    assert names("second") == [waiting.name]
    assert names("drafts") == ["only-a-draft"]
    assert names("reported") == ["reported"]
    assert names("broken") == ["broken"]
    assert names("away") == ["away"]
    assert "away" not in names("check")
    assert len(names("all")) == 6
    assert curation.counts() == {"check": 3, "reported": 1, "broken": 1, "second": 1, "drafts": 1, "away": 1, "all": 6}


def test_a_country_shows_its_own_work_only():
    make_entry("here", country="GB")
    make_entry("there", country="IE")
    assert names("all", "IE") == ["there"]
    assert curation.counts("IE")["all"] == 1
    assert curation.countries() == [("IE", "Ireland"), ("GB", "United Kingdom")]


# --- Coverage ----------------------------------------------------------------------------------------


def test_countries_where_members_have_nobody_come_first_and_few_are_not_counted_out(ana, ben):
    for number in range(6):
        make_member(f"gb{number}", country="GB")
    for number in range(4):
        make_member(f"ie{number}", country="IE")
    resources.verify(published("Line", ana, ben), by=ana, how="called")
    first, second = curation.coverage()
    assert (first.country, first.members, first.is_bare, first.published) == ("IE", None, True, 0)
    assert (second.country, second.members, second.verified, second.share, second.is_bare) == ("GB", 6, 1, 100, False)


def test_a_line_whose_check_is_overdue_covers_nobody(ana, ben):
    make_member("cleo", country="GB")
    one = published("Line", ana, ben)
    resources.verify(one, by=ana, how="called")
    Resource.objects.update(review_due=timezone.localdate() - timedelta(days=1))
    [covered] = curation.coverage()
    assert (covered.is_bare, covered.overdue) == (True, 1)


def test_members_who_left_or_were_not_here_for_long_need_no_cover():
    long_ago = timezone.now() - timedelta(days=400)
    make_member("gone", country="GB", is_active=False)
    make_member("away", country="IE", joined_at=long_ago, last_login=long_ago)
    assert curation.coverage() == []


# --- What members said ----------------------------------------------------------------------------------


def test_a_report_is_closed_once_with_what_was_found(ana, ben):
    one = make_entry("line")
    report = report_entry(one)
    with pytest.raises(ReasonNeeded):
        curation.close_report(one, report.pk, by=ana, outcome="  ")
    curation.close_report(one, report.pk, by=ana, outcome="They answer again")
    with pytest.raises(Overtaken):
        curation.close_report(one, report.pk, by=ben, outcome="Me too")
    report.refresh_from_db()
    assert (report.closed_by, report.outcome) == (ana, "They answer again")
    assert not names("reported")


def test_a_report_is_closed_at_its_own_entry_by_curators_only(ana):
    report = report_entry(make_entry("one"))
    with pytest.raises(NotYours):
        curation.close_report(make_entry("other"), report.pk, by=ana, outcome="found")
    with pytest.raises(NotYours):
        curation.close_report(report.resource, report.pk, by=make_member(roles=("moderators",)), outcome="found")


# --- Evidence -----------------------------------------------------------------------------------------------


def test_what_the_author_checked_counts_once_another_has_read_it(ana, ben):
    day = timezone.localdate() - timedelta(days=3)
    draft = resources.draft(LINE, by=ana, evidence=Evidence("called them", day, "https://example.org/hours"))
    waiting = resources.submit(draft, by=ana)
    assert waiting.resource.verified_at is None
    one = resources.approve(waiting, by=ben)
    assert (one.verified_by, one.verified_how, one.evidence_url) == (ana, "called them", "https://example.org/hours")
    assert timezone.localdate(one.verified_at) == day
    assert one.review_due == day + timedelta(days=30)


def test_without_evidence_a_new_text_does_not_pass_for_checked(ana, ben):
    one = published("Line", ana, ben)
    assert one.verified_at is None
    assert one in curation.work("check")


# --- Order ---------------------------------------------------------------------------------------------------


@pytest.fixture
def three(ana, ben):
    return [published(name, ana, ben) for name in ("A line", "B line", "C line")]


def keys(level="now"):
    return [one.name[0] for one in help_orders.listing("GB", level).entries]


def test_an_order_is_in_force_when_a_second_curator_agrees(ana, ben, three):
    a, b, c = (one.pk for one in three)
    proposed = help_orders.propose("GB", "now", [c, a, b], by=ana)
    assert keys() == ["A", "B", "C"], "not yet"
    with pytest.raises(OwnWords):
        help_orders.agree(proposed, by=ana)
    help_orders.agree(proposed, by=ben)
    assert keys() == ["C", "A", "B"]
    with pytest.raises(Overtaken):
        help_orders.agree(proposed, by=ben)


def test_an_agreed_order_replaces_the_one_before_and_keeps_it(ana, ben, three):
    a, b, c = (one.pk for one in three)
    help_orders.agree(help_orders.propose("GB", "now", [c, a, b], by=ana), by=ben)
    help_orders.agree(help_orders.propose("GB", "now", [b, c, a], by=ben), by=ana)
    assert keys() == ["B", "C", "A"]
    assert list(HelpOrder.objects.order_by("pk").values_list("state", flat=True)) == ["past", "in force"]


def test_one_order_waits_at_a_time_and_its_author_may_replace_it(ana, ben, three):
    a, b, c = (one.pk for one in three)
    help_orders.propose("GB", "now", [c, a, b], by=ana)
    again = help_orders.propose("GB", "now", [b, a, c], by=ana)
    assert help_orders.listing("GB", "now").proposed == again
    with pytest.raises(Overtaken):
        help_orders.propose("GB", "now", [a, b, c], by=ben)
    help_orders.decline(again, by=ben)
    assert help_orders.listing("GB", "now").proposed is None


def test_an_order_names_every_line_of_the_list_once(ana, three):
    a, b, c = (one.pk for one in three)
    for wrong in ([a, b], [a, b, c, c], [a, b, c, 10**9], []):
        with pytest.raises(Overtaken):
            help_orders.propose("GB", "now", wrong, by=ana)


def test_a_line_that_came_later_stands_at_the_end(ana, ben, three):
    a, b, c = (one.pk for one in three)
    help_orders.agree(help_orders.propose("GB", "now", [c, a, b], by=ana), by=ben)
    published("0 new line", ana, ben)
    resources.withdraw(three[0], by=ana, reason="gone")
    assert keys() == ["C", "B", "0"]


@pytest.mark.parametrize(("country", "level"), [("XX", "now"), ("GB", "never"), ("", "now"), ("gb", "now")])
def test_a_list_that_does_not_exist_is_not_here(country, level):
    with pytest.raises(NotYours):
        help_orders.listing(country, level)


def test_what_is_missing_for_people_in_danger_is_said(ana, ben):
    assert len(help_orders.warnings("GB")) == 3
    published("Line", ana, ben, channels=(Channel("phone", "116 123"), Channel("text", "85258")))
    assert help_orders.warnings("GB") == ["No emergency number."]
    published("Emergency", ana, ben, kind="emergency")
    assert help_orders.warnings("GB") == []


def test_the_lists_ask_the_same_number_of_times_for_many(ana, client):
    def asked():
        with CaptureQueriesContext(connection) as found:
            curation.counts()
            list(curation.work("check").select_related("published")[:50])
            curation.coverage()
            help_orders.listing("GB", "now")
        return len(found.captured_queries)

    make_entry()
    few = asked()
    for number in range(30):
        make_entry(f"line-{number}", is_severe_path=True)
    assert asked() == few


def test_a_text_turned_down_by_its_own_author_is_taken_back(ana):
    waiting = resources.submit(resources.draft(LINE, by=ana), by=ana)
    taken = resources.decline(waiting, by=ana, note="found a mistake")
    assert (taken.state, taken.read_by) == (ResourceRevision.DECLINED, None)
