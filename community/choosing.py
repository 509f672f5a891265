"""Which help lines to show to this person at this moment, in which order, and why. Pure: everything comes as arguments.

First what is open now, then what nobody knows the hours of, then what opens soonest. Within that: made for this person
or for everyone, in a language of theirs, in the curators' order, verified last. The emergency number always ends it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from community.hours import IsHoliday
from community.resource_content import ANYWHERE, Channel, Content

NOW, TALK, SELF = "now", "talk", "self"
LEVELS = (NOW, TALK, SELF)
SHOWN = 3
CALLED = ("phone", "text", "whatsapp", "chat")
_KINDS = {NOW: ("helpline",), TALK: ("helpline", "peer support"), SELF: ("self-help tool", "app")}
_ELSEWHERE = ("directory", "professional help finder")
_YOUNG = ("child", "young", "under 19", "student", "adolescent", "teen", "kids")


def kinds_at(level: str) -> tuple[str, ...]:
    """The kinds of entries that are shown at a level of help. In danger only lines of the severe path are."""
    return _KINDS[level]


@dataclass(frozen=True, slots=True)
class Listed:
    """One published entry with what the curators know about it. `places`: its place per level, from 0."""

    key: str
    content: Content
    verified_on: date | None = None
    checked_on: date | None = None
    places: dict[str, int] = field(default_factory=dict)

    @property
    def is_for_young(self) -> bool:
        """True for lines of children and young people only."""
        return any(word in one.lower() for one in self.content.audiences for word in _YOUNG)


@dataclass(frozen=True, slots=True)
class Person:
    """Whom to choose for. Everything may be unknown; a country is asked for, never assumed."""

    country: str = ""
    languages: tuple[str, ...] = ()
    zone: str = ""
    audiences: frozenset[str] = frozenset()
    is_young: bool = False


@dataclass(frozen=True, slots=True)
class Chosen:
    """One line and the way to reach it. `reasons` are codes, `words_for` in services/helplines.py says them."""

    listed: Listed
    channel: Channel
    is_open: bool | None  # None: nobody told us the hours
    opens_at: datetime | None = None
    closes_at: datetime | None = None
    reasons: tuple[str, ...] = ()

    @property
    def content(self) -> Content:
        """What the entry says."""
        return self.listed.content

    @property
    def checked_on(self) -> date | None:
        """The day a person last looked at it: one of us, else whoever the source is from."""
        return self.listed.verified_on or self.listed.checked_on


@dataclass(frozen=True, slots=True)
class Choice:
    """The lines in order, and the emergency entry of the country; None when the country or its number is unknown."""

    lines: tuple[Chosen, ...]
    emergency: Chosen | None
    is_elsewhere: bool = False  # True when the country has no line and the international ones stand in


HolidaysOf = Callable[[str], IsHoliday]


@dataclass(frozen=True)
class _Asked:
    person: Person
    at: datetime
    level: str
    way: str
    holidays_of: HolidaysOf


def choose(
    listed: Iterable[Listed],
    person: Person,
    at: datetime,
    *,
    holidays_of: HolidaysOf,
    level: str = NOW,
    way: str = "",
    most: int = SHOWN,
) -> Choice:
    """At most `most` lines for `person` at `at`, and the emergency number.

    `way` (phone, text, whatsapp, chat) puts lines that can be reached so before all others. Deterministic; the order
    of `listed` does not matter.
    """
    asked = _Asked(person, at, level, way, holidays_of)
    near = [one for one in listed if one.content.country in (person.country, ANYWHERE)]
    entries = sorted(near, key=lambda one: (one.content.name, one.key))
    own = [one for one in entries if person.country and one.content.country == person.country]
    lines = _for_level(own, level, person)
    is_elsewhere = not lines
    if is_elsewhere:
        abroad = [one for one in entries if one.content.country == ANYWHERE]
        lines = _for_level(abroad, level, person) or [one for one in abroad if one.content.kind in _ELSEWHERE]
    ranked = sorted((chosen for one in lines if (chosen := _way_to(one, asked, is_elsewhere))), key=_rank(asked))
    emergency = next((one for one in own if one.content.kind == "emergency" and one.content.channels), None)
    return Choice(_with_another_way(ranked, most, way), _emergency(emergency), is_elsewhere)


def _for_level(entries: Sequence[Listed], level: str, person: Person) -> list[Listed]:
    fitting = [one for one in entries if one.content.kind in _KINDS[level]]
    if level == NOW:
        fitting = [one for one in fitting if one.content.is_severe_path] or fitting
    return [one for one in fitting if person.is_young or not one.is_for_young or _is_for(one, person)]


def _is_for(listed: Listed, person: Person) -> bool:
    return bool(person.audiences & {one.lower() for one in listed.content.audiences})


def _way_to(listed: Listed, asked: _Asked, is_elsewhere: bool) -> Chosen | None:
    """The best way to reach an entry: the one asked for, else the first that is open."""
    content = listed.content
    channels = [one for one in content.channels if one.way in CALLED] or list(content.channels)
    if not channels:
        return None
    reached = [_reached(listed, channel, asked) for channel in channels]
    best = min(reached, key=lambda one: (one.channel.way != asked.way, _openness(one), channels.index(one.channel)))
    return Chosen(
        listed, best.channel, best.is_open, best.opens_at, best.closes_at, tuple(_reasons(best, asked, is_elsewhere))
    )


def _reached(listed: Listed, channel: Channel, asked: _Asked) -> Chosen:
    hours = listed.content.hours_of(channel)
    is_holiday = asked.holidays_of(listed.content.country)
    zone = asked.person.zone
    is_open = hours.is_open(asked.at, caller_zone=zone, is_holiday=is_holiday)
    opens = hours.opens_at(asked.at, caller_zone=zone, is_holiday=is_holiday) if is_open is False else None
    closes = hours.closes_at(asked.at, caller_zone=zone, is_holiday=is_holiday) if is_open else None
    return Chosen(listed, channel, is_open, opens, closes)


def _openness(one: Chosen) -> tuple[int, float]:
    if one.is_open:
        return (0, 0.0)
    if one.is_open is None:
        return (1, 0.0)
    return (2, one.opens_at.timestamp() if one.opens_at else float("inf"))


def _rank(asked: _Asked) -> Callable[[Chosen], tuple[object, ...]]:
    def rank(one: Chosen) -> tuple[object, ...]:
        verified = one.listed.verified_on
        return (
            bool(asked.way) and one.channel.way != asked.way,
            _openness(one),
            _audience(one, asked.person),
            _language(one, asked.person),
            one.listed.places.get(asked.level, 10_000),
            -verified.toordinal() if verified else 0,
            one.channel.way != "phone",
            one.content.name,
            one.listed.key,
        )

    return rank


def _audience(one: Chosen, person: Person) -> int:
    if _is_for(one.listed, person) or (person.is_young and one.listed.is_for_young):
        return 0
    return 1 if one.content.is_for_anyone else 2


def _language(one: Chosen, person: Person) -> int:
    theirs = {language.partition("-")[0] for language in person.languages}
    spoken = {language.partition("-")[0] for language in one.content.languages}
    if not theirs or not spoken:
        return 1
    return 0 if theirs & spoken else 2


def _with_another_way(ranked: list[Chosen], most: int, way: str) -> tuple[Chosen, ...]:
    """The first `most`; the last gives its place to a line that is as open and can be written to, if all are calls."""
    first = ranked[:most]
    if way or most < 2 or len({one.channel.way for one in first}) != 1 or len(ranked) <= most:
        return tuple(first)
    usual, worst = first[0].channel.way, _openness(first[-1])
    other = next((one for one in ranked[most:] if one.channel.way != usual and _openness(one) <= worst), None)
    return (*first[:-1], other) if other else tuple(first)


def _reasons(one: Chosen, asked: _Asked, is_elsewhere: bool) -> Iterable[str]:
    if is_elsewhere:
        yield "open-to-everywhere"
    if one.is_open is None:
        yield "hours-unknown"
    else:
        yield "open-now" if one.is_open else "opens-soonest"
    if _audience(one, asked.person) < 2:
        yield "for-everyone" if one.content.is_for_anyone else "for-you"
    if _language(one, asked.person) == 0:
        yield "your-language"
    if asked.way:
        yield "the-way-you-asked-for" if one.channel.way == asked.way else "no-other-way"
    if asked.level in one.listed.places:
        yield "put-first-by-curators"
    yield "verified" if one.listed.verified_on else "not-verified"


def _emergency(listed: Listed | None) -> Chosen | None:
    return Chosen(listed, listed.content.channels[0], True, reasons=("emergency",)) if listed else None
