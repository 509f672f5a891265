"""Send, crash, resume against a reference model: whatever happens, everybody ends with the same talk (R1 to R5)."""

from __future__ import annotations

import asyncio
import itertools
import json
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from chat import threads
from chat.feed import Reader
from chat.hub import Hub
from chat.models import Message
from chat.services import changes, messages, rooms
from chat.services.changes import Act
from chat.services.messages import Draft
from chat.services.rooms import Entrance
from tests.factories import join, make_member, make_room, session_of, unhurried

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.delivery]
_names = itertools.count(1)
WINDOW = 6


class Client:
    """A browser: an outbox that sends until answered, and a timeline that checks `prev`."""

    def __init__(self, member: Any, key: str) -> None:
        self.member, self.key, self.member_id = member, key, member.pk
        self.hidden: frozenset[int] = frozenset()
        self.outbox: list[tuple[Any, str]] = []
        self.have: dict[int, dict[str, Any]] = {}
        self.seq = self.revision = 0
        self.hub: Hub | None = None
        self.reader: Reader | None = None
        self.unconfirmed = 0

    def enter(self, hub: Hub, slug: str, found: Entrance) -> None:
        """As the consumer does it: nothing can be given before the reader is known here."""
        self.reader = hub.enter(self, slug, found, self.seq, self.revision)
        hub.serve(self.reader)

    # What a feed asks of a socket.
    def room_left(self) -> int:
        return WINDOW - self.unconfirmed

    def tell(self, frame: str) -> None:
        self.hear(json.loads(frame))

    def give(self, reader: Reader, frame: str, count: int) -> None:
        assert reader is self.reader, "a frame for a line that is gone"
        self.unconfirmed += count
        self.hear(json.loads(frame))

    def hear(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "messages":
            assert frame["prev"] == self.seq, "the server and this reader disagree about where it stands"
            for entry in frame["messages"]:
                assert entry["seq"] > self.seq, "given twice"
                self.have[entry["seq"]] = entry
                self.seq = entry["seq"]
        elif frame["type"] == "changes":
            self.have |= {entry["seq"]: entry for entry in frame["changes"]}
            self.revision = frame["revision"]


class Talk(RuleBasedStateMachine):
    """Three browsers, two processes, and everything that can go wrong between them."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.room = make_room(f"talk-{next(_names)}")
        self.clients = [self._client() for _ in range(3)]
        self.hubs = [self._hub() for _ in range(2)]
        self.said: dict[int, str] = {}  # the model: what is shown under each acknowledged number
        self.by_id: dict[Any, int] = {}

    def _client(self) -> Client:
        member = make_member(f"talker-{next(_names)}")
        join(member, self.room)
        return Client(member, session_of(member))

    def _hub(self) -> Hub:
        async def make() -> Hub:
            return Hub()  # not started: its polls and hints happen when the test says so

        return self.loop.run_until_complete(make())

    def _settle(self) -> None:
        async def settle() -> None:
            while self._flushes_due() or (tasks := {task for hub in self.hubs for task in hub._tasks}):
                await asyncio.wait(tasks) if tasks else None
                await asyncio.sleep(0)  # lets the hub notice that its tasks ended

        self.loop.run_until_complete(asyncio.wait_for(settle(), 10))

    def _flushes_due(self) -> bool:
        """Does what the clock would do in a moment. Always false, so that it can stand in a condition."""
        for hub in self.hubs:
            for feed in hub.feeds.values():
                if feed.flush_due:
                    hub._flush(feed)
        return False

    # --- what people do ------------------------------------------------------------------------------

    clients_ = st.integers(0, 2)

    @rule(who=clients_)
    def write(self, who: int) -> None:
        self.clients[who].outbox.append((uuid4(), f"words {next(_names)}"))

    @rule(who=clients_, ack_is_lost=st.booleans(), dies_before_commit=st.booleans(), through=st.integers(0, 1))
    def send(self, who: int, ack_is_lost: bool, dies_before_commit: bool, through: int) -> None:
        client = self.clients[who]
        if not client.outbox or dies_before_commit:
            return
        client_id, body = client.outbox[0]
        stored = messages.post(Draft(client.member_id, client.key, self.room.slug, client_id, body))
        if client_id in self.by_id:
            assert stored.seq == self.by_id[client_id], "a repeat got another answer"
        else:
            self.by_id[client_id] = stored.seq
            self.said[stored.seq] = body
            self._in(through, lambda hub: hub.stored([stored]))
        if not ack_is_lost:
            client.outbox.pop(0)

    @rule(seq=st.integers(1, 8), what=st.sampled_from(["edit", "withdraw", "react"]), hinted=st.booleans())
    def change(self, seq: int, what: str, hinted: bool) -> None:
        message = Message.objects.filter(room=self.room, seq=seq, withdrawn_at=None).first()
        if message is None:
            return
        author = next(client for client in self.clients if client.member_id == message.author_id)
        body = f"changed {next(_names)}"
        how = {"edit": changes.editing(body), "withdraw": changes.withdraw,
               "react": changes.reacting("with-you", on=True)}[what]  # fmt: skip
        changed = changes.do(Act(author.member_id, author.key, self.room.slug, seq, how))
        self.said[seq] = {"edit": body, "withdraw": "", "react": self.said[seq]}[what]
        if hinted:
            self._in(0, lambda hub: hub.hinted({self.room.pk: (0, changed.revision)}))

    # --- what goes wrong -----------------------------------------------------------------------------

    @rule(who=clients_)
    def drop(self, who: int) -> None:
        client = self.clients[who]
        if client.hub:
            client.hub.leave(client, self.room.pk)
        client.hub = client.reader = None

    @rule(who=clients_, through=st.integers(0, 1))
    def resume(self, who: int, through: int) -> None:
        client = self.clients[who]
        self.drop(who)
        [found] = rooms.enter_each([(client.member_id, self.room.slug)])
        client.hub, client.unconfirmed = self.hubs[through], 0
        self._in(through, lambda hub: client.enter(hub, self.room.slug, found))

    @rule(which=st.integers(0, 1))
    def kill(self, which: int) -> None:
        dead = self.hubs[which]
        self.loop.run_until_complete(dead.stop())
        for client in self.clients:
            if client.hub is dead:
                client.hub = client.reader = None
        self.hubs[which] = self._hub()

    @rule(which=st.integers(0, 1))
    def poll(self, which: int) -> None:
        self.loop.run_until_complete(self.hubs[which].poll())
        self._settle()

    @rule(who=clients_)
    def confirm(self, who: int) -> None:
        client = self.clients[who]
        client.unconfirmed = 0
        if client.reader:
            self._in(self.hubs.index(client.hub), lambda hub: hub.serve(client.reader))

    def _in(self, which: int, work: Any) -> Any:
        async def run() -> Any:
            return work(self.hubs[which])

        answer = self.loop.run_until_complete(run())
        self._settle()
        return answer

    # --- what must hold ------------------------------------------------------------------------------

    @invariant()
    def nobody_has_anything_that_was_not_said(self) -> None:
        for client in self.clients:
            assert set(client.have) <= set(self.said)
            assert sorted(client.have) == list(range(1, client.seq + 1)), "a hole, or a message out of order"

    def teardown(self) -> None:
        try:
            self._everybody_catches_up()
        finally:
            self._end()

    def _everybody_catches_up(self) -> None:
        for who, client in enumerate(self.clients):
            while client.outbox:
                self.send(who, False, False, 0)
        for who in range(3):
            self.resume(who, who % 2)
        for which in (0, 1):
            self.poll(which)
        for who, client in enumerate(self.clients):
            for _ in range(len(self.said) + 2):  # a window is smaller than a talk
                self.confirm(who)
            shown = {seq: entry.get("body", "") for seq, entry in client.have.items()}
            assert shown == self.said, "somebody ended with another talk"
        assert sorted(self.said) == list(range(1, len(self.said) + 1))

    def _end(self) -> None:
        for hub in self.hubs:
            self.loop.run_until_complete(hub.stop())
        self.loop.close()


def test_r1_r2_r3_r4_r5_everybody_ends_with_the_same_talk_whatever_happens():
    quick = settings(max_examples=60, stateful_step_count=30, deadline=None, phases=[Phase.generate],
                     suppress_health_check=list(HealthCheck), report_multiple_bugs=False)  # fmt: skip
    try:
        with unhurried():
            run_state_machine_as_test(Talk, settings=quick)
    finally:
        threads.close_all()
