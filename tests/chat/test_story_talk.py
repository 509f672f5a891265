"""Comments under a story: messages in a room of its own, there while the story is, for members who joined."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from chat.models import Change, EarlierText, Membership, Message, Room
from chat.services import arrivals, changes, finding, noticing, rooms, story_aging, story_talk
from chat.services.changes import Act
from chat.services.messages import ReadOnly
from community.models import Notice, Story
from community.refusals import NotYours
from community.search_words import ask
from community.services import apart, stories, story_standing
from moderation.models import Flag, Report
from moderation.services import reports
from tests.factories import join, make_member, make_room, make_story, post, session_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def story() -> Story:
    """A story whose writer opened its comments."""
    found = make_story("A quiet story")
    story_talk.choose(found, by=found.writer, on=True)
    return Story.objects.get(pk=found.pk)


@pytest.fixture
def room(story) -> Room:
    return story_talk.room_of(story)


def as_(member) -> Client:
    client = Client()
    client.force_login(member)
    return client


def joined(name, story):
    member = make_member(name)
    story_talk.join(member, story.slug)
    return member


def page_of(story):
    return reverse("story-talk", args=[story.slug])


def test_comments_are_off_until_whoever_writes_or_edits_the_story_opens_them(client):
    story = make_story("A quiet story")
    page, reader = page_of(story), as_(make_member("ben"))
    assert client.get(page).status_code == reader.get(page).status_code == 404
    assert reader.post(reverse("story-talk-join", args=[story.slug])).status_code == 404
    assert reader.post(reverse("story-talk-choose", args=[story.slug]), {"do": "open"}).status_code == 404
    writer = as_(story.writer)
    assert "Open the comments" in writer.get(page).content.decode()
    writer.post(reverse("story-talk-choose", args=[story.slug]), {"do": "open"})
    assert reader.get(page).status_code == 200
    assert "Read the comments" in reader.get(reverse("story", args=[story.slug])).content.decode()


def test_a_story_that_takes_comments_by_another_way_has_its_room_too(django_capture_on_commit_callbacks):
    story = make_story()
    with django_capture_on_commit_callbacks(execute=True):
        story_standing.take_comments(story, by=story.writer, on=True)
    assert story_talk.room_of(story).is_read_only is False
    with django_capture_on_commit_callbacks(execute=True):
        story_standing.take_comments(story, by=story.writer, on=False)
    assert story_talk.room_of(story).is_read_only is True


def test_whoever_joined_reads_and_writes_without_a_script(story, room):
    ana, ben = as_(make_member("ana")), as_(make_member("ben"))
    for one in (ana, ben):
        assert "Join the talk" in one.get(page_of(story)).content.decode()
        one.post(reverse("story-talk-join", args=[story.slug]))
    answer = ana.post(reverse("room-post", args=[room.slug]), {"body": "It rained here too.", "client_id": uuid4()})
    assert answer["Location"] == f"{page_of(story)}#m-1"
    assert "It rained here too." in ben.get(page_of(story)).content.decode()
    assert ben.get(reverse("message", args=[room.slug, 1])).status_code == 200
    assert ben.get(reverse("room", args=[room.slug]) + "?around=1")["Location"] == f"{page_of(story)}?around=1"
    refused = ana.post(reverse("room-post", args=[room.slug]), {"body": "x" * 4001, "client_id": uuid4()})
    assert refused.status_code == 400
    assert "x" * 4001 in refused.content.decode()
    ben.post(reverse("story-talk-leave", args=[story.slug]))
    assert "It rained here too." not in ben.get(page_of(story)).content.decode()


def test_a_visitor_learns_about_how_many_there_are_and_no_word(story, room, client):
    ana = joined("ana", story)
    page = client.get(page_of(story)).content.decode()
    assert "No comments yet" in page
    for number in range(8):
        post(ana, room, f"planted {number}")
    for address in (page_of(story), reverse("story", args=[story.slug])):
        shown = client.get(address).content.decode()
        assert "About 5 comments" in shown
        assert "planted" not in shown
    assert "Sign in to read" in client.get(page_of(story)).content.decode()


@pytest.mark.parametrize("names", ["room-messages", "message", "room", "room-post", "room-join", "message-withdraw"])
def test_a1_whoever_did_not_join_is_given_nothing(story, room, names):
    post(joined("ana", story), room, "planted")
    outsider = as_(make_member("cleo"))
    arguments = [room.slug, 1] if names.startswith("message") else [room.slug]
    address = reverse(names, args=arguments)
    answer = outsider.get(address)
    assert (outsider.post(address, {"body": "hello"}) if answer.status_code == 405 else answer).status_code == 404
    assert "planted" not in outsider.get(page_of(story)).content.decode()


def _withdrawn(story):
    stories.withdraw(story, by=story.writer, reason="not now")


def _no_consent(story):
    stories.take_consent_back(story, by=story.writer)


def _back(story):
    fresh = Story.objects.get(pk=story.pk)
    story_standing.bring_back(fresh, by=story.writer)
    stories.agree(fresh, by=story.writer)


@pytest.mark.parametrize("gone", [_withdrawn, _no_consent])
def test_comments_go_with_their_story_at_once_and_come_back_with_it(story, room, gone):
    ana, ben = joined("ana", story), joined("ben", story)
    post(ana, room, "the nightjar sings, @ben")
    gone(story)
    addresses = [page_of(story), reverse("message", args=[room.slug, 1]), reverse("room", args=[room.slug]),
                 reverse("room-messages", args=[room.slug]), reverse("moderation:report", args=[room.slug, 1])]  # fmt: skip
    assert {as_(one).get(address).status_code for one in (ana, ben) for address in addresses} == {404}
    assert as_(ana).post(reverse("room-post", args=[room.slug]), {"body": "x"}).status_code == 404
    with pytest.raises(NotYours):
        post(ana, room, "by another way")
    with pytest.raises(NotYours):
        changes.do(Act(ana.pk, session_of(ana), room.slug, 1, changes.withdraw))
    assert _noticed(room) == []
    _back(story)
    assert {as_(ben).get(address, follow=True).status_code for address in addresses} == {200}
    assert "the nightjar sings" in as_(ben).get(page_of(story)).content.decode()


def test_a_closed_story_takes_no_more_and_shows_what_is_there(story, room):
    ana = joined("ana", story)
    post(ana, room, "before")
    story_talk.choose(story, by=story.writer, on=False)
    with pytest.raises(ReadOnly):
        post(ana, room, "after")
    # The story's own row decides, even where the room was not told.
    Room.objects.filter(pk=room.pk).update(is_read_only=False)
    with pytest.raises(ReadOnly):
        post(ana, room, "after")
    answer = as_(ana).post(reverse("room-post", args=[room.slug]), {"body": "kept words"})
    assert answer.status_code == ReadOnly().status
    assert "kept words" in answer.content.decode()
    assert "before" in as_(ana).get(page_of(story)).content.decode()
    changes.do(Act(ana.pk, session_of(ana), room.slug, 1, changes.withdraw))


def test_no_socket_and_no_search_of_rooms_knows_of_it(story, room):
    ana = joined("ana", story)
    post(ana, room, "the nightjar sings")
    states, ids = arrivals.places_of(ana.pk)
    assert states == []
    assert ids == {}
    assert arrivals.newest_places(1)[1] == []
    assert isinstance(rooms.enter_each([(ana.pk, room.slug)])[0], NotYours)
    assert finding.look(ask("nightjar"), ana, 5) == (0, [])
    assert room not in Room.objects.listed()


def test_a7_blocked_words_are_not_given_here_either(story, room):
    ana, ben = joined("ana", story), joined("ben", story)
    post(ana, room, "the nightjar sings")
    apart.block(ben, ana)
    assert "nightjar" not in as_(ben).get(page_of(story)).content.decode()
    assert as_(ben).get(reverse("message", args=[room.slug, 1])).status_code == 404


def _noticed(room):
    Message.objects.filter(room=room).update(stored_at=timezone.now() - timedelta(minutes=1))
    noticing.notice_rooms()
    told = Notice.objects.exclude(kind__startswith="story-")  # what its writer hears of the story itself
    return sorted(told.values_list("member__name", "kind"))


def test_being_named_or_answered_tells_and_nothing_else_does(story, room):
    ana, ben, _cleo = joined("ana", story), joined("ben", story), joined("cleo", story)
    post(ana, room, "It rained here too.")
    post(ben, room, "Here as well.", reply_to=1)
    post(ben, room, "And you, @cleo?")
    post(ben, room, "I go on", reply_to=2)
    assert _noticed(room) == [("ana", "mention"), ("cleo", "mention")]
    page = as_(ana).get(reverse("notifications")).content.decode()
    assert "Comments on a story" in page
    assert story.title not in page


def test_comments_are_read_for_signs_of_danger_and_can_be_reported(story, room):
    ana, ben = joined("ana", story), joined("ben", story)
    post(ana, room, "I am going to kill myself tonight, I have the pills here.")
    flag = Flag.objects.get(message__room=room)
    assert flag.from_words
    reports.report(reports.message_for(ben, room.slug, 1), by=ben, door="worried")
    assert flag.reports.count() == 1


def test_a_place_is_taken_once_and_a_removed_one_is_gone(story, room):
    ana = joined("ana", story)
    story_talk.join(ana, story.slug)
    assert Membership.objects.filter(room=room).count() == 1
    rooms.remove(ana, room)
    assert as_(ana).get(reverse("room-messages", args=[room.slug])).status_code == 404


# --- half a year later ------------------------------------------------------------------------------


def test_d3_what_was_said_under_a_story_is_gone_half_a_year_later_and_the_page_says_so(story, room):
    ana = joined("ana", story)
    post(ana, room, "planted one")
    post(ana, room, "planted two", reply_to=1)
    now = timezone.now()
    Message.objects.filter(seq=1).update(stored_at=now - timedelta(days=181))
    assert "After 180 days" in as_(ana).get(page_of(story)).content.decode()
    assert story_aging.forget_old() == 1
    assert list(Message.objects.order_by("seq").values_list("body", flat=True)) == ["", "planted two"]
    assert Change.objects.filter(room=room, kind=Change.Kind.WITHDRAWN, seq=1).count() == 1
    assert not EarlierText.objects.exists()
    assert story_aging.forget_old() == 0
    Message.objects.filter(seq=1).update(withdrawn_at=now - timedelta(days=2))
    story_aging.forget_old()
    assert list(Message.objects.values_list("seq", flat=True)) == [2]
    shown = as_(ana).get(page_of(story)).content.decode()
    assert "planted two" in shown
    assert "planted one" not in shown
    assert post(ana, room, "planted three").seq == 3


def test_d3_an_old_comment_that_belongs_to_a_case_stays_until_the_case_is_forgotten(story, room):
    ana, ben = joined("ana", story), joined("ben", story)
    post(ana, room, "planted")
    reports.report(reports.message_for(ben, room.slug, 1), by=ben, door="worried")
    Message.objects.update(stored_at=timezone.now() - timedelta(days=181))
    assert story_aging.forget_old() == 0
    assert Message.objects.get().body == "planted"
    Report.objects.all().delete()
    Flag.objects.all().delete()
    assert story_aging.forget_old() == 1


def test_messages_in_rooms_and_rooms_of_stories_with_words_are_left_alone(story, room):
    ana, other = make_member("ana"), make_room("evenings")
    join(ana, other)
    post(ana, other, "A quiet evening")
    Message.objects.update(stored_at=timezone.now() - timedelta(days=400))
    orphan = make_room("story-0", kind=Room.Kind.STORY)
    assert story_aging.forget_old() == 0
    assert Message.objects.get().body == "A quiet evening"
    assert Room.objects.filter(pk=room.pk).exists()
    assert not Room.objects.filter(pk=orphan.pk).exists()
