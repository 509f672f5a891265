"""A database that freezes, or goes away, under a running site (promise F4)."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tests import factories, servers
from tests.faults.proxy import between

pytestmark = pytest.mark.servers
ROOM = "evening"
COOKIE = "session"


@pytest.fixture
def behind_proxy(
    tmp_path: Any, shared_postgres: servers.Postgres, empty_postgres: str, site_over: Callable[..., Any]
) -> Any:
    """One process whose line to PostgreSQL runs through the fault proxy."""
    name = f"proxied_{uuid4().hex[:8]}"
    shared_postgres.sql(f"CREATE DATABASE {name} TEMPLATE {empty_postgres}")
    with between(shared_postgres.port) as proxy:
        env = {"DATABASE_URL": shared_postgres.url(name, proxy.port), "REDIS_URL": ""}
        site = site_over(env, rows_in=shared_postgres.url(name))
        site.proxy = proxy
        yield site
        site.kill9()
    shared_postgres.sql(f"DROP DATABASE {name} WITH (FORCE)")


def a_member_in_the_room() -> str:
    """The session cookie of a member who has joined the room."""
    member = factories.make_member("ana")
    factories.join(member, factories.make_room(ROOM))
    return factories.session_of(member)


async def test_f4_with_the_database_line_frozen_there_is_no_false_answer_and_it_recovers(
    behind_proxy: Any, open_socket: Callable[..., Any]
):
    ana = await open_socket(behind_proxy.socket_url, behind_proxy.do(a_member_in_the_room))
    await ana.command("room.enter", room=ROOM)
    behind_proxy.proxy.freeze()
    identity = str(uuid4())
    answer = await ana.post(ROOM, "Are you there?", identity, within=12)
    assert answer["type"] == "refused"
    assert answer["retry_after"] > 0
    behind_proxy.proxy.thaw()
    assert (await ana.post_until_acknowledged(ROOM, "Are you there?", identity))["seq"] == 1


async def test_f4_with_the_database_gone_there_is_no_false_answer_and_it_recovers(
    behind_proxy: Any, open_socket: Callable[..., Any]
):
    ana = await open_socket(behind_proxy.socket_url, behind_proxy.do(a_member_in_the_room))
    behind_proxy.proxy.refuse()
    identity = str(uuid4())
    assert (await ana.post(ROOM, "Hello?", identity, within=12))["type"] == "refused"
    assert await asyncio.to_thread(behind_proxy.status, "/health/ready") == 503
    assert await asyncio.to_thread(behind_proxy.status, "/health/live") == 200
    behind_proxy.proxy.accept()
    assert (await ana.post_until_acknowledged(ROOM, "Hello?", identity))["seq"] == 1


def test_f4_pages_that_wait_for_a_frozen_database_cannot_occupy_help(behind_proxy: Any):
    key = behind_proxy.do(a_member_in_the_room)
    behind_proxy.proxy.freeze()
    waiting = [_ask_for_today(behind_proxy.port, key) for _ in range(20)]  # more than there are threads for pages
    assert behind_proxy.status("/help-now/", within=20) == 200
    assert behind_proxy.status("/health/live", within=20) == 200
    behind_proxy.proxy.thaw()
    for line in waiting:
        line.close()


def _ask_for_today(port: int, key: str) -> socket.socket:
    line = socket.create_connection(("127.0.0.1", port), timeout=20)
    line.sendall(f"GET /today/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {COOKIE}={key}\r\n\r\n".encode())
    return line
