"""What a member keeps: entries of the directory with a note to oneself, stored sealed. Nobody else sees either."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import ngettext

from community import fieldcrypt, text, throttle
from community.fieldcrypt import NotReadable
from community.models import Member, Resource, Saved
from community.refusals import NotYours, Refusal, TooFast
from community.services import keyring
from community.topics import plain_form

MOST, MOST_OFFLINE = 500, 50
NOTE = 200


class AsManyAsFit(Refusal):
    """As many saved entries as fit."""

    code = "too-many-saved"

    def __init__(self) -> None:
        words = ngettext("%(n)s entry fits here.", "%(n)s entries fit here. You could take one out first.", MOST)
        super().__init__(words % {"n": MOST})


@dataclass(frozen=True, slots=True)
class Kept:
    """One saved entry with its note opened. `is_closed`: there is a note that no key of the ring opens right now."""

    pk: int
    resource: Resource
    note: str
    keeps_offline: bool
    is_closed: bool = False


def save(member: Member, resource: Resource, *, note: str = "", keeps_offline: bool = False) -> None:
    """Keeps an entry; the same again changes nothing. Raises `NotYours` for what is not published, `AsManyAsFit`."""
    _spend(member)
    said = text.tidy(note, limit=NOTE) if note.strip() else ""
    if not resource.is_public:
        raise NotYours
    with transaction.atomic():
        Member.objects.select_for_update().get(pk=member.pk)  # so that two tabs don't pass the limit together
        mine = Saved.objects.filter(member=member)
        if mine.filter(resource=resource).exists():
            return
        if mine.count() >= MOST:
            raise AsManyAsFit
        sealed = _sealed(member.pk, said)
        Saved.objects.create(member=member, resource=resource, note=sealed, keeps_offline=keeps_offline)


def take_out(member: Member, resource: Resource) -> Kept | None:
    """No longer keeps an entry; what it was, or None if it was not kept. Also works for what was withdrawn since."""
    _spend(member)
    with transaction.atomic():
        row = Saved.objects.select_for_update().filter(member=member, resource=resource).first()
        if row is None:
            return None
        Saved.objects.filter(pk=row.pk).delete()
    return _kept(row)


def write_note(member: Member, resource: Resource, note: str) -> None:
    """A word to oneself about a saved entry; nothing written takes it away. Raises `NotYours`, `TooLong`."""
    _spend(member)
    said = " ".join(text.tidy(note, limit=NOTE).split()) if note.strip() else ""
    if not Saved.objects.filter(member=member, resource=resource).update(note=_sealed(member.pk, said)):
        raise NotYours


def keep_offline(member: Member, resource: Resource, *, on: bool) -> None:
    """Whether a device of the member may keep this entry. Raises `NotYours` for what is not saved."""
    _spend(member)
    if not Saved.objects.filter(member=member, resource=resource).update(keeps_offline=on):
        raise NotYours


def kept_offline(member: Member) -> list[Kept]:
    """What devices of the member may keep, newest first, as many as fit a page; withdrawn ones are left out."""
    rows = _of(member).filter(keeps_offline=True)
    return [_kept(row) for row in rows if row.resource.is_public][:MOST_OFFLINE]


def saved_by(member: Member, q: str = "") -> list[Kept]:
    """Everything the member keeps, the newest first, withdrawn entries too; only what holds each word of `q`."""
    wanted = plain_form(q).split()
    return [one for one in map(_kept, _of(member)) if all(f" {word}" in _words(one) for word in wanted)]


def keys_saved(member: Member | None, keys: list[int]) -> set[int]:
    """Those of these entries that the member keeps."""
    if member is None or not keys:
        return set()
    return set(Saved.objects.filter(member=member, resource__in=keys).values_list("resource_id", flat=True))


def _of(member: Member) -> QuerySet[Saved]:
    rows = Saved.objects.filter(member=member).select_related("resource__published", "resource__verified_by")
    return rows.defer("resource__original", "resource__source").order_by("-saved_at", "-pk")


@keyring.turns("notes on saved entries")
def rewrap_all() -> int:
    """Seals everybody's notes anew under the first key of the ring; how many were not yet."""
    return fieldcrypt.rewrap(Saved.objects.exclude(note=""), "note", purpose=lambda row: _purpose(row.member_id))


def _kept(row: Saved) -> Kept:
    note, is_closed = "", False
    if row.note:
        try:
            note = fieldcrypt.unseal(row.note, purpose=_purpose(row.member_id))
        except NotReadable:
            is_closed = True
    return Kept(row.pk, row.resource, note, row.keeps_offline, is_closed)


def _sealed(member_id: int, said: str) -> str:
    return fieldcrypt.seal(said, purpose=_purpose(member_id)) if said else ""


def _purpose(member_id: int) -> str:
    return f"saved-note:{member_id}"


def _words(one: Kept) -> str:
    said = [one.resource.name, one.note]
    if one.resource.is_public:
        content = one.resource.content
        said += [content.offers, content.for_whom, *content.topics]
    return plain_form(" ".join(said))


def _spend(member: Member) -> None:
    if wait := throttle.save(member.pk):
        raise TooFast(retry_after=wait)
