"""The question a day after an offer of help: did it help, what stood in the way. Once, quietly, and never again.

It rings on no device. Not answering, leaving it out and answering are all the same to everything else, but for one
thing: to whom calling is hard, lines that can be written to come first from then on.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from community.duties import duty
from community.models import Member
from community.refusals import NotYours
from community.services import notices
from moderation.models import SupportAfter, SupportOffer

NOTICE = "support-after"
ASKED_AFTER, ASKED_UNTIL = timedelta(hours=20), timedelta(hours=72)
APART = timedelta(days=14)  # between two questions to the same member
KEPT = timedelta(days=180)
AT_ONCE = 500


@duty("question after support", every_seconds=1800)
def ask() -> int:
    """Asks those who were shown a panel a day ago, about one offer each; how many. Nobody who said it wasn't meant."""
    if not settings.SCREENING:
        return 0
    first: dict[int, SupportOffer] = {}
    for made in _unasked()[:AT_ONCE]:
        first.setdefault(made.member_id, made)
    return sum(_asked(made) for made in first.values())


def _unasked() -> QuerySet[SupportOffer]:
    now = timezone.now()
    lately = SupportAfter.objects.filter(member=OuterRef("member"), asked_at__gt=now - APART)
    rows = SupportOffer.objects.filter(at__lte=now - ASKED_AFTER, at__gt=now - ASKED_UNTIL, after=None)
    rows = rows.filter(level=SupportOffer.Level.NOW).exclude(state=SupportOffer.State.NOT_MEANT)
    return rows.filter(~Exists(lately)).order_by("at", "pk")


def _asked(made: SupportOffer) -> bool:
    with transaction.atomic():
        # Whoever made the row asks; another process that is at it as well does not.
        _row, is_new = SupportAfter.objects.get_or_create(offer=made, defaults={"member_id": made.member_id})
        if is_new:
            path = f"/support/{made.token}/after/"
            notices.notify([made.member_id], kind=NOTICE, key=_key(made), subject="", path=path, rings=False)
    return is_new


def _key(made: SupportOffer) -> str:
    return f"{NOTICE}:{made.pk}"


def question_for(member: Member, token: str) -> SupportAfter:
    """The question a member was asked about one of their offers. Raises `NotYours` for any other."""
    found = SupportAfter.objects.filter(offer__token=token, member=member).select_related("offer").first()
    if found is None:
        raise NotYours
    return found


def answer(member: Member, token: str, *, helped: str = "", in_the_way: str = "") -> bool:
    """Keeps the first answer, which may be none at all; False when there was one. Raises `NotYours`."""
    with transaction.atomic():
        asked = question_for(member, token)
        row = SupportAfter.objects.filter(pk=asked.pk, answered_at=None)
        is_first = bool(row.update(answered_at=timezone.now(), helped=helped, in_the_way=in_the_way))
        notices.seen(member, _key(asked.offer))
    return is_first


def would_rather_write(member: Member) -> bool:
    """True for whoever said last that calling is hard for them."""
    told = SupportAfter.objects.filter(member=member).exclude(in_the_way="").order_by("-asked_at")
    return told.values_list("in_the_way", flat=True).first() == SupportAfter.InTheWay.CALLING


@duty("old answers about support", every_seconds=24 * 3600)
def forget_old() -> int:
    """Forgets what was asked half a year ago; how many."""
    return SupportAfter.objects.filter(asked_at__lt=timezone.now() - KEPT).delete()[0]
