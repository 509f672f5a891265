"""The team's numbers: exact medians, few where there are few, nobody in them; and the public page of whole months."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from community.models import AuditEntry
from moderation.detector import Severity
from moderation.models import Decision, Flag, FlagEvent, PublicMonth, Shift
from moderation.services import numbers, numbers_public, scorecards
from moderation.views.charts import duration, share_words
from tests.factories import make_member
from tests.moderation.console import at_console, page

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BANDS = (Severity.IMMINENT, Severity.HIGH, Severity.MODERATE)


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOW, tick=False):
        yield


def case(
    seconds: float | None = None, *, severity: int = 4, ago: timedelta = timedelta(days=2), says: str = "words"
) -> Flag:
    opened = timezone.now() - ago
    flag = Flag.objects.create(
        severity=severity, opened_at=opened, due_at=opened, closed_at=opened + timedelta(hours=1), category="suicide"
    )
    FlagEvent.objects.create(flag=flag, kind="opened", at=opened, says=says)
    if seconds is not None:
        FlagEvent.objects.create(flag=flag, kind="taken", at=opened + timedelta(seconds=seconds))
        FlagEvent.objects.create(flag=flag, kind="taken", at=opened + timedelta(seconds=seconds + 500))
    return flag


def test_the_first_look_counts_and_what_nobody_looked_at_is_not_in_the_median():
    waits = [7, 60, 100, 101, 250, 251, 300, 900, 1000, 1001, 5000]
    for one in waits:
        case(one)
    case(None)
    came = numbers.came(7)
    assert came.looks[4].median == median(waits)
    assert came.looks[4].p90 == 1001
    assert (came.looks[3].median, came.looks[3].is_few) == (None, False)


def test_of_fewer_than_ten_there_is_no_median_and_no_cell_of_the_week():
    for _ in range(9):
        case(60)
    came = numbers.came(7)
    assert (came.looks[4].median, came.looks[4].is_few) == (None, True)
    assert came.week[0] == {}
    case(120)
    came = numbers.came(7)
    assert came.looks[4].median == 60
    assert list(came.week[4].values()) == [60]
    assert came.week[3] == {}


def test_a_clock_that_was_put_back_makes_no_negative_wait():
    for _ in range(10):
        case(-4000)
    assert numbers.came(7).looks[4].median == 0


def test_hours_that_two_share_are_staffed_once():
    ada, theo = make_member(), make_member()
    at = timezone.now() - timedelta(hours=10)
    hour = timedelta(hours=1)
    Shift.objects.create(member=ada, began_at=at, ends_at=at + 3 * hour, ended_at=at + 2 * hour)
    Shift.objects.create(member=theo, began_at=at + hour, ends_at=at + 4 * hour, ended_at=at + 3 * hour)
    Shift.objects.create(member=ada, began_at=at + 9 * hour, ends_at=at + 20 * hour)
    assert numbers.staffed(at, timezone.now()) == pytest.approx(0.4)
    assert numbers.staffed(at + timedelta(minutes=30), at + 2 * hour) == 1.0


def test_a_share_of_appeals_is_told_from_ten_on_and_as_a_bound_where_few_were_taken_back():
    since = timezone.now() - timedelta(days=7)
    for number in range(9):
        Decision.objects.create(kind="lifted" if number < 3 else "upheld", at=timezone.now() - timedelta(days=1))
    assert numbers.overturned(since) is None
    Decision.objects.create(kind="upheld", at=timezone.now() - timedelta(days=1))
    found = numbers.overturned(since)
    assert (found.low, found.high) == (0, 100)
    assert share_words(None) == "few"


@pytest.mark.parametrize(
    ("seconds", "words"), [(8, "8 s"), (100, "1 min 40 s"), (660, "11 min"), (7500, "2 h 5 min"), (None, "few")]
)
def test_times_are_words(seconds, words):
    assert duration(seconds) == words


# --- the page -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("roles", "status"),
    [
        (("moderators",), 200),
        (("leads",), 200),
        (("admins",), 200),
        (("hosts",), 404),
        (("curators", "reviewers"), 404),
    ],
)
def test_the_numbers_are_for_moderators_leads_and_admins(roles, status):
    for name in ("moderation:numbers",):
        assert at_console(make_member(roles=roles)).get(reverse(name)).status_code == status


def test_the_page_says_few_names_nobody_and_has_a_table_for_each_chart():
    theo = make_member("theodora", roles=("moderators",))
    for number in range(12):
        flag = case(60 + number)
        Decision.objects.create(flag=flag, by=theo, kind="no-concern", verdicts={"en.passive-wish.4361@1": "idiom"})
    case(60, says="worried")
    said = page(at_console(make_member(roles=("leads",))).get(reverse("moderation:numbers") + "?days=30"))
    main = said[said.index("<main") :]
    assert "theodora" not in main
    assert "1 min 5 s" in main
    assert "few" in main
    assert main.count("<table") == main.count("As a table") >= 5
    assert "style=" not in main


@pytest.mark.parametrize("asked", ["?days=x", "?days=7&band=99", "?days=90&band=3", "?days=-1"])
def test_whatever_is_asked_for_there_is_a_page(asked):
    assert at_console(make_member(roles=("moderators",))).get(reverse("moderation:numbers") + asked).status_code == 200


def test_the_page_costs_the_same_for_many_cases():
    client = at_console(make_member(roles=("moderators",)))
    client.get(reverse("moderation:numbers"))
    counts = []
    for _ in range(2):
        for _ in range(15):
            Decision.objects.create(flag=case(60), kind="support", verdicts={"en.passive-wish.4361@1": "real-risk"})
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("moderation:numbers"))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 50
    assert scorecards.by_rule()[0].decided == 30


def test_verdicts_are_taken_out_by_admins_alone_and_it_is_written_down():
    assert at_console(make_member(roles=("leads",))).post(reverse("moderation:verdicts")).status_code == 404
    answer = at_console(make_member(roles=("admins",))).post(reverse("moderation:verdicts"))
    assert answer["Content-Disposition"].startswith("attachment")
    assert AuditEntry.objects.filter(action="verdicts.exported").count() == 1


# --- everybody ------------------------------------------------------------------------------------


def months(at: datetime = NOW) -> Any:
    with time_machine.travel(at, tick=False):
        numbers_public.make()
    return PublicMonth.objects.order_by("month")


def test_a_month_is_told_once_it_is_over_and_stays_as_it_was_written():
    for _ in range(24):
        case(400, severity=3, ago=timedelta(days=35))
    assert [str(one.month) for one in months()] == ["2026-10-01"]
    row = PublicMonth.objects.get()
    assert row.figures["minutes"] == {"4": None, "3": 7, "2": None}
    assert row.figures["kinds"] == {"words": 20}
    Flag.objects.all().delete()
    assert months().get().figures == row.figures
    assert not months(NOW + timedelta(days=12)).filter(month="2026-11-01").exists(), "its last days may wait for a look"


def test_small_numbers_are_not_in_what_everybody_reads_nor_in_the_row():
    for _ in range(19):
        case(400, severity=3, ago=timedelta(days=35))
    for _ in range(4):
        case(400, ago=timedelta(days=35), says="asked")
    figures = months().get().figures
    assert set(figures["minutes"].values()) == {None}
    assert figures["kinds"] == {"words": 20, "asked": None}
    said = page(Client().get(reverse("moderation:public-numbers")))
    assert "October 2026" in said
    assert "too few to say" in said
    assert "o'clock" not in said


def test_a_site_without_cases_says_so_and_a_clock_put_back_invents_nothing():
    assert not months()
    assert "There are no figures yet" in page(Client().get(reverse("moderation:public-numbers")))
    case(60, ago=timedelta(days=3))
    assert not months()
    assert not months(NOW - timedelta(days=400))


def test_the_public_page_asks_the_database_at_most_once_in_a_while():
    client = Client()
    cache.clear()
    client.get(reverse("moderation:public-numbers"))
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("moderation:public-numbers"))
    assert not [one for one in queries if "publicmonth" in one["sql"].lower()]
