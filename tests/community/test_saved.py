"""What a member keeps: theirs alone, with notes, taken out and put back, and the page for a device."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from community.models import Saved
from community.refusals import NotYours
from community.services import resources, saved
from community.text import TooLong
from tests.factories import make_member, make_resource, unhurried

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana():
    return make_member("ana")


@pytest.fixture
def at_ana(ana):
    client = Client()
    client.force_login(ana)
    return client


def url(name, line):
    return reverse(name, args=[line.slug])


def notes_of(member):
    return [one.note for one in saved.saved_by(member)]


def withdrawn(line):
    return resources.withdraw(line, by=make_member(roles=("moderators",)), reason="A wrong number")


def test_saving_twice_keeps_it_once_and_goes_back_to_where_one_was(at_ana):
    line = make_resource()
    for _ in range(2):
        answer = at_ana.post(url("resource-save", line), {"save": "on", "next": "/resources/?country=GB"})
        assert answer.url == "/resources/?country=GB"
    assert Saved.objects.count() == 1
    assert 'aria-pressed="true"' in at_ana.get("/resources/?country=GB").content.decode()


@pytest.mark.parametrize("back", ["https://evil.org/", "//evil.org", "javascript:x", ""])
def test_one_is_sent_to_no_other_site(at_ana, back):
    assert at_ana.post(url("resource-save", make_resource()), {"save": "on", "next": back}).url == "/saved/"


def test_a_script_gets_no_page(at_ana):
    line = make_resource()
    script = {"headers": {"Sec-Fetch-Mode": "cors"}}
    for name, body in (("resource-save", {"save": "on"}), ("saved-note", {"note": "mine"}),
                       ("saved-keep", {"keep": "on"}), ("resource-save", {"save": "off"})):  # fmt: skip
        assert at_ana.post(url(name, line), body, **script).status_code == 204
    assert not Saved.objects.exists()


def test_what_is_not_published_can_not_be_saved_and_looks_absent(at_ana):
    line = withdrawn(make_resource())
    for value in ("on", "off"):
        assert at_ana.post(url("resource-save", line), {"save": value}).status_code == 404
    assert at_ana.post(reverse("resource-save", args=["no-such"]), {"save": "on"}).status_code == 404


def test_notes_are_ones_own_and_nobody_elses(ana, at_ana):
    line, ben = make_resource(), make_member("ben")
    saved.save(ana, line)
    saved.save(ben, line)
    at_ana.post(url("saved-note", line), {"note": " my  Sunday\none "})
    assert (notes_of(ana), notes_of(ben)) == (["my Sunday one"], [""])
    other = Client()
    other.force_login(ben)
    assert "my Sunday one" not in other.get("/saved/").content.decode()
    assert 'value="my Sunday one"' in at_ana.get("/saved/").content.decode()
    with pytest.raises(NotYours):
        saved.write_note(make_member("cleo"), line, "not saved by me")


def test_a_note_that_is_too_long_changes_nothing(ana, at_ana):
    line = make_resource()
    saved.save(ana, line, note="short")
    answer = at_ana.post(url("saved-note", line), {"note": "x" * 201})
    assert answer.status_code == 400
    assert "1 character over" in answer.content.decode()
    assert notes_of(ana) == ["short"]
    with pytest.raises(TooLong):
        saved.save(make_member(), line, note="y" * 500)


def test_taking_out_offers_to_put_it_back_as_it_was(ana, at_ana):
    line = make_resource()
    saved.save(ana, line, note="my Sunday one", keeps_offline=True)
    page = at_ana.post(url("resource-save", line), {"save": "off", "from": "saved"}).content.decode()
    assert not Saved.objects.exists()
    assert 'name="note" value="my Sunday one"' in page
    at_ana.post(url("resource-save", line), {"save": "on", "note": "my Sunday one", "keeps": "on"})
    assert notes_of(ana) == ["my Sunday one"]
    assert Saved.objects.get().keeps_offline


def test_what_was_withdrawn_since_says_so_and_gives_no_number(ana, at_ana):
    line = make_resource()
    saved.save(ana, line, keeps_offline=True)
    withdrawn(line)
    page = at_ana.get("/saved/").content.decode()
    assert "taken back by our curators" in page
    assert "0800" not in page
    assert at_ana.get("/saved/offline/").status_code == 404
    at_ana.post(url("resource-save", line), {"save": "off", "from": "saved"})
    assert not Saved.objects.exists()


def test_searching_within_finds_names_notes_and_topics(ana, at_ana):
    for name, topic, note in (
        ("Quiet Line", "sleep", ""),
        ("Árbol", "grief", ""),
        ("Third", "work", "for café evenings"),
    ):
        saved.save(ana, make_resource(name, topics=(topic,)), note=note)
    for q, found in (("arbol", "Árbol"), ("cafe", "Third"), ("SLEEP", "Quiet Line")):
        page = at_ana.get("/saved/", {"q": q}).content.decode()
        assert [name for name in ("Quiet Line", "Árbol", "Third") if f"<bdi>{name}</bdi></a>" in page] == [found]
    assert "0 of what you saved" in at_ana.get("/saved/", {"q": "nothing"}).content.decode()


def test_a_device_gets_only_what_was_asked_for_and_no_name(ana, at_ana):
    assert at_ana.get("/saved/offline/").status_code == 404
    kept, other = make_resource("Kept Line"), make_resource("Other Line")
    for line in (kept, other):
        saved.save(ana, line, note="to myself")
    at_ana.post(url("saved-keep", kept), {"keep": "on"})
    page = at_ana.get("/saved/offline/").content.decode()
    assert "Kept Line" in page
    assert 'href="tel:0800000111"' in page
    assert "Other Line" not in page
    assert ">ana<" not in page
    at_ana.post(url("saved-keep", kept), {"keep": "off"})
    assert at_ana.get("/saved/offline/").status_code == 404


def test_many_stand_on_several_pages(ana, at_ana):
    with unhurried():
        for number in range(26):
            saved.save(ana, make_resource(f"Line {number:02d}"))
    first, second = (at_ana.get("/saved/", {"page": page}).content.decode() for page in ("1", "2"))
    assert (first.count('class="card keepC"'), second.count('class="card keepC"')) == (24, 2)
    assert "data-count>26<" in first
    assert at_ana.get("/saved/", {"page": "x", "q": "<b>"}).status_code == 200


def test_there_is_a_limit_in_number_and_in_speed(ana, monkeypatch):
    monkeypatch.setattr(saved, "MOST", 2)
    lines = [make_resource(f"Line {n}") for n in range(3)]
    with unhurried():
        saved.save(ana, lines[0])
        saved.save(ana, lines[1])
        with pytest.raises(saved.AsManyAsFit):
            saved.save(ana, lines[2])
        saved.save(ana, lines[1])


def test_what_one_saved_goes_with_the_account(ana):
    saved.save(ana, make_resource())
    ana.delete()
    assert not Saved.objects.exists()


def test_r11_notes_are_stored_sealed_for_their_member_alone_and_the_ring_can_turn(ana, settings):
    ben, line = make_member("ben"), make_resource()
    saved.save(ana, line, note="planted: nightjar")
    saved.save(ben, line)
    stored = Saved.objects.get(member=ana).note
    assert "nightjar" not in stored
    Saved.objects.filter(member=ben).update(note=stored)  # as if a row had been moved
    assert [(one.note, one.is_closed) for one in saved.saved_by(ben)] == [("", True)]
    Saved.objects.filter(member=ben).update(note="")
    settings.FIELD_KEYS = f"new:{'k' * 40},{settings.FIELD_KEYS}"
    assert saved.rewrap_all() == 1
    assert notes_of(ana) == ["planted: nightjar"]
    settings.FIELD_KEYS = f"other:{'x' * 40}"
    assert [one.is_closed for one in saved.saved_by(ana)] == [True]
