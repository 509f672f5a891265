"""What each moderator carries at a moment: heavy words, minutes with them, breaks, subjects spared. Reads only.

It is made for the person, and to know who else can take a case; nothing here puts people into an order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from community.access import may
from community.models import Member
from community.services import boundaries
from moderation.detector import Severity
from moderation.models import Break, CareLimits, Flag, Heavy, Lifted, Shift
from moderation.services.holding import LEASE

HEAVY_FROM = Severity.IMMINENT
A_DAY = timedelta(hours=25)  # the longest that a day of theirs can be
AN_HOUR = timedelta(hours=1)
LATERS = 2  # so often a break that is due can be put off
MOST = 50  # people on shift that are looked at


@dataclass(frozen=True, slots=True)
class Load:
    """What one moderator carries now. Shown to them; totals also to leads, one person at a time."""

    member: Member
    now: datetime
    limits: CareLimits
    limit: int  # of heavy ones a day: the team's, or their own lower one
    heavy: int = 0
    minutes: int = 0
    last_hour: tuple[datetime, ...] = ()
    since_rest: int = 0
    rested_at: datetime | None = None  # from when on time counts towards a break
    on_shift_since: datetime | None = None
    lifted_until: datetime | None = None  # read only where enough is carried
    resting: Break | None = None
    put_off: Break | None = None
    spared: frozenset[str] = frozenset()

    @property
    def is_full_today(self) -> bool:
        """True when the day's share is carried, whether or not a lead lifted it."""
        return self.heavy >= self.limit or self.minutes >= self.limits.heavy_minutes_a_day

    @property
    def is_full(self) -> bool:
        """True while nothing heavy is for them, unless nobody else can take it."""
        return self.lifted_until is None and (self.is_full_today or len(self.last_hour) >= self.limits.heavy_an_hour)

    @property
    def more_at(self) -> datetime | None:
        """When this hour's share is over, for whom only that is reached."""
        if not self.is_full or self.is_full_today:
            return None
        return sorted(self.last_hour)[-self.limits.heavy_an_hour] + AN_HOUR if self.limits.heavy_an_hour else None

    @property
    def break_at(self) -> datetime | None:
        """When a break is due by the clock; None off shift, where only heavy ones count."""
        if self.rested_at is None or self.on_shift_since is None:
            return None
        return self.rested_at + timedelta(minutes=self.limits.break_after_minutes)

    @property
    def is_break_due(self) -> bool:
        """True when it is time for a break, put off or not."""
        if self.resting:
            return False
        by_clock = self.break_at is not None and self.now >= self.break_at
        return by_clock or self.since_rest >= self.limits.break_after_heavy

    @property
    def is_break_offered(self) -> bool:
        """True when it is due and was not put off a moment ago."""
        until = self.put_off.later_until if self.put_off else None
        return self.is_break_due and (until is None or until <= self.now)

    @property
    def must_rest(self) -> bool:
        """True when it was put off as often as it can be, and is due once more."""
        return self.is_break_offered and self.put_off is not None and self.put_off.laters >= LATERS


@dataclass(frozen=True, slots=True)
class Team:
    """Who is here, with what each carries."""

    now: datetime
    loads: dict[int, Load]
    on: tuple[int, ...]  # on shift, by name

    def others(self, by: Member) -> list[Load]:
        """Those on shift besides `by` who are not resting."""
        return [self.loads[pk] for pk in self.on if pk != by.pk and not self.loads[pk].resting]

    def able(self, by: Member) -> list[Load]:
        """Those of them who can take something heavy."""
        return [one for one in self.others(by) if not one.is_full]


def team(also: Iterable[Member] = (), *, taken_by: Member | None = None) -> Team:
    """Everyone on shift and those asked for; a fixed number of queries.

    `taken_by` counts what this one has taken and not opened yet, too: for whoever is about to take another.
    """
    now = timezone.now()
    shifts = _shifts(now)
    people = {one.member_id: one.member for one in shifts} | {one.pk: one for one in also}
    loads = _loads(people, {one.member_id: one.began_at for one in shifts}, now)
    if taken_by is not None:
        loads[taken_by.pk] = _with_unopened(loads[taken_by.pk])
    return Team(now, loads, tuple(one.member_id for one in shifts))


def load_of(member: Member) -> Load:
    """What one moderator carries now."""
    return team([member]).loads[member.pk]


def limits() -> CareLimits:
    """What leads set, or the usual."""
    return CareLimits.objects.filter(pk=1).first() or CareLimits(pk=1)


def _shifts(now: datetime) -> list[Shift]:
    rows = Shift.objects.on(now).select_related("member").prefetch_related("member__groups").order_by("member__name")
    return [one for one in rows[:MOST] if may(one.member, "flags.work")]


def _loads(people: dict[int, Member], began: dict[int, datetime], now: datetime) -> dict[int, Load]:
    of_team, own = limits(), _own(people)
    read = _by_member(Heavy.objects.filter(member__in=people, at__gt=now - A_DAY).select_related("flag"))
    rests = _by_member(Break.objects.filter(member__in=people, at__gt=now - A_DAY).order_by("pk"))
    loads = {}
    for pk, member in people.items():
        lower, spared = own.get(pk, (None, []))
        limit = of_team.heavy_a_day if lower is None else min(lower, of_team.heavy_a_day)
        empty = Load(member, now, of_team, limit, on_shift_since=began.get(pk), spared=frozenset(spared))
        loads[pk] = _counted(_rested(empty, rests.get(pk, ())), read.get(pk, ()))
    return loads | _lifted([one for one in loads.values() if one.is_full])


def _own(people: Iterable[int]) -> dict[int, tuple[int | None, list[str]]]:
    """Of each their own limit, and the subjects they asked to be spared; one query."""
    found: dict[int, tuple[int | None, list[str]]] = {}
    rows = Member.objects.filter(pk__in=people).values_list("pk", "own_care__heavy_a_day", "spared__category")
    for pk, lower, category in rows:
        found.setdefault(pk, (lower, []))[1].extend([category] if category else [])
    return found


def _lifted(full: Sequence[Load]) -> dict[int, Load]:
    """Those whose limit a lead lifted for a while. Asked only where somebody carries enough."""
    if not full:
        return {}
    rows = Lifted.objects.filter(member__in=[one.member for one in full], until__gt=full[0].now)
    until = dict(rows.values_list("member", "until"))
    return {one.member.pk: replace(one, lifted_until=until.get(one.member.pk)) for one in full}


def _by_member(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for one in rows:
        found.setdefault(one.member_id, []).append(one)
    return found


def _rested(load: Load, rests: Sequence[Break]) -> Load:
    begun = [one for one in rests if one.began_at and one.until]
    ended = [one.until for one in begun if one.until and one.until <= load.now]
    since = max([load.on_shift_since or start_of_day(load), *ended])
    return replace(
        load,
        rested_at=since,
        resting=next((one for one in begun if one.until and one.until > load.now), None),
        put_off=next((one for one in rests if one.began_at is None and one.at >= since), None),
    )


def start_of_day(load: Load) -> datetime:
    """When the day began where they live."""
    day = load.now.astimezone(boundaries.zone_of(load.member)).date()
    return boundaries.start_of_day(day, load.member)


def _counted(load: Load, rows: Sequence[Heavy]) -> Load:
    today = [one for one in rows if one.at >= start_of_day(load)]
    rested = load.rested_at or load.now
    return replace(
        load,
        heavy=len(today),
        minutes=int(sum(seconds_with(one, load.now) for one in today) // 60),
        last_hour=tuple(one.at for one in rows if one.at > load.now - AN_HOUR),
        since_rest=sum(one.at > rested for one in rows),
    )


def seconds_with(row: Heavy, now: datetime) -> float:
    """How long these words were in view: until they were left, or the lease lapsed."""
    if row.left_at:
        return row.seconds
    flag = row.flag
    is_held = flag is not None and flag.holder_id == row.member_id and flag.held_until is not None
    until = flag.held_until if is_held and flag is not None else row.since + LEASE
    return row.seconds + max(0.0, (min(now, until or now) - row.since).total_seconds())


def _with_unopened(load: Load) -> Load:
    """The same, with heavy cases that were taken and whose words were not shown yet."""
    held = Flag.objects.open().filter(holder=load.member, held_until__gt=load.now, severity__gte=HEAVY_FROM)
    unread = held.exclude(pk__in=Heavy.objects.filter(member=load.member, flag__isnull=False).values("flag")).count()
    return replace(load, heavy=load.heavy + unread, last_hour=(*load.last_hour, *[load.now] * unread))
