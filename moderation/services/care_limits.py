"""What leads set for all, what one sets for oneself, lifting a limit for once; and how long any of it is kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import fieldcrypt, text
from community.access import may, require
from community.duties import duty
from community.models import Member
from community.refusals import NotYours, Refusal
from community.services import audit, keyring
from moderation.detector import Category
from moderation.models import Afterwards, Break, CareCall, CareLimits, Heavy, Lifted, OwnCare, Spared
from moderation.services import calling, care, care_load, flags
from moderation.services.care_load import Load

KEPT_FOR = timedelta(days=90)
LIFTED_HOURS = (1, 2, 4)
WHY_LIMIT = 500


class LiftedToday(Refusal):
    """Once a day for one person."""

    code = "lifted-today"
    detail = _("Their limit was lifted today already. Once a day is the most.")
    status = 409


@dataclass(frozen=True, slots=True)
class Totals:
    """What one person carries, for a lead: sums, no cases, no answers, no subjects."""

    load: Load
    heavy_in_week: int
    had_hard_week: bool
    last_break: datetime | None
    lifted: Lifted | None  # today's
    why: str


def set_limits(by: Member, **values: int) -> CareLimits:
    """Sets the team's limits, such as `heavy_a_day=15`. They hold at once."""
    require(by, "care.lead")
    with transaction.atomic():
        row, _made = CareLimits.objects.update_or_create(pk=1, defaults=values)
        said = " ".join(f"{name}={value}" for name, value in sorted(values.items()))
        audit.record(by, "care.limits-set", reason=said[:200])
        transaction.on_commit(flags.moved)
    return row


def own_limit(by: Member) -> int | None:
    """What they set for themselves."""
    return OwnCare.objects.filter(member=by).values_list("heavy_a_day", flat=True).first()


def set_own(by: Member, *, heavy_a_day: int | None, spared: Iterable[str]) -> None:
    """Sets one's own limit (None for the team's) and the subjects one would rather not take. Nobody else is told."""
    require(by, "flags.work")
    spared = sorted({str(one) for one in Category if one != Category.NONE} & set(spared))
    with transaction.atomic():
        care.hold(by)
        OwnCare.objects.filter(member=by).update(heavy_a_day=heavy_a_day)
        Spared.objects.filter(member=by).exclude(category__in=spared).delete()
        Spared.objects.bulk_create([Spared(member=by, category=one) for one in spared], ignore_conflicts=True)
        transaction.on_commit(flags.moved)


# --- for leads ----------------------------------------------------------------------------------


def team_of(by: Member) -> list[Member]:
    """Everyone who moderates, by name; never by what they carry."""
    require(by, "care.lead")
    return sorted((one for one in calling.who_may_be_called()), key=lambda one: one.name.casefold())


def person(by: Member, name: str) -> Member:
    """Somebody who moderates. Raises `NotYours`, the same for absent and for oneself."""
    require(by, "care.lead")
    found = Member.objects.filter(name=name, is_active=True).exclude(pk=by.pk).first()
    if found is None or not may(found, "flags.work"):
        raise NotYours
    return found


def totals(by: Member, name: str) -> Totals:
    """What this one carries; the look is written down first. Raises `NotYours`."""
    member = person(by, name)
    audit.record(by, "care.read", about=member)
    load = care_load.load_of(member)
    week = Heavy.objects.filter(member=member, at__gt=load.now - timedelta(days=7)).count()
    last = Break.objects.filter(member=member, began_at__isnull=False).order_by("-pk").first()
    lifted = _lifted_today(load)
    why = why_of(lifted) if lifted else ""
    return Totals(load, week, bool(care.hard_weeks([member])), last.began_at if last else None, lifted, why)


def lift(by: Member, name: str, *, hours: int, why: str) -> Lifted:
    """Their limit doesn't hold for some hours. Raises `NotYours`, also for oneself, and `LiftedToday`."""
    member = person(by, name)
    with transaction.atomic():
        care.hold(member)
        load = care_load.load_of(member)
        if hours not in LIFTED_HOURS or _lifted_today(load):
            raise LiftedToday
        sealed = fieldcrypt.seal(text.tidy(why, limit=WHY_LIMIT), purpose=_purpose(member.pk))
        made = Lifted.objects.create(member=member, by=by, why=sealed, until=load.now + timedelta(hours=hours))
        audit.record(by, "care.lifted", about=member, reason=f"hours={hours}")
        transaction.on_commit(flags.moved)
    return made


def lifted_for(load: Load) -> Lifted | None:
    """What a lead lifted for them, while it holds."""
    return Lifted.objects.filter(member=load.member, until__gt=load.now).select_related("by").first()


def why_of(lifted: Lifted) -> str:
    """The lead's reason; empty when no key opens it."""
    try:
        return fieldcrypt.unseal(lifted.why, purpose=_purpose(lifted.member_id))
    except fieldcrypt.NotReadable:
        return ""


def _lifted_today(load: Load) -> Lifted | None:
    rows = Lifted.objects.filter(member=load.member, at__gte=care_load.start_of_day(load))
    return rows.select_related("by").order_by("-pk").first()


def _purpose(member_id: int) -> str:
    return f"lifted:{member_id}"


@keyring.turns("reasons for lifted limits")
def _reseal() -> int:
    return fieldcrypt.rewrap(Lifted.objects.all(), "why", purpose=lambda row: _purpose(row.member_id))


# --- how long it is kept --------------------------------------------------------------------------


@duty("what moderators carried", every_seconds=24 * 3600)
def forget_old() -> int:
    """Forgets what was carried, breaks, answers and calls of 90 days ago; how many."""
    before = timezone.now() - KEPT_FOR
    gone = Afterwards.objects.filter(asked_at__lt=before).delete()[0]
    return gone + sum(kind.objects.filter(at__lt=before).delete()[0] for kind in (Heavy, Break, Lifted, CareCall))


def forget(member_id: int) -> None:
    """Everything of one member: their account ended."""
    for kind in (Heavy, Break, Lifted, Afterwards, Spared, OwnCare):
        kind.objects.filter(member=member_id).delete()
