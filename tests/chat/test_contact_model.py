"""Random lives of three members, against a model: who may reach whom, and who is given what, on every path (A1 to A7)."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from chat.models import Conversation, Request, Room
from chat.services import conversations, news, requests, rooms
from chat.services import search as searching
from community.refusals import Refusal
from community.services import apart
from tests.factories import join, make_member, make_room, post, session_of, unhurried

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.delivery]
_lives = itertools.count(1)
PEOPLE = range(3)
someone = st.integers(0, 2)


class Lives(RuleBasedStateMachine):
    """What three members do to each other; the model holds who blocks whom and what was said where."""

    def __init__(self) -> None:
        super().__init__()
        life = next(_lives)
        self.room = make_room(f"shared-{life}")
        self.people = [make_member(f"life{life}-{n}") for n in PEOPLE]
        for member in self.people:
            join(member, self.room)
        self.keys = [session_of(member) for member in self.people]
        self.blocks: set[tuple[int, int]] = set()
        self.open: set[frozenset[int]] = set()
        self.waiting: set[tuple[int, int]] = set()
        self.refused: set[tuple[int, int]] = set()
        self.said: list[tuple[int, str]] = []
        self.private: dict[frozenset[int], list[tuple[int, str]]] = {}
        self.words = itertools.count(1)

    def apart(self, one: int, other: int) -> bool:
        return (one, other) in self.blocks or (other, one) in self.blocks

    @rule(asker=someone, asked=someone)
    def ask(self, asker: int, asked: int) -> None:
        pair, words = frozenset({asker, asked}), f"note {next(self.words)}"
        try:
            with unhurried():
                begun = requests.ask(self.people[asker], self.people[asked].name, words).conversation
        except requests.TooManyWaiting:
            assert sum(one == asker for one, _ in self.waiting | self.refused) >= requests.WAITING_AT_ONCE
            return
        except Refusal:
            assert asker == asked or self.apart(asker, asked)
            return
        assert asker != asked
        assert not self.apart(asker, asked)
        if pair in self.open or (asker, asked) in self.waiting | self.refused:
            assert (begun is not None) == (pair in self.open)
        elif (asked, asker) in self.waiting | self.refused:
            assert begun is not None
            self._begin(asked, asker, self.notes.pop((asked, asker)), answer=words)
        else:
            assert begun is None
            self.waiting.add((asker, asked))
            self.notes[asker, asked] = words

    @property
    def notes(self) -> dict[tuple[int, int], str]:
        return self.__dict__.setdefault("_notes", {})

    def _begin(self, asker: int, asked: int, note: str, answer: str = "") -> None:
        pair = frozenset({asker, asked})
        self.waiting -= {(asker, asked)}
        self.refused -= {(asker, asked)}
        self.open.add(pair)
        self.private.setdefault(pair, []).append((asker, note))
        if answer:
            self.private[pair].append((asked, answer))

    @rule(asker=someone, asked=someone, yes=st.booleans())
    def answer(self, asker: int, asked: int, yes: bool) -> None:
        found = Request.objects.filter(asker=self.people[asker], asked=self.people[asked]).order_by("-made_at").first()
        if found is None:
            return
        was_open = (asker, asked) in self.waiting and not self.apart(asker, asked)
        if not yes:
            requests.decline(self.people[asked], found.token)
            if (asker, asked) in self.waiting:
                self.waiting.remove((asker, asked))
                self.refused.add((asker, asked))
            return
        try:
            requests.accept(self.people[asked], found.token)
        except Refusal:
            assert not was_open
            return
        if was_open:
            self._begin(asker, asked, self.notes.pop((asker, asked)))
        else:
            assert found.state == Request.State.ACCEPTED

    @rule(one=someone, other=someone)
    def block(self, one: int, other: int) -> None:
        if one != other:
            apart.block(self.people[one], self.people[other])
            self.blocks.add((one, other))
            self.open.discard(frozenset({one, other}))

    @rule(one=someone, other=someone)
    def unblock(self, one: int, other: int) -> None:
        if one != other:
            apart.unblock(self.people[one], self.people[other])
            self.blocks.discard((one, other))

    @rule(one=someone, other=someone)
    def end(self, one: int, other: int) -> None:
        found = conversations.between(self.people[one], self.people[other]) if one != other else None
        if found:
            conversations.end(self.people[one], found)
            self.open.discard(frozenset({one, other}))

    @rule(author=someone)
    def say(self, author: int) -> None:
        words = f"said {next(self.words)}"
        post(self.people[author], self.room, words, session_key=self.keys[author])
        self.said.append((author, words))

    @rule(author=someone, other=someone)
    def write(self, author: int, other: int) -> None:
        pair, words = frozenset({author, other}), f"secret {next(self.words)}"
        found = conversations.between(self.people[author], self.people[other]) if author != other else None
        if found is None:
            return
        try:
            post(self.people[author], found.room, words, session_key=self.keys[author])
        except Refusal:
            assert pair not in self.open
            return
        assert pair in self.open
        self.private[pair].append((author, words))

    @invariant()
    def a1_a7_everybody_is_given_exactly_what_is_theirs(self) -> None:
        for reader in PEOPLE:
            seen = self._history(reader, self.room)
            assert seen == [words for author, words in self.said if not self.apart(reader, author)]

    @invariant()
    def a7_resuming_gives_the_same_as_the_history(self) -> None:
        found = news.since(self.room.pk, 0, 0)
        for reader in PEOPLE:
            hidden = rooms.enter_each([(self.people[reader].pk, self.room.slug)])[0].hidden
            pks = {member.pk: n for n, member in enumerate(self.people)}
            given = [pks[entry.author_id] for entry in found.fresh if entry.author_id not in hidden]
            assert given == [author for author, _ in self.said if not self.apart(reader, author)]

    @invariant()
    def a1_conversations_are_two_peoples_alone(self) -> None:
        for found in Conversation.objects.filter(low__in=self.people):
            pair = frozenset(n for n, member in enumerate(self.people) if member.pk in (found.low_id, found.high_id))
            for reader in PEOPLE:
                if reader in pair:
                    self._check_own(reader, pair, found.room)
                else:
                    assert self._client(reader).get(reverse("conversation", args=[found.room.slug])).status_code == 404

    def _check_own(self, reader: int, pair: frozenset[int], room: Room) -> None:
        (other,) = pair - {reader}
        theirs = [
            (who, words) for who, words in self.private[pair] if who == reader or (reader, other) not in self.blocks
        ]
        assert self._history(reader, room) == [words for _, words in theirs]
        with unhurried():
            found = searching.own(self.people[reader], "e")
        bodies = {message.body for message in found.messages if message.room_id == room.pk}
        assert bodies == {words for _, words in theirs if "e" in words}

    def _history(self, reader: int, room: Room) -> list[str]:
        with unhurried():
            answer = self._client(reader).get(reverse("room-messages", args=[room.slug]) + "?before=9999")
        return [entry["body"] for entry in answer.json()["messages"]]

    def _client(self, reader: int) -> Any:
        client = Client()
        client.force_login(self.people[reader])
        return client


def test_a1_a7_random_lives_never_give_anybody_what_is_not_theirs():
    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples=8 if connection.vendor == "sqlite" else 4,  # the second database takes twice as long
            stateful_step_count=25,
            deadline=None,
            phases=[Phase.explicit, Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
