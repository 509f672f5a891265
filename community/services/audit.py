"""The audit trail: entries chained by HMAC under a key that the database alone does not give away (promise D6).

Whoever writes an entry holds the head until commit, so concurrent writers keep one chain. Write it as the last thing
of a transaction that holds other rows; before text is shown, write it in a transaction of its own (rule 8).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import models, transaction
from django.utils import timezone

from community import fieldcrypt, names
from community.models import AuditEntry, AuditHead, AuditName, Member
from community.services import keyring

PURPOSE = "audit-key"
KEY_BYTES, ALIAS_BYTES = 32, 8


def record(
    actor: Member | None,
    action: str,
    thing: models.Model | str = "",
    *,
    about: Member | None = None,
    reason: str = "",
) -> AuditEntry:
    """The next entry: `actor` did `action` to `thing`. `reason` is a code; no member's words belong here.

    Raises `fieldcrypt.NotReadable` when no key of the ring opens the chain's key: nothing is done unrecorded.
    """
    with transaction.atomic():
        by, whom = alias_of(actor), alias_of(about)
        head = _held_head()
        entry = AuditEntry(
            number=head.number + 1,
            at=timezone.now(),
            actor=by,
            action=action,
            thing=thing if isinstance(thing, str) else name_of(thing),
            about=whom,
            reason=reason,
        )
        entry.mac = mac_of(entry, after=head.mac, key=key_of(head))
        entry.save(force_insert=True)
        AuditHead.objects.filter(pk=1).update(number=entry.number, mac=entry.mac, moved_at=entry.at)
    return entry


def name_of(thing: models.Model) -> str:
    """What the trail calls a row, such as "flag:17"."""
    return f"{thing._meta.model_name}:{thing.pk}"


def alias_of(member: Member | None) -> str:
    """The name under which a member stands in the trail; made when they have none. Empty for nobody."""
    if member is None:
        return ""
    found, _made = AuditName.objects.get_or_create(member=member, defaults={"alias": secrets.token_hex(ALIAS_BYTES)})
    return found.alias


def who(aliases: set[str]) -> dict[str, str]:
    """The names of the members behind these aliases; those whose account is gone are missing. One query."""
    rows = AuditName.objects.filter(alias__in=aliases).values_list("alias", "member__name")
    return dict(rows)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries somebody asks for. Nothing asked is all of them."""

    by: str | None = None  # a name of the trail; empty for the site itself
    action: str = ""  # one that ends in a hyphen is the beginning of several
    thing: str = ""
    since: datetime | None = None
    until: datetime | None = None  # not itself

    def among(self, rows: models.QuerySet[AuditEntry]) -> models.QuerySet[AuditEntry]:
        """Those of the entries that are asked for."""
        asked: dict[str, object] = {"thing": self.thing, "at__gte": self.since, "at__lt": self.until}
        asked["action__startswith" if self.action.endswith("-") else "action"] = self.action
        rows = rows.filter(**{name: value for name, value in asked.items() if value})
        return rows if self.by is None else rows.filter(actor=self.by)

    def code(self) -> str:
        """What is asked for, as the reason of an entry; no names."""
        first = self.since.date().isoformat() if self.since else ""
        last = (self.until - timedelta(1)).date().isoformat() if self.until else ""
        days = f"{first}..{last}" if first or last else ""
        return " ".join(filter(None, ["" if self.by is None else self.by or "site", self.action, self.thing, days]))


def entries(
    *, thing: models.Model | None = None, before: int | None = None, most: int = 100, wanted: Wanted | None = None
) -> list[AuditEntry]:
    """Entries, newest first: of one thing, below a number, or those that are wanted."""
    rows = (wanted or Wanted()).among(AuditEntry.objects.order_by("-number"))
    if thing is not None:
        rows = rows.filter(thing=name_of(thing))
    if before is not None:
        rows = rows.filter(number__lt=before)
    return list(rows[:most])


def has_done(actor: Member, action: str, thing: models.Model, *, since: str) -> bool:
    """True when `actor` did this to the thing after somebody last did `since` to it."""
    rows = AuditEntry.objects.filter(thing=name_of(thing))
    last = rows.filter(action=since).aggregate(last=models.Max("number"))["last"] or 0
    return rows.filter(action=action, actor=alias_of(actor), number__gt=last).exists()


def alias_called(name: str) -> str | None:
    """The name of the trail behind a member's name; None for one who is not in it."""
    rows = AuditName.objects.filter(member__skeleton=names.skeleton(name))
    return rows.values_list("alias", flat=True).first()


def mac_of(entry: AuditEntry, *, after: str, key: bytes) -> str:
    """The HMAC that chains an entry to the MAC of the one before."""
    said = [entry.number, _moment(entry.at), entry.actor, entry.action, entry.thing, entry.about, entry.reason]
    text = json.dumps([after, *said], ensure_ascii=True, separators=(",", ":"))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _held_head() -> AuditHead:
    fresh = {"wrapped": _wrapped(secrets.token_bytes(KEY_BYTES))}
    head = AuditHead.objects.select_for_update(no_key=True).filter(pk=1).first()
    return head or AuditHead.objects.select_for_update(no_key=True).get_or_create(pk=1, defaults=fresh)[0]


def key_of(head: AuditHead) -> bytes:
    """The chain's key. Raises `fieldcrypt.NotReadable`."""
    return base64.b64decode(fieldcrypt.unseal(head.wrapped, purpose=PURPOSE))


def _wrapped(key: bytes) -> str:
    return fieldcrypt.seal(base64.b64encode(key).decode(), purpose=PURPOSE)


@keyring.turns("audit key")
def _rewrap() -> int:
    return fieldcrypt.rewrap(AuditHead.objects.all(), "wrapped", purpose=lambda _row: PURPOSE)
