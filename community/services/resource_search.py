"""Help lines and other resources as things that can be found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from django.urls import reverse
from django.utils.translation import get_language_info, override
from django.utils.translation import gettext_lazy as _

from community import countries, curate_words
from community.models import Member, Resource
from community.resource_content import ANYWHERE, DIALLED, Content
from community.services.search_index import Document, Hit, Kind, register

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
        return countries.name_of(code)


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
    where = countries.name_of(content.country)
    number = next((channel.shown for channel in content.channels if channel.way in DIALLED), "")
    detail = " · ".join(filter(None, (str(curate_words.KINDS[content.kind]), where, number)))
    return Hit(content.name, reverse("resource", args=[resource.slug]), detail, content.offers or content.for_whom)


RESOURCES = register(Kind("resource", _("Resources"), Resource, _documents, _show, place=10))
