"""Details of how, how much and where are covered for others at once; the distress and the author's own words stay."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from chat.models import Change, EarlierText, Message
from chat.services import changes, finding, news, search
from chat.services.changes import Act
from chat.views import talks
from chat.views.shown import shown
from community.models import Notice
from community.search_words import ask
from moderation import detector
from moderation.models import Flag
from moderation.services import cases, decisions, queue, sweeping
from moderation.services.choices import Choice
from tests.factories import join, make_member, make_room, post, session_of, talk

pytestmark = pytest.mark.django_db
DETAILS = "I want to die. I have forty paracetamol here. Please somebody talk to me."
SEEN = "I want to die. I have […] here. Please somebody talk to me."
REWRITTEN = "I want to die. Please somebody talk to me."


@pytest.fixture
def evenings():
    ana, ben, room = make_member("ana"), make_member("ben"), make_room("evenings")
    join(ana, room)
    join(ben, room)
    return ana, ben, room


def edit(member, room, seq, body):
    changes.do(Act(member.pk, session_of(member), room.slug, seq, changes.editing(body, None)))


def given(encoded, reader):
    return json.loads(encoded.for_reader(reader.pk, frozenset()))


def newest(room, reader):
    """What this reader is given of the room's newest message."""
    return given(news.since(room.pk, 0, room.__class__.objects.get(pk=room.pk).revision).fresh[-1], reader)


def pages(reader, room):
    """Everything that the server sends this reader about a room, as text."""
    client = Client()
    client.force_login(reader)
    at = f"/rooms/{room.slug}"
    addresses = (f"{at}/", f"{at}/messages/", f"{at}/m/1/", f"/report/{room.slug}/1/")
    return [client.get(one).content.decode() for one in addresses]


def failing(*_args, **_how):
    raise ValueError


def test_the_first_delivery_is_covered_already_and_the_distress_stays(evenings):
    ana, ben, room = evenings
    stored = post(ana, room, DETAILS)
    others, own = given(stored.entry, ben), given(stored.entry, ana)
    assert others["body"] == SEEN
    assert ["veil", "details kept out of sight"] in others["parts"]
    assert "aside" not in others
    assert (own["body"], own["aside"]) == (DETAILS, "veiled")
    assert "parts" not in own
    assert Message.objects.get().body == DETAILS, "the words stay as they were written"
    assert Flag.objects.get().message.seq == 1
    assert not Change.objects.exists()
    ring = news.since(room.pk, 0, 0).fresh[0]
    assert b"forty" not in ring.body
    assert b"forty" in ring.own


def test_pages_history_and_the_report_page_show_others_a_cover_and_its_author_the_words(evenings):
    ana, ben, room = evenings
    post(ana, room, DETAILS)
    for page in pages(ben, room):
        assert "forty" not in page
        assert "I want to die" in page
    assert all("forty paracetamol" in page for page in pages(ana, room)[:3])
    assert '<span class="veil">details kept out of sight</span>' in pages(ben, room)[0]
    mine = shown([Message.objects.get()], ana)[0]
    theirs = shown([Message.objects.get()], ben)[0]
    assert (mine.aside, theirs.aside) == ("veiled", "")
    said = "so the others don't see them"
    assert said in pages(ana, room)[0]
    assert said not in pages(ben, room)[0].split("<template")[0]


def test_a_quotation_shows_nobody_what_is_covered_not_even_its_author(evenings):
    ana, ben, room = evenings
    post(ana, room, DETAILS)
    answer = post(ben, room, "I am here with you.", reply_to=1)
    for reader in (ana, ben):
        assert given(answer.entry, reader)["reply_to"]["text"] == SEEN


def test_searching_finds_what_is_covered_for_nobody_but_its_author(evenings):
    ana, ben, room = evenings
    post(ana, room, DETAILS)
    assert finding.look(ask("paracetamol"), ben, 10) == (0, [])
    assert finding.look(ask("paracetamol"), ana, 10)[0] == 1
    assert finding.look(ask("somebody"), ben, 10)[1][0].text == SEEN


def test_one_to_one_the_words_are_sealed_and_the_other_sees_a_cover_in_pages_previews_and_search():
    ana, ben = make_member("ana"), make_member("ben")
    room = talk(ana, ben)
    stored = post(ana, room, DETAILS)
    assert given(stored.entry, ben)["body"] == SEEN
    assert given(stored.entry, ana)["body"] == DETAILS
    assert "paracetamol" not in Message.objects.get(seq=stored.seq).body, "sealed where it lies"
    assert "paracetamol" not in str(list(Message.objects.values()))
    assert talks.threads(ben)[0].preview.startswith("I want to die. I have […] here.")
    assert talks.threads(ana)[0].preview.startswith("I want to die. I have forty")
    assert search.own(ben, "paracetamol").messages == []
    assert [one.body for one in search.own(ben, "somebody").messages] == [SEEN]
    assert [one.body for one in search.own(ana, "paracetamol").messages] == [DETAILS]


def test_notices_hold_none_of_it(evenings):
    ana, _, room = evenings
    post(ana, room, f"@ben {DETAILS}")
    assert "forty" not in str(list(Notice.objects.values()))


def test_words_rewritten_without_the_details_are_shown_in_full_and_the_first_ones_are_kept_for_staff(evenings):
    ana, ben, room = evenings
    post(ana, room, DETAILS)
    edit(ana, room, 1, REWRITTEN)
    now = newest(room, ben)
    assert now["body"] == REWRITTEN
    assert now["edited"]
    assert "aside" not in newest(room, ana)
    assert Message.objects.get().veiled == ""
    assert EarlierText.objects.get().body == DETAILS


def test_an_edit_that_brings_details_in_is_covered_as_it_is_stored(evenings):
    ana, ben, room = evenings
    post(ana, room, REWRITTEN)
    edit(ana, room, 1, DETAILS)
    assert newest(room, ben)["body"] == SEEN
    assert list(Change.objects.values_list("kind", flat=True)) == ["edited"]


@pytest.mark.logs_errors("the detector fails on purpose")
def test_rewritten_words_that_nobody_could_read_yet_stay_covered_as_a_whole(evenings, monkeypatch):
    ana, ben, room = evenings
    post(ana, room, DETAILS)
    with monkeypatch.context() as patched:
        patched.setattr(detector, "screen", failing)
        edit(ana, room, 1, REWRITTEN)
    assert newest(room, ben)["body"] == "[…]"
    assert newest(room, ana)["body"] == REWRITTEN
    assert sweeping.sweep() == 1
    assert newest(room, ben)["body"] == REWRITTEN


@pytest.mark.logs_errors("the detector fails on purpose")
def test_what_the_sweep_finds_is_covered_for_those_who_have_it_already(evenings, monkeypatch):
    ana, ben, room = evenings
    with monkeypatch.context() as patched:
        patched.setattr(detector, "screen", failing)
        post(ana, room, DETAILS)
    room.refresh_from_db()
    before = room.revision
    assert newest(room, ben)["body"] == DETAILS
    sweeping.sweep()
    (change,) = news.since(room.pk, 1, before).changed
    assert given(change[1], ben)["body"] == SEEN
    assert Change.objects.get().kind == "veiled"
    assert sweeping.sweep() == 0
    assert Change.objects.count() == 1


@pytest.mark.parametrize("kind", ["no-concern", "restore"])
def test_a_moderator_reads_all_of_it_and_lifts_the_cover_for_good(evenings, kind):
    ana, ben, room = evenings
    amara = make_member("amara", roles=("moderators",))
    post(ana, room, DETAILS)
    flag = queue.take(amara, Flag.objects.get().token)
    line = next(one for one in cases.open_case(amara, flag.token).lines if one.is_flagged)
    assert line.body == DETAILS
    assert [DETAILS[start:end] for start, end in line.covered] == ["forty paracetamol"]
    flag.refresh_from_db()
    decisions.decide(amara, flag.token, Choice(kind), version=flag.version)
    room.refresh_from_db()
    (change,) = news.since(room.pk, 1, 0).changed
    assert given(change[1], ben)["body"] == DETAILS
    sweeping.sweep()
    assert Message.objects.get().veiled == "", "who decided decided"


def test_words_without_danger_keep_their_doses_and_places(evenings):
    ana, ben, room = evenings
    for words in ("My doctor gave me 50 mg of sertraline.", "We met on the old bridge by the station."):
        assert given(post(ana, room, words).entry, ben)["body"] == words


def test_taken_back_nothing_of_it_is_left(evenings):
    ana, _, room = evenings
    post(ana, room, DETAILS)
    changes.do(Act(ana.pk, session_of(ana), room.slug, 1, changes.withdraw))
    message = Message.objects.get()
    assert (message.body, message.veiled) == ("", "")
    assert newest(room, ana)["state"] == "withdrawn"


@pytest.mark.parametrize(
    ("words", "covered"),
    [
        ("I want to die, I took 40 paracetamol", ["40 paracetamol"]),
        ("I want to kill myself. I have 20 x 500mg of codeine", ["20 x 500mg of codeine"]),
        ("I want to kill myself, I have all my sleeping pills here", ["all my sleeping pills"]),
        ("I'm going to jump off the Clifton suspension bridge tonight", ["Clifton suspension bridge"]),
        ("how many pills would I need to take to not wake up", ["how many pills would I need to take to not wake up"]),
        ("Quiero morir, tengo 30 pastillas de paracetamol y voy al puente de Triana",
         ["30 pastillas de paracetamol", "puente de Triana"]),
        ("I want to die. p.a.r.a.c.e.t.a.m.o.l", ["p.a.r.a.c.e.t.a.m.o.l"]),
        ("I want to die", []),
    ],
)  # fmt: skip
def test_exactly_the_details_are_found_wherever_they_stand_and_however_they_are_written(words, covered):
    assert [words[one.start : one.end] for one in detector.screen(words).details] == covered


def test_details_in_a_second_message_are_covered_when_the_danger_was_said_in_the_first(evenings):
    ana, ben, room = evenings
    post(ana, room, "I want to kill myself")
    later = post(ana, room, "forty paracetamol")
    assert given(later.entry, ben)["body"] == "[…]"
