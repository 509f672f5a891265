"""Taking entries in from files, and giving them out. First what would happen, row by row; then all of it or nothing.

What a file adds or changes waits for a second reader like any other text.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community import curate_words, exchange
from community.access import require
from community.exchange import Row
from community.models import Member, Resource, ResourceRevision
from community.refusals import Refusal
from community.resource_content import BadContent, Content, differences
from community.services import resources

ADDED, CHANGED, SAME, REFUSED = "added", "changed", "same", "refused"


class NotWhole(Refusal):
    """Rows of the file are refused, or the lists moved on since it was looked at. Nothing was taken in."""

    code = "not-whole"
    detail = gettext_lazy("Nothing was taken in. Look at the rows again.")
    status = 409


@dataclass(frozen=True, slots=True)
class Planned:
    """What would happen to one row. `errors` are (column, sentence)."""

    number: int
    outcome: str
    name: str
    resource: Resource | None = None
    content: Content | None = None
    changes: tuple[str, ...] = ()
    errors: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What would happen to a whole file."""

    rows: tuple[Planned, ...]

    @property
    def counts(self) -> Counter[str]:
        """How many rows have each outcome."""
        return Counter(row.outcome for row in self.rows)

    @property
    def is_ready(self) -> bool:
        """True when no row is refused and there is something to do."""
        return not self.counts[REFUSED] and bool(self.counts[ADDED] + self.counts[CHANGED])

    @property
    def mark(self) -> str:
        """Names exactly this plan, so that what is carried out is what was looked at."""
        said = ((row.number, row.outcome, row.resource.pk if row.resource else 0, row.changes) for row in self.rows)
        return hashlib.sha256(repr(list(said)).encode()).hexdigest()[:32]


def plan(text: str, *, by: Member) -> Plan:
    """What taking in this text would do. Changes nothing. Raises `exchange.Unreadable`."""
    require(by, "resources.curate")
    rows = exchange.rows_of(text)
    known = _Known(rows)
    return Plan(tuple(_planned(row, known) for row in rows))


def take_in(text: str, *, by: Member, mark: str) -> Counter[str]:
    """Hands everything in for a second reader, or nothing. Raises `NotWhole` unless the plan is the one with `mark`."""
    with transaction.atomic():
        # One file at a time: two that name the same new entry would both find that it isn't there.
        list(Group.objects.select_for_update().filter(name="curators"))
        found = plan(text, by=by)
        if not found.is_ready or found.mark != mark:
            raise NotWhole
        resources.hand_in_all(
            [
                (row.resource, row.content, _("From a file, row %(row)s") % {"row": row.number})
                for row in found.rows
                if row.content is not None and row.outcome in (ADDED, CHANGED)
            ],
            by=by,
        )
    return found.counts


class _Known:
    """The entries that the rows of a file may mean, fetched at once."""

    def __init__(self, rows: list[Row]) -> None:
        keys, names = {row.key for row in rows if row.key}, {row.name for row in rows if not row.key}
        wanted = Q(slug__in=_fitting(keys)) | Q(name__in=names)
        found = list(Resource.objects.filter(wanted).select_related("published"))
        self.by_key = {one.slug: one for one in found}
        self.by_name: dict[tuple[str, str], list[Resource]] = {}
        for one in found:
            self.by_name.setdefault((one.country, one.name), []).append(one)
        self.newest = _newest(found)
        self.waiting = set(
            ResourceRevision.objects.filter(
                resource__in=[one.pk for one in found], state=ResourceRevision.SUBMITTED
            ).values_list("resource", flat=True)
        )
        self.seen: dict[object, int] = {}

    def held(self, resource: Resource) -> Content | None:
        if resource.published is not None:
            return resource.published.read()
        newest = self.newest.get(resource.pk)
        return newest.read() if newest else None


def _fitting(keys: Iterable[str]) -> list[str]:
    return [key for key in keys if len(key) <= 80]


def _newest(found: list[Resource]) -> dict[int, ResourceRevision]:
    drafts = [one.pk for one in found if one.published is None]
    rows = ResourceRevision.objects.filter(resource__in=drafts).order_by("number")
    return {row.resource_id: row for row in rows}


def _planned(row: Row, known: _Known) -> Planned:
    try:
        resource = _meant(row, known)
        held = known.held(resource) if resource else None
        content = exchange.content_of(row, held)
        _only_once(row, resource, content, known)
    except BadContent as bad:
        return Planned(row.number, REFUSED, row.name, errors=tuple(bad.errors.items()))
    changes = tuple(str(curate_words.FIELDS[name]) for name, _old, _new in differences(held, content))
    if resource is None:
        return Planned(row.number, ADDED, content.name, None, content)
    if not changes:
        return Planned(row.number, SAME, content.name, resource)
    if resource.pk in known.waiting:
        waits = _("A change of this entry waits for a second reader. Finish that first.")
        return Planned(row.number, REFUSED, content.name, errors=(("id", waits),))
    return Planned(row.number, CHANGED, content.name, resource, content, changes)


def _meant(row: Row, known: _Known) -> Resource | None:
    if row.key:
        if row.key not in known.by_key:
            raise BadContent(
                {"id": _("There is no entry “%(key)s”. Leave it empty for a new one.") % {"key": row.key[:80]}}
            )
        return known.by_key[row.key]
    country = row.value.get("country", "INT") if row.value is not None else row.cells.get("country", "")
    found = known.by_name.get((str(country), row.name), [])
    if len(found) > 1:
        raise BadContent({"id": _("Several entries have this name. Write which one is meant.")})
    return found[0] if found else None


def _only_once(row: Row, resource: Resource | None, content: Content, known: _Known) -> None:
    this: object = resource.pk if resource else (content.country, content.name.casefold())
    before = known.seen.setdefault(this, row.number)
    if before != row.number:
        raise BadContent({"name": _("The same entry as in row %(row)s.") % {"row": before}})


def csv_file(country: str = "") -> str:
    """The published entries of a country, or all, as CSV."""
    return exchange.csv_of(exchange.cells_of(*one) for one in _published(country))


def json_file(country: str = "") -> str:
    """The same as JSON."""
    return exchange.json_of(_published(country))


def _published(country: str) -> Iterable[tuple[str, Content, dict[str, str]]]:
    found = Resource.objects.published().select_related("published").order_by("country", "name", "pk")
    for one in found.in_country(country) if country else found:
        told = {
            "state": "published",
            "verified_on": one.verified_at.date().isoformat() if one.verified_at else "",
            "review_due": one.review_due.isoformat() if one.review_due else "",
            "source": one.source,
        }
        yield one.slug, one.content, told
