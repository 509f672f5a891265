"""Consents: given, taken back, and who may be here because theirs stand (promise D7)."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import get_language

from community import consents
from community.models import Consent, Member
from community.services import sessions


def give(member: Member, kinds: Iterable[str]) -> None:
    """Records each line with its version, the hash of the words shown, and the time."""
    wanted = set(kinds)
    for line in consents.LINES:
        if line.kind in wanted:
            Consent.objects.get_or_create(
                member=member,
                kind=line.kind,
                version=line.version,
                withdrawn_at=None,
                defaults={"text_hash": line.hash(), "language": (get_language() or "en")[:8]},
            )


def give_all(member: Member) -> None:
    """Every required line, as of now."""
    give(member, {line.kind for line in consents.REQUIRED})


def withdraw(member: Member, kind: str) -> None:
    """Takes a consent back. Without the required ones no socket opens and nothing is posted: sessions end."""
    with transaction.atomic():
        Consent.objects.filter(member=member, kind=kind, withdrawn_at=None).update(withdrawn_at=timezone.now())
        if kind in {line.kind for line in consents.REQUIRED}:
            sessions.end_all(member)


def given_by(member_ids: set[int]) -> set[int]:
    """Those of `member_ids` whose required consents all stand, in one query."""
    standing = Q()
    for line in consents.REQUIRED:
        standing |= Q(kind=line.kind, version=line.version)
    rows = Consent.objects.filter(standing, member__in=member_ids, withdrawn_at=None)
    counted = rows.values("member").annotate(n=Count("kind", distinct=True))
    return {row["member"] for row in counted if row["n"] == len(consents.REQUIRED)}


def missing(member: Member) -> list[consents.Line]:
    """Required lines this member has not agreed to in their present version."""
    rows = Consent.objects.filter(member=member, withdrawn_at=None).values_list("kind", "version")
    have = set(rows)
    return [line for line in consents.REQUIRED if (line.kind, line.version) not in have]
