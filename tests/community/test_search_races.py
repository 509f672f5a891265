"""Many who publish, take away and repair at once: nobody hinders another, and in the end the index is right."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from chat.models import Room
from community.models import SearchEntry, SearchSpelling, SearchWord
from community.services import search, search_index
from tests.factories import make_member, make_room

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.delivery]
WORDS = "lantern harbour meadow willow ember pebble thicket lagoon".split()


def _work(number):
    try:
        room = Room.objects.get(slug=f"room-{number % 4}")
        turned = WORDS[number % 8 :] + WORDS[: number % 8]
        Room.objects.filter(pk=room.pk).update(purpose=" ".join([*turned, f"wave{number}"]))
        if number % 7 == 0:
            search_index.repair()
        search.index(room)
        if number % 5 == 0:
            search.forget(room)
            search.index(room)
    finally:
        connections.close_all()


def test_indexing_at_once_ends_with_an_index_that_is_right():
    for number in range(4):
        make_room(f"room-{number}")
    with ThreadPoolExecutor(6) as threads:
        list(threads.map(_work, range(36)))
    search_index.repair()
    assert search_index.repair() == 0
    assert SearchEntry.objects.count() == 4
    viewer = make_member()
    for word in WORDS:
        assert search.find(word, viewer=viewer).groups[0].count == 4
    assert search.find("harbuor", viewer=viewer).instead == "harbour"
    used = {
        word for purpose in Room.objects.values_list("purpose", flat=True) for word in purpose.split() if word.isalpha()
    }
    assert used <= set(SearchWord.objects.values_list("word", flat=True))
    assert not SearchWord.objects.exclude(pk__in=SearchSpelling.objects.values("word")).exists()
