"""One letter a day, for those who asked for it: how much is new, and nothing else (promise D4)."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from community.duties import duty
from community.models import Boundaries, Member, Notice
from community.services import boundaries, outbox

NOT_BEFORE = time(9)  # in the member's own zone
SALT = "digest-stop"
STOPS_FOR = timedelta(days=180)


@duty("digests", every_seconds=300)
def write_due() -> int:
    """Writes the letters of today that are due; how many. Two processes at once write each of them once."""
    now = timezone.now()
    address = EmailAddress.objects.filter(user=OuterRef("member"), verified=True)
    fresh = Notice.objects.filter(member=OuterRef("member"), seen_at=None)
    told = fresh.filter(at__gt=OuterRef("digest_sent_at"))  # once told is enough
    rows = Boundaries.objects.filter(Exists(address), digest=Boundaries.Digest.DAILY, member__is_active=True)
    rows = rows.filter(Q(Exists(fresh), digest_sent_at=None) | Exists(told)).order_by("pk").select_related("member")
    return sum(_write(row, now) for row in rows if _is_due(row, now))


def address_of(member: Member) -> str | None:
    """Where the member's letters go: an address that they confirmed, or nowhere."""
    rows = EmailAddress.objects.filter(user=member, verified=True).order_by("-primary", "pk")
    return rows.values_list("email", flat=True).first()


def stop_token(member: Member) -> str:
    """What the link at the end of a letter carries."""
    return signing.dumps(member.pk, salt=SALT)


def can_stop(token: str) -> bool:
    """True when `stop` would take this token."""
    return _holder(token) is not None


def stop(token: str) -> bool:
    """Ends the letters of whoever got this token. False when it is none."""
    member_id = _holder(token)
    if member_id is None:
        return False
    Boundaries.objects.filter(member=member_id).update(digest=Boundaries.Digest.OFF)
    return True


def _holder(token: str) -> int | None:
    try:
        found = signing.loads(token, salt=SALT, max_age=STOPS_FOR)
    except signing.BadSignature:
        return None
    return found if isinstance(found, int) else None


def _is_due(row: Boundaries, now: datetime) -> bool:
    zone = boundaries.zone_of(row.member)
    here = now.astimezone(zone)
    had_todays = row.digest_sent_at is not None and row.digest_sent_at.astimezone(zone).date() >= here.date()
    able = row.member.may_sign_in() and boundaries.rings(row.member, now)
    return able and not had_todays and here.time() >= NOT_BEFORE


def _write(row: Boundaries, now: datetime) -> bool:
    address = address_of(row.member)
    new = Notice.objects.filter(member=row.member, seen_at=None)
    if row.digest_sent_at is not None:
        new = new.filter(at__gt=row.digest_sent_at)
    count = new.count()
    if address is None or not count:
        return False
    with transaction.atomic():
        mine = Boundaries.objects.filter(pk=row.pk, digest=Boundaries.Digest.DAILY, digest_sent_at=row.digest_sent_at)
        if not mine.update(digest_sent_at=now):
            return False  # another process wrote it, or it was switched off meanwhile
        with translation.override(row.member.language):
            outbox.write(to=address, subject=_("Something new for you"), body=_words(row.member, count))
    return True


def _words(member: Member, count: int) -> str:
    context = {
        "count": count,
        "site_name": settings.SITE_NAME,
        "notifications": settings.BASE_URL + reverse("notifications"),
        "stop": settings.BASE_URL + reverse("digest-stop", args=[stop_token(member)]),
        "help": settings.BASE_URL + reverse("help-now"),
    }
    return render_to_string("emails/digest.txt", context)
