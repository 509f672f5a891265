"""What curators have to do, country by country; and where members have nobody to call."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from community import curate_words, text
from community.access import require
from community.link_rounds import BROKEN_AFTER
from community.models import LinkCheck, Member, Resource, ResourceFeedback, ResourceRevision
from community.refusals import NotYours
from community.services.resources import Overtaken, ReasonNeeded

CHECK, REPORTED, BROKEN, SECOND, DRAFTS, AWAY, ALL = "check", "reported", "broken", "second", "drafts", "away", "all"
TABS = (CHECK, REPORTED, BROKEN, SECOND, DRAFTS, AWAY, ALL)
FEW = 5  # fewer members than this are not counted out: the number would point at somebody
ACTIVE = timedelta(days=90)
_WAITING = ResourceRevision.objects.filter(resource=OuterRef("pk"), state=ResourceRevision.SUBMITTED)
_DRAFT = ResourceRevision.objects.filter(resource=OuterRef("pk"), state=ResourceRevision.DRAFT)
_REPORT = ResourceFeedback.objects.filter(resource=OuterRef("pk"), closed_at=None)
_BROKEN = LinkCheck.objects.filter(resource=OuterRef("pk"), failures__gte=BROKEN_AFTER)


def work(tab: str, country: str = "", name: str = "") -> QuerySet[Resource]:
    """The entries behind a tab, what is most pressing first. Empty `country` is every country, empty `name` any."""
    found = _behind(tab, _among(country, name))
    if tab == CHECK:
        return found.order_by("-is_severe_path", F("review_due").asc(nulls_first=True), "name", "pk")
    if tab == REPORTED:
        since = Min("feedback__on", filter=Q(feedback__closed_at=None))
        return found.annotate(since=since).order_by("-is_severe_path", "since", "pk")
    return found.order_by("-is_severe_path", "country", "name", "pk") if tab == BROKEN else found.order_by("name", "pk")


def _behind(tab: str, everything: QuerySet[Resource]) -> QuerySet[Resource]:
    is_public = Q(withdrawn_at=None) & ~Q(published=None)
    if tab == CHECK:
        return everything.filter(is_public).filter(Q(review_due__lt=timezone.localdate()) | Q(verified_at=None))
    if tab == REPORTED:
        return everything.filter(is_public, Exists(_REPORT))
    if tab == BROKEN:
        return everything.filter(is_public, Exists(_BROKEN))
    if tab == SECOND:
        return everything.filter(Exists(_WAITING))
    if tab == DRAFTS:
        return everything.filter(Exists(_DRAFT))
    return everything.exclude(withdrawn_at=None) if tab == AWAY else everything


def counts(country: str = "", name: str = "") -> dict[str, int]:
    """How many entries are behind each tab."""
    return {tab: _behind(tab, _among(country, name)).count() for tab in TABS}


def _among(country: str, name: str) -> QuerySet[Resource]:
    found = Resource.objects.in_country(country) if country else Resource.objects.all()
    return found.filter(name__icontains=name) if name else found


def countries() -> list[tuple[str, str]]:
    """(code, name) of every country with an entry, by name."""
    codes = Resource.objects.values_list("country", flat=True).distinct()
    return sorted(((code, curate_words.country(code)) for code in codes), key=lambda pair: pair[1])


@dataclass(frozen=True, slots=True)
class Covered:
    """One country where members live, or that has entries. `members` is None when there are fewer than five."""

    country: str
    members: int | None
    published: int
    verified: int
    overdue: int

    @property
    def is_bare(self) -> bool:
        """True when nobody of us has checked a line for people in danger there."""
        return self.verified == 0

    @property
    def share(self) -> int:
        """How many of its lines for people in danger are verified, in hundredths."""
        return round(100 * self.verified / self.published) if self.published else 0


def coverage() -> list[Covered]:
    """Countries of members who were here in the last 90 days, those without a verified severe-path line first."""
    today = timezone.localdate()
    severe = Resource.objects.published().filter(is_severe_path=True).exclude(kind="emergency")
    rows = severe.values("country").annotate(
        published=Count("pk"),
        verified=Count("pk", filter=Q(review_due__gte=today) & ~Q(verified_at=None)),
        overdue=Count("pk", filter=Q(review_due__lt=today)),
    )
    lines: dict[str, dict[str, Any]] = {row["country"]: dict(row) for row in rows}
    members = _active_members()
    found = [_covered(code, members[code], lines.get(code, {})) for code in members]
    return sorted(found, key=lambda one: (not one.is_bare, -(one.members or 0), curate_words.country(one.country)))


def _active_members() -> Counter[str]:
    here = Q(last_login__gte=timezone.now() - ACTIVE) | Q(joined_at__gte=timezone.now() - ACTIVE)
    rows = Member.objects.filter(here, is_active=True).exclude(country="").values("country")
    return Counter({row["country"]: row["n"] for row in rows.annotate(n=Count("pk"))})


def _covered(code: str, members: int, line: dict[str, Any]) -> Covered:
    shown = members if members >= FEW else None
    return Covered(code, shown, line.get("published", 0), line.get("verified", 0), line.get("overdue", 0))


def entry(slug: str, *, by: Member) -> Resource:
    """The entry with this address, for whoever may take it away or change it. Raises `NotYours`."""
    require(by, "resources.withdraw")
    found = Resource.objects.select_related("published", "owner", "verified_by", "withdrawn_by").filter(slug=slug)
    if not found:
        raise NotYours
    return found[0]


def revision(resource: Resource, number: int) -> ResourceRevision:
    """One text of an entry. Raises `NotYours`."""
    found = resource.revisions.select_related("author", "read_by").filter(number=number).first()
    if found is None:
        raise NotYours
    return found


def close_report(resource: Resource, pk: int, *, by: Member, outcome: str) -> ResourceFeedback:
    """Answers what members said about an entry: what was found, in words. Raises `Overtaken` when it is closed."""
    require(by, "resources.curate")
    if not outcome.strip():
        raise ReasonNeeded
    words = text.tidy(outcome, limit=200)
    with transaction.atomic():
        found = ResourceFeedback.objects.select_for_update(of=("self",)).filter(pk=pk, resource=resource).first()
        if found is None:
            raise NotYours
        if found.closed_at is not None:
            raise Overtaken
        found.closed_at, found.closed_by, found.outcome = timezone.now(), by, words
        found.save(update_fields=["closed_at", "closed_by", "outcome"])
    return found
