"""A message that worries us reaches others exactly as any message does: no frame of theirs differs by a byte."""

from __future__ import annotations

from uuid import uuid4

import msgspec
import pytest

from moderation.models import Flag, SupportOffer
from tests.chat.conftest import in_db

pytestmark = pytest.mark.delivery
DANGER = "I don't want to be here tonight"


def told(frames):
    """Frames without what differs between any two messages: its id, and when it was stored."""
    text = msgspec.json.encode(frames).decode()
    for entry in [entry for frame in frames for entry in frame.get("messages", [])]:
        text = text.replace(entry["id"], "").replace(entry["at"], "")
    return text.replace('"seq":2', '"seq":1').replace('"prev":1', '"prev":0').replace('"count":2', '"count":1')


async def test_m4_others_get_the_same_frames_with_and_without_a_flag(tabs, room, ana, ben, settings):
    at_ana, at_ben = await tabs(ana), await tabs(ben)
    await at_ana.enter(room.slug)
    await at_ben.enter(room.slug)
    await at_ben.silence()
    heard = []
    for is_on in (False, True):
        settings.SCREENING = is_on
        answer = await at_ana.post(room.slug, DANGER, str(uuid4()))
        assert answer["type"] == "ack"
        given = await at_ben.expect("messages")
        heard.append(told([given, *await at_ben.silence()]))
    assert await in_db(Flag.objects.count) == 1
    assert await in_db(SupportOffer.objects.count) == 1
    assert heard[0] == heard[1]
