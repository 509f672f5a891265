"""Shifts of the demo community: somebody is always on when it starts, so that newcomers can write in the rooms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta

from django.utils import timezone

from community import fieldcrypt
from community.models import Member
from moderation.models import RosterSlot, Shift, Watched
from moderation.services import closing, handover, roster, shifts, watching

DAYS = 15
GAP = (2, 1)  # on which day, which of the times nobody took
TIMES = (
    ("Amara", time(7), time(13)),
    ("Theo", time(13), time(19)),
    ("Amara", time(19), time(1)),
    ("Theo", time(1), time(7)),
)
LINES = (
    "A slow evening. Students is quieter than it looks: three people are up late and read along.",
    "Mateo first, please. My note is with him.",
)
WHY = "She has been quiet since the weekend. If you see her write, say good evening before anything else."


def load(people: Mapping[str, Member]) -> None:
    """The roster of two weeks with one gap, a handover nobody has read, and somebody to keep an eye on."""
    theo, now = people["Theo"], timezone.now()
    today = now.date()
    for day in range(DAYS):
        for place, (name, starts, ends) in enumerate(TIMES):
            if (day, place) == GAP:
                continue
            for span in roster.Wanted(today + timedelta(days=day), starts, ends, "UTC").spans():
                RosterSlot.objects.get_or_create(
                    member=people[name], starts_at=span.starts_at, defaults={"ends_at": span.ends_at, "made_by": theo}
                )
    ended_at = now - timedelta(minutes=50)
    began = {"began_at": ended_at - timedelta(hours=3), "ends_at": ended_at}
    shift = Shift.objects.create(member=theo, ended_at=ended_at, **began)
    Shift.objects.filter(pk=shift.pk).update(handover=handover.sealed(shift, LINES))
    mika = people["Mika"]
    why = fieldcrypt.seal(WHY, purpose=watching.purpose(mika.pk))
    Watched.objects.create(member=mika, by=theo, why=why, until=now + timedelta(days=3))


def keep_somebody_on() -> None:
    """Amara is on shift for the next hours. The demo asks for it at each start."""
    amara, now = Member.objects.filter(name="Amara").first(), timezone.now()
    if amara is None:
        return
    shift = shifts.running(amara)
    if shift and shift.ends_at > now + shifts.USUAL:
        return
    if shift:
        closing.close_left(shift)
    shifts.begin(amara, until=now + shifts.LONGEST)
