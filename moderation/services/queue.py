"""The queue: the most severe first, then what is due first. Taking, renewing and giving back; never any words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from chat.models import Room
from community.access import require
from community.models import Member
from community.services import audit
from moderation.models import Flag, FlagEvent
from moderation.models.flag import FlagQuerySet
from moderation.services import care, care_load, flags, holding
from moderation.services.care_load import Team
from moderation.services.holding import LEASE, Stale, flag_for

LISTED = 50
TRIES = 5  # of taking the next one, while others take it


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the queue. No words and no name of its member: passing eyes shouldn't meet them."""

    token: str
    version: int
    kind: str
    severity: int
    place: str  # the room's name; empty for a conversation, a member or a story
    is_one_to_one: bool
    opened_at: datetime
    due_at: datetime
    holder: str
    is_mine: bool
    from_words: bool
    reports: int
    second_wanted: bool
    is_follow_up: bool
    is_story: bool
    is_amber: bool  # half of its time is over
    is_late: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for somebody: the first lines, and how many there are by severity.

    `spared` are lines that they asked to be spared and others can take; they are in no count.
    """

    items: list[Item]
    counts: dict[int, int] = field(default_factory=dict)
    spared: list[Item] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many wait in all."""
        return sum(self.counts.values())


def listed(by: Member, *, most: int = LISTED, team: Team | None = None) -> Queue:
    """The queue as `by` may see it. A fixed number of queries, however long it is."""
    require(by, "flags.work")
    now, team = timezone.now(), team or care_load.team([by])
    waiting, load = waiting_for(by, team), team.loads[by.pk]
    theirs, spared = care.offered(waiting, load, team), care.spared_now(waiting, load, team)
    counted = counts_of(theirs)
    rows = list(theirs.select_related("message__room", "holder")[:most])
    apart = [] if spared is None else list(spared.select_related("message__room", "holder")[:most])
    told = flags_reported([*rows, *apart])
    lines = [[_item(one, told.get(one.pk, 0), by, now) for one in some] for some in (rows, apart)]
    return Queue(lines[0], counted, lines[1])


def waiting_for(by: Member, team: Team) -> FlagQuerySet:
    """What waits and is theirs to see."""
    return care.shown_to(holding.for_whom(Flag.objects.waiting(team.now), by), team.loads[by.pk], team)


def counts_of(rows: FlagQuerySet) -> dict[int, int]:
    """How many there are by severity."""
    return dict(rows.order_by().values_list("severity").annotate(n=Count("pk")))


def line_of(by: Member, token: str) -> Item:
    """One case as the queue shows it: no words. Raises `NotYours`."""
    flag = flag_for(by, token)
    return _item(flag, flags_reported([flag]).get(flag.pk, 0), by, timezone.now())


def lines_of(by: Member, tokens: Collection[str]) -> dict[str, Item]:
    """Those of these cases that are open and that `by` may work on, by token. A fixed number of queries."""
    require(by, "flags.work")
    found = holding.for_whom(Flag.objects.open().filter(token__in=tokens), by)
    rows, now = list(found.select_related("message__room", "holder").by_urgency()), timezone.now()
    told = flags_reported(rows)
    return {one.token: _item(one, told.get(one.pk, 0), by, now) for one in rows}


def flags_reported(rows: list[Flag]) -> dict[int, int]:
    """How many reports each of these has."""
    found = Flag.objects.filter(pk__in=[one.pk for one in rows], reports__isnull=False).order_by()
    return dict(found.values_list("pk").annotate(n=Count("reports")))


def _item(flag: Flag, reports: int, by: Member, now: datetime) -> Item:
    room = flag.message.room if flag.message else None
    one_to_one = room is not None and room.kind == Room.Kind.CONVERSATION
    held = flag.is_held(now)
    return Item(
        token=flag.token,
        version=flag.version,
        kind=flag.kind,
        severity=flag.severity,
        place=room.name if room is not None and not one_to_one else "",
        is_one_to_one=one_to_one,
        opened_at=flag.opened_at,
        due_at=flag.due_at,
        holder=flag.holder.name if held and flag.holder else "",
        is_mine=held and flag.holder_id == by.pk,
        from_words=flag.from_words,
        reports=reports,
        second_wanted=flag.second_wanted,
        is_follow_up=flag.returns_at is not None,
        is_story=flag.story_id is not None,
        is_amber=now >= half_time(flag),
        is_late=now >= flag.due_at,
    )


def half_time(flag: Flag) -> datetime:
    """When half of a flag's time is over."""
    began = flag.returns_at or flag.opened_at
    return began + max(flag.due_at - began, timedelta()) / 2


def take_next(by: Member) -> Flag | None:
    """The most urgent one that is free and for them, now held by `by`; None when there is none.

    Nobody picks and chooses. Raises `care.Resting` and `care.BreakDue`.
    """
    require(by, "flags.work")
    for _ in range(TRIES):
        with transaction.atomic():
            team = care.before_taking(by)
            flag = _next(by, team)
            if flag is not None:
                care.taking(flag, by, team, anyway=True)
                return _held(flag, by)
        if not free_for(by, team).exists():
            return None
    return None


def free_for(by: Member, team: Team) -> FlagQuerySet:
    """What *take next* may give them, in its order."""
    return care.offered(waiting_for(by, team).free(team.now), team.loads[by.pk], team)


def _next(by: Member, team: Team) -> Flag | None:
    # What another one is taking at this moment is passed over, not waited for.
    return free_for(by, team).select_for_update(no_key=True, skip_locked=True, of=("self",)).first()


def take(by: Member, token: str, *, anyway: bool = False) -> Flag:
    """This one, now held by `by`; taking what one holds renews it.

    Raises `NotYours`, `Stale` with who has it, and what care says: `care.Resting`, `care.BreakDue`, `care.Enough`, and
    `care.AskedToBeSpared` unless they said `anyway`.
    """
    with transaction.atomic():
        flag = flag_for(by, token)
        team = None if flag.holder_id == by.pk and flag.is_held() else care.before_taking(by)
        flag = flag_for(by, token, lock=True)
        if flag.closed_at or (flag.is_held() and flag.holder_id != by.pk):
            raise Stale(flag)
        if flag.is_held():
            return _renewed(flag)
        care.taking(flag, by, team or care.before_taking(by), anyway=anyway)
        return _held(flag, by)


def _held(flag: Flag, by: Member) -> Flag:
    care.lapsed(flag)
    flag.holder, flag.held_until = by, timezone.now() + LEASE
    flag.version += 1
    flag.save(update_fields=["holder", "held_until", "version"])
    flags.note(flag, FlagEvent.Kind.TAKEN, by=by)
    audit.record(by, "flag.taken", flag, about=flag.member)
    return flag


def renew(by: Member, token: str) -> Flag:
    """The lease runs anew: the moderator is at it. Raises `Stale` or `NotHeld` when it is not theirs any more."""
    with transaction.atomic():
        flag = flag_for(by, token, lock=True)
        if flag.closed_at or (flag.is_held() and flag.holder_id != by.pk):
            raise Stale(flag)
        if not flag.is_held():
            raise holding.NotHeld
        return _renewed(flag)


def _renewed(flag: Flag) -> Flag:
    flag.held_until = timezone.now() + LEASE
    flag.save(update_fields=["held_until"])
    return flag


def release(by: Member, token: str) -> None:
    """Back to the queue, no reason asked. What one does not hold stays as it is."""
    with transaction.atomic():
        given_back(flag_for(by, token, lock=True), by)


def release_all(by: Member) -> int:
    """Everything that `by` holds goes back: the tab was closed, or the shift is over. How many."""
    mine = Flag.objects.open().filter(holder=by).order_by("pk").select_for_update(no_key=True, of=("self",))
    with transaction.atomic():
        return sum(given_back(flag, by) for flag in mine)


def given_back(flag: Flag, by: Member) -> bool:
    """Gives back a flag whose row is locked; False for what `by` does not hold. Call in a transaction."""
    if flag.holder_id != by.pk or flag.closed_at:
        return False
    flag.holder = flag.held_until = None
    flag.version += 1
    flag.save(update_fields=["holder", "held_until", "version"])
    flags.note(flag, FlagEvent.Kind.RELEASED, by=by)
    care.left(flag, by)
    return True


def held_by(by: Member) -> list[Flag]:
    """What `by` holds now."""
    rows = Flag.objects.open().filter(holder=by, held_until__gt=timezone.now())
    return list(rows.select_related("message__room").by_urgency())
