"""From series to live chats: the next fourteen days, each day once, however often and by however many this is done.

The row of a series is held while its chats are made or changed, before any room (lock order: series, places, room,
chat); the database refuses a second chat of a day besides. What was cancelled or moved keeps its day, so it is never
made again.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.utils import timezone

from chat import schedule
from chat.models import LiveChat, Prompt, Series
from chat.models.live_chat import PROMPT_LIMIT
from chat.services import live_chats
from chat.services.checks import locked
from community import public_holidays
from community.duties import duty
from community.models import Member

AHEAD = timedelta(days=14)
A_DAY = timedelta(days=1)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the chat of one day is to be, as its series says it now."""

    fields: dict[str, Any]
    slow_seconds: int
    prompts: tuple[str, ...]
    named: dict[str, int | None]  # who leads, whether they can come or not

    def says(self, name: str, value: Any) -> bool:
        """True when a field that has this value is as the series says it."""
        return bool(value == self.fields[name]) or (name in self.named and value == self.named[name])


@duty("live chats to come", every_seconds=600)
def plan(now: datetime | None = None) -> int:
    """Makes the chats of all series that begin within the next fourteen days and are not there yet; how many."""
    now = now or timezone.now()
    keys = Series.objects.filter(ended_at=None).order_by("pk").values_list("pk", flat=True)
    return sum(plan_one(pk, now) for pk in list(keys))


def plan_one(series_id: int, now: datetime) -> int:
    """The same for one series. One whose clock is known no longer makes nothing, and says so in the log."""
    with transaction.atomic():
        series = locked(Series.objects.filter(pk=series_id, ended_at=None)).first()
        if series is None:
            return 0
        try:
            missing = list(_missing(series, now))
        except schedule.UnknownZone:
            log.warning("The clock of series %s is not known here; it makes no chats", series_id)
            return 0
        return sum(_made(series, one) for one in missing)


def _missing(series: Series, now: datetime) -> Iterable[schedule.Planned]:
    today = now.astimezone(UTC).date()
    there = set(series.chats.values_list("day", flat=True))
    for one in schedule.planned(rule_of(series), today - A_DAY, today + AHEAD + A_DAY):
        if one.day not in there and now < one.starts_at <= now + AHEAD:
            yield one


def _made(series: Series, planned: schedule.Planned) -> bool:
    wanted = wanted_of(series, planned)
    try:
        with transaction.atomic():
            chat = live_chats.make(series=series, day=planned.day, slow_seconds=wanted.slow_seconds, **wanted.fields)
            set_prompts(chat, wanted.prompts)
    except IntegrityError:
        if not series.chats.filter(day=planned.day).exists():
            raise
        return False  # somebody else made it meanwhile
    return True


def rule_of(series: Series) -> schedule.Rule:
    """The days and the time of a series, without its gaps and the holidays of its country. Raises `UnknownZone`."""
    gaps = set(series.gaps.values_list("day", flat=True))
    is_holiday = public_holidays.in_country(series.holidays_of) if series.holidays_of else None
    return schedule.Rule(
        weekdays=frozenset(int(one) for one in series.weekdays),
        at=series.at,
        zone=series.zone,
        first_day=series.first_day,
        until=series.until,
        is_left_out=lambda day: day in gaps or bool(is_holiday and is_holiday(day)),
    )


def today_of(series: Series, now: datetime) -> date:
    """Which day it is by the clock of the series."""
    return now.astimezone(ZoneInfo(series.zone) if schedule.is_zone(series.zone) else UTC).date()


def wanted_of(series: Series, planned: schedule.Planned) -> Wanted:
    """What the chat of this day is to be. Whoever cannot sign in then does not lead it."""
    topics = series.topics or [{"topic": series.name}]
    turn = topics[planned.number % len(topics)]
    fields = {
        "topic": turn["topic"],
        "purpose": turn.get("purpose", ""),
        "content_note": turn.get("content_note", ""),
        "zone": series.zone,
        "starts_at": planned.starts_at,
        "ends_at": planned.starts_at + timedelta(minutes=series.minutes),
        "seats": series.seats,
        "keep_days": series.keep_days,
        **{f"{part}_id": _if_free(getattr(series, part), planned.starts_at) for part in live_chats.LED_BY},
    }
    named = {f"{part}_id": getattr(series, f"{part}_id") for part in live_chats.LED_BY}
    prompts = tuple(one[:PROMPT_LIMIT] for one in turn.get("prompts", []))
    return Wanted(fields, series.slow_seconds, prompts, named)


def _if_free(member: Member | None, at: datetime) -> int | None:
    return member.pk if member and member.is_active and not member.is_suspended(at) else None


def wanted_by_day(series: Series, days: Iterable[date]) -> dict[date, Wanted]:
    """What the chats of these days are to be; days that the series leaves out are missing."""
    known = set(days)
    if not known:
        return {}
    found = schedule.planned(rule_of(series), min(known), max(known))
    return {one.day: wanted_of(series, one) for one in found if one.day in known}


def set_prompts(chat: LiveChat, texts: Iterable[str]) -> None:
    """The prepared questions of a chat, in this order; those before are gone."""
    chat.prompts.all().delete()
    Prompt.objects.bulk_create(Prompt(chat=chat, place=place, text=text) for place, text in enumerate(texts))
