"""Keeping the lists: two people for every word that is shown, one to take a wrong number away."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta

import msgspec
import pytest
import time_machine
from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from community import help_checks, helplines, seed_rows
from community.models import Resource, ResourceRevision
from community.refusals import NotYours
from community.resource_content import BadContent, Channel, Content, checked, differences
from community.services import help_file, resources, seeding
from community.services.resources import Overtaken, OwnWords, ReasonNeeded
from tests.chat.test_races import racing
from tests.factories import make_member

LINE = Content(name="A listening line", kind="helpline", country="GB", channels=(Channel("phone", "116 123"),),
               is_severe_path=True, topics=("suicide",), languages=("en",))  # fmt: skip


@pytest.fixture(autouse=True)
def _no_file_is_left():
    yield
    settings.HELP_FILE.unlink(missing_ok=True)


@pytest.fixture
def ada(db):
    """A curator."""
    return make_member("ada", roles=("curators",))


@pytest.fixture
def priya(db):
    """Another one."""
    return make_member("priya", roles=("curators",))


def changed(**fields):
    """The line with other words."""
    return msgspec.structs.replace(LINE, **fields)


def published(ada, priya, content=LINE):
    """An entry that two people have read."""
    waiting = resources.submit(resources.draft(content, by=ada), by=ada)
    return resources.approve(waiting, by=priya)


def test_nothing_is_shown_before_a_second_person_has_read_it(ada, priya):
    waiting = resources.submit(resources.draft(LINE, by=ada), by=ada)
    assert not Resource.objects.published().exists()
    with pytest.raises(OwnWords):
        resources.approve(waiting, by=ada)
    one = resources.approve(waiting, by=priya)
    assert (one.is_public, one.content, one.owner) == (True, LINE, ada)


def test_the_database_too_refuses_that_somebody_approves_their_own_words(ada):
    draft = resources.draft(LINE, by=ada)
    with pytest.raises(IntegrityError), transaction.atomic():
        ResourceRevision.objects.filter(pk=draft.pk).update(read_by=ada)


def test_readers_see_the_old_text_until_the_new_one_is_approved(ada, priya):
    one = published(ada, priya)
    waiting = resources.submit(resources.draft(changed(name="Another name"), by=priya, resource=one), by=priya)
    one.refresh_from_db()
    assert (one.name, one.content.name) == ("A listening line", "A listening line")
    resources.approve(waiting, by=ada)
    one.refresh_from_db()
    assert (one.name, one.content.name) == ("Another name", "Another name")
    assert [r.number for r in one.revisions.order_by("number")] == [1, 2]


def test_a_text_that_started_from_an_older_one_is_refused(ada, priya):
    one = published(ada, priya)
    slow = resources.draft(changed(name="Slow"), by=ada, resource=one)
    quick = resources.submit(resources.draft(changed(name="Quick"), by=priya, resource=one), by=priya)
    resources.approve(quick, by=ada)
    late = resources.submit(slow, by=ada)
    with pytest.raises(Overtaken):
        resources.approve(late, by=priya)


def test_one_text_of_an_entry_waits_at_a_time_and_each_is_decided_once(ada, priya):
    one = published(ada, priya)
    first = resources.submit(resources.draft(changed(name="First"), by=ada, resource=one), by=ada)
    second = resources.submit(resources.draft(changed(name="Second"), by=priya, resource=one), by=priya)
    with pytest.raises(Overtaken):
        resources.approve(first, by=priya)
    with pytest.raises(ReasonNeeded):
        resources.decline(second, by=ada, note=" ")
    resources.decline(second, by=ada, note="The number is another")
    with pytest.raises(Overtaken):
        resources.approve(second, by=ada)


@pytest.mark.django_db(transaction=True)
def test_of_two_second_readers_at_once_one_is_told_that_it_was_decided():
    ada, priya, sam = (make_member(name, roles=("curators",)) for name in ("ada", "priya", "sam"))
    waiting = resources.submit(resources.draft(LINE, by=ada), by=ada)

    def decide(reader):
        try:
            return resources.approve(waiting, by=reader).pk
        except Overtaken:
            return "overtaken"

    answers = racing(decide, [priya, sam])
    assert sorted(map(str, answers)) == sorted([str(waiting.resource_id), "overtaken"])
    assert Resource.objects.get().revisions.filter(state="approved").count() == 1


def test_any_moderator_takes_a_wrong_number_away_at_once_and_says_why(ada, priya):
    one = published(ada, priya)
    amara = make_member("amara", roles=("moderators",))
    with pytest.raises(ReasonNeeded):
        resources.withdraw(one, by=amara, reason="")
    gone = resources.withdraw(one, by=amara, reason="A shop answers")
    assert (gone.is_public, gone.withdrawn_because, gone.withdrawn_by) == (False, "A shop answers", amara)
    assert not Resource.objects.published().exists()
    with pytest.raises(Overtaken):
        resources.withdraw(one, by=amara, reason="Again")


def test_members_and_moderators_do_not_curate(ada, priya):
    one = published(ada, priya)
    for nobody in (
        make_member("ben"),
        make_member("amara", roles=("moderators",)),
        make_member("sol", roles=("hosts",)),
    ):
        for act in (
            lambda who=nobody: resources.draft(LINE, by=who),
            lambda who=nobody: resources.restore(one, 1, by=who),
            lambda who=nobody: resources.verify(one, by=who, how="called"),
        ):
            with pytest.raises(NotYours):
                act()
    with pytest.raises(NotYours):
        resources.withdraw(one, by=make_member("cleo"), reason="I say so")


def test_going_back_to_an_earlier_text_needs_a_second_reader_too(ada, priya):
    one = published(ada, priya)
    resources.approve(resources.submit(resources.draft(changed(name="Worse"), by=ada, resource=one), by=ada), by=priya)
    back = resources.restore(one, 1, by=ada)
    one.refresh_from_db()
    assert (one.name, back.state) == ("Worse", "submitted")
    assert resources.approve(back, by=priya).content == LINE
    with pytest.raises(NotYours):
        resources.restore(one, 99, by=ada)


def test_a_check_sets_when_to_look_again_by_what_hangs_on_it(ada, priya):
    severe = published(ada, priya)
    other = published(ada, priya, changed(name="A course", kind="education", is_severe_path=False))
    for one, days in ((severe, 30), (other, 180)):
        seen = resources.verify(one, by=ada, how="Called, a person answered")
        assert seen.review_due - timezone.localdate() == timedelta(days=days)
    assert not Resource.objects.overdue(timezone.localdate()).exists()
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        assert list(Resource.objects.overdue(timezone.localdate())) == [severe]


@pytest.mark.django_db(transaction=True)
def test_the_help_page_is_told_at_once_by_a_file_and_never_by_half_of_one():
    ada, priya = (make_member(name, roles=("curators",)) for name in ("ada", "priya"))
    assert not help_file.write(), "nothing is published, so the shipped rows stay"
    assert len(helplines.lines_for("GB")) > 3
    one = published(ada, priya)
    assert [line.name for line in helplines.lines_for("GB")] == ["A listening line"]
    body = settings.HELP_FILE.read_bytes()
    settings.HELP_FILE.write_bytes(body[: len(body) // 2])
    assert [line.name for line in helplines.lines_for("GB")] == ["A listening line"], "half a file is not believed"
    assert help_file.write()
    published(ada, priya, changed(name="Another line"))
    resources.withdraw(one, by=ada, reason="The number is wrong")
    assert [line.name for line in helplines.lines_for("GB")] == ["Another line"]
    resources.withdraw(Resource.objects.get(name="Another line"), by=ada, reason="The number is wrong")
    assert "Another line" not in [line.name for line in helplines.lines_for("GB")], "the last one does not stay"
    assert len(helplines.lines_for("GB")) > 3, "and the page is not empty"


@pytest.mark.django_db(transaction=True)
def test_a_site_without_an_international_entry_of_its_own_keeps_the_shipped_ones():
    ada, priya = (make_member(name, roles=("curators",)) for name in ("ada", "priya"))
    published(ada, priya)
    assert help_checks.somebody_is_there_for_people_anywhere() == []
    published(ada, priya, changed(name="Anywhere line", country="INT"))
    assert [one.content.name for one in helplines.held() if one.content.country == "INT"] == ["Anywhere line"]


def test_rows_of_the_project_come_in_once_unverified_and_with_their_source(db):
    seeding.load()
    rows = (*seed_rows.emergencies(), *seed_rows.helplines(), *seed_rows.resources())
    assert Resource.objects.count() == len({row.origin for row in rows}) == len(rows)
    for row in rows:
        one = Resource.objects.get(origin=row.origin)
        assert (one.original, one.source, one.confidence) == (row.original, row.source, row.confidence)
        assert one.is_public == (row.confidence == "high")
        assert one.verified_at is None
        assert one.revisions.get().read() == checked(row.content)


def test_a_row_that_changed_updates_its_entry_unless_curators_have_written_there(ada, priya, monkeypatch):
    seeding.load()
    rows = [row for row in seed_rows.helplines() if row.confidence == "high" and row.content.country == "GB"][:2]
    untouched, touched = (Resource.objects.get(origin=row.origin) for row in rows)
    own = msgspec.structs.replace(touched.content, offers="Written by a curator")
    resources.approve(resources.submit(resources.draft(own, by=ada, resource=touched), by=ada), by=priya)
    newer = tuple(_renamed(row) for row in rows)
    monkeypatch.setattr(seed_rows, "helplines", lambda: newer)
    done = seeding.load()
    assert (done["updated"], done["for curators"], done["new"]) == (1, 1, 0)
    untouched.refresh_from_db()
    touched.refresh_from_db()
    assert (untouched.content, touched.content) == (newer[0].content, own)
    assert touched.revisions.get(state="draft").read() == newer[1].content
    assert seeding.load()["updated"] == 0


def _renamed(row):
    name = f"{row.content.name} (new)"
    content = msgspec.structs.replace(row.content, name=name)
    return dataclasses.replace(row, content=checked(content), original={**row.original, "name": name})


BAD = {
    "name": changed(name=" "),
    "country": changed(country="XX"),
    "channels": changed(channels=()),
    "channels.0": changed(channels=(Channel("phone", "call us"),)),
    "languages": changed(languages=("english",)),
    "offers": changed(offers="x" * 3000),
    "for_whom": changed(for_whom="a\x00b"),
    "topics": changed(topics=tuple(map(str, range(50)))),
}


@pytest.mark.parametrize("field", BAD)
def test_a_field_that_cannot_stay_is_named(field):
    with pytest.raises(BadContent) as refused:
        checked(BAD[field])
    assert list(refused.value.errors) == [field]


@pytest.mark.parametrize("address", ["javascript:alert(1)", "https://user@example.org/", "ftp://example.org", "https://localhost",
                                     "//example.org", "https://[::1", "data:text/html,x", ""])  # fmt: skip
def test_only_web_addresses_become_links(address):
    with pytest.raises(BadContent):
        checked(changed(channels=(Channel("page", address),)))


@pytest.mark.parametrize(("shown", "href"), [("116 123", "tel:116123"), ("0800 123 (day), 24h", "tel:0800123"), ("*4141", "tel:*4141"),
                                             ("+44 (0)20 7946 0000", "tel:+442079460000"), ("111, choose 2", "tel:111")])  # fmt: skip
def test_a_link_carries_the_plain_form_of_a_number(shown, href):
    assert checked(changed(channels=(Channel("phone", shown),))).channels[0].href == href


@hypothesis_settings(max_examples=200, deadline=None)
@given(st.text(max_size=80), st.sampled_from(["phone", "text", "whatsapp", "page", "mail", "chat"]))
def test_whatever_is_written_as_a_way_is_kept_as_it_is_or_refused(shown, way):
    try:
        channel = checked(changed(channels=(Channel(way, shown),))).channels[0]
    except BadContent:
        return
    scheme = channel.href.partition(":")[0]
    assert scheme in {"phone": ("tel",), "text": ("sms",), "mail": ("mailto",)}.get(way, ("https", "http"))


def test_what_changed_is_listed_field_by_field():
    assert differences(LINE, changed(name="Other", cost="free")) == [
        ("name", "A listening line", "Other"),
        ("cost", None, "free"),
    ]
    assert [name for name, _, _ in differences(None, LINE)][:2] == ["name", "kind"]
    assert json.dumps(differences(None, LINE))
