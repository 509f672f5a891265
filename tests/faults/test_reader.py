"""The reader of a real web process: it comes with that, is missed without loss, and goes with it however that ends."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import factories, servers

pytestmark = pytest.mark.servers
DANGER = "I don't want to be here tonight"


@pytest.fixture(params=["daphne", "uvicorn"])
def site(request: pytest.FixtureRequest, start_web: Callable[..., Any]) -> Any:
    """A site with ana in a room, and its reader; `ana` is her session, `reader` the process."""

    def rows() -> str:
        ana, room = factories.make_member("ana"), factories.make_room("evening")
        factories.join(ana, room)
        return factories.session_of(ana)

    one = start_web(server=request.param, env={"READER_PROCESS": "1"})
    one.ana, one.web = one.do(rows), one.webs[0]
    one.reader = reader_of(one.web)
    return one


def reader_of(web: servers.Web, number: int = 1) -> int:
    """The reader of a web process, the so-manieth it has had, once it can be asked."""
    servers.until(lambda: web.log.count("A reader stands beside this process") == number, "no reader came")
    return web.children()[-1]


def flags() -> int:
    from moderation.models import Flag

    return Flag.objects.count()


def gone(pid: int) -> None:
    """Returns once there is no such process."""
    servers.until(lambda: not Path(f"/proc/{pid}").exists(), f"{pid} is still there")


async def test_r1_whatever_becomes_of_the_reader_a_message_is_stored_and_read(site: Any, open_socket: Any):
    tab = await open_socket(site.socket_url, site.ana)
    await tab.command("room.enter", room="evening")
    for count, number in enumerate((signal.SIGKILL, signal.SIGSTOP), 1):
        reader = await asyncio.to_thread(reader_of, site.web, count)
        os.kill(reader, number)
        assert (await tab.post("evening", DANGER))["type"] == "ack"
        await asyncio.to_thread(servers.until, lambda count=count: site.do(flags) == count, "nobody read it")
        await asyncio.to_thread(gone, reader)
    assert DANGER not in site.web.log


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_it_goes_with_its_web_process(site: Any, number: signal.Signals):
    site.web.signal(number)
    gone(site.reader)


def test_a_signal_to_all_of_them_ends_the_web_process_as_ever(site: Any):
    site.web.signal(signal.SIGTERM, to_group=True)
    assert site.web.process.wait(servers.PATIENCE_SECONDS) == 0
    gone(site.reader)
