"""Whom to keep an eye on: a member, a colleague's reason, and an end after which it is as if it had never been said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from community import fieldcrypt, text
from community.access import require
from community.duties import duty
from community.models import Member
from community.refusals import NotYours, Refusal
from community.services import audit, keyring
from moderation.models import Watched
from moderation.services import holding

DAYS = (1, 3, 7, 14)
WHY_LIMIT = 300


class BadWatch(Refusal):
    """Without a reason, or an end that is on offer, nobody is watched."""

    code = "bad-watch"
    detail = _("Say why in a sentence, and for how many days.")


@dataclass(frozen=True, slots=True)
class Watch:
    """A member to keep an eye on, for colleagues."""

    pk: int
    member: Member
    by: str
    why: str
    until: datetime


def watch(by: Member, token: str, *, why: str, days: int) -> None:
    """Puts the member of a case on the list, or their reason and end anew.

    Raises `NotYours` for a case that is not theirs to work on, `NotHeld` for one that they do not hold, and `BadWatch`.
    """
    with transaction.atomic():
        flag = holding.flag_for(by, token, lock=True)
        if flag.member is None:
            raise NotYours
        if flag.holder_id != by.pk or not flag.is_held():
            raise holding.NotHeld
        if not why.strip() or days not in DAYS:
            raise BadWatch
        member = Member.objects.select_for_update(no_key=True).get(pk=flag.member.pk)  # one row, whoever asks at once
        now = timezone.now()
        said = fieldcrypt.seal(text.tidy(why, limit=WHY_LIMIT), purpose=purpose(member.pk))
        Watched.objects.filter(member=member).delete()
        row = Watched.objects.create(member=member, by=by, why=said, until=now + timedelta(days=days))
        audit.record(by, "watch.begun", row, about=member)


def end(by: Member, pk: int) -> None:
    """Nobody has to keep an eye on them any more. Raises `NotYours`."""
    with transaction.atomic():
        row = _seen_by(by).filter(pk=pk).select_for_update(no_key=True, of=("self",)).first()
        if row is None:
            raise NotYours
        name, member = audit.name_of(row), row.member
        row.delete()
        audit.record(by, "watch.ended", name, about=member)


def listed(by: Member) -> list[Watch]:
    """Everyone to keep an eye on, the one whose end comes first first; never oneself, nor those kept apart from one."""
    return [_opened(one) for one in _seen_by(by).order_by("until", "pk")]


def of(by: Member, member: Member) -> Watch | None:
    """Why to keep an eye on this member; None where nobody asked for it."""
    row = _seen_by(by).filter(member=member).order_by("-until").first()
    return _opened(row) if row else None


def _seen_by(by: Member) -> QuerySet[Watched]:
    require(by, "flags.work")
    rows = Watched.objects.filter(until__gt=timezone.now()).exclude(member__in=[by.pk, *holding.kept_from(by)])
    return rows.select_related("member", "by")


def _opened(row: Watched) -> Watch:
    try:
        why = fieldcrypt.unseal(row.why, purpose=purpose(row.member_id))
    except fieldcrypt.NotReadable:
        why = ""
    return Watch(row.pk, row.member, row.by.name if row.by else "", why, row.until)


def purpose(member_id: int) -> str:
    """What a reason is sealed for."""
    return f"watched:{member_id}"


@duty("people no longer watched", every_seconds=3600)
def forget_over() -> int:
    """Erases what is over, reason and all; how many."""
    return Watched.objects.filter(until__lte=timezone.now()).delete()[0]


@keyring.turns("people to watch")
def _reseal() -> int:
    return fieldcrypt.rewrap(Watched.objects.all(), "why", purpose=lambda row: purpose(row.member_id))
