"""The site's own phrases: drafts, a second person, in force in every process, and back in one step (PRODUCT B 5)."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from community.models import AuditEntry, Letter
from community.refusals import NotYours
from moderation.detector import Severity
from moderation.models import Alarm, DryRun, PhraseVersion, Screening
from moderation.phrase_content import (
    AddPhrase,
    AsShipped,
    NotAllowed,
    PutList,
    RemovePhrase,
    Rest,
    Reweigh,
    SiteList,
)
from moderation.services import (
    dry_run_counting,
    dry_runs,
    lexicon_in_force,
    phrase_checks,
    phrase_compiling,
    phrase_mending,
    phrase_smoke,
    phrase_steps,
    phrases,
    screening,
)
from moderation.services.phrases import Changed, NotNow
from tests.factories import join, make_member, make_room, post

pytestmark = pytest.mark.django_db
MUST = ("I will go to the quarry tonight", "the quarry is waiting for me", "going to the quarry now")
MUST_NOT = ("we had tea", "the library was closed", "my dog likes the park")
QUARRY = SiteList(
    "quarry", "en", "The quarry", "A place here where people have died", "suicide", "high",
    person="any", negatable=False, phrases=("the quarry",), must=MUST, must_not=MUST_NOT,
)  # fmt: skip


@pytest.fixture(autouse=True)
def _nothing_is_in_force():
    lexicon_in_force.forget()
    phrase_mending._sound.clear()
    yield
    lexicon_in_force.forget()


@pytest.fixture
def ada():
    return make_member("ada", roles=("admins",))


@pytest.fixture
def theo():
    return make_member("theo", roles=("moderators", "leads"))


def drafted(by, *changes, based_on=""):
    version = phrases.draft(by, based_on)
    for change in changes:
        version = phrases.change(by, version.token, edits=version.edits, change=change)
    return version


def counted(by, version):
    run = dry_runs.dry_run(by, version.token)
    assert dry_run_counting.go_on(run.token)
    return dry_runs.result(by, run.token)


def signed(author, reader, *changes):
    version = drafted(author, *changes)
    version = phrase_steps.ask(author, version.token, edits=version.edits)
    counted(author, version)
    return phrase_steps.sign(reader, version.token)


def in_force(author, reader, *changes):
    return phrase_steps.put_in_force(author, signed(author, reader, *changes).token)


# --- drafts ------------------------------------------------------------------------------------


def test_only_leads_and_admins_write_and_moderators_read(ada):
    amara, ana = make_member("amara", roles=("moderators",)), make_member("ana")
    version = drafted(ada)
    assert phrases.version_for(amara, version.token) == version
    for act in (lambda: phrases.draft(amara), lambda: phrase_steps.drop(amara, version.token)):
        with pytest.raises(NotYours):
            act()
    with pytest.raises(NotYours):
        phrases.versions(ana)


def test_a_change_to_an_older_text_is_refused_with_who_changed_what(ada, theo):
    version = drafted(ada, PutList(QUARRY))
    phrases.change(theo, version.token, edits=version.edits, change=AddPhrase("quarry", "old pit"))
    with pytest.raises(Changed) as refused:
        phrases.change(ada, version.token, edits=version.edits, change=RemovePhrase("quarry", "the quarry"))
    assert "theo" in str(refused.value.detail)
    assert "old pit" in str(refused.value.detail)


@pytest.mark.parametrize(
    "change",
    [
        PutList(SiteList("x y", "en", "n", "p", "suicide", "high", must=MUST, must_not=MUST_NOT)),
        PutList(SiteList("two", "en", "n", "p", "suicide", "high", must=MUST[:2], must_not=MUST_NOT)),
        PutList(SiteList("fr", "fr", "n", "p", "suicide", "high", must=MUST, must_not=MUST_NOT)),
        PutList(SiteList("why", "en", "n", " ", "suicide", "high", must=MUST, must_not=MUST_NOT)),
        PutList(SiteList("level", "en", "n", "p", "suicide", "none", must=MUST, must_not=MUST_NOT)),
        AddPhrase("nowhere", "word"),
        AddPhrase("quarry", "the quarry"),
        AddPhrase("quarry", "a\u202eb"),
        AddPhrase("quarry", "x" * 301),
        Rest("en.no-such"),
        Rest("en.intent", "no such phrase"),
        Reweigh("en.intent", "awful"),
    ],
)
def test_what_is_no_phrase_list_or_level_is_refused(ada, change):
    version = drafted(ada, PutList(QUARRY))
    with pytest.raises(NotAllowed):
        phrases.change(ada, version.token, edits=version.edits, change=change)


def test_ordinary_words_of_the_community_never_flag_on_their_own(ada):
    own = SiteList("context", "en", "n", "p", "distress", "high", context=True, phrases=("spoons",),
                   must=("no spoons", "out of spoons", "spoons gone"), must_not=MUST_NOT)  # fmt: skip
    version = drafted(ada, PutList(own))
    assert phrases.content_of(version).list_of("context").severity == "low"
    found = phrase_checks.try_text(ada, "I have no spoons", version)
    assert found.draft.severity <= Severity.LOW
    assert found.draft.reasons
    assert found.draft.score > found.now.score


def test_lists_show_the_release_as_the_version_has_it(ada):
    version = drafted(ada, Rest("en.intent"), Reweigh("en.unsafe", "low"), PutList(QUARRY))
    shown = phrases.lists("en", version)
    by_id = {one.id: one for one in shown.groups}
    assert {one.severity for one in by_id["en.intent"].phrases} == {""}
    assert {(one.severity, one.shipped) for one in by_id["en.unsafe"].phrases} == {("low", "moderate")}
    assert [one.key for one in shown.lists] == ["quarry"]
    assert phrases.lists("es", version).lists == ()
    back = phrases.change(ada, version.token, edits=version.edits, change=AsShipped("en.intent"))
    assert {one.severity for one in phrases.lists("en", back).groups[0].phrases} != {""}


# --- checks ------------------------------------------------------------------------------------


def problems_of(by, *changes):
    return [(one.code, one.phrase) for one in phrase_checks.check(drafted(by, *changes))]


def test_a_sound_list_has_no_problems_and_one_without_phrases_has(ada):
    assert problems_of(ada, PutList(QUARRY)) == []
    assert [code for code, _ in problems_of(ada, PutList(QUARRY), RemovePhrase("quarry", "the quarry"))][:1] == [
        "empty"
    ]


@pytest.mark.parametrize(
    ("phrase", "code"),
    [
        ("(a", "bad-phrase"), ("{nothing}", "bad-phrase"), (".. ..", "bad-phrase"), ("[a]", "bad-phrase"),
        ("*", "bad-phrase"), ("(i|the|is|and|a|to|my|you|que|de|la|it)", "everything"), ("quarry$ of", "nothing"),
    ],
)  # fmt: skip
def test_a_phrase_that_finds_nothing_or_everything_or_cannot_be_read_is_named(ada, phrase, code):
    assert (code, phrase) in problems_of(ada, PutList(QUARRY), AddPhrase("quarry", phrase))


def test_examples_are_read_with_every_draft(ada):
    missing = phrase_checks.check(drafted(ada, PutList(QUARRY), AddPhrase("quarry", "tea")))
    assert [(one.code, "we had tea" in one.says) for one in missing] == [("example", True)]


def test_resting_what_the_smoke_list_needs_is_said_with_the_sentence(ada):
    rests = [Rest(one.id) for one in phrases.lists("en").groups if one.category == "suicide" and not one.effect]
    found = phrase_checks.check(drafted(ada, *rests))
    assert {one.code for one in found} == {"smoke"}
    assert any("must be flagged" in one.says for one in found)
    version = drafted(ada, *rests)
    with pytest.raises(phrase_checks.NotSound):
        phrase_steps.ask(ada, version.token, edits=version.edits)


def test_the_release_itself_passes_its_smoke_list():
    from moderation import detector

    known = phrase_smoke.sentences()
    assert (len(known.must_flag), len(known.must_not_flag)) == (60, 60)
    assert phrase_smoke.broken(detector.shipped()) == []


def test_a_preview_shows_forms_spellings_and_where_it_matches(ada):
    room = make_room("evenings")
    join(ada, room)
    post(ada, room, "wanna see the quarry?")
    post(ada, room, "tea")
    found = phrase_checks.preview(ada, "(want|need) to .. quarr*", "en")
    assert "want to … quarr" in found.variants
    assert ("wanna", "want to") in found.spellings
    assert (found.read, found.matched, found.flagged) == (2, 1, 0)
    assert phrase_checks.preview(ada, "(a", "en").problem


# --- the way into force ------------------------------------------------------------------------


def test_nobody_signs_what_they_wrote_and_nothing_is_signed_without_a_dry_run(ada, theo):
    version = drafted(ada, PutList(QUARRY))
    version = phrases.change(theo, version.token, edits=version.edits, change=AddPhrase("quarry", "old pit"))
    version = phrase_steps.ask(ada, version.token, edits=version.edits)
    lea = make_member("lea", roles=("leads",))
    with pytest.raises(NotNow, match="not-now"):
        phrase_steps.sign(lea, version.token)
    counted(ada, version)
    for writer in (ada, theo):
        with pytest.raises(NotNow):
            phrase_steps.sign(writer, version.token)
    with pytest.raises(NotNow):
        phrase_steps.put_in_force(ada, version.token)
    assert phrase_steps.sign(lea, version.token).signed_by == lea


def test_where_something_that_mattered_would_be_missed_two_people_write_why(ada, theo):
    version = drafted(ada, PutList(QUARRY))
    version = phrase_steps.ask(ada, version.token, edits=version.edits)
    counted(ada, version)
    DryRun.objects.update(counts={"missed": 2})
    with pytest.raises(NotNow):
        phrase_steps.sign(theo, version.token, "It was a song.")
    PhraseVersion.objects.update(reason="The song is over.")
    with pytest.raises(NotNow):
        phrase_steps.sign(theo, version.token)
    phrase_steps.sign(theo, version.token, "It was a song.")
    assert [(one.by, one.words) for one in phrases.notes(version)] == [(theo, "It was a song.")]


def test_what_was_handed_in_never_changes(ada):
    version = drafted(ada, PutList(QUARRY))
    version = phrase_steps.ask(ada, version.token, edits=version.edits)
    with pytest.raises(NotNow):
        phrases.change(ada, version.token, edits=version.edits, change=AddPhrase("quarry", "old pit"))


def test_messages_are_read_with_the_version_in_force_and_flags_keep_theirs(ada, theo, settings):
    settings.PHRASES_LOOK_SECONDS = 0
    room = make_room("evenings")
    join(ada, room)
    post(ada, room, "the quarry is quiet")
    version = in_force(ada, theo, PutList(QUARRY))
    post(ada, room, "the quarry is waiting")
    first, second = Screening.objects.order_by("pk")
    assert (first.severity, second.severity) == (0, Severity.HIGH)
    assert f"+s{version.number} " in second.version
    assert screening.unpacked(second)["reasons"][0]["rule"].endswith(f"@s{version.number}")
    assert phrase_steps.go_back(theo) is None
    post(ada, room, "the quarry was there")
    assert Screening.objects.latest("pk").severity == 0
    assert PhraseVersion.objects.get(pk=version.pk).state == "replaced"


def test_going_back_is_one_step_to_the_one_before(ada, theo):
    first = in_force(ada, theo, PutList(QUARRY))
    second = in_force(ada, theo, AddPhrase("quarry", "old pit"))
    assert second.based_on == first
    assert phrase_steps.go_back(ada) == first
    assert phrases.in_force() == first
    assert phrase_steps.go_back(ada) is None
    with pytest.raises(NotNow):
        phrase_steps.go_back(ada)


def test_what_began_from_an_older_version_cannot_silently_undo_a_newer_one(ada, theo):
    early = signed(ada, theo, PutList(QUARRY))
    in_force(ada, theo, Reweigh("en.unsafe", "low"))
    with pytest.raises(NotNow):
        phrase_steps.put_in_force(ada, early.token)


def test_two_versions_are_never_in_force(ada, theo):
    in_force(ada, theo, PutList(QUARRY))
    with pytest.raises(IntegrityError), transaction.atomic():
        PhraseVersion.objects.create(state="in-force")


def test_every_act_is_in_the_trail_and_no_phrase_is(ada, theo):
    in_force(ada, theo, PutList(QUARRY))
    phrase_steps.go_back(theo)
    entries = AuditEntry.objects.filter(action__startswith="phrases.").order_by("number")
    assert [one.action.partition(".")[2] for one in entries] == [
        "drafted", "changed", "asked", "dry-run", "signed", "in-force", "gone-back",
    ]  # fmt: skip
    assert not any("quarry" in f"{one.thing} {one.reason}" for one in entries)


# --- troubles ----------------------------------------------------------------------------------


@pytest.mark.logs_errors("a version that can't be read is in the log")
@pytest.mark.parametrize("broken", [b"", b"CLS1nonsense", b"CLS2nonsense", b"CLS2\0\0\0\0", None])
def test_a_version_that_cannot_be_read_stops_no_message_is_told_and_is_mended(ada, theo, settings, broken):
    settings.PHRASES_LOOK_SECONDS = 0
    ada.email = "ada@example.org"
    ada.save()
    version = in_force(ada, theo, PutList(QUARRY))
    PhraseVersion.objects.filter(pk=version.pk).update(compiled=broken)
    room = make_room("evenings")
    join(ada, room)
    post(ada, room, "I want to kill myself at the quarry")
    assert Screening.objects.get().version == phrase_compiling.detector_of(None).version
    assert lexicon_in_force.is_in_trouble()
    assert (phrase_mending.mend(), phrase_mending.mend()) == (1, 0)
    assert Alarm.objects.filter(kind="phrases-not-read").exists()
    assert Letter.objects.filter(to="ada@example.org").count() == 1
    post(ada, room, "the quarry")
    assert Screening.objects.latest("pk").version.startswith("en1+es1+s")
    assert not lexicon_in_force.is_in_trouble()


def test_processes_ask_for_the_version_once_in_two_seconds_and_not_for_each_message(
    ada, theo, settings, django_assert_num_queries
):
    in_force(ada, theo, PutList(QUARRY))
    settings.PHRASES_LOOK_SECONDS = 3600
    lexicon_in_force.reader()
    with django_assert_num_queries(0):
        assert lexicon_in_force.reader()("the quarry").severity == Severity.HIGH


def test_a_trial_counts_what_is_stored_without_consequences_and_ends_by_the_clock(ada, theo):
    import time_machine
    from django.utils import timezone

    from moderation.services import dry_run_starting

    room = make_room("evenings")
    join(ada, room)
    post(ada, room, "the quarry before the trial")
    version = signed(ada, theo, PutList(QUARRY))
    with pytest.raises(NotAllowed):
        phrase_steps.trial(ada, version.token, days=31)
    phrase_steps.trial(ada, version.token, days=7)
    post(ada, room, "the quarry today")
    with time_machine.travel(timezone.now() + dry_run_starting.SETTLED * 2, tick=False):
        assert dry_run_starting.count_trial() == 1
        assert dry_run_starting.count_trial() == 0
    found = dry_runs.last_of(version, is_trial=True)
    assert [(key, count) for key, _, count in found.by_list_and_day] == [("quarry", 1)]
    assert not Screening.objects.filter(severity__gt=0).exists()
    with time_machine.travel(timezone.now() + dry_run_starting.SETTLED * 100_000, tick=False):
        dry_run_starting.count_trial()
    assert PhraseVersion.objects.get(pk=version.pk).state == "waiting"
    assert DryRun.objects.get(is_trial=True).state == "done"
    assert phrase_steps.put_in_force(ada, version.token).state == "in-force"
