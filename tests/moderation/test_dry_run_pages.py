"""Dry runs on their pages: figures with the change in words, and messages that are shown only after it is written down."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from chat.models import Message, Room
from community import fieldcrypt
from community.models import AuditEntry, StaffLook
from community.services import apart, audit
from moderation.models import DryRun, DryRunChange, Flag
from moderation.services import flags, phrase_samples
from moderation.views import dry_run_shown
from tests.factories import join, make_member, make_room, post, talk
from tests.moderation.console import at_console, page
from tests.moderation.phrases import make_draft, make_run

pytestmark = pytest.mark.django_db
WORDS = "A long evening, <i>again</i>"
COUNTS = {
    "now": {"flags": 412, "band": 57, "acted": 171, "no_concern": 241},
    "draft": {"flags": 389, "band": 60, "acted": 169, "no_concern": 220},
    "gained": {"distress": 11}, "lost": {"suicide": 34}, "levels": {"2-0": 34, "0-2": 11},
    "days": {"2026-11-20": 3, "2026-11-26": 9}, "lists": {"tired": 12}, "missed": 2,
}  # fmt: skip


@pytest.fixture
def theo():
    return make_member("theo", roles=("moderators", "leads"))


@pytest.fixture
def ana():
    return make_member("ana")


@pytest.fixture
def said(ana):
    """What Ana said in a room."""
    room = make_room("evenings")
    join(ana, room)
    post(ana, room, WORDS)
    return Message.objects.get()


@pytest.fixture
def run(theo, said):
    return make_run(make_draft(theo), said)


def url(name: str, run: DryRun, *more: object) -> str:
    return reverse(f"moderation:{name}", args=[run.token, *more])


def test_figures_come_as_a_table_with_changes_in_words_and_a_plot_with_its_table(theo, run):
    DryRun.objects.update(counts=COUNTS)
    shown = page(at_console(theo).get(url("dry-run", run)))
    for words in ("23 fewer", "3 more", "2 that mattered would have been missed", "21 fewer", "Would be missed (34)"):
        assert words in shown
    assert shown.count("<rect") == 30
    assert shown.count('<th scope="row">') >= 30
    assert "style=" not in shown


def test_no_number_of_its_own_is_taken_for_how_many_wait_in_the_queue(theo, run):
    client, release = at_console(theo), reverse("moderation:phrase-list", args=["en.intent"])
    for address in (url("dry-run", run), release):
        assert '<span class="sr"> waiting</span>' not in page(client.get(address))


def test_a_run_that_goes_on_says_how_long_and_can_be_left_and_stopped(theo, run):
    DryRun.objects.update(
        state=DryRun.State.RUNNING, total=4000, read=2000, asked_at=timezone.now() - timedelta(seconds=20)
    )
    client = at_console(theo)
    shown = page(client.get(url("dry-run", run)))
    assert "Counting, about 20 s" in shown
    assert "Refresh" in shown
    state = client.get(url("dry-run-state", run)).json()
    assert (state["counting"], state["read"], state["total"]) == (True, 2000, 4000)
    assert client.post(url("dry-run-stop", run)).status_code == 302
    assert "Stopped." in page(client.get(url("dry-run", run)))


@pytest.mark.parametrize(("now", "draft", "words"), [(5, 5, "as many"), (1230, 0, "1,230 fewer"), (0, 2, "2 more")])
def test_a_change_is_said_in_words(now, draft, words):
    assert dry_run_shown.fewer(now, draft) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(None, "not known yet"), (9, "9 s"), (130, "2 min 10 s"), (7260, "2 h 1 min")]
)
def test_a_time_is_said_in_words(seconds, words):
    assert dry_run_shown.lasts(seconds) == words


def test_a6_a_message_that_was_no_concern_is_shown_after_a_reason_that_is_written_down_first(theo, ana, run):
    client, address = at_console(theo), url("dry-run-sample", run, "new", 1)
    covered = page(client.get(address))
    assert "covered until you ask" in covered
    assert "long evening" not in covered
    refused = client.post(address)
    assert refused.status_code == 400
    assert "long evening" not in page(refused)
    assert client.post(address, {"reason": "curious"}).status_code == 400
    assert not AuditEntry.objects.filter(action="phrases.sample-read").exists()
    shown = page(client.post(address, {"reason": "phrase-misreads"}))
    assert "A long evening, &lt;i&gt;again" in shown
    entry = AuditEntry.objects.get(action="phrases.sample-read")
    assert entry.reason == "phrase-misreads"
    assert StaffLook.objects.get().member == ana
    client.post(address, {"reason": "phrase-misreads"})
    assert AuditEntry.objects.filter(action="phrases.sample-read").count() == 2, "each look is one"


def test_a6_nothing_is_shown_where_it_could_not_be_written_down(theo, run, settings):
    audit.record(theo, "phrases.noted")
    settings.FIELD_KEYS = "9:another-key-that-the-trail-does-not-know"
    with pytest.raises(fieldcrypt.NotReadable):
        phrase_samples.look(theo, run, "new", 1, reason="phrase-misreads")
    assert not StaffLook.objects.exists()


def test_what_was_a_concern_is_shown_without_a_reason(theo, run, said):
    flags.raise_about(said, flags.Cause(2, "words"))
    client, address = at_console(theo), url("dry-run-sample", run, "new", 1)
    assert "<select" not in page(client.get(address))
    assert "A long evening" in page(client.post(address))
    assert AuditEntry.objects.get(action="phrases.sample-read").reason == "was-a-concern"


def test_what_a_moderator_acted_on_comes_first(theo, run, said, ana):
    post(ana, said.room, "And another")
    other = Message.objects.exclude(pk=said.pk).get()
    DryRunChange.objects.create(run=run, message=other, was=3, becomes=0, mattered=True)
    DryRunChange.objects.filter(message=said).update(was=2, becomes=0)
    assert phrase_samples.sample(theo, run, "missed", 1).change.message == other
    assert phrase_samples.counts(run) == {"missed": 2, "new": 0}


def test_the_words_of_a_conversation_are_never_shown(theo, run):
    room = talk(make_member("fern"), make_member("otis"), "Between us")
    message = Message.objects.filter(room=room).latest("pk")
    assert message.room.kind == Room.Kind.CONVERSATION
    flags.raise_about(message, flags.Cause(3, "words"))
    DryRunChange.objects.update(message=message)
    client, address = at_console(theo), url("dry-run-sample", run, "new", 1)
    shown = page(client.get(address))
    assert "never shown here" in shown
    assert "fern" not in shown
    assert client.post(address, {"reason": "phrase-misreads"}).status_code == 403
    assert not AuditEntry.objects.filter(action="phrases.sample-read").exists()


def test_admins_who_work_on_no_cases_and_people_kept_apart_read_none(theo, ana, run):
    address = url("dry-run-sample", run, "new", 1)
    admin = at_console(make_member(roles=("admins",)))
    assert "Moderators and leads can read it" in page(admin.get(address))
    assert admin.post(address, {"reason": "phrase-misreads"}).status_code == 403
    apart.keep_apart(theo, ana, by=make_member(roles=("moderators",)), reason="asked for")
    assert at_console(theo).post(address, {"reason": "phrase-misreads"}).status_code == 403
    assert not Flag.objects.exists()


@pytest.mark.parametrize(("way", "number"), [("new", 0), ("new", 2), ("missed", 1), ("other", 1), ("new", 10**9)])
def test_a_message_that_is_not_among_them_is_not_here(theo, run, way, number):
    assert at_console(theo).get(url("dry-run-sample", run, way, number)).status_code == 404


def test_a_run_that_was_given_up_says_so_and_is_begun_again_by_a_press():
    ada = make_member("ada", roles=("admins",))
    run = make_run(make_draft(ada), state=DryRun.State.FAILED, days=7)
    client = at_console(ada)
    shown = page(client.get(reverse("moderation:dry-run", args=[run.token])))
    assert "It broke off three times and was given up." in shown
    answer = client.post(reverse("moderation:dry-run-ask", args=[run.version.token]), {"days": "7"})
    again = DryRun.objects.latest("pk")
    assert (again.state, again.days) == (DryRun.State.WAITING, 7)
    assert answer.url == reverse("moderation:dry-run", args=[again.token])
