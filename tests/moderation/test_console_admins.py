"""What admins set, and what leads read: due times, who is called, and the audit trail."""

from __future__ import annotations

import csv
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chat.models import Message
from community import append_only
from community.models import AuditEntry, Member
from community.services import audit
from moderation.models import OnCall, ResponseTimes
from moderation.services import decisions, flags, queue
from moderation.services.choices import Choice
from moderation.views import trail
from tests.factories import join, make_member, make_room, post
from tests.moderation.console import at_console, page, url

pytestmark = pytest.mark.django_db
TIMES = {"what": "times", "imminent": "3", "high": "10", "moderate": "120", "next_page": "5", "reply": "20"}


@pytest.fixture
def ada():
    return make_member("ada", roles=("admins",))


def test_admins_set_the_due_times(ada):
    client = at_console(ada)
    assert 'value="5"' in page(client.get(url("times")))
    assert client.post(url("times"), TIMES).status_code == 302
    row = ResponseTimes.objects.get()
    assert (row.imminent_seconds, row.high_seconds, row.moderate_seconds) == (180, 600, 7200)
    assert AuditEntry.objects.filter(action="times.set").exists()


@pytest.mark.parametrize(
    "wrong", [{"high": ""}, {"imminent": "0"}, {"imminent": "soon"}, {"high": "2"}, {"moderate": "99999999"}]
)
def test_times_that_make_no_sense_are_said_beside_the_field(ada, wrong):
    answer = at_console(ada).post(url("times"), {**TIMES, **wrong})
    assert answer.status_code == 400
    assert 'class="form-error"' in page(answer)
    assert not ResponseTimes.objects.exists()


def test_admins_set_who_is_called_in_which_order(ada):
    amara, theo, joon = (make_member(name, roles=("moderators",)) for name in ("amara", "theo", "joon"))
    client = at_console(ada)
    said = {"what": "people", f"place-{theo.pk}": "1", f"place-{amara.pk}": "2", f"place-{joon.pk}": ""}
    assert client.post(url("times"), said).status_code == 302
    assert [one.member for one in OnCall.objects.all()] == [theo, amara]
    shown = page(client.get(url("times")))
    assert shown.index(">theo<") < shown.index(">amara<") < shown.index(">joon<")
    again = client.post(url("times"), {**said, f"place-{joon.pk}": "2"})
    assert again.status_code == 400
    assert OnCall.objects.count() == 2


def test_moderators_set_no_times(ada):
    client = at_console(make_member(roles=("moderators", "leads")))
    assert client.post(url("times"), TIMES).status_code == 404
    assert not ResponseTimes.objects.exists()


def test_the_trail_says_who_did_what_and_when_and_that_it_was_looked_at(ada):
    amara, ana = make_member("amara", roles=("moderators",)), make_member("ana")
    audit.record(amara, "flag.decided-hide", "flag:7", about=ana, reason="unkind")
    shown = page(at_console(ada).get(url("audit")))
    assert "<bdi>amara</bdi>" in shown
    assert "decided: Taken down" in shown
    assert "<bdi>ana</bdi>" in shown
    assert "It was unkind to someone" in shown
    assert "read the audit trail" in shown
    assert "These entries are as they were written." in shown


def test_the_trail_is_paged(ada):
    for number in range(60):
        audit.record(ada, "flag.taken", f"flag:{number}")
    client = at_console(ada)
    first = page(client.get(url("audit")))
    assert "flag:59<" in first
    assert "flag:5<" not in first
    earlier = first[first.index("?before=") + 8 :].split('"')[0]
    second = page(client.get(url("audit"), {"before": earlier}))
    assert "flag:5<" in second
    assert "These entries are as they were written." in second
    for nonsense in ("x'", "²", "\0", "9" * 40):
        assert client.get(url("audit"), {"before": nonsense}).status_code == 200


def test_an_entry_that_was_changed_is_noticed_on_its_page_and_by_the_whole_check(ada):
    for number in range(3):
        audit.record(ada, "flag.taken", f"flag:{number}")
    append_only.lift(connection)
    try:
        AuditEntry.objects.filter(number=2).update(action="flag.read")
    finally:
        append_only.guard(connection)
    client = at_console(ada)
    assert "Something here is not as it was written" in page(client.get(url("audit")))
    assert "Entry 2 is not as it was written" in page(client.post(url("audit")))


def test_a_whole_trail_is_said_to_be_whole(ada):
    audit.record(ada, "flag.taken", "flag:1")
    assert "Whole: 2 entries." in page(at_console(ada).post(url("audit")))


@pytest.fixture
def filled(ada):
    """Four entries by two people and the software, on three days."""
    amara, ana = make_member("amara", roles=("moderators",)), make_member("ana")
    for days, by, action, thing in (
        (3, amara, "flag.taken", "flag:1"),
        (2, amara, "flag.decided-hide", "flag:1"),
        (2, ada, "role.given", "role:hosts"),
        (1, None, "flag.paged", "flag:2"),
    ):
        with time_machine.travel(timezone.now() - timedelta(days=days), tick=False):
            audit.record(by, action, thing, about=ana, reason="unkind")
    return ada


def day(ago):
    return (timezone.localdate() - timedelta(days=ago)).isoformat()


CHOSEN = [
    ({"who": "Amara"}, {1, 2}),
    ({"who": "The software"}, {4}),
    ({"who": "ana"}, set()),
    ({"who": "nobody-here"}, set()),
    ({"what": "flag.decided-"}, {2}),
    ({"what": "role.given"}, {3}),
    ({"thing": "flag:1"}, {1, 2}),
    ({"since": day(2), "until": day(1)}, {2, 3, 4}),
    ({"until": day(3)}, {1}),
    ({"who": "amara", "what": "flag.taken", "since": day(2)}, set()),
]


@pytest.mark.parametrize(("asked", "numbers"), CHOSEN)
def test_the_trail_is_narrowed_by_who_what_when_and_which_item(filled, asked, numbers):
    answer = at_console(filled).get(url("audit"), asked)
    assert {row["one"].number for row in answer.context["rows"]} == numbers
    assert ("Nothing for these choices." in page(answer)) == (not numbers)
    assert ("These entries are as they were written." in page(answer)) == bool(numbers)
    assert AuditEntry.objects.latest("number").action == "audit.read"


@pytest.mark.parametrize(("asked", "numbers"), CHOSEN)
def test_an_export_leaves_an_entry_first_and_holds_what_was_asked_for(filled, asked, numbers):
    answer = at_console(filled).post(url("audit-export"), asked)
    last = AuditEntry.objects.latest("number")
    assert (last.action, last.number) == ("audit.exported", 5)
    assert "amara" not in last.reason.lower(), "no names in the trail"
    lines = list(csv.DictReader(StringIO(page(answer).removeprefix("\ufeff"))))
    assert [int(line["entry"]) for line in lines] == sorted(numbers)
    assert answer["Content-Disposition"].startswith('attachment; filename="audit-')


def test_an_export_has_names_sentences_and_codes_no_words_and_nothing_a_spreadsheet_runs(filled):
    ana = make_member("wren")
    message_of(ana, "planted: heron")
    Member.objects.filter(name="amara").update(name="=1+1")
    text = page(at_console(filled).post(url("audit-export")))
    lines = list(csv.DictReader(StringIO(text.removeprefix("\ufeff"))))
    assert "heron" not in text
    assert lines[1]["who"] == "'=1+1"
    assert {name: lines[1][name] for name in ("what", "about", "why", "item", "action")} == {
        "what": "decided: Taken down",
        "about": "ana",
        "why": "It was unkind to someone",
        "item": "flag:1",
        "action": "flag.decided-hide",
    }
    assert lines[-1]["what"] == "took entries of the audit trail out, as a file"


def message_of(member, words):
    """A message about which there is a decision."""
    room, amara = make_room(), make_member("theo", roles=("moderators",))
    join(member, room)
    post(member, room, words)
    flag = queue.take(amara, flags.raise_about(Message.objects.get(), flags.Cause(2, "unkind")).token)
    decisions.decide(amara, flag.token, Choice("support", words="planted: wren"), version=flag.version)


def test_too_much_for_one_file_is_said_and_nonsense_is_said_beside_its_field(filled, monkeypatch):
    monkeypatch.setattr(trail, "MOST_IN_A_FILE", 2)
    client = at_console(filled)
    assert "text/csv" in client.post(url("audit-export"), {"who": "amara"})["Content-Type"]
    answer = client.post(url("audit-export"), follow=True)
    assert "That is more than 2 entries. Choose fewer days." in page(answer)
    for nonsense in (
        {"since": "yesterday"},
        {"until": "9999-12-31"},
        {"what": "x"},
        {"who": "\0"},
        {"thing": "'; drop"},
    ):
        answer = client.get(url("audit"), nonsense)
        assert answer.status_code == 400
        assert "Check this:" in page(answer)


def test_a_narrowed_page_notices_an_entry_that_was_changed_and_one_that_is_gone(filled):
    client = at_console(filled)
    append_only.lift(connection)
    AuditEntry.objects.filter(number=1).delete()
    append_only.guard(connection)
    assert "Something here is not as it was written" in page(client.get(url("audit"), {"what": "flag.decided-"}))
    assert "These entries are as they were written." in page(client.get(url("audit"), {"what": "role.given"}))


def test_a_page_of_the_trail_costs_as_much_with_sixty_entries_as_with_five(ada):
    client, counts = at_console(ada), []
    client.get(url("audit"))
    for number in (5, 60):
        for n in range(number):
            audit.record(make_member() if n < 3 else ada, "flag.taken", f"flag:{n}")
        with CaptureQueriesContext(connection) as asked:
            client.get(url("audit"))
        counts.append(len(asked))
    assert counts[0] == counts[1]
