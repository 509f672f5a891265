"""Keys turned, and a key lost and found again, while members write: nothing is lost, nothing is readable that should not be."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import override_settings

from chat.models import Conversation, Message
from chat.services import messages, sealing
from chat.services.messages import Draft
from community.refusals import Unavailable
from community.services import keyring
from tests.chat.test_races import racing
from tests.factories import join, make_member, make_room, session_of, talk, unhurried

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.delivery]
WRITERS, ROUNDS = 6, 8


@pytest.fixture
def writers(settings):
    """(member, session key, room slug) of six writers in three conversations, and a ring of two keys."""
    settings.FIELD_KEYS = "old:the-first-key-of-this-ring-is-long-enough"
    sealing.forget_keys()
    found = []
    for _ in range(WRITERS // 2):
        room, pair = make_room(), (make_member(), make_member())
        for member in pair:
            join(member, room)
        begun = talk(*pair)
        found += [(member, session_of(member), begun.slug) for member in pair]
    yield found
    sealing.forget_keys()


def write(writer, number, outcomes):
    """One message; what became of it is noted."""
    from uuid import uuid4

    member, key, slug = writer
    words = f"{member.name} {number} nightjar"
    outcome = messages.store([Draft(member.pk, key, slug, uuid4(), words)])[0]
    outcomes.append((slug, words, outcome))


def readable():
    """Everything that can be read, and whether a plain word lies in the table."""
    rows = list(Message.objects.all())
    stored = [row.body for row in rows]
    sealing.open_all(rows)
    return {row.body for row in rows if not row.is_unreadable}, [one for one in stored if "nightjar" in one]


def test_r1_d4_turning_the_ring_while_members_write_loses_nothing(writers):
    outcomes = []

    def work(who):
        if who is None:
            for _ in range(ROUNDS):
                keyring.turn_all()
        else:
            for number in range(ROUNDS):
                write(who, number, outcomes)

    ring = "new:the-second-key-of-this-ring-is-long-too,old:the-first-key-of-this-ring-is-long-enough"
    with override_settings(FIELD_KEYS=ring), unhurried():
        racing(work, [*writers, None])
        keyring.turn_all()
    with override_settings(FIELD_KEYS="new:the-second-key-of-this-ring-is-long-too"):
        sealing.forget_keys()
        found, plain = readable()
    refused = [outcome for _, _, outcome in outcomes if isinstance(outcome, Exception)]
    assert refused == []
    assert {words for _, words, _ in outcomes} <= found
    assert plain == []


def test_r1_d4_a_key_lost_and_found_under_load_costs_no_word_and_shows_none(writers):
    outcomes, lost = [], writers[0][2]
    key = Conversation.objects.get(room__slug=lost).key

    def work(who):
        if who is not None:
            for number in range(ROUNDS):
                write(who, number, outcomes)
            return
        mine = Conversation.objects.filter(room__slug=lost)
        for _ in range(ROUNDS):
            mine.update(key="gone:bm90IGEga2V5")
            mine.update(key=key)

    with unhurried():
        racing(work, [*writers, None])
    stored = {words for _, words, outcome in outcomes if not isinstance(outcome, Exception)}
    refused = [(slug, outcome) for slug, _, outcome in outcomes if isinstance(outcome, Exception)]
    assert {slug for slug, _ in refused} <= {lost}, "one lost key refuses nobody else"
    assert all(isinstance(outcome, Unavailable) for _, outcome in refused)
    found, plain = readable()
    assert stored <= found
    assert plain == []
    Conversation.objects.filter(room__slug=lost).update(key="gone:bm90IGEga2V5")
    found, _ = readable()
    theirs = {words for slug, words, outcome in outcomes if slug == lost and not isinstance(outcome, Exception)}
    assert not theirs & found
    connection.close()
