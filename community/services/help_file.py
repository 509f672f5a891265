"""Writes what curators published into the file that the help page reads, so that the page needs no database.

Written after each change by the process that made it, and every minute by a duty for machines that did not.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import msgspec
from django.conf import settings
from django.db.models import Q

from community.duties import duty
from community.helplines import PEOPLE, Held, shipped
from community.models import HelpOrder, Resource
from community.resource_content import ANYWHERE


@duty("help file", every_seconds=60)
def write() -> bool:
    """Brings the file up to date; True when it changed. Without a published entry there is no file.

    Then the rows that come with the project stand in; a line that was the last and is put away must not stay.
    """
    held = [_held(one, places) for one, places in _published()]
    path = Path(settings.HELP_FILE)
    if not held:
        was_there = path.exists()
        path.unlink(missing_ok=True)
        return was_there
    body = msgspec.json.encode([*held, *_stand_ins(held)])
    if path.exists() and path.read_bytes() == body:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    _replace(path, body)
    return True


def _stand_ins(held: list[Held]) -> list[Held]:
    """Shipped entries for people anywhere, where curators have published none and put none of these away."""
    if any(one.content.country == ANYWHERE for one in held):
        return []
    known = set(Resource.objects.filter(country=ANYWHERE).exclude(origin="").values_list("origin", flat=True))
    return [one for one in shipped() if one.content.country == ANYWHERE and one.key not in known]


def _replace(path: Path, body: bytes) -> None:
    """Whole or not at all: written beside it, put on the disk, then renamed."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, delete=False) as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).chmod(0o644)
    Path(file.name).replace(path)


def _published() -> list[tuple[Resource, dict[str, int]]]:
    wanted = Q(kind__in=PEOPLE) | Q(is_severe_path=True)
    found = Resource.objects.published().filter(wanted).select_related("published").order_by("pk")
    places: dict[int, dict[str, int]] = {}
    for order in HelpOrder.objects.filter(state=HelpOrder.IN_FORCE):
        for place, pk in enumerate(order.order):
            places.setdefault(pk, {})[order.level] = place
    return [(one, places.get(one.pk, {})) for one in found]


def _held(one: Resource, places: dict[str, int]) -> Held:
    return Held(
        key=str(one.pk),
        content=one.content,
        verified_on=one.verified_at.date().isoformat() if one.verified_at else "",
        checked_on=one.source_checked_on.isoformat() if one.source_checked_on else "",
        places=places,
    )
