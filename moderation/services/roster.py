"""The roster: who said that they would be here, and what nobody covers. Times are written as a wall clock shows them.

A time that is repeated is 19:00 on each of its days, whatever the clocks do in between; it is kept as moments, a row
for each. What has passed is there to read. Times may overlap: two at once is good company.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat import schedule
from community.access import may, require
from community.models import Member
from community.refusals import NotYours, Refusal
from community.services import notices
from moderation.models import RosterSlot
from moderation.models.shift import ROLES

A_DAY = timedelta(days=1)
LONGEST = timedelta(hours=12)
MOST_WEEKS = 26
MOST_AHEAD = 400  # times of one moderator that are to come
FURTHEST = timedelta(days=366)
SHORT_NOTICE = timedelta(hours=24)
WITHDRAWN = "roster-withdrawn"  # kind of the notice


class BadTime(Refusal):
    """A time that the roster cannot hold; the sentence says why."""

    code = "bad-time"


@dataclass(frozen=True, slots=True)
class Span:
    """From a moment to another."""

    starts_at: datetime
    ends_at: datetime

    def within(self, first: datetime, last: datetime) -> Span:
        """What of it lies between these two."""
        return Span(max(self.starts_at, first), min(self.ends_at, last))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A time by the clock of `zone`. One that ends at or before it starts ends on the day after."""

    day: date
    starts: time
    ends: time
    zone: str
    weeks: int = 1

    def spans(self) -> Iterator[Span]:
        """Its moments, one for each week. A day that the zone leaves out has none."""
        for week in range(self.weeks):
            day = self.day + timedelta(weeks=week)
            last = day + A_DAY if self.ends <= self.starts else day
            first = schedule.moment(day, self.starts, self.zone)
            end = schedule.moment(last, self.ends, self.zone)
            if schedule.exists(day, self.zone) and end > first:
                yield Span(first, end)


# --- what stands in it --------------------------------------------------------------------------


def between(first: datetime, last: datetime) -> list[RosterSlot]:
    """The times of those who may moderate that touch this stretch, in order. One query."""
    return list(_of_the_able().filter(starts_at__lt=last, ends_at__gt=first).order_by("starts_at", "ends_at", "pk"))


def _of_the_able() -> QuerySet[RosterSlot]:
    able = Q(member__suspended_until=None) | Q(member__suspended_until__lte=timezone.now())
    rows = RosterSlot.objects.filter(able, member__is_active=True, member__groups__name__in=ROLES)
    return rows.select_related("member").distinct()


def gaps(spans: Iterable[Span], first: datetime, last: datetime) -> list[Span]:
    """What none of these covers between two moments, in order. Pure."""
    found, covered_to = [], first
    for span in sorted(spans, key=lambda one: one.starts_at):
        if span.starts_at >= last:
            break
        if span.starts_at > covered_to:
            found.append(Span(covered_to, span.starts_at))
        covered_to = max(covered_to, span.ends_at)
    return [*found, Span(covered_to, last)] if covered_to < last else found


def spans_of(slots: Iterable[RosterSlot]) -> list[Span]:
    """The bare stretches of these times."""
    return [Span(one.starts_at, one.ends_at) for one in slots]


def next_slot(at: datetime, *, besides: Member | None = None, within: timedelta = FURTHEST) -> RosterSlot | None:
    """The first time that begins after a moment. One query."""
    rows = _of_the_able().filter(starts_at__gt=at, starts_at__lte=at + within)
    if besides is not None:
        rows = rows.exclude(member=besides)
    return rows.order_by("starts_at", "pk").first()


# --- changing it ----------------------------------------------------------------------------------


def may_change(by: Member, member: Member) -> bool:
    """True for one's own times, and for leads."""
    return may(by, "flags.work") and (by.pk == member.pk or may(by, "roster.lead"))


def people() -> list[Member]:
    """Everyone who may be on the roster, by name."""
    able = Q(suspended_until=None) | Q(suspended_until__lte=timezone.now())
    return list(Member.objects.filter(able, groups__name__in=ROLES, is_active=True).distinct().order_by("name"))


def add(by: Member, member: Member, wanted: Wanted) -> int:
    """Enters a time, for each of its weeks; what stands there already stays. How many are new.

    Raises `NotYours` for somebody else's without being a lead, and `BadTime`.
    """
    if not may_change(by, member) or not may(member, "flags.work"):
        raise NotYours
    spans, now = _fit(wanted), timezone.now()
    with transaction.atomic():
        Member.objects.select_for_update(no_key=True).get(pk=member.pk)  # two tabs count one after the other
        mine = RosterSlot.objects.filter(member=member, ends_at__gt=now)
        before = mine.count()
        if before + len(spans) > MOST_AHEAD:
            raise BadTime(_("That are more times than the roster holds for one person. Begin with fewer weeks."))
        rows = [RosterSlot(member=member, starts_at=one.starts_at, ends_at=one.ends_at, made_by=by) for one in spans]
        RosterSlot.objects.bulk_create(rows, ignore_conflicts=True)
        return mine.count() - before


def _fit(wanted: Wanted) -> list[Span]:
    if not schedule.is_zone(wanted.zone) or not 1 <= wanted.weeks <= MOST_WEEKS:
        raise BadTime(_("Repeat it for one to %(n)s weeks.") % {"n": MOST_WEEKS})
    now = timezone.now()
    if abs(wanted.day - now.date()) > FURTHEST:
        raise BadTime(_("Choose a day within a year."))
    spans = list(wanted.spans())
    if not spans:
        raise BadTime(_("The clocks skip that time on this day. Choose another."))
    if spans[0].ends_at <= now:
        raise BadTime(_("That time has passed. The roster keeps it as it was."))
    if max(one.ends_at - one.starts_at for one in spans) > LONGEST + timedelta(hours=1):  # clocks may be turned back
        raise BadTime(_("Twelve hours are the most for one time."))
    return spans


def withdraw(by: Member, pk: int, *, and_later: bool = False) -> int:
    """Takes a time out, and with `and_later` those of the same hours in later weeks; how many.

    Leads hear of what is missing within a day. Raises `NotYours` for somebody else's, absent ones and the past.
    """
    require(by, "flags.work")
    now = timezone.now()
    with transaction.atomic():
        rows = RosterSlot.objects.select_related("member").select_for_update(no_key=True, of=("self",))
        slot = rows.filter(pk=pk, ends_at__gt=now).first()
        if slot is None or not may_change(by, slot.member):
            raise NotYours
        gone = [slot, *(_later(slot) if and_later else ())]
        RosterSlot.objects.filter(pk__in=[one.pk for one in gone]).delete()
        if slot.starts_at - now < SHORT_NOTICE:
            _tell_leads(slot, by)
    return len(gone)


def _later(slot: RosterSlot) -> list[RosterSlot]:
    """Times of the same member on the same weekday at the same hours of their own clock."""
    zone = ZoneInfo(slot.member.time_zone if schedule.is_zone(slot.member.time_zone) else "UTC")

    def hours(one: RosterSlot) -> tuple[int, time, time]:
        first, last = one.starts_at.astimezone(zone), one.ends_at.astimezone(zone)
        return first.weekday(), first.time(), last.time()

    rows = RosterSlot.objects.filter(member=slot.member, starts_at__gt=slot.starts_at).order_by("pk")
    return [one for one in rows if hours(one) == hours(slot)]


def _tell_leads(slot: RosterSlot, by: Member) -> None:
    leads = Member.objects.filter(groups__name="leads", is_active=True).exclude(pk=by.pk)
    path = f"{reverse('moderation:roster')}?week={slot.starts_at.date().isoformat()}"
    notices.notify(
        leads.values_list("pk", flat=True),
        kind=WITHDRAWN,
        key=f"{WITHDRAWN}:{slot.member_id}:{int(slot.starts_at.timestamp())}",
        subject=slot.member.name,
        path=path,
    )
