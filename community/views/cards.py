"""An entry as pages show it: two plain lines, how to reach it, whether it answers now, and who checked it when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from community import text
from community.hours import CALLER, Hours
from community.languages import name_of
from community.models import Member, Resource
from community.narrowing import COSTS, WAY_NAMES
from community.opening import ANSWERED, Opening, opening, opening_of, place_of
from community.resource_content import ANYONE, ANYWHERE, DIALLED, Channel, Content

TWO_LINES = 170
WEEK, MONTH = 7, 30
FIRST_DAY = date(2024, 1, 1)  # a Monday, to name the days of the week by


@dataclass(frozen=True, slots=True)
class Check:
    """Who looked at an entry last. `is_done`: one of us did, and it is not yet time to look again."""

    words: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class Way:
    """One way to get in touch: what to press, and what stands on it, the number exactly as it is held."""

    name: str
    verb: str
    href: str
    icon: str
    note: str
    is_outside: bool
    hours: Opening | None = None
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Opening hours to read: the days of the week, or one sentence."""

    title: str
    days: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    line: str


@dataclass(frozen=True, slots=True)
class Card:
    """One entry for one reader at one moment."""

    resource: Resource
    content: Content
    summary: str
    ways: tuple[str, ...]
    cost: str
    opening: Opening | None
    languages: tuple[str, ...]
    check: Check
    is_saved: bool


def reader_of(request: HttpRequest) -> Member | None:
    """The member who reads, or None for a visitor."""
    return request.user if isinstance(request.user, Member) else None


def zone_of(request: HttpRequest) -> str:
    """The reader's zone; empty for a visitor, of whom we know none."""
    return timezone.get_current_timezone_name() if reader_of(request) else ""


def card_of(resource: Resource, at: datetime, zone: str, *, language: str = "", is_saved: bool = False) -> Card:
    """An entry for a page. `language` is the reader's: others are worth a word."""
    content = resource.content
    spoken = {one.partition("-")[0] for one in content.languages}
    is_plain = not spoken or spoken == {language.partition("-")[0] or "en"}
    return Card(
        resource=resource,
        content=content,
        summary=_summary(content),
        ways=tuple(dict.fromkeys(str(WAY_NAMES[one.way]) for one in content.channels)),
        cost=str(COSTS[content.cost]) if content.cost else "",
        opening=opening_of(content, at, zone),
        languages=() if is_plain else tuple(name_of(one) for one in content.languages[:3]),
        check=check_of(resource),
        is_saved=is_saved,
    )


def _summary(content: Content) -> str:
    if content.offers:
        return text.quote(text.markdown_to_plain(content.offers), TWO_LINES)
    told = []
    if content.for_whom:
        told.append(_("For %(people)s.") % {"people": content.for_whom})
    if content.topics:
        told.append(_("About %(topics)s.") % {"topics": ", ".join(content.topics)})
    return text.quote(" ".join(told), TWO_LINES)


def check_of(resource: Resource) -> Check:
    """Who checked it when, in one sentence."""
    if resource.verified_at is None:
        if resource.source_checked_on:
            day = date_format(resource.source_checked_on, "j F Y")
            return Check(_("Not yet checked by us. From public pages, looked up on %(day)s") % {"day": day}, False)
        return Check(_("Not yet checked by us"), False)
    checked = timezone.localtime(resource.verified_at).date()
    if resource.review_due and resource.review_due < timezone.localdate():
        return Check(_("Not verified since %(day)s") % {"day": date_format(checked, "j F Y")}, False)
    told = {"name": resource.verified_by.name if resource.verified_by else "", "when": _ago(checked)}
    if resource.verified_by:
        return Check(_("Checked by %(name)s, %(when)s") % told, True)
    return Check(_("Checked by one of us, %(when)s") % told, True)


def _ago(day: date) -> str:
    days = max(0, (timezone.localdate() - day).days)
    if days < 2:
        return _("yesterday") if days else _("today")
    if days < 2 * WEEK:
        return ngettext("%(n)s day ago", "%(n)s days ago", days) % {"n": days}
    if days < 2 * MONTH:
        return ngettext("%(n)s week ago", "%(n)s weeks ago", days // WEEK) % {"n": days // WEEK}
    return ngettext("%(n)s month ago", "%(n)s months ago", days // MONTH) % {"n": days // MONTH}


# --- Ways to get in touch ----------------------------------------------------------------------


def ways_of(content: Content, at: datetime, zone: str) -> list[Way]:
    """Every way to get in touch, in the order the curators gave."""
    return [way_of(one, content, at, zone) for one in content.channels]


def way_of(channel: Channel, content: Content, at: datetime, zone: str) -> Way:
    """One way, with its own hours where they differ from those of the entry."""
    is_dialled = channel.way in DIALLED
    own = opening(channel.hours, content.country, at, zone) if channel.hours else None
    return Way(
        name=str(WAY_NAMES[channel.way]),
        verb=_verb(channel),
        href=channel.href if channel.plain else "",
        icon={"phone": "phone", "page": "globe", "mail": "text"}.get(channel.way, "text"),
        note=channel.note,
        is_outside=channel.way in ("page", "chat", "whatsapp"),
        hours=own,
        is_number=is_dialled,
    )


def _verb(channel: Channel) -> str:
    told = {"number": channel.shown, "word": channel.keyword, "site": site_of(channel.shown)}
    if channel.way == "text" and channel.keyword:
        return _("Text %(word)s to %(number)s") % told
    return {
        "phone": _("Call %(number)s"),
        "text": _("Text %(number)s"),
        "whatsapp": _("WhatsApp %(number)s"),
        "chat": _("Chat on %(site)s"),
        "mail": _("Write to %(number)s"),
        "page": _("Go to %(site)s"),
    }[channel.way] % told


def site_of(address: str) -> str:
    """The name of the site that a link leads to."""
    return (urlsplit(address).hostname or "").removeprefix("www.") if "://" in address else address


# --- Hours to read -----------------------------------------------------------------------------


def tables_of(content: Content) -> list[Table]:
    """The hours of the entry, and those of single ways where they differ."""
    answered = [one for one in content.channels if one.way in ANSWERED]
    tables = [_table("", content.hours)] if any(one.hours is None for one in answered) else []
    return tables + [_table(str(WAY_NAMES[one.way]), one.hours) for one in answered if one.hours]


def _table(title: str, hours: Hours) -> Table:
    notes = tuple(filter(None, _notes(hours)))
    days = "" if hours.always else "; ".join(f"{day} {spans}" for day, spans in _grouped(list(_days(hours))))
    return Table(title, tuple(_days(hours)), notes, " ".join(filter(None, (days and f"{days}.", *notes))))


def _grouped(days: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Days with the same hours together, by their first and last."""
    for spans, group in groupby(days, key=lambda pair: pair[1]):
        names = [day for day, _spans in group]
        yield (names[0] if len(names) == 1 else f"{names[0]} – {names[-1]}", spans)


def _days(hours: Hours) -> Iterator[tuple[str, str]]:
    if hours.always:
        return
    for number, spans in enumerate(hours.week):
        day = date_format(FIRST_DAY + timedelta(days=number), "l")
        yield day, ", ".join(_span(span) for span in spans) or _("Closed")


def _span(span: tuple[str, str]) -> str:
    start, end = span
    if span == ("00:00", "24:00"):
        return _("All day")
    after = end != "24:00" and end <= start
    return _("%(start)s to %(end)s, the next day") % {"start": start, "end": end} if after else f"{start} – {end}"


def _notes(hours: Hours) -> Iterator[str]:
    if hours.always:
        yield _("Day and night, every day.")
    elif not hours.is_known:
        yield "" if hours.said else _("We don't know its hours.")
    elif hours.zone == CALLER:
        yield _("By the clock where you are.")
    else:
        yield _("By the clock in %(place)s.") % {"place": place_of(hours.zone)}
    if hours.holidays == "closed":
        yield _("Closed on public holidays.")
    for day, spans in sorted(hours.special.items()):
        if day >= timezone.localdate().isoformat():
            when = date_format(date.fromisoformat(day), "j F Y")
            yield f"{when}: " + (", ".join(_span(span) for span in spans) or _("Closed"))
    if hours.said:
        yield _("As they say it: %(hours)s") % {"hours": hours.said}


def facts_of(content: Content) -> Iterable[tuple[str, str]]:
    """What a person may want to know before, as (label, words); what nobody told us is not there."""
    audiences = [one for one in content.audiences if one != ANYONE]
    yield _("For whom"), content.for_whom or ", ".join(audiences) or _("Anyone")
    if content.cost:
        yield _("Cost"), str(COSTS[content.cost])
    if content.anonymous:
        yes = content.anonymous == "yes"
        yield _("Your name"), _("You don't have to give it") if yes else _("They may ask for it")
    if content.languages:
        yield _("Languages"), ", ".join(filter(None, (name_of(one) for one in content.languages)))
    if content.access:
        yield _("Access"), ", ".join(content.access)
    if content.topics:
        yield _("About"), ", ".join(content.topics)
    if content.country == ANYWHERE:
        yield _("Where"), _("Open to people anywhere")
