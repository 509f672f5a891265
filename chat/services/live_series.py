"""Series, as curators see to them: made, changed, ended, a day left out.

A change reaches the chats that begin in more than half an hour, and in each of them only what is still as the series
had said it: whatever was changed on one chat itself stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chat import schedule
from chat.models import Gap, LiveChat, Membership, Question, Room, Series, SignUp
from chat.services import live_chats, live_gate, live_places, live_told, organising, planning
from chat.services.checks import locked
from chat.services.live_clock import CHECK_IN_FROM
from chat.services.planning import Wanted
from community.access import require
from community.models import Member
from community.refusals import Refusal
from community.services import audit, notices

TIMES = ("starts_at", "ends_at")
FIELDS = frozenset({
    "name", "topics", "weekdays", "at", "zone", "minutes", "first_day", "until", "holidays_of", "host", "cover",
    "moderator", "seats", "slow_seconds", "keep_days",
})  # fmt: skip
Days = dict[date, Wanted]


class Ended(Refusal):
    """Nothing more comes of it."""

    code = "ended"
    detail = gettext_lazy("This series has ended. Begin a new one instead.")
    status = 409


def make(fields: Mapping[str, Any], *, by: Member) -> Series:
    """A new series; its chats of the next fourteen days are there at once. Raises `schedule.UnknownZone`."""
    require(by, "live.organise")
    with transaction.atomic():
        series = Series(**_known(fields))
        schedule.Rule(frozenset(map(int, series.weekdays)), series.at, series.zone, series.first_day)
        series.save()
        planning.plan_one(series.pk, timezone.now())
        _tell("live-led", live_told.led_by(series), series, by=by)
        audit.record(by, "series.made", series)
    return series


def change(series: Series, fields: Mapping[str, Any], *, by: Member) -> None:
    """Another rule, other topics or people from now on. Raises `Ended`, `schedule.UnknownZone`."""
    require(by, "live.organise")
    with transaction.atomic():
        row, now = _held(series), timezone.now()
        chats, before, led = _coming(row, now), _days(row, now), live_told.led_by(row)
        for name, value in _known(fields).items():
            setattr(row, name, value)
        after, still = planning.wanted_by_day(row, [one.day for one in chats if one.day]), live_told.led_by(row)
        row.save()
        for chat in chats:
            _follow(chat, before, after, by=by, led=led | still)
        planning.plan_one(row.pk, now)
        _tell("live-led", led ^ still, row, by=by)
        _tell("live-series", led & still, row, by=by)
        audit.record(by, "series.changed", row)


def end(series: Series, last_day: date, *, because: str, by: Member) -> None:
    """No chats after `last_day`. Raises `Ended`, and `organising.ReasonNeeded` where somebody wants to come later."""
    require(by, "live.organise")
    with transaction.atomic():
        row, now = _held(series), timezone.now()
        row.until = min(last_day, row.until) if row.until else last_day
        if row.until <= planning.today_of(row, now):
            row.ended_at = now
        row.save(update_fields=["until", "ended_at"])
        for chat in _coming(row, now):
            if chat.day and chat.day > row.until:
                _take_away(live_chats.held(chat), because, by=by, led=live_told.led_by(row))
        _tell("live-series", live_told.led_by(row), row, by=by)
        audit.record(by, "series.ended", row)


def leave_out(series: Series, day: date, *, because: str, by: Member) -> None:
    """No chat on this day. Raises `Ended`, and `organising.ReasonNeeded` where somebody wants to come."""
    require(by, "live.organise")
    with transaction.atomic():
        row = _held(series)
        Gap.objects.get_or_create(series=row, day=day, defaults={"reason": because.strip()[:120]})
        for chat in _coming(row, timezone.now()):
            if chat.day == day:
                _take_away(live_chats.held(chat), because, by=by, led=live_told.led_by(row))
        _tell("live-series", live_told.led_by(row), row, by=by)
        audit.record(by, "series.day-left-out", row)


def bring_back(series: Series, day: date, *, by: Member) -> None:
    """The day counts again. A chat that was cancelled stays so: people were told. Raises `Ended`."""
    require(by, "live.organise")
    with transaction.atomic():
        row = _held(series)
        Gap.objects.filter(series=row, day=day).delete()
        planning.plan_one(row.pk, timezone.now())
        _tell("live-series", live_told.led_by(row), row, by=by)
        audit.record(by, "series.day-brought-back", row)


def _tell(kind: str, member_ids: set[int], series: Series, *, by: Member) -> None:
    """One word to those who lead a series, however many chats it has."""
    ids, path = member_ids - {by.pk}, reverse("live-roster")
    notices.notify(ids, kind=kind, key=f"series:{series.pk}", subject=series.name, path=path)


def _known(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name in FIELDS}


def _held(series: Series) -> Series:
    row = locked(Series.objects.filter(pk=series.pk, ended_at=None)).first()
    if row is None:
        raise Ended
    return row


def _coming(series: Series, now: datetime) -> list[LiveChat]:
    """Its chats that a change may still reach, in the order in which rooms are held."""
    rows = LiveChat.objects.filter(series=series, cancelled_at=None, starts_at__gt=now + CHECK_IN_FROM)
    return list(rows.order_by("room_id"))


def _days(series: Series, now: datetime) -> Days:
    try:
        return planning.wanted_by_day(series, [one.day for one in _coming(series, now) if one.day])
    except schedule.UnknownZone:  # its clock was known once; nothing can be compared with what it said
        return {}


def _follow(chat: LiveChat, before: Days, after: Days, *, by: Member, led: set[int]) -> None:
    was = before.get(chat.day) if chat.day else None
    if was is None or chat.day is None:
        return
    row, wanted = live_chats.held(chat), after.get(chat.day)
    if row.cancelled_at:
        return
    is_on_time = (row.starts_at, row.ends_at) == (was.fields["starts_at"], was.fields["ends_at"])
    if wanted is None:
        if is_on_time:
            _take_away(row, _("The plan of this series changed."), by=by, led=led)
        return
    _take_over(row, was, wanted)
    starts_at, ends_at = (wanted.fields[name] for name in TIMES)
    is_soon = starts_at <= timezone.now() + CHECK_IN_FROM
    if is_on_time and not is_soon and (row.starts_at, row.ends_at) != (starts_at, ends_at):
        organising.put_at(row, starts_at, ends_at, by=by, but=led)


def _take_over(row: LiveChat, was: Wanted, wanted: Wanted) -> None:
    """Everything but the times, where the chat still is as the series had said it."""
    names = [
        name
        for name, value in wanted.fields.items()
        if name not in TIMES and value != was.fields[name] and was.says(name, getattr(row, name))
    ]
    for name in names:
        setattr(row, name, wanted.fields[name])
    texts = tuple(row.prompts.values_list("text", flat=True))
    if texts == was.prompts != wanted.prompts and not row.prompts.exclude(released_at=None).exists():
        planning.set_prompts(row, wanted.prompts)
    if row.room.slow_seconds == was.slow_seconds != wanted.slow_seconds:
        Room.objects.filter(pk=row.room_id).update(slow_seconds=wanted.slow_seconds)
    if names:
        live_chats.name_room(row)
    before = live_gate.seated_in(LiveChat.objects.get(pk=row.pk)) if "seats" in names else None
    live_chats.changed(row, *(name.removesuffix("_id") for name in names))
    live_places.tell_seated(row, before)


def _take_away(row: LiveChat, because: str, *, by: Member, led: set[int]) -> None:
    """Without a trace where nobody knows of it, else cancelled. Those who lead the series hear of it once for all."""
    because = because.replace("\0", "").strip()[:200]
    if _is_known(row) or live_told.led_by(row) - led:
        if not because:
            raise organising.ReasonNeeded
        organising.call_off(row, because, by=by, but=led)
    else:
        row.room.delete()


def _is_known(row: LiveChat) -> bool:
    """True when somebody wants to come, asked something, or is in its room."""
    of_chat = [rows.filter(chat=row).exists() for rows in (SignUp.objects, Question.objects)]
    return row.room.top > 0 or any(of_chat) or Membership.objects.filter(room=row.room_id).exists()
