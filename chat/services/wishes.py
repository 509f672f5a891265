"""Asking for a live chat: a topic, and how many want it. When three do, curators see it. Who asked, nobody sees.

What one member wrote is shown to nobody else: words appear to others once a second member asked for the same, or when
they are the topic of a chat that was held before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from chat.models import LiveChat, Wish
from chat.models.live_chat import PEOPLE_ASKING
from chat.services.live_clock import closes_at
from community import text, throttle
from community.access import require
from community.duties import duty
from community.models import Member
from community.refusals import NotYours, Refusal, TooFast
from community.topics import plain_form

LIMIT = 80
MOST = 3  # open wishes of one member
SHOWN_FROM = 2  # members who want the same
KEPT_OPEN, KEPT_ANSWERED = timedelta(days=90), timedelta(days=30)
LATELY, SHOWN = timedelta(days=60), 8


class Enough(Refusal):
    """Three wishes of one member wait already."""

    code = "enough"
    detail = _("You asked for three already. You can take one back and ask for another.")


@dataclass(frozen=True, slots=True)
class Shown:
    """A wish as a member sees it."""

    pk: int
    topic: str
    people: int
    is_mine: bool

    @property
    def is_seen(self) -> bool:
        """True once curators see it."""
        return self.people >= PEOPLE_ASKING


def ask(member: Member, topic: str) -> Wish:
    """The member wants a live chat about this; who wants the same joins. Asking twice is the same as once.

    Raises `Enough`, `TooFast`, and what `text.tidy` raises.
    """
    require(member, "live.ask")
    words = " ".join(text.tidy(topic, limit=LIMIT).split())
    key = plain_form(words).strip()[:LIMIT]
    if not key:
        raise text.Empty
    if wait := throttle.wish(member.pk):
        raise TooFast(retry_after=wait)
    with transaction.atomic():
        wish, _made = Wish.objects.get_or_create(key=key, answered_at=None, defaults={"topic": words})
        return _joined(member, wish)


def join(member: Member, pk: int) -> Wish:
    """The member wants what others asked for. Raises `NotYours` for what they may not see, and as `ask` does."""
    wish = _open(member).filter(pk=pk).first()
    if wish is None:
        raise NotYours
    return ask(member, wish.topic)


def take_back(member: Member, pk: int) -> None:
    """The member doesn't want it any more. A wish of nobody is gone."""
    with transaction.atomic():
        wish = Wish.objects.select_for_update().filter(pk=pk, answered_at=None, members=member).first()
        if wish is None:
            return
        wish.members.remove(member)
        if not wish.members.exists():
            wish.delete()


def shown(member: Member) -> list[Shown]:
    """Open wishes that this member may see: their own, and what at least two want; the most wanted first."""
    return [Shown(*one) for one in _open(member).values_list("pk", "topic", "people", "mine")]


def topics_before() -> list[str]:
    """Topics of chats that were held lately and are not planned again, newest first: to ask for once more."""
    now = timezone.now()
    held = LiveChat.objects.filter(starts_at__gt=now - LATELY, starts_at__lt=now, cancelled_at=None)
    coming = set(LiveChat.objects.filter(starts_at__gte=now, cancelled_at=None).values_list("topic", flat=True))
    over = (chat.topic for chat in held.exclude(checked_in_at=None).order_by("-starts_at") if closes_at(chat) <= now)
    return [topic for topic in dict.fromkeys(over) if topic not in coming][:SHOWN]


@duty("old wishes", every_seconds=24 * 3600)
def forget_old() -> int:
    """Forgets what was asked for three months ago and never answered, and what was answered a month ago; how many."""
    now = timezone.now()
    old = Q(answered_at=None, made_at__lt=now - KEPT_OPEN) | Q(answered_at__lt=now - KEPT_ANSWERED)
    gone = list(Wish.objects.filter(old).values_list("pk", flat=True))
    Wish.objects.filter(pk__in=gone).delete()
    return len(gone)


def _open(member: Member) -> Any:
    mine = Wish.members.through.objects.filter(wish=OuterRef("pk"), member=member)
    rows = Wish.objects.filter(answered_at=None).annotate(people=Count("members"), mine=Exists(mine))
    return rows.filter(Q(mine=True) | Q(people__gte=SHOWN_FROM)).order_by("-people", "pk")


def _joined(member: Member, wish: Wish) -> Wish:
    others = Wish.objects.filter(answered_at=None, members=member).exclude(pk=wish.pk)
    if others.count() >= MOST:
        raise Enough  # and a wish that was made for it goes with the transaction
    wish.members.add(member)
    return wish
