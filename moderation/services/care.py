"""The care of moderators beside their cases: what is offered to whom, what was carried, what is asked afterwards.

Nobody in danger waits because of it: what a colleague who is here can take is left to them; what nobody else can
take, and what is late, is offered as ever, and then the person on call is called at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Case, Count, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from community.models import Member
from community.refusals import Refusal
from moderation.models import Afterwards, Decision, Flag, FlagEvent, Heavy, OwnCare
from moderation.models.flag import FlagQuerySet
from moderation.services import care_calls, care_load, flags, holding
from moderation.services.care_load import HEAVY_FROM, Load, Team

COLLEAGUES = 8  # who are asked whether they can take it
TAKES_DOWN = {Decision.Kind.HIDE, Decision.Kind.STORY_OFF}
A_WEEK, SEVERAL = timedelta(days=7), 3
HARD = (Afterwards.Answer.SHAKEN, Afterwards.Answer.TALK)


class Enough(Refusal):
    """They carry enough for now, and somebody else who is here can take it."""

    code = "carried-enough"
    status = 409


class Resting(Refusal):
    """They are on a break: rooms can be read, cases wait for others."""

    code = "resting"
    detail = gettext_lazy("You are on a break. The queue is with others.")
    status = 409


class BreakDue(Refusal):
    """A break was put off as often as it can be, and others are here."""

    code = "break-due"
    detail = gettext_lazy("It is time for your break.")
    status = 409


class AskedToBeSpared(Refusal):
    """They asked to be spared this subject: it is taken when they say so once more."""

    code = "spared"
    detail = gettext_lazy("You asked to be spared this. Take it anyway?")
    status = 409


# --- what is offered ----------------------------------------------------------------------------


def shown_to(rows: FlagQuerySet, load: Load, team: Team) -> FlagQuerySet:
    """What of the queue is theirs to see: all of it, or, for whoever carries enough, what is not left to others."""
    return rows.exclude(_with_others(Q(severity__gte=HEAVY_FROM), load, team)) if load.is_full else rows


def offered(rows: FlagQuerySet, load: Load, team: Team) -> FlagQuerySet:
    """Those of them that *take next* may give, in its order; what they asked to be spared is last in its band."""
    if not load.spared:
        return rows.by_urgency()
    is_spared = Q(category__in=load.spared)
    last = Case(When(is_spared, then=Value(1)), default=Value(0))
    rows = rows.exclude(_with_others(is_spared, load, team)).annotate(is_last=last)
    return rows.order_by("-severity", "is_last", "due_at", "pk")


def spared_now(rows: FlagQuerySet, load: Load, team: Team) -> FlagQuerySet | None:
    """Those that are not offered because they asked to be spared them; None when they asked for nothing."""
    return rows.filter(_with_others(Q(category__in=load.spared), load, team)).by_urgency() if load.spared else None


def _with_others(what: Q, load: Load, team: Team) -> Q:
    """Cases of this kind that a colleague who is here can take. Never one that is late, or that they hold."""
    found, now = Q(pk__in=[]), team.now
    kind = Flag.objects.waiting(now).filter(what, due_at__gt=now, second_wanted=False)
    kind = kind.exclude(holder=load.member, held_until__gt=now)
    for other in team.others(load.member)[:COLLEAGUES]:
        theirs = holding.is_for(other.member) & ~Q(category__in=other.spared)
        found |= theirs & Q(severity__lt=HEAVY_FROM) if other.is_full else theirs
    # One pass over the queue: a case that the first of them can take is not asked about for the others.
    return Q(pk__in=kind.filter(found).order_by().values("pk"))


def sentence(load: Load, team: Team) -> str:
    """What somebody who carries enough is told; empty for everybody else."""
    if not load.is_full:
        return ""
    names, more_at = [one.member.name for one in team.able(load.member)], load.more_at
    if not names:
        first = _("That's enough for this hour") if more_at else _("You've carried enough for today")
        return _(
            "%(enough)s, and nobody else is free for what is urgent. It is still offered to you;"
            " when you take one, the person on call is called at once."
        ) % {"enough": first}
    said = {"names": _(" and ").join(names)}
    if more_at is None:
        return (
            ngettext(
                "You've carried enough for today. %(names)s has the queue.",
                "You've carried enough for today. %(names)s have the queue.",
                len(names),
            )
            % said
        )
    said["time"] = timezone.localtime(more_at).strftime("%H:%M")
    return (
        ngettext(
            "That's enough for this hour. %(names)s has the queue; from %(time)s there is more for you.",
            "That's enough for this hour. %(names)s have the queue; from %(time)s there is more for you.",
            len(names),
        )
        % said
    )


# --- taking -------------------------------------------------------------------------------------


def hold(by: Member) -> OwnCare:
    """One's own row, held: whoever takes a case or a break in two places at once does it one after the other."""
    mine = OwnCare.objects.select_for_update(no_key=True).filter(member=by)
    found = mine.first()
    if found is None:
        OwnCare.objects.get_or_create(member=by)
        found = mine.get()
    return found


def before_taking(by: Member) -> Team:
    """Who is here and what `by` carries, held until the transaction ends. Raises `Resting` and `BreakDue`.

    With nobody else here a break is never forced: the person on call is called instead.
    """
    hold(by)
    team = care_load.team([by], taken_by=by)
    load = team.loads[by.pk]
    if load.resting:
        raise Resting
    if load.must_rest and load.put_off:
        if team.others(by):
            raise BreakDue
        care_calls.call(f"break:{load.put_off.pk}", here=[by.pk, *team.on])
    return team


def taking(flag: Flag, by: Member, team: Team, *, anyway: bool) -> None:
    """Looks whether this one is for them. Raises `Enough`, and `AskedToBeSpared` unless `anyway`."""
    load = team.loads[by.pk]
    if flag.category in load.spared and not anyway:
        raise AskedToBeSpared
    if flag.severity < HEAVY_FROM or not load.is_full:
        return
    others = _with_others(Q(severity__gte=HEAVY_FROM), load, team)
    if Flag.objects.filter(others, pk=flag.pk).exists():
        raise Enough(sentence(load, team))
    care_calls.call(f"case:{flag.pk}", here=[by.pk, *team.on])


# --- what was carried ---------------------------------------------------------------------------


def shown(flag: Flag, by: Member) -> None:
    """The words of this case are about to be shown to `by`. Once for each case and person."""
    if flag.severity < HEAVY_FROM:
        return
    now = timezone.now()
    row, is_new = Heavy.objects.get_or_create(member=by, flag=flag, defaults={"at": now, "since": now})
    if is_new:
        flags.moved()
    elif row.left_at:
        Heavy.objects.filter(pk=row.pk).update(left_at=None, since=now)


def decided(made: Decision, flag: Flag) -> None:
    """A case was decided: what was heavy is counted and left. Call in the transaction that decides."""
    is_harm = made.reason == Decision.Reason.HARM and made.kind in TAKES_DOWN
    if is_harm or flag.severity >= HEAVY_FROM:
        people = [one for one in (made.by, made.second) if one]
        rows = [Heavy(member=one, flag=flag, at=at, since=at) for one in people for at in [_taken_at(flag, one)]]
        Heavy.objects.bulk_create(rows, ignore_conflicts=True)
    _leave(Heavy.objects.filter(flag=flag))


def left(flag: Flag, by: Member) -> None:
    """`by` gave it back, or gave their opinion about it. Call in that transaction."""
    _leave(Heavy.objects.filter(flag=flag, member=by))


def lapsed(flag: Flag) -> None:
    """Somebody else takes what its holder did not come back to; call before the holder changes. Nothing is asked."""
    if flag.holder_id and flag.severity >= HEAVY_FROM:
        for row in Heavy.objects.filter(flag=flag, member=flag.holder_id, left_at=None):
            _close(row, min(timezone.now(), flag.held_until or timezone.now()))


def taken_back(flag: Flag, by: Member) -> None:
    """A decision was undone: the case is theirs again, and nothing is asked about it yet."""
    Afterwards.objects.filter(flag=flag, member=by, answer="").delete()
    rows = Heavy.objects.filter(flag=flag, member=by)
    if flag.severity >= HEAVY_FROM:
        rows.update(left_at=None, since=timezone.now())
    else:
        rows.delete()


def _taken_at(flag: Flag, by: Member) -> datetime:
    taken = flag.events.filter(kind=FlagEvent.Kind.TAKEN, by=by).order_by("-pk").values_list("at", flat=True).first()
    return taken or timezone.now()


def _leave(rows: Iterable[Heavy]) -> None:
    for row in rows:
        if row.left_at is None and _close(row, timezone.now()):
            _ask(row)


def _close(row: Heavy, at: datetime) -> bool:
    seconds = row.seconds + max(0, int((at - row.since).total_seconds()))
    return bool(Heavy.objects.filter(pk=row.pk, left_at=None).update(left_at=at, seconds=seconds))


def _ask(row: Heavy) -> None:
    """The closing question, once for a case; an older one that was not answered is asked no more."""
    asked = Afterwards(member_id=row.member_id, flag_id=row.flag_id)
    Afterwards.objects.bulk_create([asked], ignore_conflicts=True)
    older = Afterwards.objects.filter(member=row.member_id, answer="").exclude(flag=row.flag_id)
    older.update(answer=Afterwards.Answer.PASSED)


def hard_weeks(members: Sequence[Member]) -> set[int]:
    """The keys of those who were shaken several times within a week. For leads only; one query."""
    rows = Afterwards.objects.filter(member__in=members, answer__in=HARD, asked_at__gt=timezone.now() - A_WEEK)
    counted = rows.order_by().values("member").annotate(n=Count("pk")).filter(n__gte=SEVERAL)
    return set(counted.values_list("member", flat=True))
