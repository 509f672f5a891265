"""The pages of the queue: what waits, without a word of it; taking, giving back; shut to everybody else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chat.models import Message
from community.models import AuditEntry
from moderation.detector import Severity
from moderation.models import Flag
from moderation.services import flags, queue
from tests.factories import join, make_member, make_room, post, session_of
from tests.moderation.console import at_console, page, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def amara():
    return make_member("amara", roles=("moderators",))


@pytest.fixture
def theo():
    return make_member("theo", roles=("moderators",))


@pytest.fixture
def evenings():
    """Ana wrote some lines in a room."""
    ana, room = make_member("ana"), make_room("evenings")
    join(ana, room)
    say(ana, room, 6)
    return ana, room


def say(member, room, number):
    key = session_of(member)
    for n in range(number):
        post(member, room, f"secret line {n}", session_key=key)


def raised(seq=1, severity=Severity.MODERATE, source="unkind"):
    return flags.raise_about(Message.objects.get(seq=seq), flags.Cause(severity, source, "distress"))


def test_the_queue_shows_place_time_and_holder_and_never_a_word_or_a_name(evenings, amara, theo):
    queue.take(theo, raised(1, Severity.IMMINENT).token)
    raised(2, Severity.HIGH)
    late = raised(3)
    Flag.objects.filter(pk=late.pk).update(
        opened_at=timezone.now() - timedelta(hours=5), due_at=timezone.now() - timedelta(minutes=62)
    )
    shown = page(at_console(amara).get(url("queue")))
    assert "Evenings" in shown
    assert "<bdi>theo</bdi> has it" in shown
    assert "Late by 1 h" in shown
    assert "secret line" not in shown
    assert "<bdi>ana</bdi>" not in shown


def test_half_of_the_time_is_said_in_words(evenings, amara):
    flag = raised(1)
    Flag.objects.filter(pk=flag.pk).update(
        opened_at=timezone.now() - timedelta(hours=3), due_at=timezone.now() + timedelta(hours=1)
    )
    assert "half its time is over" in page(at_console(amara).get(url("queue")))


def test_the_next_one_is_taken_and_opened_and_given_back(evenings, amara):
    flag = raised(1)
    client = at_console(amara)
    answer = client.post(url("take-next"))
    assert answer.url == url("case", flag)
    assert "secret line 0" in page(client.get(answer.url))
    assert client.post(url("release", flag)).url == url("queue")
    assert Flag.objects.get().holder is None


def test_taking_when_nothing_is_free_says_so(evenings, amara):
    client = at_console(amara)
    assert client.post(url("take-next")).url == url("queue")
    assert "Nothing free is waiting" in page(client.get(url("queue")))


def test_words_stay_hidden_from_whoever_has_not_taken_it(evenings, amara, theo):
    flag = raised(1)
    shown = page(at_console(amara).get(url("case", flag)))
    assert "secret line" not in shown
    assert "Nobody has this" in shown
    queue.take(theo, flag.token)
    shown = page(at_console(amara).get(url("case", flag)))
    assert "secret line" not in shown
    assert "<bdi>theo</bdi> has it" in shown
    assert not AuditEntry.objects.filter(action="flag.read").exists()


def test_whoever_takes_second_reads_who_was_quicker(evenings, amara, theo):
    flag = raised(1)
    queue.take(theo, flag.token)
    answer = at_console(amara).post(url("take", flag))
    assert answer.status_code == 409
    assert "theo took it at" in page(answer)


def test_everything_goes_back_at_once(evenings, amara):
    for seq in (1, 2):
        queue.take(amara, raised(seq).token)
    client = at_console(amara)
    shown = page(client.get(url("queue")))
    assert "You hold 2" in shown
    client.post(url("release-all"))
    assert queue.held_by(amara) == []


def test_the_page_holds_what_a_script_exchanges(evenings, amara):
    shown = page(at_console(amara).get(url("queue")))
    live = shown[shown.index('<section id="queue-live"') : shown.index("</section>", shown.index('id="queue-live"'))]
    assert '<ol id="queue"' in live
    assert "Take next" in live


def test_the_page_says_how_many_severe_ones_it_was_made_with(evenings, amara):
    for seq, severity in enumerate((Severity.MODERATE, Severity.HIGH, Severity.IMMINENT), 1):
        raised(seq, severity)
    assert 'data-severe="2"' in page(at_console(amara).get(url("queue")))


def test_members_find_nothing_and_moderators_without_a_code_are_asked_for_it(evenings, amara):
    flag = raised(1)
    member, without = Client(), Client()
    member.force_login(evenings[0])
    without.force_login(amara)
    for name, about in (("queue", None), ("case", flag)):
        assert member.get(url(name, about)).status_code == 404
        assert without.get(url(name, about)).status_code == 403
    for name in ("take", "renew", "release", "note", "second", "key", "decide", "answer"):
        assert member.post(url(name, flag)).status_code == 404
        assert without.post(url(name, flag)).status_code == 403
    assert Flag.objects.get().holder is None


def test_sixty_open_ones_cost_as_many_queries_as_five(evenings, amara):
    client = at_console(amara)
    client.get(url("queue"))
    counts = []
    for number in (5, 60):
        _make_lines(evenings, number)
        with CaptureQueriesContext(connection) as asked:
            assert client.get(url("queue")).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def _make_lines(evenings, number):
    ana, room = evenings
    say(ana, room, number - Message.objects.count() if number > Message.objects.count() else 0)
    for message in Message.objects.order_by("seq")[:number]:
        flags.raise_about(message, flags.Cause(Severity.MODERATE, "unkind"))
