"""Curation by its pages, without a script: writing, a second reader, putting away, the order of a list, files."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from community.entry_form import EntryForm
from community.hours import parse
from community.models import HelpOrder, MissingResource, Resource, ResourceRevision
from community.resource_content import Channel
from community.services import telling
from tests.factories import make_entry, report_entry
from tests.system.test_access_table import staff_client
from tests.system.test_pages import Page

pytestmark = pytest.mark.django_db
NEW = {"name": "Evening line", "kind": "helpline", "country": "GB", "languages": "en", "audiences": "anyone", "always": "on",
       "cost": "free", "ways": "2", "way-0-way": "phone", "way-0-shown": "116 123", "way-0-again": "116123"}  # fmt: skip


@pytest.fixture
def ana():
    return staff_client("curators", second_factor=True)


@pytest.fixture
def ben():
    return staff_client("curators", second_factor=True)


def send(client, slug="", **changes):
    """The form of an entry, sent with these answers."""
    address = reverse("curate-change", args=[slug]) if slug else reverse("curate-add")
    return client.post(address, {**NEW, **changes})


def texts(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


# --- Writing -------------------------------------------------------------------------------------


def test_an_entry_is_written_read_by_another_and_published(ana, ben):
    assert send(ana).url == reverse("curate-entry", args=["evening-line-gb"])
    page = reverse("curate-read", args=["evening-line-gb", 1])
    assert ana.post(page, {"do": "approve"}).status_code == 403, "never the author"
    assert "116 123" in texts(ben.get(page))
    assert ben.post(page, {"do": "approve", "note": "Called too"}).status_code == 302
    one = Resource.objects.get()
    assert one.is_public
    assert one.content.channels == (Channel("phone", "116 123"),)
    assert ben.post(page, {"do": "approve"}).status_code == 409, "it waits no longer"
    assert ben.post(page, {"do": "decline", "note": "late"}).status_code == 409
    assert "Called too" in texts(ana.get(reverse("curate-entry", args=[one.slug])))


def test_turning_down_needs_a_word_and_the_author_reads_it(ana, ben):
    send(ana)
    page = reverse("curate-read", args=["evening-line-gb", 1])
    assert ben.post(page, {"do": "decline", "note": " "}).status_code == 400
    assert ben.post(page, {"do": "decline", "note": "The hours are wrong"}).status_code == 302
    assert "The hours are wrong" in texts(ana.get(page))
    assert not Resource.objects.get().is_public


def test_a_new_number_is_typed_twice_and_one_that_was_there_is_not(ana):
    assert "Type it once more" in texts(send(ana, **{"way-0-again": ""}))
    assert "The two are not the same" in texts(send(ana, **{"way-0-again": "116 132"}))
    make_entry("evening-line")
    assert send(ana, "evening-line", **{"way-0-again": ""}).status_code == 302
    assert "Type it once more" in texts(send(ana, "evening-line", **{"way-0-shown": "116 124", "way-0-again": ""}))


def test_a_number_is_kept_exactly_as_typed(ana):
    send(ana, **{"way-0-shown": "(011) 5275-1135", "way-0-again": "(011)5275-1135"})
    assert ResourceRevision.objects.get().read().channels[0].shown == "(011) 5275-1135"


@pytest.mark.parametrize(("changes", "where"), [
    ({"name": " "}, "id_name"), ({"kind": "wizard"}, "id_kind"), ({"country": "XX"}, "id_country"), ({"languages": "English"}, "id_languages"),
    ({"Mon": "9-5", "always": ""}, "id_Mon"), ({"Tue": "09:00-12:00, 11:00-13:00", "always": ""}, "id_Tue"), ({"Wed": "25:00-26:00", "always": ""}, "id_Wed"),
    ({"Thu": "09:00-17:00", "always": ""}, "id_zone"), ({"zone": "Mars/Base"}, "id_zone"), ({"special": "christmas closed"}, "id_special"),
    ({"special": "2026-02-30 closed"}, "id_special"), ({"special": "2026-12-25"}, "id_special"), ({"way-0-shown": "call us", "way-0-again": "call us"}, "id_way-0-shown"),
    ({"way-0-way": ""}, "id_way-0-way"), ({"way-0-way": "page", "way-0-shown": "javascript:alert(1)"}, "id_way-0-shown"), ({"way-0-shown": "", "way-0-again": ""}, "id_way-0-shown"),
    ({"way-0-hours": "soon"}, "id_way-0-hours"), ({"way-1-way": "mail", "way-1-shown": "nobody"}, "id_way-1-shown"), ({"evidence_url": "javascript:x", "how": "called"}, "id_evidence_url"),
    ({"evidence_url": "https://example.org/"}, "id_how"), ({"how": "called", "on": "2020-01-01"}, "id_on"), ({"how": "called", "on": "soon"}, "id_on"),
    ({"Sun": "22:00-02:00", "Mon": "01:00-03:00", "always": "", "zone": "UTC"}, "id_always"), ({"offers": "x" * 2001}, "id_offers"),
])  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(ana, changes, where):
    answer = send(ana, offers=changes.pop("offers", "Words that took an hour"), **changes)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert re.search(rf'id="{where}_error" data-error>\s*<b>Check this:</b> \S', page), re.findall(
        r'id="(\S+)_error" data-error>', page
    )
    assert f'href="#{where}"' in page
    assert "Words that took an hour" in page or "x" * 2001 in page
    assert not Resource.objects.exists()


def test_hours_are_structured(ana):
    send(ana, always="", zone="Europe/London", Mon="10:00-13:00, 20:00-02:00", Sun="22:00-04:00", holidays="closed",
         special="2026-12-25 closed\n2026-12-31 10:00-14:00", said="Longer in December")  # fmt: skip
    hours = ResourceRevision.objects.get().read().hours
    assert hours.week[0] == (("10:00", "13:00"), ("20:00", "02:00"))
    assert hours.week[6] == (("22:00", "04:00"),)
    assert (hours.holidays, hours.special["2026-12-25"], hours.said) == ("closed", (), "Longer in December")
    page = ana.get(reverse("curate-change", args=["evening-line-gb"])).content.decode()
    assert 'value="10:00-13:00, 20:00-02:00"' in page


def test_a_form_shows_again_what_an_entry_says(ana):
    hours = parse("Mon-Fri 9:00-17:00; Sat 22:00-2:00", zone="Europe/London")
    ways = (
        Channel("phone", "116 123", note="press 2"),
        Channel("text", "85258", keyword="HI", hours=parse("daily 9:00-10:00", zone="Europe/London")),
    )
    one = make_entry("line", hours=hours, channels=ways, topics=("grief", "sleep"))
    form = EntryForm(held=one.content, based_on=1)
    answers = {field.name: field.value() for field in form}
    sent = {name: value for name, value in answers.items() if value not in (None, False)}
    again = EntryForm({**sent, "how": ""}, held=one.content, based_on=1)
    assert again.is_valid(), again.errors
    assert (again.content.hours, again.content.channels, again.content.topics) == (hours, ways, ("grief", "sleep"))


def test_one_more_way_keeps_what_was_typed_and_complains_of_nothing(ana):
    answer = send(ana, do="more", name="", **{"way-1-shown": "half typed"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Check this" not in page
    assert 'name="way-2-shown"' in page
    assert 'value="half typed"' in page
    assert 'name="way-12-shown"' not in send(ana, do="more", ways="12").content.decode()


@pytest.mark.parametrize("ways", ["0", "-1", "99", "x", "", "9" * 30])
def test_a_forged_number_of_ways_breaks_nothing(ana, ways):
    assert send(ana, ways=ways).status_code in (302, 400)


def test_the_server_checks_while_one_writes(ana):
    answer = ana.post(reverse("curate-add"), {**NEW, "name": "", "Mon": "9-5"}, headers={"X-Live": "1"})
    assert set(answer.json()["errors"]) == {"id_name", "id_Mon"}
    assert not Resource.objects.exists(), "looking keeps nothing"


def test_a_form_sent_twice_makes_one_entry(ana, ben):
    send(ana)
    for again in (send(ana), send(ben, name="EVENING line")):
        assert again.status_code == 400
        assert "has an entry of this name" in texts(again)
    assert Resource.objects.count() == 1
    assert send(ana, country="IE").status_code == 302


def test_a_draft_is_kept_and_begun_again(ana, ben):
    send(ana, do="draft", offers="Half a thought")
    page = reverse("curate-change", args=["evening-line-gb"])
    assert "Half a thought" in ana.get(page).content.decode()
    ana.post(reverse("curate-read", args=["evening-line-gb", 1]), {"do": "submit"})
    assert ResourceRevision.objects.get().state == "submitted"


def test_nobody_hands_in_the_draft_of_another(ana, ben):
    send(ana, do="draft")
    assert ben.post(reverse("curate-read", args=["evening-line-gb", 1]), {"do": "submit"}).status_code == 404


def test_a_text_published_in_between_is_shown_before_ones_own_is_handed_in(ana, ben):
    one = make_entry("line")
    opened = {**NEW, "based_on": "1"}
    send(ben, "line", offers="Theirs")
    ana.post(reverse("curate-read", args=["line", 2]), {"do": "approve"})
    answer = ana.post(reverse("curate-change", args=["line"]), {**opened, "offers": "Mine"})
    assert answer.status_code == 400
    assert "Somebody published another text" in texts(answer)
    assert "Mine" in answer.content.decode()
    based_on = re.search(r'name="based_on" value="(\d+)"', answer.content.decode()).group(1)
    assert (
        ana.post(
            reverse("curate-change", args=["line"]), {**opened, "offers": "Mine", "based_on": based_on}
        ).status_code
        == 302
    )
    assert one.revisions.count() == 3


# --- Preview ----------------------------------------------------------------------------------------


def test_a_text_is_seen_as_a_member_meets_it(ana):
    night = parse("daily 22:00-4:00", zone="Europe/London")
    make_entry("line", is_severe_path=True, hours=night, channels=(Channel("phone", "116 123"),))
    page = reverse("curate-preview", args=["line", 1])
    open_now = texts(ana.get(page, {"country": "GB", "at": "2026-11-26T23:00", "zone": "Europe/London"}))
    assert re.search(r"Help now: place \d", open_now)
    assert "Open now." in open_now
    closed = texts(ana.get(page, {"country": "GB", "at": "2026-11-26T12:00", "zone": "Europe/London"}))
    assert "Closed now" in closed
    assert open_now.count("Call 116 123") == closed.count("Call 116 123") == 2, "on the help page, and on the card"
    assert "not shown" in texts(ana.get(page, {"country": "IE", "at": "2026-11-26T23:00", "zone": "Europe/Dublin"}))
    assert 'data-theme="dark"' in ana.get(page, {"look": "dark"}).content.decode()
    assert 'data-text="larger"' in ana.get(page, {"look": "large"}).content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"at": "soon"},
        {"zone": "../etc/passwd"},
        {"country": "<b>"},
        {"look": "x"},
        {"at": "9999-12-31T23:59"},
        {"at": "0001-01-01T00:00"},
    ],
)
def test_nonsense_asked_of_the_preview_is_no_fault_of_ours(ana, query):
    make_entry("line", hours=parse("daily 22:00-4:00", zone="Europe/London"), is_severe_path=True)
    assert ana.get(reverse("curate-preview", args=["line", 1]), query).status_code == 200


# --- Checked, put away, brought back -----------------------------------------------------------------


def test_still_right_wants_three_ticks_and_how(ana):
    one = make_entry("line")
    page = reverse("curate-check", args=["line"])
    assert ana.post(page, {"answers": "1", "hours": "1", "how": "called"}).status_code == 400
    answer = ana.post(page, {"answers": "1", "hours": "1", "cost": "1", "how": " "})
    assert answer.status_code == 400
    assert answer.content.decode().count("checked>") == 3, "the ticks are kept"
    assert ana.post(page, {"answers": "1", "hours": "1", "cost": "1", "how": "called"}).status_code == 302
    one.refresh_from_db()
    assert one.verified_how == "called"
    assert one.review_due == timezone.localdate() + timedelta(days=180)


def test_nobody_is_led_to_call_an_emergency_number_for_a_check(ana):
    make_entry("emergency", kind="emergency", channels=(Channel("phone", "999"),))
    page = ana.get(reverse("curate-check", args=["emergency"])).content.decode()
    assert "tel:999" not in page
    assert "Don&#x27;t call an emergency number" in page or "Don't call an emergency number" in page


def test_any_moderator_puts_a_wrong_number_away_at_once(ana):
    one = make_entry("line")
    amara = staff_client("moderators", second_factor=True)
    assert amara.get(reverse("curate-entry", args=["line"])).status_code == 200
    page = reverse("curate-withdraw", args=["line"])
    assert amara.post(page, {"reason": ""}).status_code == 400
    assert amara.post(page, {"reason": "A pizza shop answers"}).status_code == 302
    assert not Resource.objects.published().exists()
    assert amara.post(page, {"reason": "again"}).status_code == 409
    assert "A pizza shop answers" in texts(ana.get(reverse("curate-entry", args=["line"])))
    assert one.revisions.count() == 1, "nothing is deleted"


def test_an_earlier_text_comes_back_through_a_second_reader(ana, ben):
    make_entry("line", offers="The old words")
    send(ana, "line", offers="New words", name="line")
    ben.post(reverse("curate-read", args=["line", 2]), {"do": "approve"})
    answer = ben.post(reverse("curate-restore", args=["line"]), {"number": "1"})
    assert answer.url == reverse("curate-read", args=["line", 3])
    ana.post(answer.url, {"do": "approve"})
    assert Resource.objects.get().content.offers == "The old words"


def test_what_was_put_away_comes_back_through_a_second_reader(ana, ben):
    one = make_entry("line")
    ana.post(reverse("curate-withdraw", args=["line"]), {"reason": "It moved"})
    assert "Bring back" in texts(ben.get(reverse("curate-entry", args=["line"])))
    page = ben.post(reverse("curate-restore", args=["line"]), {"number": "1"}).url
    ana.post(page, {"do": "approve"})
    one.refresh_from_db()
    assert (one.is_public, one.withdrawn_because) == (True, "")


@pytest.mark.parametrize("number", ["", "x", "99", "-1", "9" * 30])
def test_a_version_that_never_was_does_not_come_back(ana, number):
    make_entry("line")
    assert ana.post(reverse("curate-restore", args=["line"]), {"number": number}).status_code == 404


def test_what_a_member_reported_is_answered(ana):
    report = report_entry(make_entry("line"), note="It rang for ten minutes")
    page = reverse("curate-entry", args=["line"])
    assert "It rang for ten minutes" in texts(ana.get(page))
    ana.post(reverse("curate-answer", args=["line", report.pk]), {"outcome": "They moved; number changed"})
    assert "They moved; number changed" in texts(ana.get(page))


# --- Order -------------------------------------------------------------------------------------------


@pytest.fixture
def two():
    return [
        make_entry(name, is_severe_path=True, channels=(Channel("phone", "1234"),)).pk for name in ("alpha", "beta")
    ]


def test_the_order_is_moved_by_buttons_proposed_and_agreed(ana, ben, two):
    a, b = two
    page = reverse("curate-order", args=["GB", "now"])
    moved = ana.post(page, {"order": f"{a},{b}", "do": f"up-{b}"}).content.decode()
    assert f'name="order" value="{b},{a}"' in moved
    assert not HelpOrder.objects.exists(), "moving alone keeps nothing"
    ana.post(page, {"order": f"{b},{a}", "do": "propose"})
    proposed = HelpOrder.objects.get()
    assert ana.post(page, {"proposed": proposed.pk, "do": "agree"}).status_code == 403
    assert ben.post(page, {"proposed": proposed.pk + 1, "do": "agree"}).status_code == 409, (
        "another order than was looked at"
    )
    ben.post(page, {"proposed": proposed.pk, "do": "agree"})
    assert HelpOrder.objects.get(state="in force").order == [b, a]


@pytest.mark.parametrize("order", ["", "x", "1,2,3", "999999999999999999999999", "-1", ",,,"])
@pytest.mark.parametrize("do", ["up-1", "down-x", "up-", "", "propose", "agree", "decline", "up-99999999999999999999"])
def test_a_forged_order_breaks_nothing(ana, two, order, do):
    answer = ana.post(reverse("curate-order", args=["GB", "now"]), {"order": order, "do": do})
    assert answer.status_code in (200, 302, 409)
    assert all(sorted(one.order) == sorted(two) for one in HelpOrder.objects.all())


# --- Files --------------------------------------------------------------------------------------------


def upload(client, body, name="lines.csv"):
    return client.post(reverse("curate-files"), {"file": SimpleUploadedFile(name, body)})


def test_a_file_is_looked_at_first_and_then_taken_in(ana):
    answer = upload(ana, b"name,kind,country,phone\nEvening line,helpline,GB,116 123\n")
    page = answer.content.decode()
    assert "Added 1" in texts(answer)
    assert not Resource.objects.exists()
    held, mark = (re.search(rf'name="{name}" value="([^"]+)"', page).group(1) for name in ("held", "mark"))
    assert ana.post(reverse("curate-files"), {"held": held, "mark": mark}).status_code == 302
    assert ResourceRevision.objects.get().state == "submitted"
    again = ana.post(reverse("curate-files"), {"held": held, "mark": mark})
    assert again.status_code == 400
    assert Resource.objects.count() == 1


def test_what_was_looked_at_cannot_be_forged_or_lent(ana, ben):
    page = upload(ana, b"name,kind,country,phone\nEvening line,helpline,GB,116 123\n").content.decode()
    held, mark = (re.search(rf'name="{name}" value="([^"]+)"', page).group(1) for name in ("held", "mark"))
    assert ben.post(reverse("curate-files"), {"held": held, "mark": mark}).status_code == 404
    for forged in (held[:-1], "x", ""):
        assert ana.post(reverse("curate-files"), {"held": forged, "mark": mark}).status_code == 400
    assert ana.post(reverse("curate-files"), {"held": held, "mark": "x"}).status_code == 400
    assert not Resource.objects.exists()


def test_a_refused_row_is_named_with_its_column(ana):
    answer = upload(ana, b"name,kind,country,phone\nA,helpline,GB,116 123\nB,helpline,GB,soon\n")
    assert "Refused 1" in texts(answer)
    assert re.search(r"3 B Refused phone :", texts(answer))
    assert 'name="held"' not in answer.content.decode()


@pytest.mark.parametrize("body", [b"", b"\xff\xfe\x00", "Línea".encode("latin-1"), b"[", b"x" * 700_001])
def test_an_unreadable_file_is_refused_with_a_sentence(ana, body):
    answer = upload(ana, body)
    assert answer.status_code == 400
    assert "Nothing was taken in." in texts(answer)


def test_no_file_at_all_is_said(ana):
    assert "Choose a file." in texts(ana.post(reverse("curate-files")))


def test_what_is_given_out_is_a_file(ana):
    make_entry("line")
    answer = ana.get(reverse("curate-give-out"), {"country": "GB"})
    assert answer["Content-Disposition"].startswith('attachment; filename="resources-GB-')
    assert answer.content.startswith(b"\xef\xbb\xbfid,name")
    assert ana.get(reverse("curate-give-out"), {"kind": "json"}).json()[0]["id"] == "line"
    assert ana.get(reverse("curate-give-out"), {"kind": "exe"}).status_code == 404
    assert ana.get(reverse("curate-give-out"), {"country": "XX"}).status_code == 404


# --- Every page ------------------------------------------------------------------------------------------


def test_every_page_is_strict_and_whole(ana):
    report_entry(make_entry("line", offers="<script>alert(1)</script>"))
    send(ana, "line", offers="<b>other</b>")
    for path in (reverse("curate"), reverse("curate") + "?country=GB&tab=all", reverse("curate-coverage"), reverse("curate-add"), reverse("curate-files"),
                 reverse("curate-order", args=["GB", "now"]), *(reverse(f"curate-{name}", args=["line"]) for name in ("entry", "change", "check", "withdraw")),
                 *(reverse(f"curate-{name}", args=["line", 2]) for name in ("read", "preview"))):  # fmt: skip
        answer = ana.get(path)
        page = Page(answer.content.decode())
        assert (answer.status_code, page.faults, page.headings) == (200, [], 1), path
        assert b"<script>alert" not in answer.content
        assert b"<b>other" not in answer.content
        assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "query",
    [
        "tab=x",
        "country=XX",
        "page=0",
        "page=x",
        "page=99999",
        "country=%00",
        "tab=all&page=-1",
        "name=%00",
        "name=%25%27--",
        "name=" + "x" * 3000,
    ],
)
def test_nonsense_asked_of_the_work_list_is_no_fault_of_ours(ana, query):
    make_entry("line")
    assert ana.get(f"{reverse('curate')}?{query}").status_code == 200


def test_an_entry_is_found_by_a_part_of_its_name(ana):
    make_entry("alder-line", name="Alder line", country="GB")
    make_entry("birch-line", name="Birch & co", country="IE")
    found = texts(ana.get(reverse("curate"), {"tab": "all", "name": "h & C"}))
    assert "Birch" in found
    assert "Alder" not in found
    assert "name=h+%26+C" in ana.get(reverse("curate"), {"tab": "all", "name": "h & C"}).content.decode()
    assert "You asked for" in texts(ana.get(reverse("curate"), {"name": "cedar"}))


def test_the_work_list_asks_the_same_number_of_times_for_many(ana):
    def asked(path):
        with CaptureQueriesContext(connection) as found:
            assert ana.get(path).status_code == 200
        return len(found.captured_queries)

    paths = [reverse("curate") + "?tab=all", reverse("curate-coverage"), reverse("curate-order", args=["GB", "now"])]
    make_entry("line", is_severe_path=True)
    [asked(path) for path in paths]
    few = [asked(path) for path in paths]
    for number in range(20):
        make_entry(f"line-{number}", is_severe_path=True)
    assert [asked(path) for path in paths] == few


def test_curators_are_shown_the_way_and_members_are_not(ana):
    assert reverse("curate") in ana.get(reverse("you")).content.decode()
    assert reverse("curate") not in staff_client("hosts", second_factor=True).get(reverse("you")).content.decode()


def test_what_readers_miss_is_listed_until_somebody_has_seen_to_it(ana):
    telling.say_missing(said="A line for night nurses", country="GB", looked_for="grief, by text", who="x")
    page = reverse("curate-missing")
    assert "A line for night nurses grief, by text United Kingdom" in texts(ana.get(page))
    assert ana.post(page, {"pk": str(MissingResource.objects.get().pk)}).status_code == 302
    assert "Nothing is waiting." in texts(ana.get(page))
    for pk in ("", "0", "x", "9" * 40, "\u0663"):
        assert ana.post(page, {"pk": pk}).status_code == 404
