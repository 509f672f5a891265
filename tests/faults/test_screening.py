"""A process that is killed around the reading of a message: nothing is lost, and nothing goes unread (R1, F1)."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests import factories, servers
from tests.conftest import Site
from tests.servers import ROOT, Process

pytestmark = pytest.mark.servers
DETAILS = "I want to die. I have forty paracetamol here."
BEGIN = """
import signal, sys, uuid
import django
django.setup()
from chat.models import Room
from community.models import Member
from moderation import detector
from tests import factories
def say():
    ana, room = Member.objects.get(name="ana"), Room.objects.get(slug="evening")
    factories.post(ana, room, sys.argv[2], client_id=uuid.UUID(sys.argv[1]))
"""
AFTER_COMMIT = """
def failing(*_, **__):
    raise ValueError
detector.screen = failing
say()
print("stored", flush=True)
signal.pause()
"""
INSIDE = """
def hanging(*_, **__):
    print("reading", flush=True)
    signal.pause()
detector.screen = hanging
say()
"""
AS_USUAL = """
say()
print("stored", flush=True)
"""


class Killed:
    """A process that does one of these things with a message, and is killed once it has said the word."""

    def __init__(self, directory: Path, env: dict[str, str]) -> None:
        self.directory, self.env = directory, env

    def run(self, script: str, identity: str, *, until: str) -> None:
        """Runs it until it says so, and kills it."""
        one = Process(f"one-{uuid4().hex[:6]}", self.directory)
        with servers.ended(one):
            one.run([sys.executable, "-c", BEGIN + script, identity, DETAILS], cwd=ROOT, env=self.env)
            servers.until(lambda: until in one.log or not one.is_running(), one.log)
            assert until in one.log, one.log
            one.kill9()


@pytest.fixture(params=["sqlite", "postgresql"])
def killed(request: Any, tmp_path: Path, django_db_blocker: Any) -> Any:
    """Processes to be killed, over a database of their own with ana in a room; `killed.site` reads its rows."""
    name = f"killed_{uuid4().hex[:8]}"
    if request.param == "sqlite":
        path = tmp_path / "rows.sqlite3"
        shutil.copy(request.getfixturevalue("empty_sqlite"), path)
        url = f"sqlite:///{path}"
    else:
        server = request.getfixturevalue("shared_postgres")
        server.sql(f"CREATE DATABASE {name} TEMPLATE {request.getfixturevalue('empty_postgres')}")
        url = server.url(name)
    env = {**servers.web_environment(tmp_path, "http://127.0.0.1:8000"), "DATABASE_URL": url, "SCREENING": "1"}
    one = Killed(tmp_path, {**env, "DJANGO_SETTINGS_MODULE": "community.settings"})
    one.site = Site([], url, django_db_blocker)
    one.site.do(lambda: factories.join(factories.make_member("ana"), factories.make_room("evening")))
    return one


def rows() -> dict[str, Any]:
    from chat.models import Change, Message
    from moderation.models import Flag, Screening, SupportOffer

    return {
        "messages": list(Message.objects.values_list("body", "veiled")),
        "screened": Screening.objects.count(),
        "flags": Flag.objects.count(),
        "offers": SupportOffer.objects.count(),
        "changes": list(Change.objects.values_list("kind", flat=True)),
    }


def test_f1_killed_between_commit_and_screening_the_sweep_reads_it_and_others_see_no_details(killed: Any):
    killed.run(AFTER_COMMIT, str(uuid4()), until="stored")
    before = killed.site.do(rows)
    assert before["messages"] == [(DETAILS, "")]
    assert before["screened"] == before["flags"] == 0
    servers.manage("sweep", env=killed.env)
    after = killed.site.do(rows)
    assert (after["screened"], after["flags"], after["offers"]) == (1, 1, 1)
    assert after["messages"][0][1] == "22-39"
    assert after["changes"] == ["veiled"]


def test_f1_killed_while_it_is_read_nothing_is_stored_and_the_same_words_are_taken_again(killed: Any):
    identity = str(uuid4())
    killed.run(INSIDE, identity, until="reading")
    assert killed.site.do(rows)["messages"] == []
    killed.run(AS_USUAL, identity, until="stored")
    after = killed.site.do(rows)
    assert after["messages"] == [(DETAILS, "22-39")]
    assert (after["screened"], after["flags"], after["changes"]) == (1, 1, [])


async def test_m4_without_redis_a_message_is_read_covered_and_its_author_offered_help(
    start_web: Any, open_socket: Any, valkey: servers.Valkey
):
    site = start_web(env={"READER_PROCESS": "1", "REDIS_URL": valkey.url})

    def people() -> tuple[str, str]:
        room = factories.make_room("evening")
        members = [factories.make_member(name) for name in ("ana", "ben")]
        for member in members:
            factories.join(member, room)
        return factories.session_of(members[0]), factories.session_of(members[1])

    cookies = site.do(people)
    ana, ben = [await open_socket(site.socket_url, cookie) for cookie in cookies]
    for one in (ana, ben):
        await one.command("room.enter", room="evening")
    valkey.kill9()
    assert (await ana.post("evening", DETAILS))["type"] == "ack"
    seen, own = [await one.expect("messages") for one in (ben, ana)]
    assert seen["messages"][0]["body"] == "I want to die. I have […] here."
    assert own["messages"][0]["body"] == DETAILS
    after = site.do(rows)
    assert (after["screened"], after["flags"], after["offers"]) == (1, 1, 1)
