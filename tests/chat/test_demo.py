"""The demo community: believable, and held to the rules of real messages."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from django.core.management import call_command
from django.utils import timezone

from chat import demo, demo_live
from chat.models import Conversation, LiveChat, Membership, Message, Reaction, Request, Room
from chat.models.message import BODY_LIMIT
from chat.services import live_clock
from chat.services.live_clock import State
from community import names, text
from community.models import Block, Member
from tests.factories import make_member


@pytest.mark.parametrize("hour", [0, 12, 19, 20, 21])
def test_one_live_chat_is_on_at_any_hour(db: None, hour: int):
    now = datetime(2026, 3, 29, hour, 10, tzinfo=demo.ZONE)
    demo_live.load({name: make_member(name) for name, *_ in demo.MEMBERS}, now)
    states = [live_clock.state_of(chat, now) for chat in LiveChat.objects.all()]
    assert states.count(State.OPEN) == states.count(State.ENDED) == 1


def test_it_is_not_loaded_beside_real_members(db: None, settings):
    settings.DEMO = True
    Member.objects.create_user("somebody", password="a quiet place to be", joined_at=timezone.now())
    with pytest.raises(Exception, match="empty database"):
        call_command("demo")


@pytest.fixture
def loaded(demo_community: None, db: None, settings) -> None:
    """The demo, loaded."""
    settings.DEMO = True


def test_loading_it_again_changes_nothing(loaded: None):
    before = [model.objects.count() for model in (Member, Room, Message, Reaction, Membership)]
    call_command("demo")
    assert [model.objects.count() for model in (Member, Room, Message, Reaction, Membership)] == before


def test_it_is_there_once_and_has_enough_of_everything(loaded: None):
    assert (Room.objects.listed().count(), Member.objects.count()) == (6, 12)
    assert (Conversation.objects.count(), Request.objects.count(), Block.objects.count()) == (2, 1, 1)
    assert Message.objects.count() >= 250
    assert Message.objects.exclude(heads_up="").exists()
    assert Message.objects.filter(edited_at__isnull=False).exists()
    assert Message.objects.filter(withdrawn_at__isnull=False, body="").exists()


def test_every_room_is_numbered_without_holes_and_in_the_order_of_time(loaded: None):
    for room in Room.objects.filter(top__gt=0):  # one-to-one and live chats too
        rows = list(Message.objects.filter(room=room).order_by("seq").values_list("seq", "stored_at"))
        assert [seq for seq, _ in rows] == list(range(1, room.top + 1))
        assert [at for _, at in rows] == sorted(at for _, at in rows)
        assert rows[-1][1] == room.last_message_at


def test_a_live_chat_is_on_others_are_planned_and_one_has_its_summary(loaded: None):
    now = timezone.now()
    states = [live_clock.state_of(chat, now) for chat in LiveChat.objects.all()]
    assert states.count(State.OPEN) == states.count(State.ENDED) == 1
    assert states.count(State.PLANNED) >= 5
    on = LiveChat.objects.get(series=None)
    assert (on.room.top >= 12, on.prompts.filter(released_at__lt=now).count(), bool(on.so_far)) == (True, 2, True)
    assert LiveChat.objects.exclude(summed_up_at=None).get().what_helped


def test_something_new_waits_for_linden_but_not_everywhere(loaded: None):
    behind = [place.room.top - place.read_to for place in Membership.objects.filter(member__name="Linden")]
    assert len(behind) == 12
    assert 0 in behind
    assert demo.UNREAD in behind


@pytest.mark.parametrize("slug", [slug for slug, _name, _purpose in demo.ROOMS])
@pytest.mark.parametrize("hour", [0, 4, 12, 23])
def test_nothing_is_said_in_the_future_or_twice_at_once(slug: str, hour: int):
    now = datetime(2026, 3, 29, hour, 30, tzinfo=demo.ZONE)  # the clocks go forward that night
    at = list(demo.times(demo.script(slug), now))
    assert at[-1] < now
    assert at[0] > now - timedelta(days=6)
    assert all(later > earlier for earlier, later in pairwise(at))


@pytest.mark.parametrize("slug", [slug for slug, _name, _purpose in demo.ROOMS])
def test_what_is_said_passes_the_rules_of_real_messages(slug: str):
    people = {row[0] for row in demo.MEMBERS}
    for one in demo.script(slug):
        assert one.name in people
        assert text.tidy(one.words, limit=BODY_LIMIT) == one.words
        assert set(one.reactions) <= set(Reaction.Kind.values)
    assert not [name for name in people if names.skeleton(name) == ""]


@pytest.mark.parametrize("words", sorted(demo.COMMENTS.values()))
def test_comments_on_stories_pass_the_rules_too_and_come_after_the_story(words: str):
    said = demo.script(words)
    assert len(said) >= 6
    assert {one.name for one in said} <= {row[0] for row in demo.MEMBERS}
    assert all(text.tidy(one.words, limit=BODY_LIMIT) == one.words for one in said)
    assert all(set(one.reactions) <= set(Reaction.Kind.values) for one in said)


def test_two_stories_have_comments(loaded: None):
    talks = Room.objects.filter(kind=Room.Kind.STORY, is_read_only=False)
    assert sorted(talks.values_list("story_talk__story__title", flat=True)) == sorted(demo.COMMENTS)
    for room in talks:
        first = Message.objects.filter(room=room).earliest("seq")
        assert first.stored_at > room.story_talk.story.published_at
