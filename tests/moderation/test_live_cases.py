"""A concern from a live chat: told, taken, read, decided, and what of it outlives the chat's own days."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from chat.models import Membership, Message, Pause
from chat.services import host_lists, live_emptying, live_places
from chat.services.checks import PausedHere
from moderation.models import AtDesk, Flag, Report
from moderation.services import appeals, cases, decisions, desk, guarding, queue, reports, retention
from moderation.services.choices import Choice
from tests.chat.conftest import in_db
from tests.factories import make_live_chat, make_member, post, session_of
from tests.moderation import console

pytestmark = pytest.mark.django_db
LINES, REPORTED = 40, 20


@pytest.fixture
def told():
    """A live chat in which Ana said forty lines, and Ben told the moderators about one of them."""
    chat, ana, ben = make_live_chat(), make_member("ana"), make_member("ben")
    for member in (ana, ben):
        live_places.enter(member, chat)
    key = session_of(ana)
    for number in range(1, LINES + 1):
        post(ana, chat.room, f"line {number}", session_key=key)
    message = reports.message_for(ben, chat.room.slug, REPORTED)
    reports.report(message, by=ben, door="not-okay", reason="unkind")
    return chat, ana, ben, make_member("amara", roles=("moderators",))


def decide(by, kind, **more):
    flag = queue.take(by, Flag.objects.open().get().token)
    return decisions.decide(
        by, flag.token, Choice(kind, reason="unkind", words="Kindly.", **more), version=flag.version
    )


def test_a_case_from_a_live_chat_is_read_and_decided_like_any_other(told, client):
    chat, ana, ben, amara = told
    item = queue.listed(amara).items[0]
    assert (item.place, item.is_one_to_one) == (chat.room.name, False)
    at_console = console.at_console(amara)
    at_console.post(console.url("take", Flag.objects.get()))
    page = console.page(at_console.get(console.url("case", Flag.objects.get())))
    assert f"line {REPORTED}" in page
    assert chat.room.name in page
    assert [one.seq for one in cases.open_case(amara, item.token).lines] == list(range(REPORTED - 10, REPORTED + 11))
    made = decide(amara, "hide")
    assert Message.objects.get(seq=REPORTED).hidden_at
    client.force_login(ben)
    shown = client.get(reverse("live-chat", args=[chat.token])).content.decode()
    assert f">line {REPORTED}<" not in shown
    client.force_login(ana)
    assert chat.room.name in client.get(reverse("room", args=[chat.room.slug]), follow=True).content.decode()
    assert made.member == ana


def test_a2_who_is_put_out_of_a_live_chat_comes_back_only_to_read_until_it_is_taken_back(told):
    chat, ana, _, amara = told
    made = decide(amara, "remove", room=chat.room.slug)
    assert not Membership.objects.filter(member=ana, room=chat.room).exists()
    live_places.enter(ana, chat)
    with pytest.raises(PausedHere):
        post(ana, chat.room)
    appeals.ask_again(ana, made.token, "It was not me.")
    lead = make_member("theo", roles=("moderators", "leads"))
    case = queue.take(lead, Flag.objects.get(kind="appeal").token)
    appeals.answer(lead, case.token, take_back=True, words="You are right.", version=case.version)
    assert not Pause.objects.exists()
    post(ana, chat.room, "Back again")


def test_posting_in_one_live_chat_is_paused_for_somebody(told):
    chat, ana, _, amara = told
    until = timezone.now() + timedelta(hours=2)
    decide(amara, "restrict", room=chat.room.slug, ability="post", until=until)
    with pytest.raises(PausedHere):
        post(ana, chat.room)


def test_d3_what_a_moderator_still_reads_outlives_the_chat_and_goes_with_its_case(told):
    chat, _, ben, amara = told
    with time_machine.travel(chat.ends_at + timedelta(days=chat.keep_days), tick=False):
        assert live_emptying.empty_over() == LINES - 21
        assert not Membership.objects.filter(room=chat.room).exists()
        flag = queue.take(amara, Flag.objects.get().token)
        assert len(cases.open_case(amara, flag.token).lines) == 21
        choice = Choice("no-concern", follow_up_hours=0)
        decisions.decide(amara, flag.token, choice, version=flag.version)
        assert live_emptying.empty_over() == 20, "what lay around it, once nobody reads the case any more"
        half_a_year = timezone.now() + retention.KEPT_FOR + timedelta(hours=1)
        assert list(Report.objects.values_list("reporter", flat=True)) == [ben.pk]
    with time_machine.travel(half_a_year, tick=False):
        assert live_emptying.empty_over() == 0
        retention.forget_closed()
        assert live_emptying.empty_over() == 1
    assert not Message.objects.exists()


def test_d3_once_a_chat_is_emptied_its_host_reads_nothing_from_what_stays_as_evidence(told):
    chat, ana, _, _ = told
    Message.objects.filter(seq=REPORTED).update(hidden_at=timezone.now())  # hard, and its case is open
    live_places.leave(ana, chat)
    assert [one.member for one in host_lists.left_after(chat, chat.host)] == [ana]
    with time_machine.travel(chat.ends_at + timedelta(days=chat.keep_days), tick=False):
        live_emptying.empty_over()
        chat.refresh_from_db()
        assert Message.objects.filter(hidden_at__isnull=False).exists()
        assert host_lists.left_after(chat, chat.host) == []


def test_looking_whether_a_moderator_is_at_hand_is_one_small_query(django_assert_num_queries):
    amara = make_member("amara", roles=("moderators",))
    with django_assert_num_queries(1):
        assert not guarding.is_anyone_here()
    desk.seen([(amara.pk, "")])
    assert guarding.is_anyone_here()
    AtDesk.objects.update(seen_at=timezone.now() - desk.GRACE)
    assert not guarding.is_anyone_here()


@pytest.mark.asyncio
async def test_a_decision_about_a_live_message_reaches_its_readers_at_once(tabs, ana):
    chat, amara = await in_db(make_live_chat), await in_db(make_member, "amara", roles=("moderators",))
    for member in (ana, chat.host):
        await in_db(live_places.enter, member, chat)
    tab = await tabs(ana)
    await tab.enter(chat.room.slug)
    await in_db(post, chat.host, chat.room, "a line")
    await tab.expect("messages")

    def tell_and_hide():
        reports.report(reports.message_for(ana, chat.room.slug, 1), by=ana, door="not-okay", reason="unkind")
        decide(amara, "hide")

    await in_db(tell_and_hide)
    [entry] = (await tab.expect("changes"))["changes"]
    assert (entry["state"], "body" in entry) == ("hidden", False)


@pytest.mark.asyncio
async def test_d3_readers_of_an_emptied_chat_are_let_go_and_its_words_leave_the_memory(tabs, ana):
    from chat import hub

    chat = await in_db(make_live_chat)
    await in_db(live_places.enter, ana, chat)
    tab = await tabs(ana)
    await tab.enter(chat.room.slug)
    await in_db(post, ana, chat.room, "a line")
    await in_db(_end_long_ago, chat)
    assert await in_db(live_emptying.empty_over) == 1
    assert await tab.expect("room.removed", room=chat.room.slug)
    assert chat.room_id not in hub.current().feeds
    assert (await tab.enter(chat.room.slug, 0))["code"] == "not-here"


def _end_long_ago(chat):
    chat.starts_at, chat.ends_at = (one - timedelta(days=8) for one in (chat.starts_at, chat.ends_at))
    chat.save(update_fields=["starts_at", "ends_at"])
