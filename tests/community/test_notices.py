"""Notices: one row per cause and member, counted, seen, told after commit, and without anybody's words."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from community import notice_words
from community.models import Notice
from community.services import notices
from community.signals import notices_moved
from tests.factories import make_member

pytestmark = pytest.mark.django_db
SAID = {"kind": "room", "subject": "Evenings", "path": "/rooms/evenings/"}


@pytest.fixture
def ana():
    return make_member("ana")


@pytest.fixture
def inside(ana):
    client = Client()
    client.force_login(ana)
    return client


@pytest.fixture
def told():
    """The member ids that were told of, in order."""
    heard = []

    def hear(sender, member_ids, **_):
        heard.append(member_ids)

    notices_moved.connect(hear)
    yield heard
    notices_moved.disconnect(hear)


def test_the_same_cause_makes_one_row_and_counts(ana):
    ben = make_member("ben")
    notices.notify([ana.pk, ben.pk], key="room:1", **SAID)
    notices.notify([ana.pk], key="room:1", times=2, **SAID)
    notices.notify([ana.pk], key="room:2", **SAID)
    assert list(Notice.objects.filter(member=ana).order_by("pk").values_list("key", "count")) == [
        ("room:1", 3),
        ("room:2", 1),
    ]
    assert Notice.objects.get(member=ben).count == 1
    assert notices.new_counts([ana.pk, ben.pk]) == {ana.pk: 2, ben.pk: 1}


def test_a_cause_that_was_seen_is_new_again_and_counted_anew(ana):
    notices.notify([ana.pk], key="room:1", times=5, **SAID)
    assert notices.seen(ana, "room:1")
    assert not notices.seen(ana.pk, "room:1"), "it was not new any more"
    assert notices.new_count(ana) == 0
    notices.notify([ana.pk], key="room:1", **SAID)
    assert (Notice.objects.get().count, Notice.objects.get().seen_at) == (1, None)


def test_nothing_is_told_of_a_transaction_that_never_commits(ana, told, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        notices.notify([ana.pk], key="room:1", **SAID)
        transaction.set_rollback(True)
    assert not Notice.objects.exists()
    assert told == []


def test_coming_and_being_seen_are_told_after_commit(ana, told, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        notices.notify([ana.pk], key="room:1", **SAID)
        assert told == []
    with django_capture_on_commit_callbacks(execute=True):
        notices.seen_all(ana)
        notices.seen_all(ana)
    assert told == [[ana.pk], [ana.pk]], "nothing changed the third time"


def test_nobody_marks_the_notices_of_another(inside, ana):
    ben = make_member("ben")
    notices.notify([ben.pk], key="room:1", **SAID)
    theirs = Notice.objects.get()
    assert inside.post(reverse("notifications-seen"), {"notice": theirs.pk}).status_code == 204
    inside.post(reverse("notifications-seen"))
    assert Notice.objects.get().seen_at is None


def test_the_page_lists_the_newest_first_by_day_and_says_what_is_new_in_words(inside, ana):
    now = timezone.now()
    notices.notify(
        [ana.pk], kind="mention", key="mention:1", subject="<b>Grief", path="/rooms/grief/", at=now - timedelta(days=3)
    )
    notices.seen(ana, "mention:1")
    notices.notify([ana.pk], key="room:1", times=3, at=now, **SAID)
    page = inside.get(reverse("notifications")).content.decode()
    assert page.index("3 new messages in <bdi>Evenings</bdi>") < page.index(
        "Someone named you in <bdi>&lt;b&gt;Grief</bdi>"
    )
    assert page.count('<span class="tag tag-tide">new</span>') == 1
    assert "Mark all as seen" in page


def test_an_empty_page_is_all_right(inside):
    page = inside.get(reverse("notifications")).content.decode()
    assert "Nothing new. That&#x27;s all right." in page or "Nothing new. That's all right." in page
    assert "Mark all as seen" not in page


def test_marking_all_as_seen_leaves_what_came_after_the_page(inside, ana):
    notices.notify([ana.pk], key="room:1", **SAID)
    up_to = inside.get(reverse("notifications")).context["up_to"]
    notices.notify([ana.pk], key="room:2", **SAID)
    inside.post(reverse("notifications-seen"), {"up_to": up_to})
    assert list(Notice.objects.filter(seen_at=None).values_list("key", flat=True)) == ["room:2"]
    inside.post(reverse("notifications-seen"), {"up_to": "nonsense"})
    assert notices.new_count(ana) == 0


def test_opening_one_marks_one(inside, ana):
    for number in (1, 2):
        notices.notify([ana.pk], key=f"room:{number}", **SAID)
    inside.post(reverse("notifications-seen"), {"notice": Notice.objects.get(key="room:1").pk})
    assert list(Notice.objects.filter(seen_at=None).values_list("key", flat=True)) == ["room:2"]
    assert inside.post(reverse("notifications-seen"), {"notice": "9" * 40}).status_code == 204


def test_w1_reading_the_page_marks_nothing(inside, ana):
    notices.notify([ana.pk], key="room:1", **SAID)
    inside.get(reverse("notifications"))
    inside.get(reverse("today"))
    assert notices.new_count(ana) == 1


def test_the_bell_and_the_line_on_today_carry_the_number(inside, ana):
    for number in range(12):
        notices.notify([ana.pk], key=f"room:{number}", **SAID)
    page = inside.get(reverse("today")).content.decode()
    assert page.count("data-notices") == 2
    assert page.count("<span data-count>9+</span>") >= 2


def test_every_kind_has_a_sentence_and_an_unknown_one_a_neutral_one():
    for kind in notice_words.kinds():
        said = notice_words.of(kind, 2, "Wren")
        assert said != notice_words.of("no-such-kind", 2, "Wren")
        assert ("<bdi>Wren</bdi>" in said) == (kind not in notice_words.NAMELESS)
    assert notice_words.of("no-such-kind", 1, "Wren") == "Something new for you"
    assert notice_words.of("room", 1, "{n} <i>") == "A new message in <bdi>{n} &lt;i&gt;</bdi>"


def test_old_notices_are_forgotten(ana):
    notices.notify([ana.pk], key="seen", **SAID)
    notices.seen(ana, "seen")
    notices.notify([ana.pk], key="new", **SAID)
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        assert notices.forget_old() == 1
    with time_machine.travel(timezone.now() + timedelta(days=91), tick=False):
        assert notices.forget_old() == 1
