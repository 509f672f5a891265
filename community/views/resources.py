"""The directory of resources: found by country and a few choices, read, printed, and told about when wrong."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from community import countries, helplines, narrowing, text
from community.languages import name_of
from community.models import Resource
from community.narrowing import Asked
from community.opening import ANSWERED, opening
from community.refusals import NotYours, Refusal
from community.resource_content import ANYWHERE
from community.services import directory, saved, telling
from community.services.directory import Offers
from community.services.lines_now import lines_now
from community.shelves import KINDS, LOVED, PEOPLE, SHELVES, SUBJECTS
from community.views.cards import (
    Card,
    card_of,
    check_of,
    facts_of,
    reader_of,
    site_of,
    tables_of,
    way_of,
    ways_of,
    zone_of,
)
from community.views.helping import COUNTRY_COOKIE, remember_country

# People whom a press on a chip finds, beside the subjects.
ON_CHIPS = {"parents": PEOPLE["parents"][0], "students": PEOPLE["students"][0], "loved": SHELVES[LOVED]}


@require_safe
def resources(request: HttpRequest) -> HttpResponse:
    """What there is, for a country and a few choices."""
    code = country_of(request)
    asked = narrowing.read(request.GET, country=code)
    found, offers = directory.find(asked, timezone.now(), zone_of(request))
    keys = [key for shelf in found.shelves for key in shelf.shown]
    cards = {card.resource.pk: card for card in cards_of(request, keys)}
    context = {
        "asked": asked,
        "found": found,
        "shelves": [(one, [cards[key] for key in one.shown if key in cards]) for one in found.shelves],
        "countries": _countries(offers),
        "country": countries.name_of(code),
        "now": now_block(request, code),
        **_choices(asked, offers),
        **_pages(asked, found),
    }
    return remembering(request, render(request, "community/resources.html", context), code)


def _choices(asked: Asked, offers: Offers) -> dict[str, Any]:
    chips = [(SUBJECTS[key][0], asked.address(subject=key), asked.subject == key) for key in offers.subjects]
    chips += [
        (label, asked.address(people=key), asked.people == key)
        for key, label in ON_CHIPS.items()
        if key in offers.people
    ]
    everything = (_("Everything"), asked.address(subject="", people=""), not asked.subject and not asked.people)
    return {
        "chips": [everything, *chips],
        "chosen": [(words, asked.address(**{name: ""})) for name, words in asked.filters.items()],
        "selects": [
            ("for", _("For whom"), _("Anyone"), [(key, PEOPLE[key][0]) for key in offers.people], asked.people),
            ("kind", _("What"), _("Anything"), [(key, label) for key, (label, _k) in KINDS.items()], asked.kind),
            ("way", _("How"), _("Any way"), [(key, narrowing.WAY_NAMES[key]) for key in offers.ways], asked.way),
            ("language", _("Language"), _("Any language"), _languages(offers.languages), asked.language),
            ("cost", _("Cost"), _("Any cost"), [("free", narrowing.COSTS["free"])], asked.cost),
        ],
        "has_choices": any(
            (asked.people not in ("", *ON_CHIPS), asked.kind, asked.way, asked.language, asked.cost, asked.open)
        ),
    }


def _languages(codes: tuple[str, ...]) -> list[tuple[str, str]]:
    return sorted(((code, name_of(code)) for code in codes if name_of(code)), key=lambda pair: pair[1].casefold())


def _pages(asked: Asked, found: directory.Found) -> dict[str, Any]:
    page = min(asked.page, found.pages)
    return {
        "page": page,
        "before": asked.address(page=page - 1) if page > 1 else "",
        "after": asked.address(page=page + 1) if page < found.pages else "",
        "all_shelves": asked.address(shelf="") if asked.shelf else "",
        "more": {one.key: asked.address(shelf=one.key) for one in found.shelves if not asked.shelf},
        "without": [(words, count, asked.address(**{name: "", "shelf": ""})) for name, words, count in found.without],
    }


@require_safe
def resource(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything about one entry."""
    return _entry_page(request, entry(slug))


def _entry_page(
    request: HttpRequest, one: Resource, *, note: str = "", error: str = "", status: int = 200
) -> HttpResponse:
    at, zone, content, me = timezone.now(), zone_of(request), one.content, reader_of(request)
    context = {
        "card": card_of(one, at, zone, is_saved=bool(saved.keys_saved(me, [one.pk]))),
        "offers": text.markdown_to_html(content.offers) if content.offers else "",
        "what_happens": text.markdown_to_html(content.what_happens) if content.what_happens else "",
        "ways": ways_of(content, at, zone),
        "facts": list(facts_of(content)),
        "tables": tables_of(content),
        "country": countries.name_of(content.country),
        "related": cards_of(request, directory.related(one)),
        "said": telling.SAID.items(),
        "note": note,
        "error": error,
        "evidence": site_of(one.evidence_url) if one.evidence_url else "",
        "address": request.build_absolute_uri(request.path),
    }
    return render(request, "community/resource.html", context, status=status)


@require_POST
def wrong(request: HttpRequest, slug: str) -> HttpResponse:
    """A word to the curators that an entry is not right. Nothing about who said it is kept."""
    one, note = entry(slug), request.POST.get("note", "")
    try:
        telling.say_wrong(
            one, said=request.POST.get("said", ""), note=note, country=country_of(request), who=_who(request)
        )
    except Refusal as refusal:
        return _entry_page(request, one, note=note, error=str(refusal.detail), status=refusal.status)
    messages.success(request, _("Thank you. A curator will look at it."))
    return redirect("resource", slug=one.slug)


@require_POST
def missing(request: HttpRequest) -> HttpResponse:
    """A word to the curators about what the directory lacks."""
    asked = narrowing.read(request.POST, country=_known(request.POST.get("country", "")))
    try:
        telling.say_missing(
            said=request.POST.get("said", ""),
            country=asked.country,
            looked_for=", ".join(asked.filters.values()),
            who=_who(request),
        )
        messages.success(request, _("Thank you. A curator will see this."))
    except Refusal as refusal:
        messages.error(request, str(refusal.detail))
    return HttpResponseRedirect(reverse("resources") + asked.address(q=""))


@require_safe
def country(request: HttpRequest, code: str) -> HttpResponse:
    """Every line of a country on one page, for paper."""
    known = _known(code)
    keys = directory.lines_of(known) if known else ()
    if known in ("", ANYWHERE) or not (keys or helplines.is_known(known)):
        raise NotYours
    at = timezone.now()
    lines = [
        (one, [way_of(c, one.content, at, "") for c in one.content.channels], tables_of(one.content), check_of(one))
        for one in directory.shown(keys)
    ]
    context = {
        "code": known,
        "country": countries.name_of(known),
        "emergency": helplines.emergency(known),
        "lines": lines,
        "today": timezone.localdate(),
    }
    return render(request, "community/resources_country.html", context)


# --- What these pages share --------------------------------------------------------------------


def entry(slug: str) -> Resource:
    """The published entry with this address. Raises `NotYours`: withdrawn is as absent."""
    found = Resource.objects.published().select_related("published", "verified_by").filter(slug=slug).first()
    if found is None:
        raise NotYours
    return found


def cards_of(request: HttpRequest, keys: Any) -> list[Card]:
    """These entries as cards for this reader."""
    me, at, zone = reader_of(request), timezone.now(), zone_of(request)
    mine = saved.keys_saved(me, list(keys))
    language = me.language if me else ""
    return [card_of(one, at, zone, language=language, is_saved=one.pk in mine) for one in directory.shown(keys)]


def country_of(request: HttpRequest) -> str:
    """The country asked for, else the member's, else the one chosen in this browser session; never a guess."""
    if "country" in request.GET:
        return _known(request.GET["country"])
    me = reader_of(request)
    if me and me.country:
        return _known(me.country)
    return _known(request.COOKIES.get(COUNTRY_COOKIE, ""))


def _known(code: str) -> str:
    code = code.upper()
    return code if code == ANYWHERE or countries.is_country(code) else ""


def _countries(offers: Offers) -> list[tuple[str, str]]:
    known = {code for code, _name in helplines.countries()} | set(offers.countries)
    return sorted(((code, countries.name_of(code)) for code in known), key=lambda pair: pair[1])


def now_block(request: HttpRequest, code: str) -> dict[str, Any]:
    """Whom to reach now: a few lines that the help page would name too, and the emergency number."""
    at, zone = timezone.now(), zone_of(request)
    choice = lines_now(reader_of(request), at, code)
    lines = []
    for one in choice.lines:
        hours, is_answered = one.content.hours_of(one.channel), one.channel.way in ANSWERED
        state = opening(hours, one.content.country, at, zone) if is_answered else None
        lines.append((way_of(one.channel, one.content, at, zone), one.content, state))
    all_open = bool(lines) and all(state and state.is_open for _w, _c, state in lines)
    all_free = bool(lines) and all(content.cost == "free" for _w, content, _s in lines)
    emergency = choice.emergency.channel if choice.emergency else None
    return {
        "lines": lines,
        "emergency": emergency,
        "is_elsewhere": choice.is_elsewhere,
        "open": all_open,
        "free": all_free,
    }


def remembering(request: HttpRequest, response: HttpResponse, code: str) -> HttpResponse:
    """Keeps a country that was asked for, for this browser session only."""
    if "country" in request.GET and code != ANYWHERE:
        remember_country(request, response, code)
    return response


def _who(request: HttpRequest) -> str:
    me = reader_of(request)
    return f"m{me.pk}" if me else get_adapter().get_client_ip(request)
