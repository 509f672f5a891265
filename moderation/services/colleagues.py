"""What moderators tell each other about a case: notes, and second opinions. Sealed; never seen by members."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from community import fieldcrypt, text
from community.models import Member
from community.refusals import NotYours
from community.services import audit, keyring
from moderation.models import Flag, FlagEvent
from moderation.services import care, flags
from moderation.services.holding import LEASE, Stale, flag_for, held_flag

NOTE_LIMIT = 2000


@dataclass(frozen=True, slots=True)
class Said:
    """One line of a case's history, for colleagues."""

    kind: str
    by: str
    at: datetime
    says: str
    note: str


def history(flag: Flag) -> list[Said]:
    """What happened, oldest first, with notes opened; one query."""
    rows = flag.events.select_related("by").order_by("pk")
    return [Said(one.kind, one.by.name if one.by else "", one.at, one.says, note_of(one)) for one in rows]


def note_of(event: FlagEvent) -> str:
    """A colleague's words; empty when there are none, or no key opens them."""
    try:
        return fieldcrypt.unseal(event.note, purpose=_purpose(event.flag_id)) if event.note else ""
    except fieldcrypt.NotReadable:
        return ""


def leave_note(by: Member, token: str, words: str) -> None:
    """A note for whoever comes next, from anybody who may work on it. The lease of its holder runs anew."""
    with transaction.atomic():
        flag = flag_for(by, token, lock=True)
        if flag.closed_at:
            raise Stale(flag)
        if flag.holder_id == by.pk and flag.is_held():
            flag.held_until = timezone.now() + LEASE
            flag.save(update_fields=["held_until"])
        note_on(flag, by, words)


def note_on(flag: Flag, by: Member, words: str) -> None:
    """The same on a case whose row is held. Call in a transaction."""
    flags.note(flag, FlagEvent.Kind.NOTE, by=by, note=_sealed(flag, words))


def ask_second(by: Member, token: str, *, version: int, words: str = "") -> Flag:
    """Asks one colleague for their opinion; the lease is kept, and whoever answers may read the case."""
    with transaction.atomic():
        flag = held_flag(by, token, version=version)
        flag.second_wanted = True
        flag.version += 1
        flag.save(update_fields=["second_wanted", "held_until", "version"])
        flags.note(flag, FlagEvent.Kind.SECOND_WANTED, by=by, note=_sealed(flag, words) if words.strip() else "")
        audit.record(by, "flag.second-wanted", flag, about=flag.member)
    return flag


def give_second(by: Member, token: str, words: str) -> Flag:
    """A colleague's opinion. Raises `NotYours` for its holder, and `Stale` when nobody asks any more."""
    with transaction.atomic():
        flag = flag_for(by, token, lock=True)
        if flag.holder_id == by.pk:
            raise NotYours
        if flag.closed_at or not flag.second_wanted:
            raise Stale(flag)
        flag.second_wanted = False
        flag.save(update_fields=["second_wanted"])
        # The version stays: its holder goes on from where they are.
        flags.note(flag, FlagEvent.Kind.SECOND_GIVEN, by=by, note=_sealed(flag, words))
        care.left(flag, by)
        audit.record(by, "flag.second-given", flag, about=flag.member)
    return flag


def _sealed(flag: Flag, words: str) -> str:
    return fieldcrypt.seal(text.tidy(words, limit=NOTE_LIMIT), purpose=_purpose(flag.pk))


def _purpose(flag_id: int) -> str:
    return f"flag-note:{flag_id}"


@keyring.turns("moderators' notes")
def _reseal() -> int:
    return fieldcrypt.rewrap(FlagEvent.objects.all(), "note", purpose=lambda row: _purpose(row.flag_id))
