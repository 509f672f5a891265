"""The question a day after: asked once, quietly, answered by anything or nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from community.models import Notice, Push
from community.refusals import NotYours
from moderation.models import SupportAfter, SupportOffer
from moderation.services import support, support_after
from tests.factories import join, make_member, make_room, post

pytestmark = pytest.mark.django_db
DANGER = "I don't want to be here tonight"


@pytest.fixture
def ana():
    return make_member("ana", country="GB")


@pytest.fixture
def offer(ana):
    """What ana was offered a moment ago."""
    room = make_room("evenings")
    join(ana, room)
    post(ana, room, DANGER)
    return SupportOffer.objects.get()


def later(**how):
    return time_machine.travel(timezone.now() + timedelta(**how), tick=False)


def test_it_is_asked_the_next_day_and_never_twice(ana, offer):
    assert support_after.ask() == 0
    with later(hours=21):
        assert support_after.ask() == 1
        assert support_after.ask() == 0
    with later(hours=40):
        assert support_after.ask() == 0
    notice = Notice.objects.get()
    assert (notice.member, notice.kind, notice.path) == (ana, "support-after", f"/support/{offer.token}/after/")
    assert not Push.objects.exists()


def test_several_offers_of_a_day_are_one_question(ana, offer):
    room = offer.message.room
    for _ in range(3):
        post(ana, room, DANGER)
    SupportOffer.objects.update(level="now")
    with later(hours=21):
        assert support_after.ask() == 1
    with later(hours=30):
        assert support_after.ask() == 0


def test_who_met_only_a_line_or_said_it_was_not_meant_is_not_asked(ana, offer):
    support.answer(ana, offer.token, "not-meant")
    with later(hours=21):
        assert support_after.ask() == 0
    SupportOffer.objects.update(state="open", level="soft")
    with later(hours=21):
        assert support_after.ask() == 0


def test_after_three_days_it_is_too_late_to_ask(offer):
    with later(hours=73):
        assert support_after.ask() == 0


@pytest.fixture
def asked(offer):
    """An offer about which the question is open."""
    with later(hours=21):
        support_after.ask()
    return offer


def test_the_first_answer_stays_and_the_notice_goes(ana, asked):
    assert support_after.answer(ana, asked.token, helped="a-little", in_the_way="calling") is True
    assert support_after.answer(ana, asked.token, helped="no") is False
    row = SupportAfter.objects.get()
    assert (row.helped, row.in_the_way) == ("a-little", "calling")
    assert Notice.objects.get().seen_at is not None


def test_m4_nobody_else_can_read_or_answer_it(asked):
    ben = make_member("ben")
    with pytest.raises(NotYours):
        support_after.question_for(ben, asked.token)
    with pytest.raises(NotYours):
        support_after.answer(ben, asked.token, helped="yes")
    client = Client()
    client.force_login(ben)
    for address in (f"/support/{asked.token}/", f"/support/{asked.token}/?piece", f"/support/{asked.token}/after/"):
        assert client.get(address).status_code == 404
        assert client.post(address, {"answer": "not-now"}).status_code == 404


def test_to_whom_calling_is_hard_lines_to_write_to_come_first(ana, asked):
    assert support.lines_for(ana).lines[0].channel.way == "phone"
    support_after.answer(ana, asked.token, in_the_way="calling")
    assert support.lines_for(ana).lines[0].channel.way == "text"


@pytest.mark.parametrize(
    ("said", "thanks"),
    [({"helped": "yes", "in_the_way": "trust"}, "Thank you."), ({"helped": ""}, "We won't ask again.")],
)
def test_the_page_asks_once_and_takes_no_answer_for_one(ana, asked, said, thanks):
    client = Client()
    client.force_login(ana)
    page = f"/support/{asked.token}/after/"
    assert "Did it help?" in client.get(page).content.decode()
    assert thanks in client.post(page, said, follow=True).content.decode()
    assert "Did it help?" not in client.get(page).content.decode()
    assert client.post(page, {"helped": "no"}).status_code == 302
    assert SupportAfter.objects.get().helped == said["helped"]


def test_an_answer_that_is_none_of_these_is_refused(ana, asked):
    client = Client()
    client.force_login(ana)
    assert client.post(f"/support/{asked.token}/after/", {"helped": "x" * 50}).status_code == 400
    assert SupportAfter.objects.get().answered_at is None


def test_answers_are_forgotten_after_half_a_year(ana, asked):
    support_after.answer(ana, asked.token, helped="yes")
    with later(days=182):
        assert support_after.forget_old() == 1
        assert support_after.ask() == 0
