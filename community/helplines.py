"""Whom to call or text now, by country. Read from files, so that it needs neither database nor session.

The rows are facts from public pages, each with its source and the day somebody looked (see the `seed/` files).
Only rows of high confidence are shown until curators have verified their own.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django_countries import countries as country_names

SEED = Path(__file__).with_name("seed")
GENERAL = "anyone"
YOUNG = ("child", "young", "under 19", "student", "adolescent", "teen")
SHOWN_FIRST = 3
_NUMBER = re.compile(r"^[\d\s\-*+()/.]+")
_NOTE = re.compile(r"\([^()]*[^\W\d][^()]*\)")  # words in parentheses; "(011)" is part of the number


@dataclass(frozen=True, slots=True)
class Line:
    """One way to reach a service: what to press, and what a person should know before."""

    country: str
    name: str
    kind: str  # "call" or "text"
    shown: str  # as people read it: "116 123"
    href: str  # "tel:116123"
    keyword: str = ""
    hours: str = ""
    audience: str = ""
    languages: str = ""
    is_free: bool = False
    is_anonymous: bool = False
    checked: str = ""
    is_general: bool = True
    is_for_young: bool = False


@cache
def rows() -> tuple[dict[str, str], ...]:
    """Every row of the helpline file, whatever its confidence."""
    with (SEED / "helplines.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def _by_country() -> dict[str, tuple[Line, ...]]:
    found: dict[str, list[Line]] = {}
    for row in rows():
        if row["confidence"] == "high":
            found.setdefault(row["country"], []).extend(_lines(row))
    return {code: tuple(sorted(lines, key=_order)) for code, lines in found.items()}


def _order(line: Line) -> tuple[bool, bool, bool, str]:
    return (not line.is_general, line.kind != "call", line.hours[:4] != "24/7", line.name)


def _lines(row: dict[str, str]) -> list[Line]:
    calls = [(part, "call") for part in row["phone"].split(";")]
    texts = [(part, "text") for part in row["sms"].split(";") if "WhatsApp" not in part]
    return [line for part, kind in calls + texts if (line := _line(row, part.strip(), kind))]


def _line(row: dict[str, str], part: str, kind: str) -> Line | None:
    number = _NUMBER.match(_NOTE.sub("", part).strip())
    digits = re.sub(r"[^\d*+]", "", number.group(0)) if number else ""
    if not digits:
        return None
    audience = row["audience"].lower()
    return Line(
        country=row["country"],
        name=row["name"],
        kind=kind,
        shown=part,
        href=f"{'tel' if kind == 'call' else 'sms'}:{digits}",
        keyword=row["sms_keyword"] if kind == "text" else "",
        hours=row["hours"],
        audience="" if audience.startswith(GENERAL) else row["audience"].replace(";", ", "),
        languages=row["languages"],
        is_free=row["free"] == "yes",
        is_anonymous=row["anonymous"] == "yes",
        checked=row["checked"],
        is_general=audience.startswith(GENERAL) and _is_about_despair(row["topics"]),
        is_for_young=any(word in audience for word in YOUNG),
    )


def _is_about_despair(topics: str) -> bool:
    return any(word in topics for word in ("suicide", "crisis", "emotional support", "mental health"))


def lines_for(code: str) -> tuple[Line, ...]:
    """The services of a country, those for everybody first; empty where we know none that is certain."""
    return _by_country().get(code.upper(), ())


def for_young(code: str) -> tuple[Line, ...]:
    """Services for children and young people, then the general ones."""
    return tuple(sorted(lines_for(code), key=lambda line: not line.is_for_young))[: 2 * SHOWN_FIRST]


@cache
def _emergencies() -> dict[str, str]:
    with (SEED / "emergency.csv").open(encoding="utf-8", newline="") as file:
        return {row["country"]: row["general"] or row["ambulance"] for row in csv.DictReader(file)}


def emergency(code: str) -> str:
    """The number to call when a life is in danger: the general one, else the ambulance. Empty when unknown."""
    return _emergencies().get(code.upper(), "")


@cache
def countries() -> tuple[tuple[str, str], ...]:
    """(code, name) of every country we know a number for, by name."""
    codes = {*_by_country(), *_emergencies()}
    return tuple(sorted(((code, name_of(code)) for code in codes), key=lambda pair: pair[1]))


def name_of(code: str) -> str:
    """The country's name in English."""
    return str(dict(country_names).get(code, code))


def is_known(code: str) -> bool:
    """True when there is a number for this country."""
    return code.upper() in dict(countries())


def guess(accept_language: str) -> str:
    """A country from a browser's languages, such as "en-GB"; empty when they name none we know."""
    for part in accept_language[:200].split(","):
        region = part.split(";")[0].strip().partition("-")[2].upper()
        if len(region) == 2 and is_known(region):
            return region
    return ""
