"""Opening hours in words, for a reader in their own zone: "Open now, until 22:00", "Opens tomorrow at 9:00".

Times are the reader's. Where the clock of the line shows another hour, it is said beside it. Of a visitor we know no
zone: they get the line's own time, with its place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from community import public_holidays
from community.hours import Hours
from community.resource_content import Content

ANSWERED = ("phone", "text", "whatsapp", "chat")  # ways with somebody at the other end
WEEK_DAYS = 7


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether somebody answers now (None: not known), and that in words; `brief` where "open" was said already."""

    is_open: bool | None
    words: str
    brief: str


def hours_of(content: Content) -> tuple[Hours, ...]:
    """The hours of everything that is answered by people; empty for pages and books."""
    found = [content.hours_of(one) for one in content.channels if one.way in ANSWERED]
    return tuple(one for place, one in enumerate(found) if one not in found[:place])


def is_open(every: Iterable[Hours], country: str, at: datetime, zone: str) -> bool | None:
    """True when any of these hours is open; None when that cannot be known. `zone` is the reader's, or empty."""
    states = [_state(one, country, at, zone) for one in every]
    return True if True in states else None if None in states or not states else False


def opening_of(content: Content, at: datetime, zone: str) -> Opening | None:
    """The state of an entry now; None for what has no hours, such as a page."""
    every = hours_of(content)
    if not every:
        return None
    states = [(_state(one, content.country, at, zone), one) for one in every]
    best = next((one for state, one in states if state), None) or next((one for s, one in states if s is None), None)
    if best is None:
        best = min(every, key=lambda one: _opens(one, content.country, at, zone) or datetime.max.replace(tzinfo=UTC))
    return opening(best, content.country, at, zone)


def opening(hours: Hours, country: str, at: datetime, zone: str) -> Opening:
    """The state of one set of hours now."""
    state = _state(hours, country, at, zone)
    if state is None:
        return Opening(None, _unknown(hours), _unknown(hours))
    if state:
        if hours.always:
            return Opening(True, _("Open now, day and night"), _("Day and night"))
        closes = hours.closes_at(at, caller_zone=zone or "UTC", is_holiday=public_holidays.in_country(country))
        if closes is None:
            return Opening(True, _("Open now"), _("Open now"))
        until = {"time": _clock(closes, hours, zone)}
        return Opening(True, _("Open now, until %(time)s") % until, _("Until %(time)s") % until)
    opens = _opens(hours, country, at, zone)
    words = _opening_words(opens, at, hours, zone) if opens else _("Closed now")
    return Opening(False, words, words)


def _state(hours: Hours, country: str, at: datetime, zone: str) -> bool | None:
    return hours.is_open(at, caller_zone=zone, is_holiday=public_holidays.in_country(country))


def _opens(hours: Hours, country: str, at: datetime, zone: str) -> datetime | None:
    return hours.opens_at(at, caller_zone=zone or "UTC", is_holiday=public_holidays.in_country(country))


def _unknown(hours: Hours) -> str:
    if hours.said:
        return _("Hours: %(hours)s") % {"hours": hours.said}
    if hours.is_known:
        return _("Hours: %(hours)s, local time") % {"hours": hours.text()}
    return _("We don't know its hours")


def _opening_words(opens: datetime, at: datetime, hours: Hours, zone: str) -> str:
    there = ZoneInfo(zone or ("UTC" if hours.is_local else hours.zone))
    local = opens.astimezone(there)
    days = (local.date() - at.astimezone(there).date()).days
    told = {"time": _clock(opens, hours, zone), "day": date_format(local.date(), "l" if days < WEEK_DAYS else "j F")}
    if days == 0:
        return _("Opens at %(time)s") % told
    if days == 1:
        return _("Opens tomorrow at %(time)s") % told
    return _("Opens on %(day)s at %(time)s") % told


def _clock(moment: datetime, hours: Hours, zone: str) -> str:
    """The hour where the reader is, and the hour where the line is if its clocks show another."""
    if hours.is_local:
        return _time(moment.astimezone(ZoneInfo(zone or "UTC")))
    theirs = moment.astimezone(ZoneInfo(hours.zone))
    if not zone:
        return _("%(time)s in %(place)s") % {"time": _time(theirs), "place": place_of(hours.zone)}
    mine = moment.astimezone(ZoneInfo(zone))
    if mine.utcoffset() == theirs.utcoffset():
        return _time(mine)
    there = {"mine": _time(mine), "theirs": _time(theirs), "place": place_of(hours.zone)}
    return _("%(mine)s (%(theirs)s in %(place)s)") % there


def _time(moment: datetime) -> str:
    return f"{moment.hour}:{moment.minute:02d}"


def place_of(zone: str) -> str:
    """The place that names a zone: "Europe/London" is London."""
    return zone.rpartition("/")[2].replace("_", " ")
