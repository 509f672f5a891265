"""How much is new, told live: to one's own sockets, in this process and others, and made good by asking."""

from __future__ import annotations

import pytest

from chat import hub
from community.services import notices
from tests.chat.conftest import in_db
from tests.factories import make_member

pytestmark = pytest.mark.django_db(transaction=True)
SAID = {"kind": "room", "subject": "Evenings", "path": "/rooms/evenings/"}


async def news(member, key="room:1"):
    """Something new for the member, from a thread of the database."""
    await in_db(notices.notify, [member.pk], key=key, **SAID)


async def test_hello_carries_the_number_and_news_raise_it(tabs, ana):
    await news(ana)
    tab = await tabs(ana)
    assert tab.hello["notices"] == 1
    await news(ana, "room:2")
    assert await tab.expect("notices") == {"type": "notices", "count": 2}
    await in_db(notices.seen_all, ana)
    assert await tab.expect("notices", count=0)


async def test_every_tab_of_the_member_hears_it_and_nobody_else(tabs, ana, ben):
    one, two, bens = await tabs(ana), await tabs(ana), await tabs(ben)
    await news(ana)
    assert await one.expect("notices", count=1)
    assert await two.expect("notices", count=1)
    assert [frame["type"] for frame in await bens.silence() if frame["type"] == "notices"] == []


async def test_the_same_number_is_not_told_twice(tabs, ana):
    tab = await tabs(ana)
    await news(ana)
    await tab.expect("notices", count=1)
    await news(ana)
    hub.current().bell.look_at_all()
    await news(ana, "room:2")
    assert (await tab.expect("notices"))["count"] == 2


async def test_a_lost_hint_is_made_good_by_asking(tabs, ana, monkeypatch):
    tab = await tabs(ana)
    with monkeypatch.context() as patched:
        patched.setattr("chat.hub.from_thread", lambda *_: None)  # as if it happened in a process without a line
        await news(ana)
    hub.current().bell.look_at_all()
    assert await tab.expect("notices", count=1)


async def test_what_another_process_says_is_looked_up_here(tabs, ana, monkeypatch):
    tab = await tabs(ana)
    with monkeypatch.context() as patched:
        patched.setattr("chat.hub.from_thread", lambda *_: None)
        await news(ana)
    hub.current().backbone._heard({"from": "another", "noticed": [ana.pk, 10**9]})
    assert await tab.expect("notices", count=1)


async def test_d4_the_hint_names_members_and_nothing_else(tabs, ana, monkeypatch):
    said = []
    await tabs(ana)
    monkeypatch.setattr(hub.current().backbone, "say", said.append)
    monkeypatch.setattr(hub.current().backbone, "_is_alone", lambda: False)
    tab = await tabs(ana)
    await news(ana)
    await tab.expect("notices")
    assert said == [{"noticed": [ana.pk]}]


async def test_members_without_a_socket_cost_no_question(tabs, ana):
    await tabs(ana)
    other = await in_db(make_member, "dana")
    bell = hub.current().bell
    bell.hinted([other.pk])
    assert bell._wanted == set()
