"""Numbers to call: from files, dialable, the general ones first."""

import re

import pytest

from community import helplines
from community.models import Resource
from community.services import seeding

LINES = [line for code, _ in helplines.countries() for line in helplines.lines_for(code)]


@pytest.mark.parametrize("line", LINES, ids=lambda line: f"{line.country} {line.name} {line.shown}")
def test_every_line_can_be_dialled_as_it_is_shown(line):
    assert re.fullmatch(r"(tel|sms):[\d*+]{3,15}", line.href)
    shown = re.sub(r"\D", "", re.sub(r"\([^()]*[^\W\d][^()]*\)", "", line.shown))
    assert re.sub(r"\D", "", line.href) == shown


def test_the_lines_for_everybody_come_first():
    assert [(line.name, line.shown) for line in helplines.lines_for("GB")[:2]] == [
        ("Samaritans", "116 123"),
        ("Shout", "85258"),
    ]
    assert helplines.lines_for("GB")[1].keyword == "SHOUT"
    assert helplines.emergency("gb") == "999"


def test_young_people_are_shown_lines_made_for_them_first():
    assert helplines.for_young("GB")[0].name == "Childline"


@pytest.mark.parametrize(("languages", "code"), [("en-GB,en;q=0.9", "GB"), ("de", ""), ("fr-FR;q=0.2", "FR"), ("", ""),
                                                 ("x" * 5000, ""), ("en-ZZ", "")])  # fmt: skip
def test_a_country_is_guessed_from_the_browsers_languages_only(languages, code):
    assert helplines.guess(languages) == code


def test_an_unknown_country_has_no_lines_and_no_error():
    assert (helplines.lines_for("ZZ"), helplines.emergency("ZZ"), helplines.is_known("ZZ")) == ((), "", False)


@pytest.mark.django_db
def test_loading_twice_changes_nothing_and_nothing_is_verified():
    first = seeding.load()
    count = Resource.objects.count()
    assert (set(first), set(seeding.load())) == ({"new"}, {"the same"})
    assert Resource.objects.count() == count == first["new"] > 200
    assert not Resource.objects.exclude(verified_at=None).exists()
    assert set(Resource.objects.published().values_list("confidence", flat=True)) == {"high"}
