"""Whether there is anything to write to under a story at this moment; asked inside each transaction that writes.

The story's own row says so, and no copy of it: what was withdrawn a moment ago takes no further word.
"""

from __future__ import annotations

from collections.abc import Iterable

from chat.models import Room
from community.models import Story


def mind(rooms: Iterable[Room]) -> frozenset[int]:
    """The keys of those of these rooms whose story is not there for readers now.

    Where a story takes no comments any more, its row in hand is for reading only. No query without such a room.
    """
    talks = {room.pk: room for room in rooms if room.kind == Room.Kind.STORY}
    if not talks:
        return frozenset()  # as nearly always
    there = dict(Story.objects.public().filter(talk__in=talks).values_list("talk", "takes_comments"))
    for key, room in talks.items():
        room.is_read_only = room.is_read_only or not there.get(key)
    return frozenset(talks.keys() - there.keys())
