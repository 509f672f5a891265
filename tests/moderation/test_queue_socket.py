"""The queue on the wire: moderators with a second factor hear that it moved, and nobody hears a word of it."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.utils import timezone

from chat import hub
from chat.protocol import Close
from community.services import sessions
from moderation.models import AtDesk, Flag
from moderation.services import desk, guarding, queue
from tests.browser.staff import session_with_code
from tests.chat.conftest import WITHIN, Tab, in_db
from tests.factories import make_member, post, session_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.delivery]
DANGER = "I don't want to be here tonight"


class Console(Tab):
    """A tab of the console."""

    path = "/ws/moderate/"


@pytest.fixture
async def amara(room):
    """A moderator."""
    return await in_db(make_member, "amara", roles=("moderators",))


@pytest.fixture
async def consoles(tabs):
    """Opens consoles: `await consoles(amara)`."""

    async def open_console(member):
        return await tabs(key=await in_db(session_with_code, member), kind=Console)

    return open_console


async def refused(member, key=None):
    """How the door answers: False before accepting, or the code it closes with."""
    tab = Console(key or await in_db(session_with_code, member))
    accepted = await tab.open()
    if accepted is not True:
        return False
    assert (await tab.next())["type"] == "session.ending"
    return (await tab.next())["code"]


async def test_a_console_hears_how_many_wait_and_whenever_that_changes(consoles, room, ana, amara):
    console = await consoles(amara)
    assert console.hello["type"] == "hello"
    assert "rooms" not in console.hello
    assert await console.expect("queue.changed") == {"type": "queue.changed", "counts": {}}
    await in_db(post, ana, room, DANGER)
    told = await console.expect("queue.changed")
    assert told == {"type": "queue.changed", "counts": {"moderate": 1}}
    await in_db(queue.take_next, amara)
    assert (await console.expect("queue.changed"))["counts"] == {"moderate": 1}, "it moved, although as many wait"


async def test_m4_no_word_and_no_name_is_on_the_wire(consoles, room, ana, amara):
    console = await consoles(amara)
    await console.expect("queue.changed")
    await in_db(post, ana, room, DANGER)
    text = json.dumps([await console.expect("queue.changed"), *await console.silence()])
    assert not any(word in text for word in ("here tonight", "ana", "evenings"))


async def test_a_lost_hint_is_made_good_by_asking(consoles, room, ana, amara, monkeypatch):
    console = await consoles(amara)
    await console.expect("queue.changed")
    with monkeypatch.context() as patched:
        patched.setattr("chat.hub.from_thread", lambda *_: None)
        await in_db(post, ana, room, DANGER)
    hub.current().parts.look_at_all()
    assert (await console.expect("queue.changed"))["counts"] == {"moderate": 1}


async def test_d4_the_hint_says_that_something_moved_and_nothing_else(consoles, room, ana, amara, monkeypatch):
    said = []
    console = await consoles(amara)
    monkeypatch.setattr(hub.current().backbone, "say", said.append)
    monkeypatch.setattr(hub.current().backbone, "_is_alone", lambda: False)
    await in_db(post, ana, room, DANGER)
    await console.expect("queue.changed", counts={"moderate": 1})
    assert {"part": "queue", "ids": []} in said
    assert all(set(one) == {"part", "ids"} for one in said)


async def test_s8_a_moderator_without_a_second_factor_is_closed_and_others_find_no_such_address(room, ana, amara):
    assert await refused(amara, await in_db(session_of, amara)) == Close.NOT_ALLOWED
    assert await refused(ana) is False
    assert await refused(None, "no-such-session") == Close.SIGN_IN_AGAIN
    foreign = Console(await in_db(session_with_code, amara), origin="https://elsewhere.example")
    assert await foreign.open() is not True


async def test_s3_whoever_loses_the_role_or_the_session_is_cut_off(consoles, room, amara):
    one, two = await consoles(amara), await consoles(amara)
    await one.expect("queue.changed")
    await two.expect("queue.changed")
    await in_db(sessions.end, two.key)
    assert (await two.expect("closed"))["code"] in (Close.SIGN_IN_AGAIN, Close.NOT_ALLOWED)
    await in_db(lambda: amara.groups.remove(Group.objects.get(name="moderators")))
    hub.current().parts.look_at_all()
    assert (await one.expect("closed"))["code"] == Close.NOT_ALLOWED


async def test_a_console_takes_its_own_commands_only_and_a_members_tab_not_those(consoles, tabs, room, amara, ana):
    console, tab = await consoles(amara), await tabs(ana)
    for socket, command, more in ((console, "room.enter", {"room": room.slug}), (tab, "queue.watch", {})):
        answer = await socket.ask(command, **more)
        assert (answer["type"], answer["code"]) == ("error", "unknown-type")
    assert (await console.ask("queue.watch", holding="x" * 22))["type"] == "ack"
    assert (await console.ask("queue.watch", holding="x" * 23))["code"] == "bad-fields"


async def test_members_hear_nothing_of_the_queue(consoles, tabs, room, amara, ana):
    console, tab = await consoles(amara), await tabs(ana)
    await in_db(post, ana, room, DANGER)
    await console.expect("queue.changed", counts={"moderate": 1})
    assert "queue.changed" not in [frame["type"] for frame in await tab.silence()]


# --- leaving ------------------------------------------------------------------------------------


def taken(amara, ana, room):
    """A case that amara holds."""
    post(ana, room, DANGER)
    return queue.take_next(amara)


def holder(flag):
    """Who holds it now, by name."""
    found = Flag.objects.select_related("holder").get(pk=flag.pk)
    return found.holder.name if found.is_held() and found.holder else ""


async def test_a_case_goes_back_once_its_page_is_closed_for_a_minute(consoles, room, ana, amara):
    flag = await in_db(taken, amara, ana, room)
    console = await consoles(amara)
    await console.ask("queue.watch", holding=flag.token)
    await is_at_desk(amara, flag.token)
    await console.end()
    assert await in_db(desk.give_back) == 0
    with time_machine.travel(timezone.now() + timedelta(seconds=61), tick=False):
        assert await in_db(guarding.is_anyone_here) is False
        assert await in_db(desk.give_back) == 1
    assert await in_db(holder, flag) == ""


async def is_at_desk(member, token):
    """Returns once the console has said that this page is open; its writer is asked behind it, again and again."""
    from chat.threads import writing

    async with asyncio.timeout(WITHIN):
        while not await in_db(AtDesk.objects.filter(member=member, token=token).exists):
            await writing.run(lambda: None)


@pytest.fixture
def case(room_of_two):
    """A case that a moderator holds, with its page open."""
    ana, amara, room = room_of_two
    flag = taken(amara, ana, room)
    desk.seen([(amara.pk, flag.token)])
    return flag


@pytest.fixture
def room_of_two(transactional_db):
    """ana, who writes; amara, who moderates; a room."""
    from tests.factories import join, make_room

    ana, amara, room = make_member("ana"), make_member("amara", roles=("moderators",)), make_room("evenings")
    join(ana, room)
    return ana, amara, room


def test_a_page_that_comes_back_keeps_its_case(case, room_of_two):
    with time_machine.travel(timezone.now() + timedelta(seconds=50), tick=False):
        desk.seen([(room_of_two[1].pk, case.token)])
    with time_machine.travel(timezone.now() + timedelta(seconds=70), tick=False):
        assert desk.give_back() == 0
        assert guarding.is_anyone_here()
    assert holder(case) == "amara"


def test_whoever_acts_without_scripts_afterwards_keeps_it(case, room_of_two):
    with time_machine.travel(timezone.now() + timedelta(seconds=55), tick=False):
        queue.renew(room_of_two[1], case.token)
    with time_machine.travel(timezone.now() + timedelta(seconds=70), tick=False):
        assert desk.give_back() == 0
    assert holder(case) == "amara"
    assert not AtDesk.objects.exists()


def test_closing_the_queue_gives_nothing_back_and_nobody_elses(case, room_of_two):
    other = make_member("sol", roles=("moderators",))
    AtDesk.objects.all().delete()
    desk.seen([(room_of_two[1].pk, ""), (other.pk, case.token)])
    with time_machine.travel(timezone.now() + timedelta(seconds=70), tick=False):
        assert desk.give_back() == 0
    assert holder(case) == "amara"


@pytest.mark.parametrize("open_cases", [1, 30])
def test_how_the_queue_stands_is_a_fixed_number_of_questions(
    case, room_of_two, open_cases, django_assert_max_num_queries
):
    ana, amara, room = room_of_two
    for number in range(open_cases - 1):
        post(ana, room, f"{DANGER}, number {number}")
    key = session_with_code(amara)
    with django_assert_max_num_queries(18):
        found = desk.standing_for({key: amara.pk})
    assert sum(found[key].counts.values()) == open_cases
