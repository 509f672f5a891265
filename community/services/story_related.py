"""More stories like one: by subject, by tags, and by the words that few others share with it."""

from __future__ import annotations

from typing import Any

from community import search_words
from community.models import SearchEntry, SearchWord, Story
from community.services import search, story_reading
from community.services.story_reading import Telling
from community.services.story_search import STORIES

RELATED = 3
NEWEST, ALIKE = 40, 20  # how many of each are looked at
WORDS, COMMON = 10, 400  # words to look by, and how many things may hold one of them
_SHOWN = ("pk", "category", "published__content__tags", "published__content__topics")


def related(to: Telling) -> list[Telling]:
    """A few more like it, the nearest first. Five queries, whose work does not grow with the library."""
    alike = [pk for pk in _alike(to) if pk != to.story.pk]
    public = Story.objects.public().exclude(pk=to.story.pk)
    near = public.filter(category=to.content.category).order_by("-published_at", "-id")
    rows = {row[0]: row for row in near.values_list(*_SHOWN)[:NEWEST]}
    rows |= {row[0]: row for row in public.filter(pk__in=alike).values_list(*_SHOWN)}
    places = {pk: place for place, pk in enumerate(alike)}
    ranked = sorted(rows.values(), key=lambda row: -_nearness(row, to, places))  # sorting keeps newer ones first
    return story_reading.by_keys([row[0] for row in ranked[:RELATED]])


def _nearness(row: tuple[Any, ...], to: Telling, places: dict[int, int]) -> float:
    pk, category, tags, topics = row
    shared = {*to.content.tags, *to.content.topics} & {*(tags or ()), *(topics or ())}
    by_words = 3 * (1 - places[pk] / ALIKE) if pk in places else 0
    return 2 * len(shared) + by_words + (1 if category == to.content.category else 0)


def _alike(to: Telling) -> list[int]:
    """Stories with words of this one that are rare: those of its title and tags before others."""
    entry = SearchEntry.objects.filter(kind=STORIES.name, thing_id=to.story.pk).first()
    if entry is None:
        return []
    first = {*entry.title_terms.split(), *search_words.terms(" ".join(to.content.tags))}
    words = {*first, *entry.body_terms.split()}
    known = SearchWord.objects.filter(word__in=words, uses__gte=2, uses__lte=COMMON).values_list("word", "uses")
    ranked = sorted(known, key=lambda pair: (pair[0] not in first, pair[1], pair[0]))
    return search.alike([word for word, _ in ranked[:WORDS]], STORIES.name, limit=ALIKE)
