"""Files in and out: what they say, what is refused and where, all or nothing, and nothing a spreadsheet would run."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community import exchange, seed_rows
from community.exchange import Unreadable
from community.hours import parse
from community.models import Resource, ResourceRevision
from community.refusals import NotYours
from community.resource_content import Channel, Content, checked, to_json
from community.services import exchange as files
from community.services import resources
from tests.factories import make_entry, make_member

HEAD = "name,kind,country,phone\n"
ROW = "Evening line,helpline,GB,116 123\n"


@pytest.fixture
def ana(db):
    return make_member("ana", roles=("curators",))


def outcomes(text, by):
    return [(row.outcome, row.name) for row in files.plan(text, by=by).rows]


def errors(text, by):
    return [(row.number, column) for row in files.plan(text, by=by).rows for column, _sentence in row.errors]


# --- Encodings and form ---------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_in_unicode_is_read_with_or_without_its_mark(encoding):
    assert exchange.decoded((HEAD + "Línea de día,helpline,ES,024\n").encode(encoding)).endswith("024\n")


def test_latin_1_is_refused_with_the_line_and_what_to_do():
    with pytest.raises(Unreadable) as refused:
        exchange.decoded((HEAD + ROW + "Línea,helpline,ES,024\n").encode("latin-1"))
    assert "Line 3" in str(refused.value.detail)
    assert "CSV UTF-8" in str(refused.value.detail)


@pytest.mark.parametrize(
    "body", [HEAD.encode("utf-16-le"), b"\x89PNG\r\n\x1a\n\0\0\0", b"PK\x03\x04\0\0", b"a\0b", b"\xff\xfea"]
)
def test_what_is_no_text_is_refused(body):
    with pytest.raises(Unreadable):
        exchange.rows_of(exchange.decoded(body))


def test_a_large_file_and_many_rows_are_refused_before_any_work(ana, django_assert_num_queries):
    with pytest.raises(Unreadable):
        exchange.decoded(b"x" * (exchange.MOST_BYTES + 1))
    many = HEAD + "a,helpline,GB,1\n" * 100_000
    with pytest.raises(Unreadable) as refused, django_assert_num_queries(1):  # the curator's roles
        files.plan(many, by=ana)
    assert "2000" in str(refused.value.detail)
    with pytest.raises(Unreadable):
        exchange.rows_of(json.dumps([{"content": {}}] * 2001))


@pytest.mark.parametrize("text", ["", "  \n", "name\n", "kind,country\n", "name,kind,country,colour\n", "name,name,kind,country\n",
                                  'name,kind,country\n"open', 'name,kind,country\n"a"b,c,d\n', "name,kind,country\na,b,c,d,e\n",
                                  "[", "{}", "[1]", '[{"id": "x"}]', "[" * 100_000, "name,kind,country\n" + "x" * 200_000 + "\n"])  # fmt: skip
def test_a_file_of_the_wrong_form_is_refused_as_a_whole(text):
    with pytest.raises(Unreadable) as refused:
        exchange.rows_of(text)
    assert str(refused.value.detail)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_spreadsheets_of_all_countries_are_read(delimiter, ana):
    text = (HEAD + ROW).replace(",", delimiter)
    assert outcomes(text, ana) == [("added", "Evening line")]


# --- Rows ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("columns", "cells", "column"), [
    ("phone", "call us", "phone"), ("phone", "", "phone"), ("phone,hours", "1234,Mon 25:00-26:00", "hours"),
    ("phone,hours", "1234,Mon-Fri 9:00-17:00", "zone"), ("phone,hours,zone", "1234,Mon 9:00-17:00,Mars/Base", "zone"),
    ("phone,cost", "1234,cheap", "cost"), ("phone,severe", "1234,maybe", "severe"), ("phone,holidays", "1234,sometimes", "holidays"),
    ("phone,special", "1234,christmas closed", "special"), ("phone,languages", "1234,English", "languages"),
    ("page", "javascript:alert(1)", "page"), ("mail", "nobody", "mail"), ("id,phone", "no-such,1234", "id"),
])  # fmt: skip
def test_a_wrong_cell_is_named_by_row_and_column(columns, cells, column, ana):
    text = f"name,kind,country,{columns}\nGood,helpline,GB,{cells.replace(cells, '1234' if ',' not in cells else '1234' + ',' * cells.count(','))}\n"
    text = f"name,kind,country,{columns}\nBad,helpline,GB,{cells}\n"
    assert errors(text, ana) == [(2, column)]


@pytest.mark.parametrize(
    ("row", "column"), [("A,wizard,GB,123", "kind"), ("A,helpline,XX,123", "country"), (",helpline,GB,123", "name")]
)
def test_what_every_entry_needs_is_checked(row, column, ana):
    assert errors(HEAD + row + "\n", ana) == [(2, column)]


def test_the_same_entry_twice_in_one_file_is_refused(ana):
    assert errors(HEAD + ROW + ROW, ana) == [(3, "name")]


def test_a_script_in_every_cell_is_words_or_refused(ana):
    script = "<script>alert(1)</script>"
    text = "name,kind,country,offers,phone\n" + f"{script},{script},{script},{script},{script}\n"
    [row] = files.plan(text, by=ana).rows
    assert row.outcome == "refused"
    text = "name,kind,country,offers,phone\n" + f"{script},helpline,GB,{script},123\n"
    [row] = files.plan(text, by=ana).rows
    assert row.content.offers == script, "kept as words; pages show them as words"


def test_json_names_the_place_that_is_wrong(ana):
    content = to_json(Content("A", "helpline", "GB", channels=(Channel("phone", "123"),)))
    content["channels"][0]["way"] = "pigeon"
    [row] = files.plan(json.dumps([{"content": content}]), by=ana).rows
    assert row.errors[0][0] == "channels[0].way"


# --- Taking in ------------------------------------------------------------------------------------------


def test_what_a_file_adds_waits_for_a_second_reader(ana):
    plan = files.plan(HEAD + ROW, by=ana)
    assert not Resource.objects.exists(), "looking changes nothing"
    files.take_in(HEAD + ROW, by=ana, mark=plan.mark)
    [revision] = ResourceRevision.objects.all()
    assert (revision.state, revision.author, revision.note) == ("submitted", ana, "From a file, row 2")
    assert not revision.resource.is_public


def test_one_refused_row_stops_all_of_it(ana):
    text = HEAD + ROW + "Other,helpline,GB,none\n"
    plan = files.plan(text, by=ana)
    assert not plan.is_ready
    with pytest.raises(files.NotWhole):
        files.take_in(text, by=ana, mark=plan.mark)
    assert not Resource.objects.exists()


def test_a_file_taken_in_twice_adds_once(ana):
    mark = files.plan(HEAD + ROW, by=ana).mark
    files.take_in(HEAD + ROW, by=ana, mark=mark)
    with pytest.raises(files.NotWhole):
        files.take_in(HEAD + ROW, by=ana, mark=mark)
    assert outcomes(HEAD + ROW, ana) == [("same", "Evening line")]
    assert Resource.objects.count() == 1


def test_what_was_looked_at_is_what_happens(ana):
    make_entry("evening-line", name="Evening line")
    text = HEAD + "Evening line,helpline,GB,116 124\n"
    plan = files.plan(text, by=ana)
    assert [(row.outcome, row.changes) for row in plan.rows] == [("changed", ("Ways to get in touch",))]
    Resource.objects.update(name="Renamed")
    with pytest.raises(files.NotWhole):
        files.take_in(text, by=ana, mark=plan.mark)


def test_a_change_that_waits_is_not_pushed_aside_by_a_file(ana):
    one = make_entry("evening-line", name="Evening line")
    ben = make_member("ben", roles=("curators",))
    content = Content("Evening line", "helpline", "GB", channels=(Channel("phone", "116 125"),))
    resources.submit(resources.draft(content, by=ben, resource=one), by=ben)
    assert errors(HEAD + "Evening line,helpline,GB,116 124\n", ana) == [(2, "id")]


def test_a_column_that_is_not_there_stays_as_it_is(ana):
    week = parse("Mon-Fri 9:00-17:00", zone="Europe/London")
    ways = (
        Channel("phone", "116 123", note="press 2"),
        Channel("text", "85258", keyword="HI"),
        Channel("page", "https://a.example/"),
    )
    make_entry("evening-line", name="Evening line", hours=week, channels=ways, topics=("grief",), offers="Talk")
    text = 'id,name,kind,country,phone\nevening-line,Evening line,helpline,GB,"116 123; 0800 1"\n'
    [row] = files.plan(text, by=ana).rows
    assert (row.content.hours, row.content.topics, row.content.offers) == (week, ("grief",), "Talk")
    assert row.content.channels[:3] == ways
    assert row.content.channels[3] == Channel("phone", "0800 1")


def test_files_are_for_curators(db):
    with pytest.raises(NotYours):
        files.plan(HEAD + ROW, by=make_member())


# --- Giving out --------------------------------------------------------------------------------------------


def test_every_row_that_comes_with_the_project_survives_the_way_through_a_spreadsheet(ana):
    rows = (*seed_rows.helplines(), *seed_rows.emergencies(), *seed_rows.resources())
    for row in rows:
        held = checked(row.content)
        [read] = exchange.rows_of(exchange.csv_of([exchange.cells_of("", held, {})]))
        bare = exchange.content_of(read, None)
        assert exchange.content_of(read, held) == held
        assert (bare.name, bare.hours, {one.shown for one in bare.channels}) == (
            held.name, held.hours, {one.shown for one in held.channels},
        )  # fmt: skip


def test_what_is_given_out_is_the_same_when_it_comes_back(ana):
    one = make_entry("evening-line", name="=cmd", offers="+44 is a number", topics=("@grief",))
    for text in (files.csv_file(), files.json_file()):
        assert outcomes(text, ana) == [("same", "=cmd")]
    assert outcomes(files.json_file("GB"), ana) == [("same", one.name)]
    assert json.loads(files.json_file("IE")) == []


def test_no_cell_would_be_run_by_a_spreadsheet(ana):
    make_entry(
        "line", name="=HYPERLINK(1)", offers="@SUM(1)", channels=(Channel("phone", "+44 116 123"),), topics=("-1",)
    )
    [cells] = csv.DictReader(io.StringIO(files.csv_file()))
    assert not [cell for cell in cells.values() if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]


@given(st.text(max_size=60))
def test_a_harmless_cell_comes_back_as_it_was(said):
    assert exchange.harmless(said)[:1] not in exchange._FORMULA
    if said == said.strip() and not said.startswith("'"):
        assert exchange._plain(exchange.harmless(said)) == said


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(body):
    try:
        rows = exchange.rows_of(exchange.decoded(body))
    except Unreadable:
        return
    assert isinstance(rows, list)


@given(st.text(max_size=400))
def test_no_text_after_a_good_first_row_breaks_the_reader(text):
    try:
        for row in exchange.rows_of(HEAD + text):
            exchange.content_of(row, None)
    except (Unreadable, exchange.BadContent):
        return
