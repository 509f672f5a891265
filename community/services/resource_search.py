"""Help lines and other resources as things that can be found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language_info, override
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from community import helplines
from community.models import Member, Resource
from community.resource_content import ANYWHERE, DIALLED, Content
from community.services.search_index import Document, Hit, Kind, register

KINDS: dict[str, str | Promise] = {
    "emergency": _("Emergency number"),
    "helpline": _("Help line"),
    "peer support": _("Peer support"),
    "directory": _("Directory of services"),
    "professional help finder": _("Finding professional help"),
    "education": _("To read"),
    "guidance": _("Guidance"),
    "book": _("Book"),
    "self-help tool": _("Self-help tool"),
    "app": _("App"),
}
_TONGUES = ("en", "es")  # names of countries are found in these, and in the languages of the entry


def _documents(pks: Iterable[int] | None) -> Iterator[Document]:
    rows = Resource.objects.published().select_related("published")
    if pks is not None:
        rows = rows.filter(pk__in=list(pks))
    for one in rows.iterator(500):
        yield Document(one.pk, one.name, _body(one.content), near=one.country)


def _body(content: Content) -> str:
    reached = (f"{channel.shown} {channel.plain} {channel.keyword} {channel.note}" for channel in content.channels)
    parts = [
        content.kind, content.offers, content.for_whom, content.what_happens,
        *content.topics, *content.audiences, *content.access, *_places(content), *_languages(content), *reached,
    ]  # fmt: skip
    return "\n".join(parts)


def _places(content: Content) -> set[str]:
    if content.country == ANYWHERE:
        return {"international"}
    return {_country(content.country, tongue.partition("-")[0]) for tongue in (*_TONGUES, *content.languages[:5])}


@cache
def _country(code: str, tongue: str) -> str:
    with override(tongue):
        return str(dict(countries).get(code, code))


def _languages(content: Content) -> Iterator[str]:
    return (_language(code) for code in content.languages)


@cache
def _language(code: str) -> str:
    try:
        info = get_language_info(code)
    except KeyError:
        return code
    return f"{info['name']} {info['name_local']}"


def _show(pks: Sequence[int], viewer: Member | None) -> dict[int, Hit]:
    rows = Resource.objects.published().filter(pk__in=pks).select_related("published")
    return {one.pk: _hit(one, one.content) for one in rows}


def _hit(resource: Resource, content: Content) -> Hit:
    where = "" if content.country == ANYWHERE else helplines.name_of(content.country)
    number = next((channel.shown for channel in content.channels if channel.way in DIALLED), "")
    detail = " · ".join(filter(None, (str(KINDS[content.kind]), where, number)))
    url, is_elsewhere = _address(resource, content)
    return Hit(content.name, url, detail, content.offers or content.for_whom, is_elsewhere)


def _address(resource: Resource, content: Content) -> tuple[str, bool]:
    """The entry's own page where the site has such pages, else its first way to get in touch."""
    try:
        return reverse("resource", args=[resource.slug]), False
    except NoReverseMatch:
        first = content.channels[0] if content.channels else None
        return (first.href, first.way not in DIALLED) if first else ("", False)


RESOURCES = register(Kind("resource", _("Resources"), Resource, _documents, _show, place=10))
