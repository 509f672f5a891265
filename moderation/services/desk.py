"""The moderators' desk: who may watch the queue, how it stands for each of them, and who has left it.

A case whose page was closed goes back to the queue after a minute, so that nobody waits for somebody who is gone. Pages
without scripts never say that they are here: there, as everywhere, the lease of 15 minutes lapses.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from community.access import may
from community.duties import duty
from community.models import Member
from community.services import sessions
from moderation.detector import Severity
from moderation.models import AtDesk, Flag, FlagEvent
from moderation.services import care, care_load, holding, queue
from moderation.services.care_load import Team

GRACE = timedelta(seconds=60)  # a page that is opened next, a line that broke, a server that restarts
Watching = dict[str, int]  # session key → member id


@dataclass(frozen=True, slots=True)
class Standing:
    """How the queue stands for one moderator. `moved` differs whenever anything in it changed."""

    counts: dict[str, int] = field(default_factory=dict)
    moved: tuple[int, int] = (0, 0)


def who_may(watching: Watching) -> dict[str, Member]:
    """Those sessions, with their members, that may watch the queue now: alive, role, second factor (promise S8)."""
    alive = sessions.alive(watching)
    held = {key: pk for key, pk in watching.items() if alive.get(key) == pk}
    members = Member.objects.filter(pk__in=set(held.values())).prefetch_related("groups")
    able = {one.pk: one for one in members if may(one, "flags.work")}
    holders = {key: able[pk] for key, pk in held.items() if pk in able}
    proven = sessions.with_second_factor(holders) if holders else set()
    return {key: member for key, member in holders.items() if key in proven}


def is_moderator(member_id: int) -> bool:
    """True for whoever may work on the queue, whatever their session."""
    return may(Member.objects.filter(pk=member_id).first(), "flags.work")


def standing_for(watching: Watching) -> dict[str, Standing]:
    """How the queue stands for each of these sessions; those that may not watch it are left out."""
    able = who_may(watching)
    if not able:
        return {}
    newest = FlagEvent.objects.aggregate(newest=Max("pk"))["newest"] or 0
    team = care_load.team(able.values())
    theirs = {member.pk: _standing(member, newest, team) for member in able.values()}
    return {key: theirs[member.pk] for key, member in able.items()}


def _standing(member: Member, newest: int, team: Team) -> Standing:
    """What they are told is what their page counts, and what *take next* may give them."""
    theirs = care.offered(queue.waiting_for(member, team), team.loads[member.pk], team)
    counts = {Severity(severity).label: count for severity, count in queue.counts_of(theirs).items()}
    return Standing(counts, (newest, theirs.free(team.now).count()))


# --- who is here, and who has left ----------------------------------------------------------------


def seen(places: Iterable[tuple[int, str]]) -> None:
    """These moderators have these cases (or the queue: an empty token) open now. One statement."""
    now = timezone.now()
    rows = [AtDesk(member_id=member_id, token=token, seen_at=now) for member_id, token in sorted(set(places))]
    AtDesk.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["member", "token"], update_fields=["seen_at"]
    )


@duty("desks that were left", every_seconds=10)
def give_back() -> int:
    """Gives back the cases of those who closed their page a minute ago and have not acted since; how many."""
    left = AtDesk.objects.filter(seen_at__lt=timezone.now() - GRACE).select_related("member").order_by("pk")
    return sum(_left(one) for one in left)


def _left(place: AtDesk) -> bool:
    with transaction.atomic():
        if not AtDesk.objects.filter(pk=place.pk, seen_at=place.seen_at).delete()[0]:
            return False  # they came back this moment, or another process did it
        rows = Flag.objects.open().filter(token=place.token, holder=place.member)
        flag = rows.select_for_update(no_key=True, of=("self",)).first() if place.token else None
        if flag is None or _acted_at(flag) > place.seen_at:
            return False
        return queue.given_back(flag, place.member)


def _acted_at(flag: Flag) -> datetime:
    return (flag.held_until or timezone.now()) - holding.LEASE
