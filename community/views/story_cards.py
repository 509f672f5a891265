"""Stories as lists show them, one for tonight, and a line of one for the landing page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString

from community.models import Member
from community.services import story_reading, story_saving
from community.services.story_reading import Telling
from community.services.topics import folding_for
from community.story_content import is_telling
from community.topics import NOTHING


@dataclass(frozen=True, slots=True)
class Card:
    """One story for one reader. `folded`: what they asked not to meet unwarned, in a few words; else empty."""

    telling: Telling
    is_saved: bool
    folded: str


def cards_of(found: Iterable[Telling], reader: Member | None) -> list[Card]:
    """These stories as this reader meets them."""
    stories = list(found)
    kept = story_saving.keys_saved(reader, [one.story for one in stories])
    folding = folding_for(reader) if reader else NOTHING
    return [Card(one, one.story.pk in kept, story_reading.heads_up(one, folding)) for one in stories]


def for_tonight(reader: Member | None) -> Card | None:
    """One of the newest stories, the same all day; never one that the reader would meet folded."""
    found = [card for card in cards_of(story_reading.listed(kind="story", most=30)[0], reader) if not card.folded]
    return found[_today() % len(found)] if found else None


def line_of_a_story(request: HttpRequest) -> SafeString:
    """A line of a story whose writer allowed it to stand on the landing page; nothing while there is none."""
    found = [one for one in story_reading.with_a_line() if not is_telling(one.content.first_sentence)]
    if not found:
        return SafeString("")
    return render_to_string("community/_story_line.html", {"telling": _of_today(found)}, request)


def _of_today(found: Sequence[Telling]) -> Telling:
    return found[_today() % len(found)]


def _today() -> int:
    return timezone.localdate().toordinal()
