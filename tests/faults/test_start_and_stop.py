"""Our own start and stop of the web processes (promises R-06, F2), under both servers."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from tests import factories, servers
from tests.sockets import SocketClient

pytestmark = pytest.mark.servers
SERVERS = ["daphne", "uvicorn"]


@pytest.fixture(params=SERVERS)
def site(request: pytest.FixtureRequest, start_web: Callable[..., Any]) -> Any:
    """A site under each of the two servers."""
    return start_web(server=request.param)


@pytest.fixture
def talking(site: Any) -> Any:
    """The site with one room, and the session cookie of a member in it."""

    def rows() -> str:
        member, room = factories.make_member("ana"), factories.make_room("evening")
        factories.join(member, room)
        return factories.session_of(member)

    site.cookie = site.do(rows)
    return site


async def test_f2_sigterm_answers_what_is_in_hand_says_1012_and_exits_with_0(talking: Any, open_socket: Any):
    tabs = [await open_socket(talking.socket_url, talking.cookie) for _ in range(3)]
    for tab in tabs:
        await tab.expect("hello")
    await tabs[0].command("room.enter", room="evening")
    identity = str(uuid4())
    ref = await tabs[0].send("message.post", room="evening", id=identity, body="Just before the end")
    talking.signal(signal.SIGTERM)
    answer = await tabs[0].expect("ack", ref=ref)
    codes = [await tab.expect_close() for tab in tabs]
    assert codes == [1012, 1012, 1012]
    assert await asyncio.to_thread(talking.process.wait, 20) == 0
    assert talking.do(lambda: _stored(identity)) == answer["seq"]


def _stored(identity: str) -> int:
    from chat.models import Message

    return Message.objects.get(client_id=identity).seq


async def test_f2_readiness_turns_503_and_new_sockets_are_sent_elsewhere(talking: Any, open_socket: Any):
    tabs = [await open_socket(talking.socket_url, talking.cookie) for _ in range(5)]
    for tab in tabs:
        await tab.expect("hello")
    talking.signal(signal.SIGTERM)
    assert await tabs[0].expect_close() == 1012  # the first of five: four seconds are left
    assert await asyncio.to_thread(talking.status, "/health/ready") == 503
    assert await asyncio.to_thread(talking.status, "/health/live") == 200
    late = await open_socket(talking.socket_url, talking.cookie)
    assert await late.expect_close() == 1012
    assert await asyncio.to_thread(talking.process.wait, 20) == 0


def test_f2_ctrl_c_ends_as_politely(site: Any):
    site.signal(signal.SIGINT)
    assert site.process.wait(20) == 0


def test_r1_a_killed_site_starts_again_on_the_same_port(talking: Any):
    async def say(text: str) -> dict[str, Any]:
        async with await SocketClient.connect(talking.socket_url, talking.cookie) as tab:
            return await tab.post("evening", text)

    first = asyncio.run(say("Before"))
    talking.kill9()
    assert talking.status("/health/live") == 0
    talking.start()
    second = asyncio.run(say("After"))
    assert (first["seq"], second["seq"]) == (1, 2)


def test_a_taken_port_is_one_sentence_and_an_exit_code(site: Any):
    done = subprocess.run(
        [sys.executable, "manage.py", "serve", "--port", str(site.port)],
        cwd=servers.ROOT,
        env=site.env,
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert f"Port {site.port}" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_unapplied_migrations_are_refused(site: Any, tmp_path: Any):
    done = subprocess.run(
        [sys.executable, "manage.py", "serve", "--port", "0"],
        cwd=servers.ROOT,
        env={**site.env, "DATABASE_URL": f"sqlite:///{tmp_path / 'fresh.sqlite3'}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "migrations are not applied" in done.stderr


def test_unsafe_settings_are_refused(site: Any):
    done = subprocess.run(
        [sys.executable, "manage.py", "serve", "--port", "0"],
        cwd=servers.ROOT,
        env={**site.env, "SECRET_KEY": "short"},
        capture_output=True,
        text=True,
    )
    assert done.returncode != 0
    assert "community.E002" in done.stderr


def test_a_dead_process_of_several_is_replaced_and_all_end_together(start_web: Callable[..., Any]):
    site = start_web(arguments=("--processes", "2"))
    children = _children_of(site.process.pid)
    assert len(children) == 2
    os.kill(children[0], signal.SIGKILL)
    servers.until(lambda: len(set(_children_of(site.process.pid)) - {children[0]}) == 2, "a new process")
    servers.until(lambda: site.status("/health/ready") == 200, "readiness")
    assert site.term() == 0
    assert not any(_is_alive(pid) for pid in children)


def _children_of(pid: int) -> list[int]:
    import psutil

    return sorted(child.pid for child in psutil.Process(pid).children() if child.status() != psutil.STATUS_ZOMBIE)


def _is_alive(pid: int) -> bool:
    import psutil

    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


# --- What one connection may cost -----------------------------------------------------------------


@pytest.fixture
def line(site: Any) -> Iterator[socket.socket]:
    """A bare connection to the site."""
    with socket.create_connection(("127.0.0.1", site.port), timeout=servers.PATIENCE_SECONDS) as one:
        yield one


def told(line: socket.socket, pieces: Iterable[bytes]) -> int:
    """How many of these pieces could be sent before the server ended the line."""
    sent = 0
    with contextlib.suppress(OSError):
        for piece in pieces:
            line.sendall(piece)
            sent += 1
    return sent


def test_b2_a_body_without_end_is_cut_off(site: Any, line: socket.socket):
    line.sendall(b"POST /sign-in/ HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n")
    pieces = 1000  # of 64 KiB
    assert told(line, [b"10000\r\n" + b"a" * 0x10000 + b"\r\n"] * pieces) < pieces
    assert site.status("/health/live") == 200


def test_b2_a_head_without_end_is_cut_off(site: Any, line: socket.socket):
    line.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Endless: ")
    pieces = 1000
    assert told(line, [b"a" * 0x10000] * pieces) < pieces
    assert site.status("/health/live") == 200


def test_b2_many_small_requests_on_one_line_are_no_endless_head(site: Any):
    line = http.client.HTTPConnection("127.0.0.1", site.port, timeout=servers.PATIENCE_SECONDS)
    for _ in range(30):
        line.request("GET", "/health/live", headers={"X-Padding": "a" * 4000})
        answer = line.getresponse()
        assert (answer.status, answer.read()) == (200, b'{"status": "alive"}')
    line.close()


def test_b2_a_body_that_says_it_is_too_long_is_cut_off(site: Any, line: socket.socket):
    line.sendall(b"POST /sign-in/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 65536000\r\n\r\n")
    pieces = 1000
    assert told(line, [b"a" * 0x10000] * pieces) < pieces
    assert site.status("/health/live") == 200


def test_b2_a_picture_may_be_larger_than_other_bodies_and_has_an_end_too(site: Any):
    answers = []
    for address, size in (("/stories/mine/7/pictures/", 4), ("/stories/mine/7/pictures/", 6), ("/sign-in/", 4)):
        line = http.client.HTTPConnection("127.0.0.1", site.port, timeout=servers.PATIENCE_SECONDS)
        try:
            line.request("POST", address, body=b"a" * (size * 1024 * 1024), headers={"Content-Type": "text/plain"})
            answers.append(line.getresponse().status)
        except OSError:  # the server ended the line while we were still sending
            answers.append(413)
        line.close()
    assert answers[0] in (302, 403)
    assert answers[1:] == [413, 413]


def test_b2_who_sends_too_large_a_picture_is_told_so_and_not_cut_off(site: Any):
    line = http.client.HTTPConnection("127.0.0.1", site.port, timeout=servers.PATIENCE_SECONDS)
    body = b"a" * (12 * 1024 * 1024)
    line.request("POST", "/stories/mine/7/pictures/", body=body, headers={"Content-Type": "text/plain"})
    answer = line.getresponse()
    said = answer.read().decode()
    line.close()
    assert (answer.status, answer.getheader("Cache-Control")) == (413, "no-store")
    assert "five megabytes fit" in said
    assert 'href="/help-now/"' in said


async def test_b2_a_frame_above_16_kib_ends_its_own_socket_only(talking: Any, open_socket: Any):
    loud = await open_socket(talking.socket_url, talking.cookie)
    quiet = await open_socket(talking.socket_url, talking.cookie)
    await loud.send_raw("a" * (16 * 1024 + 1))
    assert await loud.expect_close() == 1009
    assert (await quiet.post("evening", "Still here"))["type"] == "ack"


async def test_b5_compression_is_not_negotiated(talking: Any):
    import websockets

    headers = {"Cookie": f"session={talking.cookie}"}
    async with websockets.connect(talking.socket_url, origin=talking.url, additional_headers=headers) as line:
        assert line.response.headers.get("Sec-WebSocket-Extensions") is None


def test_w4_the_server_does_not_say_what_it_is(site: Any, line: socket.socket):
    line.sendall(b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
    head = line.recv(4096).lower()
    assert b"200 ok" in head
    assert b"\r\nserver:" not in head
