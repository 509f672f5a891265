"""The directory of resources: what is found for a country and a few choices, on shelves, quickly also among thousands.

Each process holds a small index of what is published: no words but those to search by, nothing about members. One
question to the database tells whether it is still true; entries that changed are read anew. What a page then shows is
read from the database, so that nothing withdrawn appears.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Count, Max, Sum

from community import opening, shelves
from community.hours import Hours
from community.models import Resource, ResourceRevision
from community.narrowing import WAY_NAMES, Asked
from community.resource_content import ANYWHERE, Content, from_json
from community.services import search
from community.services.resource_search import RESOURCES
from community.shelves import ANYWHERE_SHELF, KINDS, SHELVES

PER_PAGE = 24
FIRST_FEW = 6  # of each shelf, where there are more than fit on a page
RELATED = 4
MOST_LINES = 150  # on the printed page of a country


@dataclass(frozen=True, slots=True)
class Entry:
    """One published entry as the index holds it."""

    pk: int
    revision: int
    country: str
    kind: str
    shelf: str
    place: tuple[Any, ...]
    subjects: frozenset[str]
    people: frozenset[str]
    ways: frozenset[str]
    languages: frozenset[str]
    cost: str
    hours: tuple[Hours, ...]


@dataclass(frozen=True, slots=True)
class Shelf:
    """One heading of the page: how many entries stand there, and which of them are shown."""

    key: str
    count: int
    shown: tuple[int, ...]

    @property
    def label(self) -> str:
        """Its name."""
        return str(SHELVES[self.key])

    @property
    def is_cut(self) -> bool:
        """True when there are more than are shown."""
        return self.count > len(self.shown)


@dataclass(frozen=True, slots=True)
class Found:
    """What the directory shows. `without`: what could be given up to find more, with how many there would be."""

    shelves: tuple[Shelf, ...]
    count: int
    own: int
    pages: int = 1
    without: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Offers:
    """What can be chosen in a country, so that no choice is offered that finds nothing at once."""

    countries: tuple[str, ...]
    subjects: tuple[str, ...]
    people: tuple[str, ...]
    ways: tuple[str, ...]
    languages: tuple[str, ...]


@dataclass
class _Index:
    stamp: tuple[Any, ...] | None = None
    entries: dict[int, Entry] = field(default_factory=dict)
    countries: dict[str, list[Entry]] = field(default_factory=dict)
    offers: dict[str, Offers] = field(default_factory=dict)


_index = _Index()
_lock = threading.Lock()


def find(asked: Asked, at: datetime, zone: str) -> tuple[Found, Offers]:
    """Shelves for these choices, and what else can be chosen. `zone` is the reader's, or empty for a visitor's."""
    index = _current()
    return _found(index, asked, at, zone), _offers(index, asked.country)


def _found(index: _Index, asked: Asked, at: datetime, zone: str) -> Found:
    places = matching(asked.q, asked.country) if asked.q else {}
    every = _fitting(index, asked, at, zone, places)
    on: dict[str, list[Entry]] = {}
    for entry in every:
        is_apart = entry.country == ANYWHERE and asked.country not in ("", ANYWHERE)
        key = ANYWHERE_SHELF if is_apart else entry.shelf
        on.setdefault(key, []).append(entry)
    own = sum(len(found) for key, found in on.items() if key != ANYWHERE_SHELF)
    if not every:
        return Found((), 0, 0, without=_without(index, asked, at, zone, places))
    if asked.shelf:
        return _one_shelf(asked, on.get(asked.shelf, []), own)
    few = len(every) > PER_PAGE
    shown = [Shelf(key, len(on[key]), _keys(on[key][: FIRST_FEW if few else None])) for key in SHELVES if key in on]
    return Found(tuple(shown), len(every), own)


def _one_shelf(asked: Asked, found: list[Entry], own: int) -> Found:
    pages = max(1, -(-len(found) // PER_PAGE))
    start = (min(asked.page, pages) - 1) * PER_PAGE
    shelf = Shelf(asked.shelf, len(found), _keys(found[start : start + PER_PAGE]))
    return Found((shelf,) if found else (), len(found), own, pages)


def _keys(entries: Iterable[Entry]) -> tuple[int, ...]:
    return tuple(entry.pk for entry in entries)


def _without(
    index: _Index, asked: Asked, at: datetime, zone: str, places: dict[int, int]
) -> tuple[tuple[str, str, int], ...]:
    others = (
        (name, words, len(_fitting(index, asked.but(name), at, zone, places))) for name, words in asked.filters.items()
    )
    return tuple(sorted((one for one in others if one[2]), key=lambda one: -one[2])[:3])


def _fitting(index: _Index, asked: Asked, at: datetime, zone: str, places: dict[int, int]) -> list[Entry]:
    """Entries of the country and of everywhere that fit, in the order in which they are shown."""
    here = index.countries
    entries = [*(here.get(asked.country, []) if asked.country != ANYWHERE else ()), *here.get(ANYWHERE, [])]
    for wanted in _tests(asked, at, zone):
        entries = [entry for entry in entries if wanted(entry)]
    if asked.q:
        entries = sorted((entry for entry in entries if entry.pk in places), key=lambda entry: places[entry.pk])
    return entries


def _tests(asked: Asked, at: datetime, zone: str) -> Iterable[Callable[[Entry], bool]]:
    if asked.subject:
        yield lambda entry: asked.subject in entry.subjects
    if asked.people:
        yield lambda entry: asked.people in entry.people
    if asked.kind:
        yield lambda entry: entry.kind in KINDS[asked.kind][1]
    if asked.way:
        yield lambda entry: asked.way in entry.ways
    if asked.language:
        yield lambda entry: asked.language in entry.languages
    if asked.cost:
        yield lambda entry: entry.cost == asked.cost
    if asked.open:
        yield _open_at(at, zone)


def _open_at(at: datetime, zone: str) -> Callable[[Entry], bool]:
    seen: dict[tuple[str, tuple[int, ...]], bool] = {}  # many entries keep the same hours; the index holds each once

    def wanted(entry: Entry) -> bool:
        key = (entry.country, tuple(id(one) for one in entry.hours))
        if key not in seen:
            seen[key] = opening.is_open(entry.hours, entry.country, at, zone) is True
        return seen[key]

    return wanted


def matching(q: str, country: str = "") -> dict[int, int]:
    """The published entries that hold every word of `q`, with their place, best first; see `services/search.py`."""
    return {pk: place for place, pk in enumerate(search.keys(q, RESOURCES.name, near=country))}


def _offers(index: _Index, country: str) -> Offers:
    """What there is to choose from in a country and everywhere, in the order of the tables."""
    if country not in index.offers:
        here = index.countries
        entries = [*here.get(country, []), *(here.get(ANYWHERE, []) if country != ANYWHERE else [])]
        index.offers[country] = Offers(
            countries=tuple(sorted(frozenset(here) - {ANYWHERE})),
            subjects=_in_order(shelves.SUBJECTS, (entry.subjects for entry in entries)),
            people=_in_order(shelves.PEOPLE, (entry.people for entry in entries)),
            ways=_in_order(WAY_NAMES, (entry.ways for entry in entries)),
            languages=tuple(sorted(frozenset[str]().union(*(entry.languages for entry in entries)))),
        )
    return index.offers[country]


def _in_order(table: Iterable[str], sets: Iterable[frozenset[str]]) -> tuple[str, ...]:
    there = frozenset[str]().union(*sets)
    return tuple(key for key in table if key in there)


def related(resource: Resource) -> tuple[int, ...]:
    """Keys of a few entries for the same people about the same things, of the same country or of everywhere."""
    index = _current()
    this = index.entries.get(resource.pk)
    if this is None or not this.shelf:
        return ()
    near = [
        *index.countries.get(this.country, []),
        *(index.countries.get(ANYWHERE, []) if this.country != ANYWHERE else []),
    ]

    def far(entry: Entry) -> tuple[Any, ...]:
        alike = 2 * len(entry.subjects & this.subjects) + len(entry.people & this.people)
        alike += (entry.shelf == this.shelf) + 2 * (entry.country == this.country)
        return (-alike, entry.country == ANYWHERE, entry.place)

    return tuple(one.pk for one in sorted((one for one in near if one.pk != this.pk), key=far)[:RELATED])


def lines_of(country: str) -> tuple[int, ...]:
    """Keys of the entries of a country with a number to call or write to, in order; at most `MOST_LINES`."""
    lines = (one for one in _current().countries.get(country, []) if one.ways & {"phone", "text", "whatsapp"})
    return tuple(one.pk for one in lines)[:MOST_LINES]


def shown(keys: Iterable[int]) -> list[Resource]:
    """These entries in this order, as they are stored now; what is no longer published is left out."""
    wanted = list(keys)
    rows = Resource.objects.published().filter(pk__in=wanted).select_related("published", "verified_by")
    by_key = {row.pk: row for row in rows.defer("original", "source")}
    return [by_key[key] for key in wanted if key in by_key]


# --- The index ---------------------------------------------------------------------------------


def forget() -> None:
    """Drops the index of this process, which is then made anew. For tests."""
    global _index  # noqa: PLW0603
    _index = _Index()


def _current() -> _Index:
    global _index  # noqa: PLW0603
    stamp = _stamp()
    if _index.stamp != stamp:
        with _lock:
            if _index.stamp != stamp:
                _index = _renewed(_index, stamp)
    return _index


def _stamp() -> tuple[Any, ...]:
    """Another one after each publishing or withdrawing: every publishing gives an entry a revision with a new key."""
    told = {"n": Count("pk"), "keys": Sum("pk"), "revisions": Sum("published_id"), "last": Max("published_at")}
    return tuple(Resource.objects.published().aggregate(**told).values())


def _renewed(old: _Index, stamp: tuple[Any, ...]) -> _Index:
    standing = dict(Resource.objects.published().values_list("pk", "published_id"))
    kept = {pk: one for pk, one in old.entries.items() if standing.get(pk) == one.revision}
    changed = {revision for pk, revision in standing.items() if pk not in kept}
    entries = kept | {entry.pk: entry for entry in _read(changed, _known_hours(kept))}
    by_country: dict[str, list[Entry]] = {}
    for entry in sorted(entries.values(), key=lambda one: one.place):
        if entry.shelf:
            by_country.setdefault(entry.country, []).append(entry)
    return _Index(stamp, entries, by_country)


def _read(revisions: set[int], known: dict[bytes, Hours]) -> Iterable[Entry]:
    rows = ResourceRevision.objects.filter(pk__in=revisions)
    if len(revisions) > 500:  # more than a statement should name
        rows = ResourceRevision.objects.filter(pk__in=Resource.objects.published().values("published"))
    for pk, revision, content in rows.values_list("resource_id", "pk", "content").iterator():
        if revision in revisions:
            yield _entry(pk, revision, from_json(content), known)


def _entry(pk: int, revision: int, content: Content, known: dict[bytes, Hours]) -> Entry:
    return Entry(
        pk=pk,
        revision=revision,
        country=content.country,
        kind=content.kind,
        shelf=shelves.shelf_of(content),
        place=(*shelves.place_of(content), pk),
        subjects=shelves.subjects_of(content),
        people=shelves.people_of(content),
        ways=frozenset(one.way for one in content.channels),
        languages=frozenset(one.lower() for one in content.languages),
        cost=content.cost,
        hours=tuple(known.setdefault(msgspec.json.encode(one), one) for one in opening.hours_of(content)),
    )


def _known_hours(entries: Mapping[int, Entry]) -> dict[bytes, Hours]:
    every = {id(one): one for entry in entries.values() for one in entry.hours}
    return {msgspec.json.encode(one): one for one in every.values()}
