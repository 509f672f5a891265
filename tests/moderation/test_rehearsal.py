"""A rehearsed shift: sixty scenes through the real screens, what others would weigh, a colleague who helps."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from chat import demo
from chat.models import Message
from community.models import Member
from moderation import detector, rehearsal
from moderation.models import Decision, Flag
from moderation.services import appeals, colleagues, decisions, queue, rehearsing
from moderation.services.choices import Choice, Kind
from tests.factories import join, make_member, make_room
from tests.moderation.console import at_console, page, url

pytestmark = pytest.mark.django_db
WORDS = {"support": {"words": "I'm here, if you'd like company."}, "hide": {"reason": "harm"}}
SCENES = 60


@pytest.fixture
def began(settings):
    """A rehearsal that just began, and whoever rehearses. The rooms of the demo are there, without what was said."""
    settings.DEMO = settings.REHEARSAL = settings.SCREENING = True
    people = [make_member(name, roles=roles) for name, _pebble, roles, _line in demo.MEMBERS]
    for slug, _name, _purpose in demo.ROOMS:
        room = make_room(slug)
        for one in people:
            join(one, room)
    rehearsal.load()
    return Member.objects.get(name="Robin")


def free():
    return Flag.objects.waiting(timezone.now()).free(timezone.now()).count()


def taken(by):
    flag = queue.take_next(by)
    assert flag is not None
    return flag


def decide(by, flag, kind, **more):
    return decisions.decide(by, flag.token, Choice(kind, follow_up_hours=0, **more), version=flag.version)


def test_the_script_is_sixty_scenes_each_with_a_reason_and_something_that_most_would_do():
    scenes = rehearsing.script()
    assert len(scenes) == len({one.id for one in scenes}) == len({one.words for one in scenes}) == 60
    kinds = set(Kind.values)
    assert all(one.lesson and one.good and {*one.good, *one.fair} <= kinds for one in scenes)
    assert not [one.id for one in scenes if set(one.good) & set(one.fair)]


def test_what_comes_from_words_is_found_by_the_detector():
    missed = []
    for scene in rehearsing.script():
        own = tuple((10.0, words) for name, words in scene.before if name == scene.by)
        if scene.source == "words" and not detector.screen(scene.words, before=own).is_flag:
            missed.append(scene.id)
    assert not missed


def test_a_few_wait_at_once_and_the_next_comes_when_few_are_left(began):
    assert free() >= rehearsal.WAITING
    assert not rehearsal.go_on()
    while free() >= rehearsal.WAITING:
        taken(began)
    assert rehearsal.go_on()
    assert free() >= rehearsal.WAITING


def test_the_demo_begins_it_and_loading_it_again_changes_nothing(settings):
    settings.DEMO = settings.REHEARSAL = settings.SCREENING = True
    call_command("demo")
    assert Member.objects.filter(name="Robin").exists()
    assert free() >= rehearsal.WAITING
    before = Member.objects.count(), Message.objects.count(), Flag.objects.count()
    call_command("demo")
    assert (Member.objects.count(), Message.objects.count(), Flag.objects.count()) == before


def test_all_sixty_are_played_once_and_can_be_taken(began):
    for scene in rehearsing.script():
        rehearsal.play(scene)
        rehearsal.play(scene)
    messages = Message.objects.filter(client_id__in=[one.client_id for one in rehearsing.script()])
    assert messages.count() == SCENES
    open_ones = Flag.objects.open().filter(message__in=messages)
    assert open_ones.count() == SCENES
    assert {one.message.client_id for one in open_ones} == {one.client_id for one in rehearsing.script()}


def test_what_one_chose_stands_beside_what_most_would_with_the_reason(began):
    scene = next(one for one in rehearsing.script() if one.good == ("no-concern",) and one.source == "worried")
    rehearsal.play(scene)
    flag = queue.take(began, Flag.objects.open().get(message__client_id=scene.client_id).token)
    decide(began, flag, Kind.NO_CONCERN)
    said = rehearsing.latest(began)
    assert (said.scene, said.is_as_most) == (scene, True)
    shown = page(at_console(began).get(url("queue")))
    assert scene.lesson[:40] in shown.replace("&#x27;", "'").replace("&quot;", '"')
    assert "1 of 60 cases" in page(at_console(began).get(url("rehearsal")))


def test_another_choice_is_to_be_talked_over_and_nothing_is_counted_against_anybody(began):
    scene = next(one for one in rehearsing.script() if one.id == "scar")
    rehearsal.play(scene)
    flag = queue.take(began, Flag.objects.open().get(message__client_id=scene.client_id).token)
    decide(began, flag, Kind.HIDE, reason="harm")
    (said,) = rehearsing.progress(began).to_talk_over
    assert said.scene == scene
    shown = page(at_console(began).get(url("rehearsal")))
    assert "Worth talking over" in shown
    assert "%" not in shown.split("<main", 1)[1].split("</main>", 1)[0]


def test_a_colleague_turns_the_second_key_after_a_moment(began):
    flag = taken(began)
    choice = Choice(Kind.IMMINENT, checklist={"time": True, "offered-company": True})
    decisions.propose(began, flag.token, choice, version=flag.version)
    rehearsal.go_on()
    assert not Decision.objects.filter(flag=flag, kind=Kind.IMMINENT).exists()
    with time_machine.travel(timezone.now() + rehearsal.PAUSE + timedelta(seconds=1)):
        rehearsal.go_on()
    assert Decision.objects.get(flag=flag, kind=Kind.IMMINENT).second.name == "Theo"


def test_a_colleague_answers_whoever_asks_for_an_opinion(began):
    flag = taken(began)
    flag = colleagues.ask_second(began, flag.token, version=flag.version)
    rehearsal.go_on()
    scene = rehearsing.scene_of(flag)
    assert scene.lesson in [one.note for one in colleagues.history(flag)]


def test_what_a_colleague_had_decided_comes_as_an_appeal_and_can_be_taken_back(began):
    scene = next(one for one in rehearsing.script() if one.id == "appeal-veil")
    rehearsal.play(scene)
    flag = queue.take(began, Flag.objects.open().get(message__client_id=scene.client_id).token)
    appeals.answer(began, flag.token, take_back=True, words="Sorry. It is as you say.", version=flag.version)
    assert rehearsing.latest(began).is_as_most


def test_on_a_real_site_nothing_is_played_and_the_page_says_how_to_begin(settings):
    settings.REHEARSAL = False
    assert not rehearsal.go_on()
    amara = make_member("amara", roles=("moderators",))
    assert rehearsing.latest(amara) is None
    assert "make rehearse" in page(at_console(amara).get(url("rehearsal")))


def test_how_far_one_is_takes_as_many_queries_as_one_has_roles_to_look_up(began, django_assert_max_num_queries):
    for scene in rehearsing.script()[:8]:
        rehearsal.play(scene)
    for _ in range(3):
        decide(began, taken(began), Kind.SUPPORT, **WORDS["support"])
    with django_assert_max_num_queries(3):
        assert rehearsing.progress(began).done == 3
