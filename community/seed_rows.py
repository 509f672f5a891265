"""The rows that come with the project (`seed/`), as content with their sources. Facts from public pages, unverified."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources as packages
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from community.hours import CALLER, BadHours, Hours, parse
from community.resource_content import ANYONE, ANYWHERE, KINDS, Channel, Content

SEED = Path(__file__).with_name("seed")
_NAMED_ZONES = {"IST": "Asia/Kolkata", "ET": "America/New_York"}
_CODE = re.compile(r"^[a-z]{2,3}(?![a-z])")
_SEASONS = tuple(datetime(2026, month, day) for month in range(1, 13) for day in (1, 15))  # noqa: DTZ001  (wall clock)
_UNSURE = ("not seen", "to be checked", "general knowledge", "library search")
_DESPAIR = ("suicide", "crisis", "emotional support", "mental health")


@dataclass(frozen=True, slots=True)
class SeedRow:
    """One row: what it says, and where that is from. `origin` names it for ever."""

    origin: str
    content: Content
    confidence: str
    source: str
    checked: str
    original: dict[str, str]


@cache
def helplines() -> tuple[SeedRow, ...]:
    """The help lines."""
    return tuple(_row("helpline", f"{row['country']}:{row['name']}", _helpline(row), row) for row in _read("helplines"))


@cache
def emergencies() -> tuple[SeedRow, ...]:
    """The emergency numbers of each country."""
    return tuple(_row("emergency", row["country"], _emergency(row), row) for row in _read("emergency"))


@cache
def resources() -> tuple[SeedRow, ...]:
    """Sites, books, apps and groups. Where the source says that nobody has seen the page, confidence is medium."""
    return tuple(_row("resource", row["url"], _resource(row), row) for row in _read("resources"))


def _read(name: str) -> Iterator[dict[str, str]]:
    with (SEED / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _row(kind: str, name: str, content: Content, row: dict[str, str]) -> SeedRow:
    unsure = any(words in row["source"] for words in _UNSURE)
    confidence = row.get("confidence") or ("medium" if unsure else "high")
    return SeedRow(f"{kind}:{name}"[:200], content, confidence, row["source"], row["checked"], row)


def _helpline(row: dict[str, str]) -> Content:
    topics = _list(row["topics"])
    hours, chat_hours = _hours(row["hours"], row["country"])
    audiences = _list(row["audience"])
    general = not audiences or audiences[0] == ANYONE
    return Content(
        name=row["name"],
        kind="helpline",
        country=row["country"],
        for_whom="" if general else row["audience"].replace(";", ", "),
        audiences=(ANYONE,) if general else audiences,
        topics=topics,
        languages=_languages(row["languages"]),
        channels=tuple(_channels(row, chat_hours)),
        hours=hours,
        cost={"yes": "free", "no": "paid"}.get(row["free"], ""),  # type: ignore[arg-type]
        anonymous={"yes": "yes", "no": "no"}.get(row["anonymous"], ""),  # type: ignore[arg-type]
        is_severe_path=general and any(word in row["topics"] for word in _DESPAIR),
    )


def _channels(row: dict[str, str], chat_hours: Hours | None) -> Iterator[Channel]:
    for part in filter(None, (part.strip() for part in row["phone"].split(";"))):
        if any(one.isdigit() for one in part):
            yield Channel("phone", part)
    for part in filter(None, (part.strip() for part in row["sms"].split(";"))):
        if part.startswith("WhatsApp"):
            yield Channel("whatsapp", part.removeprefix("WhatsApp").strip())
        else:
            yield Channel("text", part, keyword=row["sms_keyword"])
    if row["chat_url"]:
        yield Channel("chat", row["chat_url"], hours=chat_hours)
    if row["website"]:
        yield Channel("page", row["website"])


def _emergency(row: dict[str, str]) -> Content:
    parts = (("general", ""), ("ambulance", "Ambulance"), ("police", "Police"))
    numbers = [Channel("phone", row[part], note=note) for part, note in parts if row[part]]
    return Content(
        name="Emergency", kind="emergency", country=row["country"], offers=row["note"], channels=tuple(numbers),
        hours=Hours(always=True), cost="free", is_severe_path=True,
    )  # fmt: skip


def _resource(row: dict[str, str]) -> Content:
    kind: Any = row["kind"] if row["kind"] in KINDS else "education"
    return Content(
        name=row["title"][:120],
        kind=kind,
        country=row["country"] or ANYWHERE,
        offers=row["description"],
        topics=_list(row["topics"]),
        languages=_languages(row["language"]),
        channels=(Channel("page", row["url"]),),
    )


def _list(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (part.strip() for part in text.split(";"))))


def _languages(text: str) -> tuple[str, ...]:
    """The codes; what else a source says about languages is not for computing."""
    return tuple(found[0] for part in _list(text) if (found := _CODE.match(part)))


def _hours(said: str, country: str) -> tuple[Hours, Hours | None]:
    """The hours of the service, and those of its chat where they differ. What cannot be computed is kept as said."""
    zone = CALLER if "(local time)" in said else only_zone(country)
    zone = next((named for word, named in _NAMED_ZONES.items() if said.endswith(f" {word}")), zone)
    chat = re.search(r"chat on workdays (\S+)\)", said)
    plain = re.sub(r"\(phone\)|\(chat on [^)]*\)|\(local time\)|\bIST\b|\bET\b", "", said).strip()
    sure, more = re.match(r"(24/7(?= in )|[^;]*(?=; from )|.*)", plain)[0], ""  # type: ignore[index]
    if sure != plain:
        more = said
    try:
        hours = msgspec.structs.replace(parse(sure, zone=zone), said=more)
        return hours, parse(f"Mon-Fri {chat[1]}", zone=zone) if chat else None
    except BadHours:
        return Hours(said=said), None


@cache
def _zones() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    table = packages.files("tzdata") / "zoneinfo" / "zone.tab"
    for line in table.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            country, _place, zone = line.split("\t")[:3]
            found.setdefault(country, []).append(zone)
    return found


@cache
def only_zone(country: str) -> str:
    """The zone of a country whose clocks agree; empty where they do not, because a guess would be wrong for some."""
    zones = _zones().get(country, [])
    clocks = {tuple(ZoneInfo(zone).utcoffset(moment) for moment in _SEASONS) for zone in zones}
    return zones[0] if len(clocks) == 1 else ""
