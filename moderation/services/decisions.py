"""Deciding a case: one transaction with its effect, its statement of reasons, its outcome for reporters, its entry."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from chat.models import Room
from community.access import require
from community.models import Member
from community.refusals import NotYours, Refusal
from community.services import audit
from moderation.detector import Severity
from moderation.models import Decision, Flag, FlagEvent, Proposal, Report
from moderation.services import care, choices, effects, flags, locks, reports, telling, undoing
from moderation.services.choices import Choice, Kind
from moderation.services.holding import Stale, flag_for, for_whom, held_flag

MOST_WAITING = 50
ACTED_NOT = (Kind.NO_CONCERN, Kind.RESTORE)


class NeedsTwo(Refusal):
    """This takes two people: propose it, and a colleague confirms."""

    code = "needs-two"
    detail = gettext_lazy("This takes two people. Ask a colleague to confirm it.")
    status = 409


def decide(by: Member, token: str, choice: Choice, *, version: int) -> Decision:
    """Decides the case that `by` holds and looked at in this `version`.

    Raises `NotYours`, `Stale`, `NotHeld`, `BadChoice`, and `NeedsTwo` for what one person does not decide alone.
    """
    with transaction.atomic():
        locks.before_case(token, choice.kind, choice.room)
        flag = held_flag(by, token, version=version)
        choices.check(choice, flag)
        if choices.needs_two_keys(choice):
            raise NeedsTwo
        return _decided(flag, choice, by=by)


def propose(by: Member, token: str, choice: Choice, *, version: int) -> Proposal:
    """Turns the first of two keys. Nothing happens to anybody before a colleague confirms; a new one replaces it."""
    with transaction.atomic():
        flag = held_flag(by, token, version=version)
        choices.check(choice, flag)
        flag.proposals.filter(ended_at=None).update(ended_at=timezone.now())
        made = Proposal.objects.create(flag=flag, by=by, choice=choice.stored())
        flag.second_wanted = True  # whoever confirms has to be able to read it
        flag.version += 1
        flag.save(update_fields=["held_until", "version", "second_wanted"])
        flags.note(flag, FlagEvent.Kind.SECOND_WANTED, by=by, says=choice.kind)
        audit.record(by, f"flag.proposed-{choice.kind}", flag, about=flag.member)
    return made


def confirm(by: Member, token: str) -> Decision:
    """Turns the second key. Raises `NotYours` for whoever turned the first, `Stale` when it was decided meanwhile."""
    found = Proposal.objects.filter(token=token).select_related("flag", "by").first()
    if found is None or found.by_id == by.pk or found.by is None:
        raise NotYours
    choice = choices.read(found.choice)
    with transaction.atomic():
        locks.before_case(found.flag.token, choice.kind, choice.room)
        flag = flag_for(by, found.flag.token, lock=True)
        mine = Proposal.objects.filter(pk=found.pk, ended_at=None)
        if flag.closed_at or not mine.update(ended_at=timezone.now()):
            raise Stale(flag)
        choices.check(choice, flag)
        made = _decided(flag, choice, by=found.by, second=by)
        Proposal.objects.filter(pk=found.pk).update(decision=made)
    return made


def refuse(by: Member, token: str) -> None:
    """The second key is not turned; the case stays with its holder. Whoever proposed may take it back so, too."""
    found = Proposal.objects.filter(token=token).select_related("flag").first()
    if found is None:
        raise NotYours
    with transaction.atomic():
        flag = flag_for(by, found.flag.token, lock=True)
        if not Proposal.objects.filter(pk=found.pk, ended_at=None).update(ended_at=timezone.now()):
            raise Stale(flag)
        Flag.objects.filter(pk=flag.pk).update(second_wanted=False)
        flags.note(flag, FlagEvent.Kind.SECOND_GIVEN, by=by, says="refused")
        if found.by_id != by.pk:
            care.left(flag, by)
        audit.record(by, "flag.proposal-refused", flag, about=flag.member)


def proposed(flag: Flag) -> Proposal | None:
    """What waits for a second key in this case."""
    return flag.proposals.filter(ended_at=None).select_related("by").first()


def waiting_for(by: Member) -> list[Proposal]:
    """Decisions that wait for a second key which `by` may turn, the oldest first."""
    require(by, "flags.work")
    rows = Proposal.objects.filter(ended_at=None).exclude(by=by)
    theirs = for_whom(Flag.objects.open().filter(pk__in=rows.values("flag")), by)
    return list(rows.filter(flag__in=theirs).select_related("flag__message__room", "by").order_by("at")[:MOST_WAITING])


def _decided(flag: Flag, choice: Choice, *, by: Member, second: Member | None = None) -> Decision:
    until = timezone.now() + choices.FOR_NOW if choice.kind == Kind.HIDE_FOR_NOW else choice.until
    made = Decision.objects.create(
        flag=flag,
        member=flag.member,
        by=by,
        second=second,
        kind=choice.kind,
        reason=choice.reason,
        words=choices.tidy(choice.words),
        until=until,
        room=Room.objects.filter(slug=choice.room).first() if choice.room else None,
        ability=choice.ability,
        verdicts=choice.verdicts,
        checklist=choice.checklist,
        before=None if second else undoing.before(flag, choice.kind),
    )
    effects.carry_out(made)
    if made.kind == Kind.HIDE_FOR_NOW:
        _go_on(flag, made, by)
    else:
        _settle(flag, choice, by)
        care.decided(made, flag)
    telling.tell(made)
    audit.record(by, f"flag.decided-{made.kind}", flag, about=flag.member, reason=made.reason)
    if second:
        audit.record(second, f"flag.confirmed-{made.kind}", flag, about=flag.member, reason=made.reason)
    return made


def _go_on(flag: Flag, made: Decision, by: Member) -> None:
    """It stays with its holder, and is due before what is hidden is shown again."""
    flag.due_at = min(flag.due_at, made.until or flag.due_at)
    flag.version += 1
    flag.save(update_fields=["due_at", "held_until", "version"])
    flags.note(flag, FlagEvent.Kind.DECIDED, by=by, says=made.kind)


def _settle(flag: Flag, choice: Choice, by: Member) -> None:
    """Closed, handed on, or back in some hours; reporters hear of it unless it is only handed on."""
    now = timezone.now()
    after = choices.follow_up(choice, flag)
    flag.holder = flag.held_until = flag.returns_at = None
    flag.second_wanted = False
    if choice.kind in (Kind.ESCALATE, Kind.IMMINENT):
        flag.is_for_leads = flag.is_for_leads or choice.kind == Kind.ESCALATE
        flag.severity = max(flag.severity, Severity.IMMINENT if choice.kind == Kind.IMMINENT else Severity.HIGH)
    if choice.kind == Kind.ESCALATE:
        flag.due_at = now + flags.due_in(flag.severity)
    elif after:
        flag.returns_at = now + after
        flag.due_at = flag.returns_at + flags.due_in(flag.severity)
    else:
        flag.closed_at = now
    flag.version += 1
    flag.save()
    flags.note(flag, FlagEvent.Kind.DECIDED, by=by, says=choice.kind)
    if choice.hostile_reports:
        Report.objects.filter(flag=flag, handled_at=None).update(is_hostile=True)
    if choice.kind != Kind.ESCALATE:
        left = choice.kind in ACTED_NOT
        reports.settle(flag, Report.Outcome.LEFT if left else Report.Outcome.ACTED)


def in_force(member: Member) -> list[Decision]:
    """What limits the member now, with its end, newest first."""
    rows = Decision.objects.filter(member=member, until__gt=timezone.now()).exclude(answered_by__kind=Kind.LIFTED)
    rows = rows.exclude(kind=Kind.HIDE_FOR_NOW)
    return list(rows.select_related("by", "room").order_by("-at"))
