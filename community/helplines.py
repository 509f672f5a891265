"""Whom to call or text now, by country. Read from a file, so that it needs neither database nor session.

The file is what curators published (`services/help_file.py` writes it after each change). Where there is none yet, the
rows that come with the project stand in, those of high confidence only, each with the day somebody looked it up.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec
from django.conf import settings

from community import seed_rows
from community.choosing import Listed
from community.countries import name_of
from community.resource_content import ANYWHERE, Channel, Content, as_date

SHOWN_FIRST = 3
CALLED = ("phone", "text")
PEOPLE = ("emergency", "helpline", "peer support", "directory", "professional help finder")  # kinds with people in them


@dataclass(frozen=True, slots=True)
class Line:
    """One number: what to press, and what a person should know before."""

    country: str
    name: str
    kind: str  # "call" or "text"
    shown: str  # as people read it: "116 123"
    href: str  # "tel:116123"
    keyword: str = ""
    hours: str = ""
    audience: str = ""
    is_free: bool = False
    checked: str = ""
    is_general: bool = True
    is_for_young: bool = False


class Held(msgspec.Struct, frozen=True):
    """One entry as it stands in the file. `places`: its place in the list of a level, from 0."""

    key: str
    content: Content
    verified_on: str = ""
    checked_on: str = ""
    places: dict[str, int] = {}


class _File:
    """The file of published entries, read again when it was replaced."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: tuple[str, int, int] | None = None
        self._held: tuple[Held, ...] | None = None

    def held(self) -> tuple[Held, ...]:
        path = Path(settings.HELP_FILE)
        try:
            stat = path.stat()
            seen = (str(path), stat.st_mtime_ns, stat.st_ino)
        except OSError:
            return shipped()
        with self._lock:
            if seen != self._seen:
                self._seen, self._held = seen, self._read(path)
            return self._held or shipped()

    def _read(self, path: Path) -> tuple[Held, ...] | None:
        try:
            return msgspec.json.decode(path.read_bytes(), type=tuple[Held, ...])
        except (OSError, msgspec.MsgspecError):
            return self._held  # half a file never happens; a damaged one must not empty the page


_file = _File()


def held() -> tuple[Held, ...]:
    """Every entry that people can be pointed to now: of the curators' file, else those that come with the project."""
    return _file.held()


@cache
def shipped() -> tuple[Held, ...]:
    """The entries that come with the project and are sure."""
    rows = (*seed_rows.emergencies(), *seed_rows.helplines(), *seed_rows.resources())
    sure = (row for row in rows if row.confidence == "high" and row.content.kind in PEOPLE)
    return tuple(Held(row.origin, row.content, checked_on=row.checked) for row in sure)


def listed() -> tuple[Listed, ...]:
    """The same entries, for choosing among them."""
    global _converted  # noqa: PLW0603  (made once for each file, not for each page)
    every, found = held(), _converted
    if found[0] is not every:
        found = _converted = (every, tuple(map(_as_listed, every)))
    return found[1]


_converted: tuple[tuple[Held, ...], tuple[Listed, ...]] = ((), ())


def _as_listed(one: Held) -> Listed:
    return Listed(one.key, one.content, as_date(one.verified_on), as_date(one.checked_on), one.places)


def _of(code: str, kinds: Iterable[str]) -> Iterator[Held]:
    wanted = code.upper()
    return (one for one in held() if one.content.country == wanted and one.content.kind in kinds)


def lines_for(code: str) -> tuple[Line, ...]:
    """The numbers of a country, those for everybody first; empty where we know none that is certain."""
    lines = [_line(one, channel) for one in _of(code, ("helpline",)) for channel in one.content.channels]
    return tuple(sorted(filter(None, lines), key=_order))


def _order(line: Line) -> tuple[bool, bool, bool, str]:
    return (not line.is_general, line.kind != "call", line.hours[:4] != "24/7", line.name)


def _line(one: Held, channel: Channel) -> Line | None:
    if channel.way not in CALLED:
        return None
    content, hours = one.content, one.content.hours_of(channel)
    return Line(
        country=content.country,
        name=content.name,
        kind="call" if channel.way == "phone" else "text",
        shown=channel.shown,
        href=channel.href,
        keyword=channel.keyword,
        hours=hours.said or hours.text(),
        audience=content.for_whom,
        is_free=content.cost == "free",
        checked=one.verified_on or one.checked_on,
        is_general=content.is_severe_path and content.is_for_anyone,
        is_for_young=Listed(one.key, content).is_for_young,
    )


def for_young(code: str) -> tuple[Line, ...]:
    """Services for children and young people, then the general ones."""
    return tuple(sorted(lines_for(code), key=lambda line: not line.is_for_young))[: 2 * SHOWN_FIRST]


def emergency(code: str) -> str:
    """The number to call when a life is in danger: the general one, else the ambulance. Empty when unknown."""
    found = next(_of(code, ("emergency",)), None)
    return found.content.channels[0].shown if found and found.content.channels else ""


def countries() -> tuple[tuple[str, str], ...]:
    """(code, name) of every country we know a number for, by name."""
    codes = {one.content.country for one in held() if one.content.kind in ("emergency", "helpline")} - {ANYWHERE}
    return tuple(sorted(((code, name_of(code)) for code in codes), key=lambda pair: pair[1]))


def is_known(code: str) -> bool:
    """True when there is a number for this country."""
    return any(_of(code, ("emergency", "helpline")))


def guess(accept_language: str) -> str:
    """A country from a browser's languages, such as "en-GB"; empty when they name none we know."""
    for part in accept_language[:200].split(","):
        region = part.split(";")[0].strip().partition("-")[2].upper()
        if len(region) == 2 and is_known(region):
            return region
    return ""
