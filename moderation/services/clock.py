"""The clock of the queue: amber at half of a case's time, at full time the person on call, then the next one.

Each step is an event of the case, unique for its due time, so that it is taken once whatever the clock and however
many processes look. A clock that was put back makes nobody wait: what seems to lie in the future is due now.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max, OuterRef, Q, Subquery
from django.utils import timezone

from community.access import require
from community.duties import duty
from community.models import Member
from community.services import audit
from moderation.detector import Severity
from moderation.models import Flag, FlagEvent, OnCall, ResponseTimes
from moderation.services import calling, flags
from moderation.services.calling import Call
from moderation.services.queue import half_time

PAGE = "page"  # kind of the notice; it rings in quiet hours, too
AT_ONCE = 500
AMBER_STEP = 0
SKEW = timedelta(seconds=30)


@duty("clock of the queue", every_seconds=5)
def turn() -> int:
    """Takes every step that is due; how many."""
    if not settings.SCREENING:
        return 0
    now, times, chain = timezone.now(), flags.response_times(), calling.chain()
    return sum(_steps(flag, now, times, chain) for flag in _behind(now, times, len(chain)))


def _behind(now: datetime, times: ResponseTimes, steps: int) -> list[Flag]:
    """Cases that nobody holds, at least half of whose time is over, and that have a step left."""
    longest = max(times.imminent_seconds, times.high_seconds, times.moderate_seconds)
    near = Q(due_at__lte=now + timedelta(seconds=longest / 2)) | Q(opened_at__gt=now + SKEW)
    taken = FlagEvent.objects.filter(flag=OuterRef("pk"), due_at=OuterRef("due_at"), step__isnull=False)
    last = Subquery(taken.order_by().values("flag").annotate(last=Max("step")).values("last"))
    rows = Flag.objects.waiting(now).free(now).filter(near).annotate(last_step=last)
    return list(rows.filter(Q(last_step=None) | Q(last_step__lt=steps)).by_urgency()[:AT_ONCE])


def _steps(flag: Flag, now: datetime, times: ResponseTimes, chain: Sequence[list[Member]]) -> int:
    taken = 0
    step = _next_step(flag)
    while step <= len(chain) and now >= _when(flag, step, now, times):
        if not _take(flag, step, now, chain):
            break  # another process did
        taken, step = taken + 1, step + 1
    return taken


def _next_step(flag: Flag) -> int:
    last: int | None = getattr(flag, "last_step", None)
    return AMBER_STEP if last is None else last + 1


def _when(flag: Flag, step: int, now: datetime, times: ResponseTimes) -> datetime:
    """When this step is due. Now, for a case or a step that lies in the future: the clock was put back."""
    if flag.opened_at > now + SKEW:
        return now if step <= 1 else _after_last(flag, step, now, times)
    if step == AMBER_STEP:
        return half_time(flag)
    return flag.due_at if step == 1 else _after_last(flag, step, now, times)


def _after_last(flag: Flag, step: int, now: datetime, times: ResponseTimes) -> datetime:
    last = FlagEvent.objects.filter(flag=flag, due_at=flag.due_at, step=step - 1).values_list("at", flat=True).first()
    if last is None or last > now + SKEW:
        return now
    return last + timedelta(seconds=times.next_page_seconds)


def _take(flag: Flag, step: int, now: datetime, chain: Sequence[list[Member]]) -> bool:
    kind = FlagEvent.Kind.AMBER if step == AMBER_STEP else FlagEvent.Kind.PAGED
    try:
        with transaction.atomic():
            flags.note(flag, kind, says=f"step {step}", step=step, due_at=flag.due_at, at=now)
            if step > AMBER_STEP:
                _page(flag, step, now, chain[step - 1])
    except IntegrityError:
        return False
    return True


def _page(flag: Flag, step: int, now: datetime, people: list[Member]) -> None:
    """By notification, by mail and by the team's webhook; all three are rows, stored with the step itself."""
    event = {
        "event": "page",
        "case": flag.token,
        "severity": Severity(flag.severity).label,
        "step": step,
        "due_at": flag.due_at.isoformat(),
        "late_seconds": max(0, int((now - flag.due_at).total_seconds())),
    }
    sentence = "Somebody in the queue has waited longer than they should."
    calling.reach(people, Call(PAGE, f"page:{flag.token}", "The queue needs you now", sentence, event))
    audit.record(None, "flag.paged", flag, reason=f"step {step}")


# --- what admins set ----------------------------------------------------------------------------


def set_times(by: Member, **seconds: int) -> ResponseTimes:
    """Sets the response times, such as `high_seconds=600`; cases that wait keep the time they were given."""
    require(by, "flags.set-times")
    with transaction.atomic():
        row, _made = ResponseTimes.objects.update_or_create(pk=1, defaults=seconds)
        said = " ".join(f"{name}={value}" for name, value in sorted(seconds.items()))
        audit.record(by, "times.set", row, reason=said[:200])
    return row


def set_on_call(by: Member, people: Sequence[Member]) -> None:
    """Sets who is called, in this order."""
    require(by, "flags.set-times")
    with transaction.atomic():
        OnCall.objects.all().delete()
        OnCall.objects.bulk_create(OnCall(member=one, place=place) for place, one in enumerate(people))
        audit.record(by, "on-call.set", reason=f"{len(people)} people")
