"""Stories and articles as things that can be found: only those that anybody may read, and gone at once with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, override

from community.models import Member, Story
from community.services import story_reading
from community.services.search_index import Document, Hit, Kind, register
from community.services.story_reading import Telling
from community.services.topics import folding_for
from community.story_content import CATEGORIES
from community.topics import LABELS, NOTHING

_TONGUES = ("en", "es")  # names of subjects are found in these
INDEXED, LOOKED_INTO = 6_000, 12_000  # characters of a text: about as many words as are indexed, and what is shown from
RANKED = 500  # of the stories with a very common word
_SIGNS = re.compile(r"\]\([^)\s]*\)|[\[\]*_]|^[#> ]+|^[-+] ", re.MULTILINE)
_ADDRESS = re.compile(r"\]\([^)\s]*\)")


def _documents(pks: Iterable[int] | None) -> Iterator[Document]:
    rows = Story.objects.public().select_related("byline", "published", "next")
    if pks is not None:
        rows = rows.filter(pk__in=list(pks))
    for story in rows.iterator(500):
        told = story_reading.tellings([story])[0]
        yield Document(story.pk, told.content.title, _body(told))


def _body(told: Telling) -> str:
    content = told.content
    # Without rendering: the index is looked through every quarter of an hour, and signs are no words anyway.
    words = _ADDRESS.sub("]", content.body[:INDEXED])
    return "\n".join([*content.tags, *_subjects(told), told.story.byline.name, words])


def _subjects(told: Telling) -> Iterator[str]:
    for tongue in _TONGUES:
        with override(tongue):
            yield str(CATEGORIES[told.content.category])
            yield from (str(LABELS[topic]) for topic in told.content.topics if topic in LABELS)


def plain(told: Telling) -> str:
    """The words of a story without signs, from which a result shows the place where something was found."""
    return _SIGNS.sub("", told.content.body[:LOOKED_INTO])


def _show(pks: Sequence[int], viewer: Member | None) -> dict[int, Hit]:
    folding = folding_for(viewer) if viewer else NOTHING
    return {told.story.pk: _hit(told, story_reading.heads_up(told, folding)) for told in story_reading.by_keys(pks)}


def _hit(told: Telling, folded: str) -> Hit:
    content, address = told.content, reverse("story", args=[told.story.slug])
    if folded:  # its own words come after the reader opened it
        return Hit(str(_("A story: %(heads_up)s") % {"heads_up": folded}), address, told.story.byline.name)
    minutes = ngettext("%(n)s minute", "%(n)s minutes", content.minutes) % {"n": content.minutes}
    warns = _("Heads-up: %(what)s") % {"what": content.content_note} if content.content_note else ""
    detail = " · ".join(str(one) for one in (told.story.byline.name, minutes, warns) if one)
    return Hit(content.title, address, detail, plain(told))


STORIES = register(Kind("story", _("Stories"), Story, _documents, _show, place=20, ranked=RANKED))
