"""Live chats as lists show them: in the reader's time, with how each stands in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from chat.models import LiveChat, SignUp
from chat.services.live_clock import ON, State, closes_at, state_of
from community.models import Member

WEEK = timedelta(days=7)
HOUR = timedelta(hours=1)
OFF = (State.CANCELLED, State.NOT_TAKING_PLACE)


@dataclass(frozen=True, slots=True)
class LiveRow:
    """One live chat of a list, for one reader."""

    chat: LiveChat
    state: State
    now: datetime
    sign_up: SignUp | None = None
    free: int | None = None  # seats; None without a limit
    is_for_visitor: bool = False  # who is told topics and times, and nobody's name

    @property
    def is_on(self) -> bool:
        """True while people talk."""
        return self.state in ON

    @property
    def is_coming(self) -> bool:
        """True before it begins, unless it is off."""
        return self.state == State.PLANNED

    @property
    def is_off(self) -> bool:
        """True when it was cancelled, or nobody came to lead it."""
        return self.state in OFF

    @property
    def is_over(self) -> bool:
        """True once it ended."""
        return self.state == State.ENDED

    @property
    def has_summary(self) -> bool:
        """True when the host wrote a few lines about it."""
        return self.is_over and self.chat.summed_up_at is not None

    @property
    def is_full(self) -> bool:
        """True when the host set a number of seats and all are taken."""
        return self.free == 0

    @property
    def minutes(self) -> int:
        """How long it is planned to be."""
        return round(self.chat.lasts.total_seconds() / 60)

    @property
    def minutes_left(self) -> int:
        """Minutes until it begins, in the last hour; else 0."""
        return minutes_left(self.chat, self.now) if self.is_coming else 0

    @property
    def begins(self) -> str:
        """When it begins, in a few words: "In 34 minutes, at 20:00"."""
        return begins_words(self.chat, self.now, is_on=self.is_on)

    @property
    def says(self) -> str:
        """How it stands, in a sentence; empty while nothing is out of the ordinary."""
        return standing_words(self)


def rows_of(chats: Iterable[LiveChat], member: Member | None, now: datetime) -> list[LiveRow]:
    """These chats for this reader, with what is their own of each. At most two queries for all."""
    found = list(chats)
    mine: dict[int, SignUp] = {}
    if member:
        mine = {one.chat_id: one for one in SignUp.objects.filter(chat__in=found, member=member, left_at=None)}
    limited = [chat for chat in found if chat.seats is not None]
    counted = SignUp.objects.filter(chat__in=limited, left_at=None).order_by().values_list("chat")
    taken = dict(counted.annotate(n=Count("pk"))) if limited else {}
    free = {chat.pk: max(0, (chat.seats or 0) - taken.get(chat.pk, 0)) for chat in limited}
    no = member is None
    return [LiveRow(one, state_of(one, now), now, mine.get(one.pk), free.get(one.pk), no) for one in found]


def between(begins: datetime, ends: datetime) -> Iterable[LiveChat]:
    """The chats that begin in this time, with their hosts, in order. One query."""
    return LiveChat.objects.filter(starts_at__gte=begins, starts_at__lt=ends).select_related("host", "led_by")


def day_start(day: date) -> datetime:
    """The moment at which this day begins for the reader."""
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


def next_one(now: datetime, *, within: timedelta = WEEK) -> LiveChat | None:
    """What is on now, or else the next that takes place. One query, of few rows."""
    rows = LiveChat.objects.filter(ends_at__gt=now, starts_at__lt=now + within, cancelled_at=None)
    states = ((chat, state_of(chat, now)) for chat in rows.select_related("host", "led_by").order_by("starts_at", "pk"))
    return next((chat for chat, state in states if state in (State.PLANNED, *ON)), None)


def day_words(day: date) -> str:
    """A day as headings say it: "Today, Sunday"."""
    today = timezone.localdate()
    words = {"day": date_format(day, "l")}
    if day == today:
        return _("Today, %(day)s") % words
    if day == today + timedelta(days=1):
        return _("Tomorrow, %(day)s") % words
    return date_format(day, "l j F")


def begins_words(chat: LiveChat, now: datetime, *, is_on: bool = False) -> str:
    """When it begins, by the reader's clock, in a few words."""
    if is_on:
        return _("On now, until %(time)s") % {"time": clock(closes_at(chat))}
    words, minutes = {"time": clock(chat.starts_at)}, minutes_left(chat, now)
    if minutes:
        sentence = ngettext("In %(n)s minute, at %(time)s", "In %(n)s minutes, at %(time)s", minutes)
        return sentence % {"n": minutes, **words}
    return at_words(chat.starts_at)


def minutes_left(chat: LiveChat, now: datetime) -> int:
    """Minutes until it begins, at least one, in the last hour before; else 0."""
    left = chat.starts_at - now
    return max(1, round(left.total_seconds() / 60)) if timedelta() < left < HOUR else 0


def at_words(at: datetime) -> str:
    """A moment as one says it: "Today at 20:00", "Tuesday at 20:00"."""
    day, today = timezone.localtime(at).date(), timezone.localdate()
    words = {"time": clock(at), "day": date_format(day, "l" if day - today < WEEK else "l j F")}
    if day == today:
        return _("Today at %(time)s") % words
    if day == today + timedelta(days=1):
        return _("Tomorrow at %(time)s") % words
    return _("%(day)s at %(time)s") % words


def next_words(at: datetime) -> str:
    """When the next one is: "The next one is tomorrow at 20:00."."""
    day, today = timezone.localtime(at).date(), timezone.localdate()
    words = {"time": clock(at), "day": date_format(day, "l")}
    if day == today:
        return _("The next one is at %(time)s.") % words
    if day == today + timedelta(days=1):
        return _("The next one is tomorrow at %(time)s.") % words
    return _("The next one is on %(day)s at %(time)s.") % words


def standing_words(row: LiveRow) -> str:
    """How a chat stands, where that is not plain from its time."""
    chat = row.chat
    if row.is_off:
        return _off_words(row)
    if row.is_over:
        tells = row.has_summary and chat.host and not row.is_for_visitor
        return _("Ended. %(name)s wrote a few lines.") % {"name": chat.host} if tells else _("Ended.")
    if row.is_full and row.sign_up is None:
        return _("It's full, so that everyone can be heard. You can read along.")
    if stands_in := _stands_in(row):
        return stands_in
    if row.is_coming and chat.moved_from:
        was = at_words(chat.moved_from)
        return _("This one moved. Before, it was: %(when)s.") % {"when": was}
    return ""


def _stands_in(row: LiveRow) -> str:
    chat = row.chat
    if row.is_for_visitor or chat.host is None or chat.leader in (None, chat.host):
        return ""
    names = {"host": chat.host, "cover": chat.leader}
    return _("%(host)s can't come. %(cover)s is keeping the room open for whoever needs it.") % names


def _off_words(row: LiveRow) -> str:
    if row.state == State.NOT_TAKING_PLACE:
        return _("This one doesn't take place. Nobody could be here to host it.")
    if row.chat.cancelled_because and not row.is_for_visitor:
        return _("Cancelled. %(reason)s") % {"reason": row.chat.cancelled_because}
    return _("Cancelled.")


def clock(at: datetime) -> str:
    """The time of day by the reader's clock."""
    return timezone.localtime(at).strftime("%H:%M")
