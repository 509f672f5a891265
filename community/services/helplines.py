"""Choosing help lines for a member, with the reasons in words. Needs no database: see `community.helplines`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from community import helplines, public_holidays
from community.choosing import LEVELS, NOW, SHOWN, Choice, Chosen, Listed, Person, choose
from community.hours import zones
from community.models import Member

WORDS: dict[str, str | Promise] = {
    "open-now": _("Open now."),
    "opens-soonest": _("Closed now; it opens sooner than others."),
    "hours-unknown": _("We don't know its hours."),
    "for-everyone": _("For everyone."),
    "for-you": _("For people like you."),
    "your-language": _("Speaks your language."),
    "the-way-you-asked-for": _("Can be reached the way you asked for."),
    "no-other-way": _("Nothing here can be reached the way you asked for."),
    "put-first-by-curators": _("Put here by our curators."),
    "verified": _("Checked by one of us."),
    "not-verified": _("Taken from public pages; not yet checked by us."),
    "open-to-everywhere": _("Open to people anywhere; we know none in your country."),
    "emergency": _("For when a life is in danger."),
}


def helplines_for(
    member: Member | None, at: datetime, level: str = NOW, channel: str = "", *, country: str = "", most: int = SHOWN
) -> Choice:
    """The lines for this member at this moment, open ones first, and the emergency number of the country.

    `level` is "now", "talk" or "self"; `channel` "phone", "text", "whatsapp", "chat" or empty for any. `country`
    stands in for a visitor's, or for "I'm somewhere else". An unknown country gives international entries only.
    """
    person = person_of(member, country)
    return choose(
        helplines.listed(), person, at, holidays_of=public_holidays.in_country, level=level, way=channel, most=most
    )


@dataclass(frozen=True, slots=True)
class Met:
    """How somebody would meet one entry at a level of help: its place (from 1; 0 is not at all), and why."""

    level: str
    place: int
    chosen: Chosen | None
    reasons: list[str]


def meets(entry: Listed, *, at: datetime, country: str, zone: str) -> list[Met]:
    """Where a member in this country would meet an entry at this moment, were it published: for each level."""
    others = [one for one in helplines.listed() if one.key != entry.key]
    place_of = next((one.places for one in helplines.listed() if one.key == entry.key), {})
    entry = replace(entry, places=place_of)
    person = Person(country=country.upper(), zone=zone)
    found = []
    for level in LEVELS:
        shown = choose([*others, entry], person, at, holidays_of=public_holidays.in_country, level=level, most=1000)
        places = [place for place, one in enumerate(shown.lines, start=1) if one.listed.key == entry.key]
        chosen = shown.lines[places[0] - 1] if places else None
        found.append(Met(level, places[0] if places else 0, chosen, words_for(chosen.reasons) if chosen else []))
    return found


def person_of(member: Member | None, country: str = "") -> Person:
    """What choosing needs to know about a member; nothing is assumed about a visitor."""
    if member is None:
        return Person(country=country.upper())
    zone = member.time_zone if member.time_zone in zones() else "UTC"
    return Person(country=(country or member.country).upper(), languages=(member.language,), zone=zone)


def words_for(reasons: tuple[str, ...]) -> list[str]:
    """Why this line: one sentence for each reason."""
    return [str(WORDS[one]) for one in reasons]
