"""Opening hours in words, on the reader's clock where we know it, else on the clock of the service."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import formats
from django.utils.translation import gettext as _

from community.choosing import Chosen
from community.hours import CALLER, Hours
from community.seed_rows import only_zone


def hours_in_words(one: Chosen, at: datetime, *, reader_zone: str = "") -> str:
    """When a chosen line answers, in one short sentence for a reader at `at` (aware)."""
    hours = one.content.hours_of(one.channel)
    if one.is_open is None:
        return hours.said or _("We don't know its hours.")
    if one.is_open and (hours.always or one.closes_at is None):
        return _("Day and night.")
    zone = reader_zone or (hours.zone if hours.zone not in ("", CALLER) else "UTC")
    where = "" if reader_zone else _place(hours, one.content.country)
    if one.is_open and one.closes_at:
        return _("Open now, until %(time)s%(where)s.") % {"time": _clock(one.closes_at, zone), "where": where}
    if one.opens_at is None:
        return _("Closed now.")
    day, time = _day(one.opens_at, at, zone), _clock(one.opens_at, zone)
    return _("Closed now. Opens %(day)s at %(time)s%(where)s.") % {"day": day, "time": time, "where": where}


def _place(hours: Hours, country: str) -> str:
    """Whose clock it is, in a country with several."""
    if hours.zone in ("", CALLER) or only_zone(country):
        return ""
    return " " + _("(%(city)s time)") % {"city": hours.zone.rpartition("/")[2].replace("_", " ")}


def _clock(moment: datetime, zone: str) -> str:
    return moment.astimezone(ZoneInfo(zone)).strftime("%H:%M")


def _day(moment: datetime, at: datetime, zone: str) -> str:
    then, now = moment.astimezone(ZoneInfo(zone)).date(), at.astimezone(ZoneInfo(zone)).date()
    if then == now:
        return _("today")
    if then == now + timedelta(days=1):
        return _("tomorrow")
    return formats.date_format(then, "l") if then - now < timedelta(days=7) else formats.date_format(then, "j F")
