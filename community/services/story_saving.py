"""Stories that a member keeps, with a note to oneself, stored sealed. Nobody else sees either.

Of a story that was taken back nothing is shown, not even its title: only the note, and that there was one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from community import fieldcrypt, text, throttle
from community.fieldcrypt import NotReadable
from community.models import Member, SavedStory, Story
from community.refusals import NotYours, TooFast
from community.services import keyring, story_reading
from community.services.saved import MOST, NOTE, AsManyAsFit
from community.services.story_reading import Telling
from community.topics import plain_form


@dataclass(frozen=True, slots=True)
class Kept:
    """One story that is kept, with its note opened. `told` is None once readers may not read it any more.

    `is_closed`: there is a note that no key of the ring opens right now.
    """

    pk: int
    told: Telling | None
    note: str
    is_closed: bool = False


def save(member: Member, slug: str, *, note: str = "") -> None:
    """Keeps a story; the same again changes nothing. Raises `NotYours`, `AsManyAsFit`."""
    _spend(member)
    said = _tidy(note)
    story = story_reading.story_for(slug).story
    with transaction.atomic():
        Member.objects.select_for_update().get(pk=member.pk)  # so that two tabs don't pass the limit together
        mine = SavedStory.objects.filter(member=member)
        if mine.filter(story=story).exists():
            return
        if mine.count() >= MOST:
            raise AsManyAsFit
        SavedStory.objects.create(member=member, story=story, note=_sealed(member.pk, said))


def take_out(member: Member, slug: str) -> None:
    """No longer keeps this story."""
    _spend(member)
    SavedStory.objects.filter(member=member, story__slug=slug).delete()


def take_out_kept(member: Member, pk: int) -> Kept:
    """No longer keeps it, also if it was taken back since; what it was. Raises `NotYours`."""
    _spend(member)
    with transaction.atomic():
        row = SavedStory.objects.select_for_update().filter(member=member, pk=pk).first()
        if row is None:
            raise NotYours
        SavedStory.objects.filter(pk=row.pk).delete()
    return _kept([row])[0]


def write_note(member: Member, pk: int, note: str) -> None:
    """A word to oneself about a story that is kept; nothing written takes it away. Raises `NotYours`, `TooLong`."""
    _spend(member)
    if not SavedStory.objects.filter(member=member, pk=pk).update(note=_sealed(member.pk, _tidy(note))):
        raise NotYours


def kept_by(member: Member, q: str = "") -> list[Kept]:
    """The stories a member keeps, the newest first; only those that hold each word of `q`. Two queries."""
    rows = SavedStory.objects.filter(member=member).order_by("-saved_at", "-pk")
    wanted = plain_form(q).split()
    return [one for one in _kept(rows) if all(f" {word}" in _words(one) for word in wanted)]


def keys_saved(member: Member | None, stories: Iterable[Story]) -> set[int]:
    """Those of these stories that the member keeps."""
    if member is None:
        return set()
    rows = SavedStory.objects.filter(member=member, story__in=[one.pk for one in stories])
    return set(rows.values_list("story_id", flat=True))


@keyring.turns("notes on saved stories")
def rewrap_all() -> int:
    """Seals everybody's notes anew under the first key of the ring; how many were not yet."""
    return fieldcrypt.rewrap(SavedStory.objects.exclude(note=""), "note", purpose=lambda row: _purpose(row.member_id))


def _kept(rows: Iterable[SavedStory]) -> list[Kept]:
    found = list(rows)
    told = {one.story.pk: one for one in story_reading.by_keys([row.story_id for row in found])}
    return [Kept(row.pk, told.get(row.story_id), *_opened(row)) for row in found]


def _opened(row: SavedStory) -> tuple[str, bool]:
    if not row.note:
        return "", False
    try:
        return fieldcrypt.unseal(row.note, purpose=_purpose(row.member_id)), False
    except NotReadable:
        return "", True


def _words(one: Kept) -> str:
    said = [one.note]
    if one.told:
        content = one.told.content
        said += [content.title, content.first_sentence, one.told.story.byline.name, *content.tags]
    return plain_form(" ".join(said))


def _tidy(note: str) -> str:
    return " ".join(text.tidy(note, limit=NOTE).split()) if note.strip() else ""


def _sealed(member_id: int, said: str) -> str:
    return fieldcrypt.seal(said, purpose=_purpose(member_id)) if said else ""


def _purpose(member_id: int) -> str:
    return f"saved-story-note:{member_id}"


def _spend(member: Member) -> None:
    if wait := throttle.save(member.pk):
        raise TooFast(retry_after=wait)
