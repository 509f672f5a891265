"""What admins set, and what leads read: due times, who is called, and the audit trail."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from community import append_only
from community.models import AuditEntry
from community.services import audit
from moderation.models import OnCall, ResponseTimes
from tests.factories import make_member
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
