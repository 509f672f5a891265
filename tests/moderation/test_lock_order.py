"""Whoever writes holds the room before the case, and so does whoever decides: neither waits for the other for ever."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction

from chat.models import Message, Room
from chat.services import changes, checks
from chat.services.changes import Act
from community.refusals import Refusal
from moderation.detector import Severity
from moderation.services import appeals, decisions, flags, queue
from tests.chat.test_races import racing
from tests.factories import join, make_member, make_room, post, session_of
from tests.moderation.test_decisions import case, choice

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.delivery]
LONGEST = 10.0


@pytest.fixture
def evening():
    """Ana's message in Evenings, a session of hers, and two moderators."""
    ana, room = make_member("ana"), make_room("evenings")
    join(ana, room)
    post(ana, room, "a line")
    theo = make_member("theo", roles=("moderators", "leads"))
    return ana, session_of(ana), (make_member("amara", roles=("moderators",)), theo)


def deciding(kind, team):
    """What a moderator is about to do; it is refused where the case has changed meanwhile."""
    amara, theo = team
    flag = case(amara)
    if kind == "suspend":
        token = decisions.propose(amara, flag.token, choice(kind), version=flag.version).token
        return lambda: decisions.confirm(theo, token)
    if kind == "answer":
        made = decisions.decide(amara, flag.token, choice("hide"), version=flag.version)
        appeals.ask_again(made.member, made.token)
        asked = queue.take_next(theo)
        return lambda: appeals.answer(theo, asked.token, take_back=True, words="", version=asked.version)
    return lambda: decisions.decide(amara, flag.token, choice(kind), version=flag.version)


@pytest.mark.parametrize("kind", ["hide", "veil", "no-concern", "support", "silence", "remove", "suspend", "answer"])
def test_a_decision_that_waits_for_somebody_who_writes_holds_nothing_that_they_need(evening, kind):
    ana, key, team = evening
    decide, has_begun, is_done = deciding(kind, team), threading.Event(), threading.Event()

    def write():
        """What a change of words does, slowly: sessions to the room, then the case that the new words join."""
        with transaction.atomic():
            checks.standing([Act(ana.pk, key, "evenings", 1, changes.withdraw)])
            checks.locked(Room.objects.filter(slug="evenings")).get()
            message = checks.locked(Message.objects.filter(seq=1)).get()
            has_begun.set()
            until_somebody_waits(is_done)
            return flags.raise_about(message, flags.Cause(Severity.HIGH, "words"))

    def act(_):
        has_begun.wait(LONGEST)
        try:
            return decide()
        except Refusal as refusal:
            return refusal
        finally:
            is_done.set()

    flag, outcome = racing(lambda one: one(None) if one is act else one(), [write, act])
    assert flag.severity == Severity.HIGH
    expected = kind in ("suspend", "answer")  # what does not ask in which state the case was seen
    assert isinstance(outcome, Refusal) != expected


def until_somebody_waits(is_done):
    """Returns once another transaction waits for this one. On SQLite all do, from the beginning."""
    for _ in range(int(LONGEST / 0.005) if connection.vendor == "postgresql" else 0):
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_locks WHERE NOT granted LIMIT 1")
            if cursor.fetchone() or is_done.wait(0.005):
                return
