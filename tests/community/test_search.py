"""Finding things: accents, languages, misspelt words, hostile questions, and only what the viewer may see."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chat.models import Message
from chat.services import finding
from community.models import Resource, SearchEntry, SearchSpelling, SearchWord
from community.resource_content import Channel, Content
from community.services import resources, search, search_index, seeding
from community.services.apart import block, mute
from tests.factories import join, make_member, make_room, post, talk

# Again on PostgreSQL: each database has an index of its own.
pytestmark = [pytest.mark.django_db, pytest.mark.delivery]


class Desk:
    """Two curators who publish entries, with what follows a commit."""

    def __init__(self, after_commit):
        self.after_commit = after_commit
        self.author, self.reader = (make_member(roles=("curators",)) for _ in range(2))

    def publish(self, name, offers="", *, resource=None, **fields):
        """The entry, as readers have it now."""
        channels = (Channel("page", "https://example.org/"),)
        content = Content(name=name, kind="guidance", offers=offers, **{"channels": channels, **fields})
        with self.after_commit(execute=True):
            draft = resources.draft(content, by=self.author, resource=resource)
            return resources.approve(resources.submit(draft, by=self.author), by=self.reader)

    def withdraw(self, resource):
        """Takes the entry away."""
        with self.after_commit(execute=True):
            resources.withdraw(resource, by=self.author, reason="a wrong number")


@pytest.fixture
def desk(django_capture_on_commit_callbacks):
    """Where entries come from."""
    return Desk(django_capture_on_commit_callbacks)


def titles(query, viewer=None, **how):
    """What is found, group by group."""
    found = search.find(query, viewer=viewer, **how)
    return {group.name: [one.hit.title for one in group.shown] for group in found.groups}


def found(query, **how):
    """The resources that are found."""
    return titles(query, **how).get("resource", [])


# --- Words -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "offers", "query"),
    [
        ("Línea de la Esperanza", "Apoyo cuando no hay sueño", "ESPERANZA"),
        ("Linea de la Esperanza", "", "línea"),
        ("Nightline", "Hilfe für Studierende in Köln", "koln"),
        ("Écoute", "Dépression, anxiété", "depression ecoute"),
        ("Apoio", "Prevenção da solidão", "prevencao"),
        ("いのちの電話", "", "いのちの電話"),
        ("いのちの電話", "", "電話"),
        ("希望24热线", "", "希望"),
        ("希望24热线", "", "希"),
        ("Τηλέφωνο", "", "τηλεφωνο"),
        ("خط الأمل", "", "الامل"),
        ("생명의전화", "", "생명"),
        ("Телефон доверия", "", "ДОВЕРИЯ"),
        ("Samaritans", "Somebody listens", "samar"),
        ("Quiet nights", "About insomnia", "schlaf"),
        ("Quiet nights", "Sleeping better", "problems sleeping"),
    ],
)
def test_what_was_meant_is_found(desk, name, offers, query):
    desk.publish(name, offers + " and problems")
    desk.publish("Something else", "Gardens")
    assert found(query) == [name]


@pytest.mark.parametrize(
    ("query", "instead"), [("slepe", "sleep"), ("anxeity helo", "anxiety help"), ("depresssion", "depression"), ("insomia", "insomnia")]
)  # fmt: skip
def test_a_misspelt_word_finds_what_it_meant_and_says_so(desk, query, instead):
    desk.publish("Calm", "Help with sleep, insomnia, anxiety and depression")
    answer = search.find(query, viewer=None)
    assert answer.instead == instead
    assert answer.groups[0].count == 1
    assert search.find(query, viewer=None, as_written=True).instead == ""


def test_one_can_insist_on_a_misspelt_word(desk):
    desk.publish("Calm", "Help with sleep")
    assert found("slepe", as_written=True) == []


def test_a_word_that_is_there_is_never_corrected(desk):
    desk.publish("Lamp", "Light")
    desk.publish("Night", "Nights")
    assert search.find("light", viewer=None).instead == ""
    assert found("light") == ["Lamp"]


def test_when_nothing_has_all_the_words_some_of_them_count(desk):
    desk.publish("Sleep well", "Evenings")
    answer = search.find("the sleep of reason", viewer=None)
    assert answer.is_partial
    assert [one.hit.title for one in answer.groups[0].shown] == ["Sleep well"]


def test_a_word_in_the_name_counts_more_than_one_in_the_text(desk):
    desk.publish("Gardening", "Grief comes and goes. " * 3)
    desk.publish("Grief", "Gardening")
    assert found("grief") == ["Grief", "Gardening"]


def test_entries_of_ones_own_country_come_first(desk):
    for country in ("CL", "GB", "PT", "INT"):
        desk.publish(f"Help {country}", country=country)
    assert set(found("help", near="PT")[:2]) == {"Help PT", "Help INT"}


def test_countries_are_found_by_their_name_in_their_own_language(desk):
    desk.publish("Seelsorge", country="DE", languages=("de",))
    assert found("Deutschland") == found("Germany") == found("alemania") == ["Seelsorge"]


def test_numbers_are_found_however_they_are_written(desk):
    desk.publish("Samaritans", channels=(Channel("phone", "116 123"),))
    assert found("116 123") == found("116123") == ["Samaritans"]


def test_of_very_many_the_newest_are_put_in_order_and_those_with_the_word_in_their_name(desk, monkeypatch):
    desk.publish("Lantern walks", "By the river")
    for number in range(6):
        desk.publish(f"Evening {number}", "A lantern for you")
    resource = search_index.kind_of(Resource())
    monkeypatch.setitem(search_index._kinds, "resource", replace(resource, ranked=3))
    [group] = search.find("lantern", viewer=None).groups
    assert [one.hit.title for one in group.shown] == [
        "Lantern walks",
        "Evening 5",
        "Evening 4",
        "Evening 3",
        "Evening 2",
    ]
    assert (group.count, group.is_more) == (3, True)
    [group] = search.find("lantern evening", viewer=None, limit=9).groups
    assert {one.hit.title for one in group.shown} == {f"Evening {number}" for number in range(2, 6)}
    [group] = search.find("river", viewer=None).groups
    assert (group.count, group.is_more) == (1, False)


def test_a_kind_of_which_there_is_much_does_not_push_out_another(rooms, desk, monkeypatch):
    desk.publish("Evening walks")
    for number in range(4):
        make_room(f"evening-{number}", name=f"Evening {number}")
    search_index.repair()
    for name, kind in list(search_index._kinds.items()):
        monkeypatch.setitem(search_index._kinds, name, replace(kind, ranked=2))
    shown = titles("evening", rooms["ana"])
    assert shown["resource"] == ["Evening walks"]
    assert 2 <= len(shown["room"]) <= 4


# --- Hostile questions -----------------------------------------------------------------------------------

HOSTILE = [
    "", " ", "\0", "sleep\0", '"', '"sleep', "sleep AND", "NEAR(sleep, 5)", "sleep*", "title_terms:sleep", "-sleep", "^sleep", "(", "a:*", "'", "''::tsquery",
    "sleep' & !'", "\\", "%", "_", "sleep; DROP TABLE community_search", "😀😀😀", "\ud800", "sleep \udfff", "\u202esleep", "a" * 10_000, "a " * 10_000, "é" * 10_000,
    "\u0301" * 10_000, "電" * 10_000, "sleep " * 2_000, "OR OR OR", "{}", "{kinds}", "%s", "ﷺ" * 500, "0" * 500, "١٢٣", "x\ny\tz",
]  # fmt: skip


@pytest.mark.parametrize("query", HOSTILE, ids=lambda query: ascii(query[:20]))
def test_hostile_questions_are_answered_like_any_other(desk, query):
    desk.publish("Sleep", "Help with sleep")
    with CaptureQueriesContext(connection) as asked:
        answer = search.find(query, viewer=make_member())
    answer.question.shown.encode("utf-8")
    assert len([one for one in asked if "search" in one["sql"]]) <= 6
    assert Resource.objects.count() == SearchEntry.objects.count() == 1


def test_the_number_of_queries_does_not_grow_with_what_is_found(desk):
    desk.publish("Sleep 1")
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            search.find("sleep", viewer=None)
        counts.append(len(asked))
        for number in range(6):
            desk.publish(f"Sleep again {number}")
    assert counts[0] == counts[1] == 2


# --- Keeping it right --------------------------------------------------------------------------------------


def test_an_entry_is_found_from_the_moment_it_is_published_until_it_is_withdrawn(desk):
    entry = desk.publish("Lanterns", "Light")
    assert found("lanterns") == ["Lanterns"]
    desk.publish("Lamps", "Light", resource=entry)
    assert found("lanterns", as_written=True) == []
    assert found("lamps") == ["Lamps"]
    desk.withdraw(entry)
    assert found("lamps") == []
    assert not SearchEntry.objects.exists()


def test_drafts_are_not_found(desk):
    resources.draft(
        Content(name="Lanterns", kind="guidance", channels=(Channel("page", "https://example.org/"),)), by=desk.author
    )
    search_index.repair()
    assert found("lanterns") == []


def test_an_index_that_lags_shows_nothing_that_is_gone(desk):
    entry = desk.publish("Lanterns")
    Resource.objects.filter(pk=entry.pk).update(withdrawn_at=entry.published_at)
    assert titles("lanterns") == {}


def test_repair_puts_right_whatever_is_wrong_and_then_has_nothing_to_do(desk):
    entry, other = desk.publish("Lanterns"), desk.publish("Lamps")
    SearchEntry.objects.filter(thing_id=entry.pk).delete()
    SearchEntry.objects.filter(thing_id=other.pk).update(body_terms="wrong", is_public=False)
    SearchEntry.objects.create(kind="resource", thing_id=10**9, title_terms="ghost")
    SearchEntry.objects.create(kind="unknown", thing_id=1, title_terms="ghost")
    assert search_index.repair() == 4
    assert search_index.repair() == 0
    assert (found("lanterns"), found("lamps"), found("wrong"), found("ghost")) == (["Lanterns"], ["Lamps"], [], [])


def test_words_that_nobody_uses_any_more_are_forgotten(desk):
    entry = desk.publish("Lanterns", "Quinquereme")
    desk.publish("Lamps", resource=entry)
    SearchEntry.objects.all().delete()
    search_index.repair()
    assert not SearchWord.objects.filter(word="quinquereme").exists()
    assert not SearchSpelling.objects.exclude(word__in=SearchWord.objects.all()).exists()


def test_the_command_repairs_and_rebuilds(desk, capsys):
    desk.publish("Lanterns")
    SearchEntry.objects.all().delete()
    call_command("reindex")
    call_command("reindex")
    call_command("reindex", "--anew")
    assert capsys.readouterr().out.splitlines() == [
        "1 entries were put right.",
        "0 entries were put right.",
        "1 things can be found.",
    ]
    assert found("lanterns") == ["Lanterns"]


def test_forgotten_things_are_not_found(desk):
    entry = desk.publish("Lanterns")
    search.forget(entry)
    assert found("lanterns") == []
    search.index(entry)
    search.index(entry)
    assert found("lanterns") == ["Lanterns"]


def test_a_change_that_is_rolled_back_leaves_the_index_alone(desk):
    entry = desk.publish("Lanterns")
    with transaction.atomic():
        SearchEntry.objects.filter(thing_id=entry.pk).update(title_terms="lost")
        transaction.set_rollback(True)
    assert found("lost") == []
    assert found("lanterns") == ["Lanterns"]


def test_every_seed_row_that_is_published_is_found_by_its_name(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        seeding.load()
    published = Resource.objects.published()
    lost = [one.name for one in published if one.name not in found(one.name, limit=60)]
    assert lost == []
    assert published.count() == SearchEntry.objects.filter(kind="resource").count()


# --- Rooms and what was said in them ---------------------------------------------------------------------------


@pytest.fixture
def rooms():
    """Ana and Ben in one room, Cleo in another."""
    people = {name: make_member(name) for name in ("ana", "ben", "cleo")}
    room, other = make_room("evenings", name="Evenings", purpose="Slow talk"), make_room("grief", name="Grief")
    for name in ("ana", "ben"):
        join(people[name], room)
    join(people["cleo"], other)
    search_index.repair()
    return {**people, "room": room, "other": other}


def said(query, viewer):
    """The texts found in the viewer's rooms."""
    groups = {group.name: group for group in search.find(query, viewer=viewer).groups}
    return [one.hit.text for one in groups["message"].shown] if "message" in groups else []


def test_members_find_rooms_and_visitors_do_not(rooms):
    assert titles("evening", rooms["cleo"]) == {"room": ["Evenings"]}
    assert titles("evening") == {}


def test_what_was_said_in_ones_own_rooms_is_found_and_in_others_not(rooms):
    post(rooms["ben"], rooms["room"], "A lantern by the window, señor")
    assert said("lanterns", rooms["ana"]) == said("SENOR", rooms["ana"]) == ["A lantern by the window, señor"]
    assert said("lantern", rooms["cleo"]) == []
    assert titles("lantern") == {}


def test_a7_the_words_of_people_one_blocked_or_muted_are_not_found(rooms):
    post(rooms["ben"], rooms["room"], "A lantern by the window")
    mute(rooms["ana"], rooms["ben"])
    assert said("lantern", rooms["ana"]) == []
    block(rooms["ben"], rooms["ana"])
    post(rooms["ana"], rooms["room"], "Another lantern")
    assert said("lantern", rooms["ben"]) == ["A lantern by the window"]


def test_a1_one_to_one_is_never_found_here(rooms):
    talk_room = talk(rooms["ana"], rooms["ben"])
    post(rooms["ben"], talk_room, "A lantern for you")
    assert said("lantern", rooms["ana"]) == []


def test_what_was_taken_back_hidden_or_is_old_is_not_found(rooms):
    for words in ("lantern one", "lantern two", "lantern three", "lantern four"):
        post(rooms["ben"], rooms["room"], words)
    now = timezone.now()
    Message.objects.filter(seq=1).update(withdrawn_at=now)
    Message.objects.filter(seq=2).update(hidden_at=now)
    Message.objects.filter(seq=3).update(stored_at=now - finding.SINCE - timedelta(hours=1))
    assert said("lantern", rooms["ana"]) == ["lantern four"]


def test_what_has_a_heads_up_stays_folded(rooms):
    post(rooms["ben"], rooms["room"], "The lantern broke", heads_up="breakage")
    assert said("lantern", rooms["ana"]) == ["Heads-up: breakage"]
    assert said("lantern", rooms["ben"]) == ["The lantern broke"]


def test_looking_through_rooms_is_bounded(rooms, monkeypatch):
    monkeypatch.setattr(finding, "LOOKED_AT", 10)
    for number in range(15):
        post(rooms["ben"], rooms["room"], f"lantern {number}")
    with CaptureQueriesContext(connection) as asked:
        count, shown = finding.look(search.ask("lantern"), rooms["ana"], 3)
    assert (count, [hit.text for hit in shown]) == (10, ["lantern 14", "lantern 13", "lantern 12"])
    assert len(asked) <= 8
