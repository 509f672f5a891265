"""What a member keeps: entries of the directory with a note to oneself. Nobody else sees either."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import ngettext

from community import text, throttle
from community.models import Member, Resource, Saved
from community.refusals import NotYours, Refusal, TooFast
from community.topics import plain_form

MOST = 500
NOTE = 200


class AsManyAsFit(Refusal):
    """As many saved entries as fit."""

    code = "too-many-saved"

    def __init__(self) -> None:
        words = ngettext("%(n)s entry fits here.", "%(n)s entries fit here. You could take one out first.", MOST)
        super().__init__(words % {"n": MOST})


@dataclass(frozen=True, slots=True)
class TakenOut:
    """What was taken out, so that it can be put back as it was."""

    resource: Resource
    note: str
    keeps_offline: bool


def save(member: Member, resource: Resource, *, note: str = "", keeps_offline: bool = False) -> Saved:
    """Keeps an entry; the same again changes nothing. Raises `NotYours` for what is not published, `AsManyAsFit`."""
    _spend(member)
    said = text.tidy(note, limit=NOTE) if note.strip() else ""
    if not resource.is_public:
        raise NotYours
    with transaction.atomic():
        Member.objects.select_for_update().get(pk=member.pk)  # so that two tabs don't pass the limit together
        mine = Saved.objects.filter(member=member)
        found = mine.filter(resource=resource).first()
        if found:
            return found
        if mine.count() >= MOST:
            raise AsManyAsFit
        return Saved.objects.create(member=member, resource=resource, note=said, keeps_offline=keeps_offline)


def take_out(member: Member, resource: Resource) -> TakenOut | None:
    """No longer keeps an entry; what it was, or None if it was not kept. Also works for what was withdrawn since."""
    _spend(member)
    with transaction.atomic():
        row = Saved.objects.select_for_update().filter(member=member, resource=resource).first()
        if row is None:
            return None
        row.delete()
    return TakenOut(resource, row.note, row.keeps_offline)


def write_note(member: Member, resource: Resource, note: str) -> None:
    """A word to oneself about a saved entry; nothing written takes it away. Raises `NotYours`, `TooLong`."""
    _spend(member)
    said = " ".join(text.tidy(note, limit=NOTE).split()) if note.strip() else ""
    if not Saved.objects.filter(member=member, resource=resource).update(note=said):
        raise NotYours


def keep_offline(member: Member, resource: Resource, *, on: bool) -> None:
    """Whether a device of the member may keep this entry. Raises `NotYours` for what is not saved."""
    _spend(member)
    if not Saved.objects.filter(member=member, resource=resource).update(keeps_offline=on):
        raise NotYours


def kept_offline(member: Member) -> list[Saved]:
    """What devices of the member may keep, the newest first; withdrawn entries are left out."""
    return [row for row in _of(member).filter(keeps_offline=True) if row.resource.is_public]


def saved_by(member: Member, q: str = "") -> list[Saved]:
    """Everything the member keeps, the newest first, withdrawn entries too; only what holds each word of `q`."""
    wanted = plain_form(q).split()
    return [row for row in _of(member) if all(f" {word}" in _words(row) for word in wanted)]


def keys_saved(member: Member | None, keys: list[int]) -> set[int]:
    """Those of these entries that the member keeps."""
    if member is None or not keys:
        return set()
    return set(Saved.objects.filter(member=member, resource__in=keys).values_list("resource_id", flat=True))


def _of(member: Member) -> QuerySet[Saved]:
    rows = Saved.objects.filter(member=member).select_related("resource__published", "resource__verified_by")
    return rows.defer("resource__original", "resource__source").order_by("-saved_at", "-pk")


def _words(row: Saved) -> str:
    said = [row.resource.name, row.note]
    if row.resource.is_public:
        content = row.resource.content
        said += [content.offers, content.for_whom, *content.topics]
    return plain_form(" ".join(said))


def _spend(member: Member) -> None:
    if wait := throttle.save(member.pk):
        raise TooFast(retry_after=wait)
