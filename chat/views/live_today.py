"""What other pages say of live chats: Today, the list of rooms, a room, and the landing page of visitors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from chat.services.live_clock import ON, State
from chat.views.live_rows import WEEK, LiveRow, between, clock, day_start, next_one, next_words, rows_of
from community.models import Member

IN_ROOMS_BEFORE = timedelta(hours=1)  # a room says so early that one can come, and not so early that it is in the way


@dataclass(frozen=True, slots=True)
class LiveToday:
    """The live chats of a day, for one reader."""

    first: LiveRow | None  # on now, or the next of today
    others: list[LiveRow]
    says: str = ""  # where there is none today

    @property
    def has_any(self) -> bool:
        """True when there is one today, or another to tell of."""
        return bool(self.first or self.others or self.says)


def live_today(member: Member | None) -> LiveToday:
    """Today's live chats: the one that is on or comes next, and the others in order. At most four queries."""
    now, today = timezone.now(), timezone.localdate()
    chats = list(between(day_start(today), day_start(today + timedelta(days=1))))
    rows = rows_of(chats, member, now)
    first = next((row for row in rows if row.is_on), None) or next((row for row in rows if row.is_coming), None)
    others = [row for row in rows if row is not first]
    if first:
        return LiveToday(first, others)
    coming = next_one(now)
    says = _("No live chat today.") if not rows else ""
    if coming:
        says = f"{says} {next_words(coming.starts_at)}".strip()
    return LiveToday(None, others, says if coming or member else "")


def quiet_words(today: LiveToday) -> str:
    """What Today says when nothing is new; empty when there is no live chat to come to."""
    if today.first is None or today.first.state not in (State.PLANNED, *ON):
        return ""
    if today.first.is_on:
        return _("All quiet. You could come to the live chat that is on now, or not.")
    words = {"time": clock(today.first.chat.starts_at)}
    return _("All quiet. You could come to the live chat at %(time)s, or not.") % words


def next_row(member: Member | None, *, within: timedelta = WEEK) -> LiveRow | None:
    """The live chat that is on, or the next that takes place."""
    now = timezone.now()
    found = next_one(now, within=within)
    return rows_of([found], member, now)[0] if found else None


def resting_words() -> str:
    """What the list of lit rooms says when none is lit."""
    coming = next_one(timezone.now())
    words = _("Everyone is resting.")
    if coming is None:
        return words
    if coming.starts_at <= timezone.now():
        return f"{words} {_('A live chat is on now.')}"
    day = timezone.localtime(coming.starts_at).date()
    if day == timezone.localdate():
        return f"{words} {_('The next live chat is at %(time)s.') % {'time': clock(coming.starts_at)}}"
    return f"{words} {next_words(coming.starts_at)}"
