"""The roster: hosts take open chats themselves, moderators look after them, and nobody takes too many.

Curators may give anybody any chat; the limits here are for what people take on a hopeful afternoon.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat import schedule
from chat.models import LiveChat
from chat.services import live_chats, organising
from chat.services.checks import locked
from chat.services.live_clock import CHECK_IN_BY, State, state_of
from chat.services.planning import AHEAD
from community.access import has_role, require
from community.models import Member
from community.refusals import NotYours, Refusal
from community.services import audit

A_WEEK = 5  # chats that one person hosts, Monday to Sunday
REST = timedelta(hours=2)  # between two that one person hosts


class Taken(Refusal):
    """Somebody else leads it, or it begins too soon."""

    code = "taken"
    detail = _("Somebody took this one, or it begins too soon.")
    status = 409


class NoRest(Refusal):
    """Two in a row."""

    code = "no-rest"
    detail = _("You host another chat right before or after. Leave two hours between them.")
    status = 409


class EnoughThisWeek(Refusal):
    """More than anybody should carry."""

    code = "enough-this-week"
    detail = _("You host five chats in that week already. Leave this one to somebody else.")
    status = 409


class TwoAtOnce(Refusal):
    """Nobody can be in two chats at the same time."""

    code = "two-at-once"
    detail = _("You are needed in another chat at that time.")
    status = 409


def coming(now: datetime) -> QuerySet[LiveChat]:
    """The chats of the next fourteen days that nobody cancelled, in order."""
    rows = LiveChat.objects.filter(cancelled_at=None, starts_at__gt=now, starts_at__lte=now + AHEAD)
    return rows.select_related("series", *live_chats.LED_BY)


def open_parts(member: Member, chat: LiveChat, now: datetime) -> Iterator[str]:
    """The parts of this chat that nobody has and this member may take."""
    if chat.starts_at - CHECK_IN_BY <= now or live_chats.leads(member, chat):
        return
    for part, roles in organising.ROLES.items():
        if getattr(chat, f"{part}_id") is None and has_role(member, *roles):
            yield part


@transaction.atomic
def take(member: Member, chat: LiveChat, part: str) -> None:
    """The member leads it in this part. Raises `Taken`, `TwoAtOnce`, and for hosts `NoRest` and `EnoughThisWeek`.

    The member's row is held before the chat, so that two at once are counted both.
    """
    require(member, "live.take", chat)
    if part not in organising.ROLES or not has_role(member, *organising.ROLES[part]):
        raise NotYours
    locked(Member.objects.filter(pk=member.pk)).get()
    row = live_chats.held(chat)
    if state_of(row, timezone.now()) != State.PLANNED or part not in open_parts(member, row, timezone.now()):
        raise Taken
    _ask_the_week(member, row, part)
    organising.give_to(row, {part: member}, by=member)
    audit.record(member, "live.taken", row)


@transaction.atomic
def give_back(member: Member, chat: LiveChat, part: str) -> None:
    """The member does not lead it; curators see that somebody is missing. Raises `NotYours`, `organising.TooLate`."""
    row = live_chats.held(chat)
    if part not in organising.ROLES or getattr(row, f"{part}_id") != member.pk:
        raise NotYours
    if state_of(row, timezone.now()) != State.PLANNED:
        raise organising.TooLate
    organising.give_to(row, {part: None}, by=member)
    audit.record(member, "live.given-back", row)


def _ask_the_week(member: Member, chat: LiveChat, part: str) -> None:
    others = LiveChat.objects.filter(cancelled_at=None).exclude(pk=chat.pk)
    leads = Q(host=member) | Q(cover=member) | Q(moderator=member)
    if others.filter(leads, _overlap(chat)).exists():
        raise TwoAtOnce
    if part != "host":
        return
    if others.filter(_overlap(chat, REST), host=member).exists():
        raise NoRest
    if others.filter(host=member, starts_at__range=week_of(chat)).count() >= A_WEEK:
        raise EnoughThisWeek


def _overlap(chat: LiveChat, around: timedelta = timedelta()) -> Q:
    return Q(starts_at__lt=chat.ends_at + around, ends_at__gt=chat.starts_at - around)


def week_of(chat: LiveChat) -> tuple[datetime, datetime]:
    """The first and the last moment of the week in which it begins, Monday to Sunday by its organiser's clock."""
    zone = chat.zone if schedule.is_zone(chat.zone) else "UTC"
    day = chat.starts_at.astimezone(ZoneInfo(zone)).date()
    monday = day - timedelta(days=day.weekday())
    first, after = (schedule.moment(one, datetime.min.time(), zone) for one in (monday, monday + timedelta(days=7)))
    return first, after - timedelta(microseconds=1)
